//! What supervision a placement needs.

use practicum::domain::plan::Unmatched;
use practicum::domain::{Plan, Ratio, Role, Roster, Rule, SessionKind, Thousandths};

use super::{Case, breaches, one_trainee, planned};
use crate::support::world::{World, parsed};

pub(super) const CASES: &[Case] = &[
    Case {
        name: "a line is not filled",
        rule: Rule::SupervisionLines,
        legal: one_trainee,
        break_it: |_, plan| plan.sessions.clear(),
    },
    Case {
        name: "a line is filled twice",
        rule: Rule::SupervisionLines,
        legal: one_trainee,
        break_it: |_, plan| {
            let mut second = plan.sessions[0].clone();
            second.number = 2;
            let weekly = second.weekly_start.as_mut().unwrap();
            weekly.weekday = chrono::Weekday::Tue;
            plan.sessions.push(second);
        },
    },
    Case {
        name: "a line of another level is filled as well",
        rule: Rule::SupervisionLines,
        legal: || {
            let (roster, plan) = one_trainee();
            let other = World::new().line_with("other", |line| line.level = parsed("internship"));
            let mut roster = roster;
            roster
                .supervision_lines
                .extend(other.roster().supervision_lines);
            (roster, plan)
        },
        break_it: |_, plan| {
            let mut second = plan.sessions[0].clone();
            second.number = 2;
            second.members[0].line = parsed("other");
            let weekly = second.weekly_start.as_mut().unwrap();
            weekly.weekday = chrono::Weekday::Tue;
            plan.sessions.push(second);
        },
    },
    Case {
        name: "the supervisor has another role than the line asks for",
        rule: Rule::SupervisionLines,
        legal: one_trainee,
        break_it: |roster, _| roster.supervisors[0].role = Role::Site,
    },
    Case {
        name: "an unmatched trainee meets all the same",
        rule: Rule::SupervisionLines,
        legal: one_trainee,
        break_it: |_, plan| {
            plan.placements.clear();
            plan.unmatched.push(Unmatched {
                trainee: parsed("t"),
                reason: Rule::SiteCapacity,
                detail: String::new(),
                action: String::new(),
            });
        },
    },
    Case {
        name: "more contact than individual supervision carries",
        rule: Rule::SupervisionRatio,
        legal: || {
            let (mut roster, plan) = one_trainee();
            roster.round.ratio = ratio(5000, 500);
            (roster, plan)
        },
        break_it: |roster, _| roster.round.ratio = ratio(4999, 500),
    },
    Case {
        name: "more contact than group supervision carries by its credit",
        rule: Rule::SupervisionRatio,
        legal: || {
            let (mut roster, plan) = a_group();
            roster.round.ratio = ratio(10_000, 500);
            (roster, plan)
        },
        break_it: |roster, _| roster.round.ratio = ratio(10_000, 499),
    },
];

const fn ratio(contact_per_supervision_max: u32, group_credit: u32) -> Option<Ratio> {
    match (
        Thousandths::new(contact_per_supervision_max),
        Thousandths::new(group_credit),
    ) {
        (Some(contact_per_supervision_max), Some(group_credit)) => Some(Ratio {
            contact_per_supervision_max,
            group_credit,
        }),
        _ => None,
    }
}

fn a_group() -> (Roster, Plan) {
    let kind = SessionKind::Group;
    let world = World::new()
        .site("a")
        .supervisor("s")
        .line_with("weekly", |line| line.kinds = [kind].into());
    planned(world.trainee("t").trainee("u").trainee("v"), |plan| {
        plan.place("t", "a", 300)
            .place("u", "a", 300)
            .place("v", "a", 300)
            .video(
                "s",
                kind,
                "mon 09:00",
                &["t/weekly", "u/weekly", "v/weekly"],
            )
    })
}

#[test]
fn without_any_line_a_placement_needs_no_supervision_and_no_ratio() {
    let world = World::new().site("a").trainee("t");
    let world = world.round(|round| round.ratio = ratio(1000, 500));
    let (roster, plan) = planned(world, |plan| plan.place("t", "a", 300));
    assert_eq!(breaches(&roster, &plan), []);
}
