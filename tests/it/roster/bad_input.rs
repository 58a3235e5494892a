//! Every kind of mistake in a roster gets a message of its own, in its place.

use practicum::roster::read_roster;

use super::small::{edited, files, mistakes, mistakes_of};

/// Asserts that one edit of one file gives one message.
#[track_caller]
fn assert_mistake(file: &str, from: &str, to: &str, message: &str) {
    assert_eq!(mistakes(&[(file, from, to)]), [message]);
}

#[test]
fn the_small_roster_has_no_mistake() {
    assert_eq!(mistakes(&[]), [""; 0]);
}

#[test]
fn an_unknown_zone_is_answered_with_the_nearest_names() {
    assert_mistake(
        "sites.csv",
        "America/New_York",
        "America/New_Yrok",
        "sites.csv row 2, time_zone: \"America/New_Yrok\" is not an IANA time zone name such as \
         America/New_York; did you mean America/New_York?",
    );
    let [message] = &mistakes(&[("program.toml", "America/New_York", "Vancouver")])[..] else {
        panic!("one mistake")
    };
    assert!(message.starts_with("program.toml row 4, program.time_zone: \"Vancouver\" is not"));
    assert!(message.contains("did you mean America/Vancouver"));
}

#[test]
fn a_window_ends_after_it_starts() {
    assert_mistake(
        "availability.csv",
        "08:00,18:00",
        "22:00,06:00",
        "availability.csv row 2, end: \"06:00\" is not after start 22:00; an overnight window is \
         written as two, split at 24:00",
    );
}

#[test]
fn a_window_lies_on_quarters_of_an_hour() {
    for wrong in ["08:10", "8:00", "08:00:00", "25:00", "8am", "24:15"] {
        let message = format!(
            "availability.csv row 2, start: \"{wrong}\" is not a time written as HH:MM on a \
             quarter of an hour, from 00:00 to 24:00"
        );
        assert_mistake("availability.csv", "08:00", wrong, &message);
    }
}

#[test]
fn an_id_is_unique_in_its_file() {
    assert_mistake(
        "trainees.csv",
        "US-NY,1,360,540,660,cbt,en\n",
        "US-NY,1,360,540,660,cbt,en\ntr-1,Twin,,America/New_York,practicum,US-NY,1,0,0,0,,\n",
        "trainees.csv row 3, id: \"tr-1\" is used already in row 2; each id must be unique",
    );
}

#[test]
fn an_id_keeps_to_its_alphabet() {
    let edits = [("trainees.csv", "tr-2", "tr 2")];
    assert!(mistakes(&edits).contains(
        &"trainees.csv row 3, id: \"tr 2\" is not a key: 1 to 63 of A-Z a-z 0-9 . _ - that start \
          with a letter or digit"
            .to_owned()
    ));
}

#[test]
fn every_reference_must_lead_somewhere() {
    for (file, from, to, message) in [
        (
            "licences.csv",
            "sup-1",
            "sup-9",
            "licences.csv row 2, supervisor_id: \"sup-9\" is not an id in supervisors.csv",
        ),
        (
            "availability.csv",
            "trainee,tr-1",
            "trainee,sup-1",
            "availability.csv row 4, owner_id: \"sup-1\" is not an id in trainees.csv",
        ),
        (
            "away.csv",
            "sup-1",
            "sup-9",
            "away.csv row 2, owner_id: \"sup-9\" is not an id in supervisors.csv",
        ),
        (
            "preferences.csv",
            "site,site-1",
            "site,site-9",
            "preferences.csv row 2, target_id: \"site-9\" is not an id in sites.csv",
        ),
        (
            "exclusions.csv",
            "tr-2",
            "tr-9",
            "exclusions.csv row 2, trainee_id: \"tr-9\" is not an id in trainees.csv",
        ),
        (
            "pins.csv",
            "site-1",
            "site-9",
            "pins.csv row 2, target_id: \"site-9\" is not an id in sites.csv",
        ),
        (
            "site_rankings.csv",
            "site-1,tr-2",
            "site-9,tr-2",
            "site_rankings.csv row 3, site_id: \"site-9\" is not an id in sites.csv",
        ),
        (
            "requirements.csv",
            "tr-2",
            "tr-9",
            "requirements.csv row 2, trainee_id: \"tr-9\" is not an id in trainees.csv",
        ),
        (
            "supervisors.csv",
            "site-1;site-2",
            "site-1;site-9",
            "supervisors.csv row 2, sites: \"site-1;site-9\" holds \"site-9\", which is not an id \
             in sites.csv",
        ),
    ] {
        assert_mistake(file, from, to, message);
    }
}

#[test]
fn numbers_are_whole_and_within_reason() {
    for wrong in [
        "-3",
        "100001",
        "4.5",
        "99999999999999999999",
        "+4",
        "four",
        "1e3",
    ] {
        let message = format!(
            "sites.csv row 2, capacity: \"{wrong}\" is not a whole number from 0 to 100000"
        );
        // The message about the least number needs a most number to compare with.
        assert_mistake("sites.csv", ",4,1200", &format!(",{wrong},1200"), &message);
    }
    assert_mistake(
        "preferences.csv",
        "site-1,1",
        "site-1,0",
        "preferences.csv row 2, rank: \"0\" is not a whole number from 1 to 100000",
    );
    assert_mistake(
        "trainees.csv",
        "US-NY,1,",
        "US-NY,0,",
        "trainees.csv row 2, priority: \"0\" is not a whole number from 1 to 10000",
    );
    assert_mistake(
        "supervision_lines.csv",
        "faculty,90",
        "faculty,615",
        "supervision_lines.csv row 2, minutes_per_week: \"615\" is not a multiple of 15 minutes \
         from 0 to 600",
    );
}

#[test]
fn minutes_lie_on_the_grid() {
    assert_mistake(
        "sites.csv",
        "480,960",
        "470,960",
        "sites.csv row 2, contact_minutes_min: \"470\" is not a multiple of 15 minutes from 0 to \
         10080",
    );
}

#[test]
fn a_limit_is_not_below_its_minimum() {
    assert_mistake(
        "sites.csv",
        ",1,4,1200",
        ",5,4,1200",
        "sites.csv row 2, capacity_min: \"5\" is more than capacity 4",
    );
    assert_mistake(
        "sites.csv",
        "480,960",
        "480,465",
        "sites.csv row 2, contact_minutes_max: \"465\" is less than contact_minutes_min 480",
    );
    let edits = [
        (
            "supervisors.csv",
            "caseload_max",
            "caseload_min,caseload_max",
        ),
        ("supervisors.csv", "both,5", "both,6,5"),
        ("supervisors.csv", "video,8", "video,,8"),
    ];
    assert_eq!(
        mistakes(&edits),
        ["supervisors.csv row 2, caseload_min: \"6\" is more than caseload_max 5"]
    );
}

#[test]
fn a_target_lies_between_least_and_most() {
    assert_mistake(
        "trainees.csv",
        "360,540,660",
        "360,675,660",
        "trainees.csv row 2, contact_minutes_target: \"675\" lies outside contact_minutes_min 360 \
         to contact_minutes_max 660",
    );
}

#[test]
fn a_date_is_of_the_calendar() {
    for wrong in [
        "2027-02-30",
        "7/1/2025",
        "01.07.2025",
        "45839",
        "1969-12-31",
        "2200-01-01",
    ] {
        let message = format!(
            "licences.csv row 2, valid_from: \"{wrong}\" is not a day written as YYYY-MM-DD in \
             the years 1970 to 2199"
        );
        assert_mistake("licences.csv", "2019-01-01", wrong, &message);
    }
    assert_mistake(
        "away.csv",
        "2027-03-15,2027-03-19",
        "2027-03-19,2027-03-15",
        "away.csv row 2, last_day: \"2027-03-15\" is before first_day 2027-03-19",
    );
}

#[test]
fn a_term_has_an_end_after_its_start_and_a_length() {
    assert_mistake(
        "program.toml",
        "last_day = 2027-05-28",
        "last_day = 2027-01-10",
        "program.toml row 9, round.last_day: \"2027-01-10\" is before round.first_day 2027-01-11",
    );
    assert_mistake(
        "program.toml",
        "last_day = 2027-05-28",
        "last_day = 2030-05-28",
        "program.toml row 9, round.last_day: \"2030-05-28\" makes a term of 1234 days; at most 800 \
         are allowed",
    );
    assert_mistake(
        "program.toml",
        "first_day = 2027-01-11",
        "first_day = \"11 Jan\"",
        "program.toml row 8, round.first_day: \"11 Jan\" is not a day written as YYYY-MM-DD in \
         the years 1970 to 2199",
    );
}

#[test]
fn keys_of_the_program_file_are_known_and_typed() {
    assert_eq!(
        mistakes(&[(
            "program.toml",
            "missed_sessions_max = 2",
            "missed_session_max = 2"
        )]),
        [
            "program.toml row 6, round.missed_sessions_max: the key is missing; it must hold a \
             whole number from 0 to 1000",
            "program.toml row 11, round.missed_session_max: unknown key; did you mean \
             missed_sessions_max?",
        ]
    );
    for (from, to, message) in [
        (
            "= 2\n",
            "= \"2\"\n",
            "program.toml row 11, round.missed_sessions_max: \"2\" is not a whole number from 0 \
             to 1000",
        ),
        (
            "= true",
            "= 1",
            "program.toml row 13, round.excluded_supervisor_closes_sites: \"1\" is not true or \
             false",
        ),
        (
            "\"forbidden\"",
            "\"never\"",
            "program.toml row 12, round.unranked_sites: \"never\" is not forbidden or last",
        ),
        (
            "= 30",
            "= 20",
            "program.toml row 10, round.session_start_step_minutes: \"20\" is not a multiple of \
             15 minutes from 15 to 1440",
        ),
        (
            "0.5",
            "0.3333",
            "program.toml row 17, ratio.group_credit: \"0.3333\" is not a number from 0 to 1000 \
             with at most three decimals",
        ),
        (
            "10.0",
            "-1",
            "program.toml row 16, ratio.contact_per_supervision_max: \"-1\" is not a number from \
             0 to 1000 with at most three decimals",
        ),
        (
            "[ratio]",
            "[ratios]",
            "program.toml row 15, ratios: unknown section; did you mean ratio?",
        ),
    ] {
        assert_mistake("program.toml", from, to, message);
    }
}

#[test]
fn a_program_file_that_is_no_toml_is_named_with_its_line() {
    let [message] = &mistakes(&[("program.toml", "name = \"Program\"", "name = Program")])[..]
    else {
        panic!("one mistake")
    };
    assert!(message.starts_with("program.toml row 3: "), "{message}");
}

#[test]
fn columns_are_known_and_complete() {
    assert_eq!(
        mistakes(&[(
            "sites.csv",
            "capacity_min,capacity,",
            "capacity_min,Capacty,"
        )]),
        [
            "sites.csv row 1, Capacty: unknown column; did you mean capacity?",
            "sites.csv row 1, capacity: the column is missing",
        ]
    );
    assert_mistake(
        "exclusions.csv",
        "trainee_id,target,target_id,reason\ntr-2,supervisor,sup-1,family\n",
        "trainee_id,target,target_id,reason,reason\n",
        "exclusions.csv row 1, reason: the header names this column twice",
    );
}

#[test]
fn every_row_has_as_many_cells_as_the_header() {
    assert_mistake(
        "preferences.csv",
        "tr-1,site,site-1,1",
        "tr-1,site,site-1",
        "preferences.csv row 2: the row has 3 cells and the header 4; a cell that holds the \
         separator, such as a list, must be quoted",
    );
}

#[test]
fn a_lost_quote_is_named_once_and_draws_no_others() {
    assert_mistake(
        "supervisors.csv",
        ",0,en\n",
        ",0,\"en\n",
        "supervisors.csv row 2: a cell of this row holds a line break, most likely for want of a \
         closing quote; the rows after it could not be told apart",
    );
}

#[test]
fn words_are_those_of_the_format() {
    for (file, from, to, message) in [
        (
            "availability.csv",
            ",mon,",
            ",Monday,",
            "availability.csv row 2, weekday: \"Monday\" is not mon, tue, wed, thu, fri, sat or \
             sun",
        ),
        (
            "supervisors.csv",
            ",both,",
            ",zoom,",
            "supervisors.csv row 2, delivery: \"zoom\" is not in_person, video or both",
        ),
        (
            "supervisors.csv",
            "individual;triadic",
            "individual;dyadic",
            "supervisors.csv row 2, kinds: \"individual;dyadic\" holds \"dyadic\", which is not \
             individual, triadic or group",
        ),
        (
            "supervision_lines.csv",
            ",any",
            ",none",
            "supervision_lines.csv row 2, licence: \"none\" is not jurisdiction or any",
        ),
    ] {
        assert_mistake(file, from, to, message);
    }
}

#[test]
fn a_group_leader_takes_three_or_more() {
    assert_mistake(
        "supervisors.csv",
        "group,8",
        "group,2",
        "supervisors.csv row 3, group_size_max: \"2\" is too small for the kind group; allowed is \
         a whole number from 3 to 1000",
    );
}

#[test]
fn a_site_supervisor_works_somewhere() {
    assert_mistake(
        "supervisors.csv",
        "site-1;site-2",
        "",
        "supervisors.csv row 2, sites: the cell is empty; a supervisor of role site works at one \
         or more",
    );
}

#[test]
fn an_email_address_may_be_empty_but_not_wrong() {
    assert_mistake(
        "trainees.csv",
        "noor@example.edu",
        "noor.example.edu",
        "trainees.csv row 2, email: \"noor.example.edu\" is not an e-mail address with one @ and \
         no blanks, or nothing",
    );
}

#[test]
fn a_level_has_a_line_when_any_level_has() {
    assert_mistake(
        "trainees.csv",
        ",practicum,US-NY",
        ",internship,US-NY",
        "trainees.csv row 2, level: \"internship\" is a level without a line in \
         supervision_lines.csv; there are practicum",
    );
    let mut files = edited(&[("trainees.csv", ",practicum,US-NY", ",internship,US-NY")]);
    files.remove("supervision_lines.csv");
    assert_eq!(mistakes_of(&files), [""; 0]);
}

#[test]
fn what_may_be_said_once_is_not_said_twice() {
    for (file, from, to, message) in [
        (
            "preferences.csv",
            "tr-1,site,site-2,2",
            "tr-1,site,site-1,2",
            "preferences.csv row 3: this wish of this trainee is given already in row 2; once is \
             allowed",
        ),
        (
            "supervision_lines.csv",
            "weekly_individual",
            "weekly_group",
            "supervision_lines.csv row 3: this line of this level is given already in row 2; once \
             is allowed",
        ),
        (
            "site_rankings.csv",
            "site-1,tr-2,1",
            "site-1,tr-1,2",
            "site_rankings.csv row 3: this trainee's rank at this site is given already in row 2; \
             once is allowed",
        ),
    ] {
        assert_mistake(file, from, to, message);
    }
}

#[test]
fn a_window_given_twice_counts_once() {
    let window = "site,site-1,mon,08:00,18:00\n";
    let twice = edited(&[("availability.csv", window, &window.repeat(2))]);
    assert_eq!(read_roster(&twice).unwrap(), read_roster(&files()).unwrap());
}

#[test]
fn a_text_that_is_not_utf8_is_named_with_its_row() {
    let mut files = files();
    let latin =
        "supervisor_id,jurisdiction,credential,valid_from,valid_until\nsup-1,US-NY,Psy\u{e9}";
    let bytes: Vec<u8> = latin
        .chars()
        .map(|c| u8::try_from(u32::from(c)).unwrap())
        .collect();
    files.insert("licences.csv", bytes);
    assert_eq!(
        mistakes_of(&files),
        ["licences.csv row 2: the text is not UTF-8; save the file as UTF-8"]
    );
    files.insert("licences.csv", vec![0xff, 0xfe, b'i', 0, b'd', 0]);
    assert_eq!(
        mistakes_of(&files),
        ["licences.csv: the file is in UTF-16; save it as UTF-8"]
    );
}

#[test]
fn a_required_file_is_missed_and_an_empty_one_named() {
    let mut files = files();
    files.remove("sites.csv");
    files.remove("program.toml");
    files.insert("preferences.csv", Vec::new());
    assert_eq!(
        mistakes_of(&files),
        [
            "preferences.csv: is empty; its first line must name the columns trainee_id, target, \
             target_id, rank",
            "program.toml: the file is missing; every roster has one",
            "sites.csv: the file is missing; every roster has one",
        ]
    );
}

#[test]
fn all_mistakes_come_at_once_by_file_and_row() {
    let edits = [
        ("trainees.csv", "tr-1,Noor Diaz", "tr-1,"),
        ("sites.csv", ",4,1200", ",-4,1205"),
        ("availability.csv", "09:00,12:00", "12:00,09:00"),
        ("program.toml", "= 30", "= 20"),
    ];
    let places: Vec<String> = mistakes(&edits)
        .iter()
        .map(|line| line.split(':').next().unwrap().to_owned())
        .collect();
    assert_eq!(
        places,
        [
            "availability.csv row 3, end",
            "program.toml row 10, round.session_start_step_minutes",
            "sites.csv row 2, capacity",
            "sites.csv row 2, contact_minutes_per_week",
            "trainees.csv row 2, name",
        ]
    );
}

#[test]
fn mistakes_are_counted_beyond_those_that_are_kept() {
    let mut files = files();
    let row = "tr-9,site,site-1,1\n";
    let text = format!("trainee_id,target,target_id,rank\n{}", row.repeat(100_200));
    files.insert("preferences.csv", text.into_bytes());
    let errors = read_roster(&files).unwrap_err();
    assert_eq!(errors.count(), 100_200);
    assert_eq!(errors.as_slice().len(), 100_000);
    assert!(errors.summary(2).ends_with("\nand 100198 more"));
}
