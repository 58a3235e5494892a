//! Who may be where and with whom.

use practicum::domain::{
    DeliveryOffer, Exclusion, Forbid, LicenceRule, Pin, Plan, Role, Roster, Rule, SessionKind,
};
use practicum::matching::check::Broken;

use super::{Case, breaches, one_trainee, one_trainee_in_person, planned};
use crate::support::world::{World, at_site, by_supervisor, days, parsed, tags};

pub(super) const CASES: &[Case] = &[
    Case {
        name: "the trainee did not rank the site",
        rule: Rule::SiteRanked,
        legal: one_trainee,
        break_it: |roster, _| roster.preferences.clear(),
    },
    Case {
        name: "the agreement ends a day before the term",
        rule: Rule::AgreementCoversTerm,
        legal: one_trainee,
        break_it: |roster, _| roster.sites[0].agreement = days("2027-01-04", "2027-01-30"),
    },
    Case {
        name: "the agreement starts a day after the term",
        rule: Rule::AgreementCoversTerm,
        legal: one_trainee,
        break_it: |roster, _| roster.sites[0].agreement = days("2027-01-05", "2027-01-31"),
    },
    Case {
        name: "one of two required modalities is not offered",
        rule: Rule::ModalityOffered,
        legal: || {
            let (mut roster, plan) = one_trainee();
            roster.trainees[0].modalities_required = tags(&["dbt", "emdr"]);
            roster.sites[0].modalities = tags(&["dbt", "emdr"]);
            (roster, plan)
        },
        break_it: |roster, _| roster.sites[0].modalities = tags(&["dbt"]),
    },
    Case {
        name: "trainee and site have no language in common",
        rule: Rule::LanguageShared,
        legal: || {
            let (mut roster, plan) = one_trainee();
            roster.trainees[0].languages = tags(&["en", "es"]);
            roster.sites[0].languages = tags(&["es", "pt"]);
            (roster, plan)
        },
        break_it: |roster, _| roster.sites[0].languages = tags(&["pt"]),
    },
    Case {
        name: "trainee and supervisor have no language in common",
        rule: Rule::LanguageShared,
        legal: || {
            let (mut roster, plan) = one_trainee();
            roster.trainees[0].languages = tags(&["en"]);
            (roster, plan)
        },
        break_it: |roster, _| roster.supervisors[0].languages = tags(&["pt"]),
    },
    Case {
        name: "the licence ends a day before the term",
        rule: Rule::LicenceCoversTerm,
        legal: licensed,
        break_it: |roster, _| {
            roster.supervisors[0].licences[0].valid = days("2020-01-01", "2027-01-30");
        },
    },
    Case {
        name: "two licences leave a day between them",
        rule: Rule::LicenceCoversTerm,
        legal: || {
            let (mut roster, plan) = licensed();
            let supervisor = &mut roster.supervisors[0];
            let mut second = supervisor.licences[0].clone();
            supervisor.licences[0].valid = days("2020-01-01", "2027-01-14");
            second.valid = days("2027-01-15", "2030-01-01");
            supervisor.licences.push(second);
            (roster, plan)
        },
        break_it: |roster, _| {
            roster.supervisors[0].licences[1].valid = days("2027-01-16", "2030-01-01");
        },
    },
    Case {
        name: "the licence holds where the supervisor is, not where the trainee will be",
        rule: Rule::LicenceCoversTerm,
        legal: licensed,
        break_it: |roster, _| roster.trainees[0].jurisdiction = parsed("US-IL"),
    },
    Case {
        name: "placed at an excluded site",
        rule: Rule::ConflictOfInterest,
        legal: one_trainee,
        break_it: |roster, _| {
            roster.exclusions.push(Exclusion {
                trainee: parsed("t"),
                target: at_site("a"),
                reason: String::new(),
            });
        },
    },
    Case {
        name: "supervised by an excluded supervisor",
        rule: Rule::ConflictOfInterest,
        legal: one_trainee,
        break_it: |roster, _| {
            roster.exclusions.push(Exclusion {
                trainee: parsed("t"),
                target: by_supervisor("s"),
                reason: String::new(),
            });
        },
    },
    Case {
        name: "placed where an excluded supervisor works, and the round closes such sites",
        rule: Rule::ConflictOfInterest,
        legal: || {
            planned(
                World::new()
                    .site("a")
                    .supervisor("other")
                    .supervisor("s")
                    .line("weekly")
                    .trainee("t")
                    .exclusion("t", by_supervisor("other")),
                |plan| {
                    let kind = SessionKind::Individual;
                    plan.place("t", "a", 300)
                        .video("s", kind, "mon 09:00", &["t/weekly"])
                },
            )
        },
        break_it: |roster, _| roster.round.excluded_supervisor_closes_sites = true,
    },
    Case {
        name: "by video with somebody who meets in person only",
        rule: Rule::DeliveryAllowed,
        legal: one_trainee,
        break_it: |roster, _| roster.supervisors[0].delivery = DeliveryOffer::InPerson,
    },
    Case {
        name: "in person with somebody who meets by video only",
        rule: Rule::DeliveryAllowed,
        legal: one_trainee_in_person,
        break_it: |roster, _| roster.supervisors[0].delivery = DeliveryOffer::Video,
    },
    Case {
        name: "by video in another zone than the supervisor's",
        rule: Rule::DeliveryAllowed,
        legal: one_trainee,
        // A zone of the roster with the same clock.
        break_it: |roster, plan| {
            roster.program.time_zone = parsed("America/Detroit");
            plan.sessions[0].time_zone = parsed("America/Detroit");
        },
    },
    Case {
        name: "a site line by somebody who works elsewhere, even by video",
        rule: Rule::SiteSupervisorPresent,
        legal: || {
            let (mut roster, plan) = one_trainee();
            roster.supervision_lines[0].role = Role::Site;
            roster.supervisors[0].role = Role::Site;
            (roster, plan)
        },
        break_it: |roster, _| roster.supervisors[0].sites.clear(),
    },
    Case {
        name: "pinned to another site",
        rule: Rule::Pinned,
        legal: pinned_as_planned,
        break_it: |roster, _| roster.pins[0].target = at_site("b"),
    },
    Case {
        name: "pinned to a supervisor who fills no line",
        rule: Rule::Pinned,
        legal: pinned_as_planned,
        break_it: |roster, _| roster.pins[0].target = by_supervisor("z"),
    },
    Case {
        name: "a pinned trainee is not matched",
        rule: Rule::Pinned,
        legal: || planned(World::new().site("a").trainee("t"), |plan| plan),
        break_it: |roster, _| {
            roster.pins.push(Pin {
                trainee: parsed("t"),
                target: at_site("a"),
            });
        },
    },
    Case {
        name: "placed at a forbidden site",
        rule: Rule::Forbidden,
        legal: one_trainee,
        break_it: |roster, _| {
            roster.forbids.push(Forbid {
                trainee: parsed("t"),
                target: at_site("a"),
            });
        },
    },
    Case {
        name: "supervised by a forbidden supervisor",
        rule: Rule::Forbidden,
        legal: one_trainee,
        break_it: |roster, _| {
            roster.forbids.push(Forbid {
                trainee: parsed("t"),
                target: by_supervisor("s"),
            });
        },
    },
];

fn licensed() -> (Roster, Plan) {
    let (mut roster, plan) = one_trainee();
    roster.supervision_lines[0].licence = LicenceRule::Jurisdiction;
    (roster, plan)
}

fn pinned_as_planned() -> (Roster, Plan) {
    planned(
        World::new()
            .site("a")
            .site("b")
            .supervisor("s")
            .supervisor("z")
            .line("weekly")
            .trainee("t")
            .pin("t", at_site("a"))
            .pin("t", by_supervisor("s")),
        |plan| {
            let kind = SessionKind::Individual;
            plan.place("t", "a", 300)
                .video("s", kind, "mon 09:00", &["t/weekly"])
        },
    )
}

#[test]
fn a_rank_that_is_not_the_trainee_s_is_named() {
    let (roster, mut plan) = one_trainee();
    plan.placements[0].preference_rank = 2;
    let named: Vec<Broken> = breaches(&roster, &plan).iter().map(|b| b.broken).collect();
    assert_eq!(named, [Broken::Rule(Rule::SiteRanked)]);
}
