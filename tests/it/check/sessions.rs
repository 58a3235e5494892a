//! What makes a session.

use practicum::domain::plan::{Delivery, SessionMember};
use practicum::domain::{MinuteOfDay, Plan, Roster, Rule, SessionKind};

use super::{Case, one_trainee, one_trainee_in_person, planned};
use crate::support::plans::PlanBuilder;
use crate::support::world::{World, at_site, minutes, parsed};

pub(super) const CASES: &[Case] = &[
    Case {
        name: "triadic with one member",
        rule: Rule::SessionSize,
        legal: || meeting_of(2, SessionKind::Triadic),
        break_it: |roster, plan| without_trainee(roster, plan, "t2"),
    },
    Case {
        name: "individual with two members",
        rule: Rule::SessionSize,
        legal: || meeting_of(2, SessionKind::Triadic),
        break_it: |_, plan| plan.sessions[0].kind = SessionKind::Individual,
    },
    Case {
        name: "a group of two",
        rule: Rule::SessionSize,
        legal: || meeting_of(3, SessionKind::Group),
        break_it: |roster, plan| without_trainee(roster, plan, "t3"),
    },
    Case {
        name: "a group over the supervisor's size",
        rule: Rule::SessionSize,
        legal: || meeting_of(4, SessionKind::Group),
        break_it: |roster, _| roster.supervisors[0].group_size_max = 3,
    },
    Case {
        name: "a kind that the supervisor does not offer",
        rule: Rule::SessionSize,
        legal: one_trainee,
        break_it: |roster, _| roster.supervisors[0].kinds = [SessionKind::Group].into(),
    },
    Case {
        name: "a kind that does not fill the line",
        rule: Rule::SessionSize,
        legal: one_trainee,
        break_it: |roster, _| roster.supervision_lines[0].kinds = [SessionKind::Group].into(),
    },
    Case {
        name: "shorter than the line",
        rule: Rule::SessionSize,
        legal: one_trainee,
        break_it: |_, plan| plan.sessions[0].minutes = minutes(45),
    },
    Case {
        name: "one trainee twice in a triadic session",
        rule: Rule::SessionSize,
        legal: || {
            let world = World::new().site("a").supervisor("s");
            let world = world.line("one").line("two").trainee("t");
            planned(world, |plan| {
                let kind = SessionKind::Individual;
                plan.place("t", "a", 300)
                    .video("s", kind, "mon 09:00", &["t/one"])
                    .video("s", kind, "mon 10:00", &["t/two"])
            })
        },
        break_it: |_, plan| {
            plan.sessions.truncate(1);
            plan.sessions[0].members.push(SessionMember {
                trainee: parsed("t"),
                line: parsed("two"),
            });
        },
    },
    Case {
        name: "a line of zero minutes with two trainees in one row",
        rule: Rule::SessionSize,
        legal: || {
            let world = World::new().site("a").supervisor("s");
            let world = world.line_with("lecturer", |line| line.minutes_per_week = minutes(0));
            planned(world.trainee("t").trainee("u"), |plan| {
                let kind = SessionKind::Individual;
                plan.place("t", "a", 300)
                    .place("u", "a", 300)
                    .assigned("s", kind, "t/lecturer")
                    .assigned("s", kind, "u/lecturer")
            })
        },
        break_it: |_, plan| {
            let second = plan.sessions.pop().unwrap();
            plan.sessions[0].members.extend(second.members);
        },
    },
    Case {
        name: "a start between two steps",
        rule: Rule::SessionStep,
        legal: one_trainee,
        break_it: |roster, _| roster.round.session_start_step = minutes(360),
    },
    Case {
        name: "minutes without a start",
        rule: Rule::SessionStep,
        legal: one_trainee,
        break_it: |_, plan| plan.sessions[0].weekly_start = None,
    },
    Case {
        name: "a start without minutes",
        rule: Rule::SessionStep,
        legal: one_trainee,
        break_it: |roster, plan| {
            roster.supervision_lines[0].minutes_per_week = minutes(0);
            plan.sessions[0].minutes = minutes(0);
        },
    },
    Case {
        name: "a start at 24:00",
        rule: Rule::SessionStep,
        legal: || {
            let (mut roster, plan) = one_trainee();
            roster.has_availability = false;
            (roster, plan)
        },
        break_it: |_, plan| {
            let weekly = plan.sessions[0].weekly_start.as_mut().unwrap();
            weekly.start = MinuteOfDay::END_OF_DAY;
        },
    },
    Case {
        name: "held at another site than the placement",
        rule: Rule::InPersonAtPlacement,
        legal: one_trainee_in_person,
        break_it: |_, plan| plan.sessions[0].delivery = Delivery::InPerson(parsed("b")),
    },
    Case {
        name: "held at a site that the supervisor does not list",
        rule: Rule::InPersonAtPlacement,
        legal: one_trainee_in_person,
        break_it: |roster, _| roster.supervisors[0].sites = [parsed("b")].into(),
    },
    Case {
        name: "anchored in another zone than the site's",
        rule: Rule::InPersonAtPlacement,
        legal: one_trainee_in_person,
        break_it: |roster, plan| {
            roster.program.time_zone = parsed("America/Detroit");
            plan.sessions[0].time_zone = parsed("America/Detroit");
        },
    },
    Case {
        name: "one of two members is placed elsewhere",
        rule: Rule::InPersonAtPlacement,
        legal: || {
            let kind = SessionKind::Triadic;
            let world = World::new().site("a").site("b").supervisor("s");
            let world = world.line_with("weekly", |line| line.kinds = [kind].into());
            planned(world.trainee("t").trainee("u"), |plan| {
                let members = ["t/weekly", "u/weekly"];
                plan.place("t", "a", 300).place("u", "a", 300).in_person(
                    "s",
                    kind,
                    "mon 09:00",
                    "a",
                    &members,
                )
            })
        },
        break_it: |_, plan| plan.placements[1].site = parsed("b"),
    },
];

/// Returns so many trainees who meet in one session.
fn meeting_of(size: usize, kind: SessionKind) -> (Roster, Plan) {
    let world = World::new()
        .site("a")
        .supervisor("s")
        .line_with("weekly", |line| line.kinds = SessionKind::ALL.into());
    let trainees: Vec<String> = (1..=size).map(|n| format!("t{n}")).collect();
    let world = trainees
        .iter()
        .fold(world, |world, trainee| world.trainee(trainee));
    let members: Vec<String> = trainees.iter().map(|t| format!("{t}/weekly")).collect();
    let members: Vec<&str> = members.iter().map(String::as_str).collect();
    planned(world, |plan| {
        let plan: PlanBuilder<'_> = trainees
            .iter()
            .fold(plan, |plan, trainee| plan.place(trainee, "a", 300));
        plan.video("s", kind, "mon 09:00", &members)
    })
}

/// Takes a trainee out of roster and plan.
fn without_trainee(roster: &mut Roster, plan: &mut Plan, key: &str) {
    roster
        .trainees
        .retain(|trainee| trainee.key.as_str() != key);
    roster.preferences.retain(|p| p.trainee.as_str() != key);
    plan.placements.retain(|p| p.trainee.as_str() != key);
    for session in &mut plan.sessions {
        session.members.retain(|m| m.trainee.as_str() != key);
    }
}

#[test]
fn members_of_a_video_session_may_be_placed_apart() {
    let kind = SessionKind::Triadic;
    let world = World::new().site("a").site("b").supervisor("s");
    let world = world.line_with("weekly", |line| line.kinds = [kind].into());
    let world = world.trainee("t").trainee("u").pin("u", at_site("b"));
    let (roster, plan) = planned(world, |plan| {
        plan.place("t", "a", 300).place("u", "b", 300).video(
            "s",
            kind,
            "mon 09:00",
            &["t/weekly", "u/weekly"],
        )
    });
    assert_eq!(super::breaches(&roster, &plan), []);
}
