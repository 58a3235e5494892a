//! Rule sets: each shape of rule, kept by its number and broken by the next.

use practicum::domain::{Plan, Roster, Rule, SessionKind};

use super::{Case, breaches, one_trainee, one_trainee_in_person, planned};
use crate::support::rules::{one_rule, rule_set};
use crate::support::world::{World, away};

pub(super) const CASES: &[Case] = &[
    Case {
        name: "contact needs more units than there are",
        rule: Rule::SupervisionUnits,
        legal: || {
            under(
                one_trainee(),
                "supervision_units",
                "contact_minutes_per_unit = 300",
            )
        },
        break_it: |roster, _| {
            demand(
                roster,
                "supervision_units",
                "contact_minutes_per_unit = 299",
            );
        },
    },
    Case {
        name: "much contact needs a further unit",
        rule: Rule::SupervisionUnits,
        legal: || {
            under(
                one_trainee(),
                "supervision_units",
                "further_unit_above = 300",
            )
        },
        break_it: |roster, _| demand(roster, "supervision_units", "further_unit_above = 285"),
    },
    Case {
        name: "a group counts half, so two of its hours are a unit",
        rule: Rule::SupervisionUnits,
        legal: || under(a_group(3), "supervision_units", ""),
        break_it: |roster, _| {
            let tables = "[credit]\ngroup = 0.5\n[[rule]]\nname = \"supervision_units\"";
            roster.rule_sets = vec![rule_set("own", tables)];
        },
    },
    Case {
        name: "a missed hour is missing in the month",
        rule: Rule::SupervisionMinutesMin,
        legal: || {
            under(
                one_week_missed(),
                "supervision_minutes_min",
                "minutes = 180\nper = \"month\"",
            )
        },
        break_it: |roster, _| {
            demand(
                roster,
                "supervision_minutes_min",
                "minutes = 181\nper = \"month\"",
            );
        },
    },
    Case {
        name: "too few minutes of a kind",
        rule: Rule::SupervisionMinutesMin,
        legal: || {
            under(
                one_trainee(),
                "supervision_minutes_min",
                "minutes = 60\nper = \"week\"",
            )
        },
        break_it: |roster, _| {
            let parameters = "minutes = 60\nper = \"week\"\nkinds = [\"group\"]";
            demand(roster, "supervision_minutes_min", parameters);
        },
    },
    Case {
        name: "the supervisor has not the credential that counts",
        rule: Rule::SupervisionMinutesMin,
        legal: || with_credential("LCSW"),
        break_it: |roster, _| *roster = with_credential("PhD").0,
    },
    Case {
        name: "an hour shared by five is under a quarter of an hour",
        rule: Rule::SupervisionMinutesMin,
        legal: || shared_by_five(12),
        break_it: |roster, _| *roster = shared_by_five(13).0,
    },
    Case {
        name: "too much in groups",
        rule: Rule::GroupShareMax,
        legal: || under(a_group(3), "group_share_max", "share = 1"),
        break_it: |roster, _| demand(roster, "group_share_max", "share = 0.999"),
    },
    Case {
        name: "too little alone",
        rule: Rule::IndividualShareMin,
        legal: || under(one_trainee(), "individual_share_min", "share = 1"),
        break_it: |roster, _| {
            demand(
                roster,
                "individual_share_min",
                "share = 0.1\nkinds = [\"triadic\"]",
            );
        },
    },
    Case {
        name: "too much by video",
        rule: Rule::VideoShareMax,
        legal: || under(one_trainee_in_person(), "video_share_max", "share = 0"),
        break_it: |roster, plan| {
            let (_, by_video) = one_trainee();
            plan.sessions = by_video.sessions;
            demand(roster, "video_share_max", "share = 0.5");
        },
    },
    Case {
        name: "a group with a member too many",
        rule: Rule::GroupSizeMax,
        legal: || under(a_group(4), "group_size_max", "members = 4"),
        break_it: |roster, _| demand(roster, "group_size_max", "members = 3"),
    },
    Case {
        name: "too many supervisors at once",
        rule: Rule::SupervisorsMax,
        legal: || under(two_supervisors(), "supervisors_max", "supervisors = 2"),
        break_it: |roster, _| demand(roster, "supervisors_max", "supervisors = 1"),
    },
    Case {
        name: "too few different supervisors",
        rule: Rule::SupervisorsDistinctMin,
        legal: || {
            under(
                two_supervisors(),
                "supervisors_distinct_min",
                "supervisors = 2",
            )
        },
        break_it: |roster, _| demand(roster, "supervisors_distinct_min", "supervisors = 3"),
    },
    Case {
        name: "too many supervisees in a setting",
        rule: Rule::SuperviseesMax,
        legal: || {
            let parameters = "supervisees = 2\nsettings = [\"private_practice\"]";
            under(a_group(3), "supervisees_max", parameters)
        },
        break_it: |roster, _| {
            demand(
                roster,
                "supervisees_max",
                "supervisees = 2\nsettings = [\"clinic\"]",
            );
        },
    },
];

/// Asks one rule of everybody.
fn demand(roster: &mut Roster, rule: &str, parameters: &str) {
    roster.rule_sets = vec![one_rule(rule, parameters)];
}

fn under((mut roster, plan): (Roster, Plan), rule: &str, parameters: &str) -> (Roster, Plan) {
    demand(&mut roster, rule, parameters);
    (roster, plan)
}

fn with_credential(credential: &str) -> (Roster, Plan) {
    let (mut roster, plan) = one_trainee();
    roster.rule_sets = vec![rule_set(
        "own",
        &format!(
            "[credit]\nsupervisor_credentials = [\"{credential}\"]\n[[rule]]\n\
             name = \"supervision_minutes_min\"\nminutes = 60\nper = \"week\""
        ),
    )];
    (roster, plan)
}

fn shared_by_five(minutes: u32) -> (Roster, Plan) {
    let (mut roster, plan) = a_group(5);
    roster.rule_sets = vec![rule_set(
        "own",
        &format!(
            "[[credit.group]]\nfrom = 3\nshare = 0.5\n[[credit.group]]\nfrom = 5\n\
             divided_by_members = true\n[[rule]]\n\
             name = \"supervision_minutes_min\"\nminutes = {minutes}\nper = \"week\""
        ),
    )];
    (roster, plan)
}

/// Returns a group of so many trainees at one site.
fn a_group(members: usize) -> (Roster, Plan) {
    let kind = SessionKind::Group;
    let names = ["t", "u", "v", "w", "x"];
    let mut world = World::new()
        .site("a")
        .supervisor_with("s", |supervisor| supervisor.group_size_max = 5)
        .line_with("weekly", |line| line.kinds = [kind].into());
    for name in &names[..members] {
        world = world.trainee(name);
    }
    planned(world, |mut plan| {
        for name in &names[..members] {
            plan = plan.place(name, "a", 300);
        }
        let lines: Vec<String> = names.iter().map(|name| format!("{name}/weekly")).collect();
        let lines: Vec<&str> = lines[..members].iter().map(String::as_str).collect();
        plan.video("s", kind, "mon 09:00", &lines)
    })
}

fn two_supervisors() -> (Roster, Plan) {
    let world = World::new().site("a").supervisor("s").supervisor("z");
    planned(world.line("first").line("second").trainee("t"), |plan| {
        let kind = SessionKind::Individual;
        plan.place("t", "a", 300)
            .video("s", kind, "mon 09:00", &["t/first"])
            .video("z", kind, "tue 09:00", &["t/second"])
    })
}

/// Returns a term of four weeks that lie in one month, of which the supervisor
/// misses one.
fn one_week_missed() -> (Roster, Plan) {
    let (mut roster, plan) = one_trainee();
    roster.round.missed_sessions_max = 1;
    let days_away = away("2027-01-11", "2027-01-11");
    roster.supervisors[0].availability.away.push(days_away);
    (roster, plan)
}

#[test]
fn a_week_in_which_the_trainee_is_away_asks_for_nothing() {
    let (mut roster, plan) = one_week_missed();
    demand(
        &mut roster,
        "supervision_minutes_min",
        "minutes = 240\nper = \"month\"",
    );
    assert_eq!(breaches(&roster, &plan).len(), 1);
    let days_away = roster.supervisors[0].availability.away.clone();
    roster.trainees[0].availability.away = days_away;
    assert_eq!(breaches(&roster, &plan), []);
}

#[test]
fn rules_of_another_level_jurisdiction_or_setting_do_not_apply() {
    let (mut roster, plan) = one_trainee();
    for (key, applies, breaks) in [
        ("levels", "practicum", true),
        ("levels", "internship", false),
        ("jurisdictions", "US-NY", true),
        ("jurisdictions", "US-TX", false),
        ("settings", "clinic", true),
        ("settings", "school", false),
    ] {
        roster.rule_sets = vec![rule_set(
            "own",
            &format!(
                "[applies_to]\n{key} = [\"{applies}\"]\n[[rule]]\n\
                 name = \"supervisors_distinct_min\"\nsupervisors = 2"
            ),
        )];
        assert_eq!(
            breaches(&roster, &plan).len(),
            usize::from(breaks),
            "{key} {applies}"
        );
    }
}

#[test]
fn several_rule_sets_hold_together_and_each_is_named() {
    let (mut roster, plan) = one_trainee();
    let mut other = one_rule("supervision_units", "contact_minutes_per_unit = 100");
    other.key = "other".parse().unwrap();
    roster.rule_sets = vec![
        one_rule("supervisors_distinct_min", "supervisors = 2"),
        other,
    ];
    let found = breaches(&roster, &plan);
    let details: Vec<&str> = found.iter().map(|breach| breach.detail.as_str()).collect();
    assert_eq!(
        details,
        [
            "rule set other: 300 minutes of contact a week need 3 units of supervision, there are 1",
            "rule set own: 1 different supervisors, at least 2",
        ]
    );
}
