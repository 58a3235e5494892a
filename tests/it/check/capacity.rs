//! How many and how much.

use practicum::domain::{BlockingPairs, Plan, Roster, Rule, SessionKind, SiteRanking};

use super::{Case, one_trainee, planned};
use crate::support::plans::tell_the_truth;
use crate::support::world::{World, minutes, parsed, range};

pub(super) const CASES: &[Case] = &[
    Case {
        name: "one trainee more than the site takes",
        rule: Rule::SiteCapacity,
        legal: two_trainees,
        break_it: |roster, _| roster.sites[0].capacity = 1,
    },
    Case {
        name: "a trainee and a site that would both rather have each other",
        rule: Rule::BlockingPair,
        legal: rivals,
        break_it: |roster, _| roster.site_rankings[0].rank = 3,
    },
    Case {
        name: "a trainee who is kept from a free place",
        rule: Rule::BlockingPair,
        legal: rivals,
        break_it: |roster, _| roster.sites[0].capacity = 2,
    },
    Case {
        name: "one trainee fewer than the site needs",
        rule: Rule::CapacityMin,
        legal: two_trainees,
        break_it: |roster, _| roster.sites[0].capacity_min = 3,
    },
    Case {
        name: "one trainee fewer than the supervisor must have",
        rule: Rule::CapacityMin,
        legal: || {
            let (mut roster, plan) = two_trainees();
            roster.supervisors[0].caseload_current = 1;
            roster.supervisors[0].caseload_min = 3;
            (roster, plan)
        },
        break_it: |roster, _| roster.supervisors[0].caseload_min = 4,
    },
    Case {
        name: "more contact than the site can offer",
        rule: Rule::SiteContactMinutes,
        legal: || {
            let (mut roster, plan) = two_trainees();
            roster.sites[0].contact_per_week = minutes(600);
            (roster, plan)
        },
        break_it: |roster, _| roster.sites[0].contact_per_week = minutes(585),
    },
    Case {
        name: "contact off the grid of 15 minutes",
        rule: Rule::ContactRange,
        legal: one_trainee,
        break_it: |_, plan| plan.placements[0].contact = minutes(290),
    },
    Case {
        name: "contact below the trainee's least",
        rule: Rule::ContactRange,
        legal: one_trainee,
        break_it: |roster, plan| {
            roster.trainees[0].contact = range(300, 600);
            plan.placements[0].contact = minutes(285);
        },
    },
    Case {
        name: "contact above the trainee's most",
        rule: Rule::ContactRange,
        legal: one_trainee,
        break_it: |roster, _| {
            roster.trainees[0].contact = range(0, 285);
        },
    },
    Case {
        name: "contact below the site's least",
        rule: Rule::ContactRange,
        legal: one_trainee,
        break_it: |roster, _| roster.sites[0].contact = range(315, 600),
    },
    Case {
        name: "contact above the site's most",
        rule: Rule::ContactRange,
        legal: one_trainee,
        break_it: |roster, _| roster.sites[0].contact = range(0, 285),
    },
    Case {
        name: "contact above the target without need",
        rule: Rule::ContactRange,
        legal: one_trainee,
        break_it: |_, plan| plan.placements[0].contact = minutes(315),
    },
    Case {
        name: "contact above the target further than the site's least asks for",
        rule: Rule::ContactRange,
        legal: || {
            let (mut roster, mut plan) = one_trainee();
            roster.sites[0].contact = range(360, 600);
            plan.placements[0].contact = minutes(360);
            tell_the_truth(&roster, &mut plan);
            (roster, plan)
        },
        break_it: |_, plan| plan.placements[0].contact = minutes(375),
    },
    Case {
        name: "one trainee more than the supervisor may have, with those she has",
        rule: Rule::CaseloadLimit,
        legal: || {
            let (mut roster, plan) = two_trainees();
            roster.supervisors[0].caseload_current = 4;
            (roster, plan)
        },
        break_it: |roster, _| roster.supervisors[0].caseload_current = 5,
    },
    Case {
        name: "more minutes than the supervisor gives",
        rule: Rule::SupervisorWeeklyMinutes,
        legal: || {
            let (mut roster, plan) = two_trainees();
            roster.supervisors[0].minutes_per_week_max = minutes(120);
            (roster, plan)
        },
        break_it: |roster, _| roster.supervisors[0].minutes_per_week_max = minutes(105),
    },
];

/// Two trainees at one site, who meet one supervisor one after the other.
fn two_trainees() -> (Roster, Plan) {
    let world = World::new().site("a").supervisor("s").line("weekly");
    planned(world.trainee("t").trainee("u"), |plan| {
        let kind = SessionKind::Individual;
        plan.place("t", "a", 300)
            .place("u", "a", 300)
            .video("s", kind, "mon 09:00", &["t/weekly"])
            .video("s", kind, "mon 10:00", &["u/weekly"])
    })
}

#[test]
fn a_session_counts_once_and_a_trainee_counts_once() {
    let world = World::new()
        .site("a")
        .supervisor_with("s", |supervisor| {
            supervisor.caseload_max = 2;
            supervisor.minutes_per_week_max = minutes(120);
        })
        .line_with("one", |line| line.kinds = [SessionKind::Triadic].into())
        .line_with("two", |line| line.kinds = [SessionKind::Triadic].into());
    let (roster, plan) = planned(world.trainee("t").trainee("u"), |plan| {
        let kind = SessionKind::Triadic;
        plan.place("t", "a", 300)
            .place("u", "a", 300)
            .video("s", kind, "mon 09:00", &["t/one", "u/one"])
            .video("s", kind, "tue 09:00", &["t/two", "u/two"])
    });
    assert_eq!(super::breaches(&roster, &plan), []);
}

#[test]
fn a_supervisor_who_was_over_her_limit_before_and_gets_nobody_is_no_breach() {
    let (mut roster, plan) = planned(World::new().site("a").trainee("t"), |plan| {
        plan.place("t", "a", 300)
    });
    let with_supervisor = World::new().supervisor_with("s", |s| s.caseload_current = 7);
    roster.supervisors = with_supervisor.roster().supervisors;
    assert_eq!(super::breaches(&roster, &plan), []);
}

/// Two trainees who would both rather be at site a, which has one place and
/// takes t first.
fn rivals() -> (Roster, Plan) {
    let rank = |trainee, rank| SiteRanking {
        site: parsed("a"),
        trainee: parsed(trainee),
        rank,
    };
    let world = World::new()
        .site_with("a", |site| site.capacity = 1)
        .site("b")
        .round(|round| round.blocking_pairs = BlockingPairs::Forbidden)
        .trainee("t")
        .trainee("u")
        .with(|roster| roster.site_rankings = vec![rank("t", 1), rank("u", 2)]);
    planned(world, |plan| plan.place("t", "a", 300).place("u", "b", 300))
}
