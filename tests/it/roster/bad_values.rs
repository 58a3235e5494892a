//! Every kind of mistake in a cell gets a message of its own.

use super::small::{assert_mistake, edited, files, mistakes, mistakes_of};

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
fn an_id_keeps_to_its_alphabet() {
    let edits = [("trainees.csv", "tr-2", "tr 2")];
    assert!(mistakes(&edits).contains(
        &"trainees.csv row 3, id: \"tr 2\" is not a key: 1 to 63 of A-Z a-z 0-9 . _ - that start \
          with a letter or digit"
            .to_owned()
    ));
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
fn many_unknown_zones_are_answered_in_time() {
    let mut text = String::from_utf8(files().get("trainees.csv").unwrap().to_vec()).unwrap();
    for number in 0..20_000 {
        text.push_str(&format!(
            "many-{number},Name,,America/Now_{number},practicum,US-NY,1,360,,660,,en\n"
        ));
    }
    text.push_str("last,Name,,Europe/Paris,practicum,US-NY,1,360,,660,,en\n");
    let mut files = files();
    files.insert("trainees.csv", text.into_bytes());
    let started = std::time::Instant::now();
    assert_eq!(mistakes_of(&files).len(), 20_000);
    assert!(started.elapsed().as_secs() < 10);
}

#[test]
fn a_message_repeats_only_the_beginning_of_a_long_cell() {
    let long = "x".repeat(5000);
    let [message] = &mistakes(&[("sites.csv", ",4,1200", &format!(",{long},1200"))])[..] else {
        panic!("one mistake")
    };
    assert!(message.contains("x…\" is not a whole number"), "{message}");
    assert!(message.len() < 200, "{message}");
}
