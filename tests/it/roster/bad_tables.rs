//! Mistakes of whole tables, and between tables.

use practicum::roster::read_roster;

use super::small::{assert_mistake, edited, files, mistakes, mistakes_of};

#[test]
fn the_small_roster_has_no_mistake() {
    assert_eq!(mistakes(&[]), [""; 0]);
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
