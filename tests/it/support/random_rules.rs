//! Random rule sets for tiny rosters, in which every shape bites now and then.

use practicum::domain::{Roster, RuleSet};

use super::dice::Dice;
use super::random_world::random_world;
use super::rules::rule_set;

/// Returns the tiny roster of a seed with one or two random rule sets. Over the
/// seeds every shape of rule is there, with every window, credit by size, and
/// sets that apply to some only.
pub(crate) fn random_rules_world(seed: u64) -> Roster {
    let mut dice = Dice::new(seed ^ 0x1A3_0F5E7);
    let mut roster = random_world(seed);
    if dice.one_in(2) {
        for site in &mut roster.sites {
            if dice.one_in(2) {
                site.setting = "school".parse().unwrap();
            }
        }
    }
    roster.rule_sets = random_rule_sets(&mut dice);
    roster
}

/// Returns one or two random rule sets.
pub(crate) fn random_rule_sets(dice: &mut Dice) -> Vec<RuleSet> {
    let names = ["first", "second"];
    let count = *dice.pick(&[1, 1, 2]);
    names[..count]
        .iter()
        .map(|name| one_set(dice, name))
        .collect()
}

fn one_set(dice: &mut Dice, name: &str) -> RuleSet {
    let mut tables = String::new();
    if dice.one_in(4) {
        tables.push_str("[applies_to]\nsettings = [\"clinic\"]\n");
    }
    tables.push_str(&credit(dice));
    for _ in 0..*dice.pick(&[1, 1, 2]) {
        tables.push_str(&format!("[[rule]]\n{}\n", rule(dice)));
    }
    rule_set(name, &tables)
}

fn credit(dice: &mut Dice) -> String {
    let credits = [
        "",
        "",
        "[credit]\ngroup = 0.5\n",
        "[credit]\ntriadic = 0.5\n[[credit.group]]\nfrom = 3\nshare = 0.5\n\
         [[credit.group]]\nfrom = 4\ndivided_by_members = true\n",
        "[[credit.group]]\nfrom = 3\ndivided_by_members = true\n",
        "[credit]\nsession_minutes_min = 60\n",
        "[credit]\nsupervisor_credentials = [\"LCSW\"]\n",
    ];
    (*dice.pick(&credits)).to_owned()
}

fn rule(dice: &mut Dice) -> String {
    let windows = ["week", "month", "term"];
    let kinds = [
        "",
        "",
        "kinds = [\"individual\"]",
        "kinds = [\"individual\", \"triadic\"]",
        "kinds = [\"group\"]",
    ];
    match dice.below(10) {
        0 | 1 => format!(
            "name = \"supervision_units\"\ncontact_minutes_per_unit = {}\nunit_minutes = {}\n\
             window = \"{}\"",
            dice.pick(&[30, 45, 60, 90]),
            dice.pick(&[15, 20, 30, 60]),
            dice.pick(&windows)
        ),
        2 => format!(
            "name = \"supervision_units\"\nunit_minutes = {}\nfurther_unit_above = {}",
            dice.pick(&[15, 30]),
            dice.pick(&[45, 60, 90])
        ),
        3 => format!(
            "name = \"supervision_minutes_min\"\nminutes = {}\nper = \"week\"\nwindow = \"{}\"\n{}",
            dice.pick(&[10, 20, 30, 60]),
            dice.pick(&windows),
            dice.pick(&kinds)
        ),
        4 => format!(
            "name = \"supervision_minutes_min\"\nminutes = {}\nper = \"month\"\n{}",
            dice.pick(&[60, 90, 180, 240]),
            dice.pick(&kinds)
        ),
        5 => format!(
            "name = \"{}\"\nshare = {}",
            dice.pick(&["group_share_max", "video_share_max"]),
            dice.pick(&["0", "0.5", "0.6"])
        ),
        6 => format!(
            "name = \"individual_share_min\"\nshare = {}\n{}",
            dice.pick(&["0.4", "0.5", "1"]),
            dice.pick(&["", "kinds = [\"individual\", \"triadic\"]"])
        ),
        7 => "name = \"group_size_max\"\nmembers = 3".to_owned(),
        8 => (*dice.pick(&[
            "name = \"supervisors_max\"\nsupervisors = 1",
            "name = \"supervisors_distinct_min\"\nsupervisors = 2",
        ]))
        .to_owned(),
        _ => format!(
            "name = \"supervisees_max\"\nsupervisees = {}\n{}",
            dice.pick(&[1, 1, 2]),
            dice.pick(&["", "settings = [\"clinic\"]"])
        ),
    }
}
