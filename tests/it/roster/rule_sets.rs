//! Rule sets: shipped and a program's own, asked for by the round.

use practicum::domain::rule_set::{Clause, Portion, Trust};
use practicum::domain::{Minutes, RuleSet, SessionKind};
use practicum::roster::{
    FolderFiles, read_folder, read_roster, read_rule_set, roster_hash, rule_set_marks,
    shipped_rule_sets, write_roster,
};

use super::small::{edited, files, mistakes_of};

const OWN: &str = "id = \"own\"\ntitle = \"Our rule\"\nbody = \"The program\"\n\
    source = \"handbook, page 4\"\ntrust = \"A\"\nverified_on = 2026-09-01\n\n\
    [[rule]]\nname = \"supervisors_max\"\nsupervisors = 2\n";

/// Returns the small roster with a list of rule sets and a file of its own.
fn asking(list: &str, own: Option<&str>) -> FolderFiles {
    let line = format!("missed_sessions_max = 2\nrule_sets = {list}");
    let mut files = edited(&[("program.toml", "missed_sessions_max = 2", &line)]);
    if let Some(text) = own {
        files.insert("rules/own.toml", text.into());
    }
    files
}

fn mistakes_in(text: &str) -> Vec<String> {
    match read_rule_set("own.toml", text) {
        Ok(_) => Vec::new(),
        Err(errors) => errors.as_slice().iter().map(ToString::to_string).collect(),
    }
}

fn shipped(key: &str) -> &'static RuleSet {
    let mut sets = shipped_rule_sets().iter();
    sets.find(|set| set.key.as_str() == key).unwrap()
}

#[test]
fn what_is_shipped_is_marked_with_its_trust_and_as_unverified() {
    let marks: Vec<(&str, Trust)> = shipped_rule_sets()
        .iter()
        .map(|set| (set.key.as_str(), set.trust))
        .collect();
    assert_eq!(
        marks,
        [
            ("appic-internship", Trust::Weak),
            ("bacp-student", Trust::Text),
            ("cacrep-internship", Trust::Report),
            ("cacrep-practicum", Trust::Recalled),
            ("california-bbs-associate", Trust::Weak),
            ("california-bbs-trainee", Trust::Weak),
            ("coamfte", Trust::Report),
            ("texas-lpc-associate", Trust::Text),
        ]
    );
    assert!(
        shipped_rule_sets()
            .iter()
            .all(|set| set.verified_on.is_none())
    );
}

#[test]
fn the_credit_of_a_group_depends_on_its_size() {
    let credit = &shipped("bacp-student").credit;
    let of = |members| credit.portion(SessionKind::Group, members);
    assert_eq!(of(3), of(4));
    assert!(matches!(of(4), Portion::Share(share) if share.get() == 500));
    assert_eq!(of(5), Portion::DividedByMembers);
    assert_eq!(of(12), Portion::DividedByMembers);
}

#[test]
fn a_round_gets_the_rule_sets_that_it_asks_for_in_its_order() {
    let asked = "[\"texas-lpc-associate\", \"own\", \"coamfte\"]";
    let roster = read_roster(&asking(asked, Some(OWN))).unwrap();
    let keys: Vec<&str> = roster
        .rule_sets
        .iter()
        .map(|set| set.key.as_str())
        .collect();
    assert_eq!(keys, ["texas-lpc-associate", "own", "coamfte"]);
    assert_eq!(roster.rule_sets[1].clauses, [Clause::SupervisorsMax(2)]);
}

#[test]
fn a_file_of_the_program_stands_in_place_of_a_shipped_one() {
    let own = OWN.replace("\"own\"", "\"coamfte\"");
    let roster = read_roster(&asking("[\"coamfte\"]", Some(&own))).unwrap();
    assert_eq!(roster.rule_sets[0].title, "Our rule");
}

#[test]
fn what_is_written_holds_the_text_of_every_rule_set() {
    let roster = read_roster(&asking("[\"own\", \"coamfte\"]", Some(OWN))).unwrap();
    let written = write_roster(&roster);
    assert_eq!(written.get("rules/own.toml"), Some(OWN.as_bytes()));
    assert!(written.get("rules/coamfte.toml").is_some());
    assert_eq!(read_roster(&written).unwrap(), roster);
    let folder = tempfile::tempdir().unwrap();
    written.write_dir(folder.path()).unwrap();
    assert_eq!(read_folder(folder.path()).unwrap(), roster);
    let bytes = FolderFiles::from_bytes(&written.to_bytes()).unwrap();
    assert_eq!(bytes, written);
}

#[test]
fn a_roster_without_rule_sets_is_written_as_ever() {
    let roster = read_roster(&files()).unwrap();
    let empty = read_roster(&asking("[]", Some(OWN))).unwrap();
    assert_eq!(roster, empty);
    assert_eq!(roster_hash(&roster), roster_hash(&empty));
    let program = write_roster(&roster);
    let program = std::str::from_utf8(program.get("program.toml").unwrap()).unwrap();
    assert!(!program.contains("rule_sets"));
    assert!(rule_set_marks(&roster).is_empty());
}

#[test]
fn a_changed_text_is_another_roster_and_another_mark() {
    let changed = OWN.replace("supervisors = 2", "supervisors = 3");
    let [one, other] =
        [OWN, changed.as_str()].map(|text| read_roster(&asking("[\"own\"]", Some(text))).unwrap());
    assert_ne!(roster_hash(&one), roster_hash(&other));
    assert_ne!(rule_set_marks(&one), rule_set_marks(&other));
    assert!(rule_set_marks(&one)[0].starts_with("own@"));
}

#[test]
fn a_rule_set_that_is_not_there_is_refused_by_line() {
    let cases = [
        (
            "[\"coamft\"]",
            "program.toml row 12, round.rule_sets: \"coamft\" is no rule set; did you mean coamfte?",
        ),
        (
            "[\"coamfte\", \"coamfte\"]",
            "program.toml row 12, round.rule_sets: \"[\"coamfte\", \"coamfte\"]\" is not a list of \
             at most 32 rule sets, each once, such as [\"cacrep-practicum\"]",
        ),
    ];
    for (list, message) in cases {
        assert_eq!(mistakes_of(&asking(list, None)), [message]);
    }
}

#[test]
fn a_rule_set_that_is_not_in_force_is_refused() {
    let ended = OWN.replace("trust", "effective_until = 2026-12-31\ntrust");
    assert_eq!(
        mistakes_of(&asking("[\"own\"]", Some(&ended))),
        [
            "program.toml row 12, round.rule_sets: \"own\" is not in force on any day of the \
             term; it holds until 2026-12-31"
        ]
    );
    let holds = OWN.replace("trust", "effective_until = 2027-01-11\ntrust");
    assert!(mistakes_of(&asking("[\"own\"]", Some(&holds))).is_empty());
}

#[test]
fn a_file_that_nobody_asks_for_is_read_all_the_same() {
    let bad = OWN.replace("supervisors = 2", "supervisors = 0");
    assert_eq!(
        mistakes_of(&asking("[]", Some(&bad))),
        ["rules/own.toml row 10, rule[0].supervisors: \"0\" is not a whole number from 1 to 100"]
    );
}

#[test]
fn every_mistake_of_a_file_is_named_with_line_and_what_is_allowed() {
    let cases = [
        (
            "supervisors_max",
            "supervisor_max",
            "own.toml row 9, rule[0].name: unknown rule; did you mean supervisors_max?",
        ),
        (
            "supervisors = 2",
            "supervisors = 2\nshare = 0.5",
            "own.toml row 11, rule[0].share: unknown key; allowed are name, supervisors",
        ),
        (
            "title",
            "titel",
            "own.toml row 1, title: the key is missing; it must hold a text of 1 to 200 \
             characters on one line",
        ),
        (
            "trust = \"A\"",
            "trust = \"B\"",
            "own.toml row 6, verified_on: \"2026-09-01\" is allowed with trust A only; otherwise \
             write unverified = true",
        ),
        (
            "verified_on = 2026-09-01",
            "",
            "own.toml row 1, verified_on: the key is missing; it must hold the day on which the \
             numbers were compared with the source, or unverified = true must say that nobody has",
        ),
        (
            "name = \"supervisors_max\"\nsupervisors = 2",
            "name = \"supervision_units\"\nwindow = \"month\"",
            "own.toml row 8, rule[0].contact_minutes_per_unit: the key is missing; only in the \
             window \"week\" may it be left out",
        ),
        (
            "name = \"supervisors_max\"\nsupervisors = 2",
            "name = \"group_share_max\"\nshare = 1.5",
            "own.toml row 10, rule[0].share: \"1.5\" is not a share from 0 to 1 with at most \
             three decimals",
        ),
        (
            "[[rule]]",
            "[credit]\n[[credit.group]]\nfrom = 4\nshare = 0.5\n[[rule]]",
            "own.toml row 9, credit.group: must begin with from = 3 and go on with larger sizes",
        ),
    ];
    assert!(mistakes_in(OWN).is_empty());
    for (from, to, message) in cases {
        let text = OWN.replacen(from, to, 1);
        assert!(
            mistakes_in(&text).contains(&message.to_owned()),
            "{:?}",
            mistakes_in(&text)
        );
    }
}

#[test]
fn defaults_of_a_rule_are_an_hour_a_unit_and_each_week() {
    let text = OWN.replace(
        "name = \"supervisors_max\"\nsupervisors = 2",
        "name = \"supervision_units\"",
    );
    let set = read_rule_set("own.toml", &text).unwrap();
    let [Clause::Units { unit, window, .. }] = &set.clauses[..] else {
        panic!("{:?}", set.clauses);
    };
    assert_eq!(*unit, Minutes::new(60).unwrap());
    assert_eq!(window.as_str(), "week");
}
