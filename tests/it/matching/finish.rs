//! Who finishes in time, in worlds where it decides.

use chrono::Weekday;
use practicum::domain::{Requirement, RequirementCategory, SessionKind};
use practicum::matching::forecast::{Standing, forecast};

use super::policy::{named, solved_by, values};
use crate::support::solving::zones_of;
use crate::support::world::{World, away, minutes};

/// Asks a trainee for minutes of a category by a day.
fn due(
    trainee: &str,
    category: RequirementCategory,
    (required, completed): (u32, u32),
    day: &str,
) -> Requirement {
    Requirement {
        trainee: trainee.parse().unwrap(),
        category,
        required: minutes(required),
        completed: minutes(completed),
        due_day: day.parse().unwrap(),
    }
}

/// A site with 510 minutes of contact for three trainees.
fn scarce() -> World {
    let mut world = World::new().site_with("a", |site| site.contact_per_week = minutes(510));
    for (trainee, target) in [("t", 405), ("u", 300), ("w", 300)] {
        world = world.trainee_with(trainee, |trainee| {
            trainee.contact_target = Some(minutes(target));
        });
    }
    world
}

#[test]
fn scarce_contact_goes_to_those_whom_it_lets_finish() {
    let contact = RequirementCategory::Contact;
    // In four weeks: 405 a week for t, 195 each for u and w.
    let world = scarce().with(|roster| {
        roster.requirements = vec![
            due("t", contact, (1620, 0), "2027-01-31"),
            due("u", contact, (1000, 220), "2027-01-31"),
            due("w", contact, (780, 0), "2027-01-31"),
        ];
    });
    let (roster, plan) = solved_by(
        world.clone(),
        "matched;finish_in_time;contact_short_minutes",
    );
    let given: Vec<u32> = plan.placements.iter().map(|p| p.contact.get()).collect();
    assert_eq!(given.iter().sum::<u32>(), 510);
    assert!(given[1] >= 195 && given[2] >= 195, "{given:?}");
    // As the forecast tells it.
    let reached: Vec<bool> = forecast(&roster, &zones_of(&roster), &plan)
        .unwrap()
        .iter()
        .map(|one| one.outlooks[0].standing == Standing::Reached)
        .collect();
    assert_eq!(reached, [false, true, true]);
    assert_eq!(
        values(
            world.clone(),
            "matched;finish_in_time;contact_short_minutes"
        ),
        named(&[
            ("matched", 3),
            ("finish_in_time", 2),
            ("contact_short_minutes", 495),
        ])
    );
    // A quarter of an hour less, and only one of them can.
    let less = world.with(|roster| roster.sites[0].contact_per_week = minutes(375));
    assert_eq!(values(less, "matched;finish_in_time")[1].1, 1);
}

#[test]
fn weeks_away_are_counted_and_what_comes_after_the_due_day_is_not() {
    let contact = RequirementCategory::Contact;
    let of = |day: &str, required: u32| {
        scarce().with(|roster| {
            roster.trainees[1].availability.away = vec![away("2027-01-11", "2027-01-15")];
            roster.requirements = vec![due("u", contact, (required, 0), day)];
        })
    };
    let finishing = |world| values(world, "matched;finish_in_time")[1].1;
    assert_eq!(finishing(of("2027-01-31", 900)), 1);
    assert_eq!(finishing(of("2027-01-31", 915)), 0);
    assert_eq!(finishing(of("2027-01-24", 600)), 1);
    assert_eq!(finishing(of("2027-01-24", 615)), 0);
    // Two of five days of the last week.
    assert_eq!(finishing(of("2027-01-26", 720)), 1);
    assert_eq!(finishing(of("2027-01-26", 735)), 0);
}

#[test]
fn a_session_is_held_when_the_trainee_misses_least_of_it() {
    let world = World::new()
        .round(|round| round.missed_sessions_max = 2)
        .site("a")
        .supervisor_with("s", |s| {
            s.availability.away = vec![
                away("2027-01-11", "2027-01-13"),
                away("2027-01-21", "2027-01-22"),
            ];
        })
        .line_with("weekly", |line| {
            line.kinds = [SessionKind::Individual].into();
        })
        .trainee("t");
    let individual = RequirementCategory::Individual;
    let asking = |required, day| {
        let world = world.clone();
        world.with(|roster| {
            roster.requirements = vec![due("t", individual, (required, 0), day)];
        })
    };
    // Whatever the day, one of four is missed.
    let finishing = |world| values(world, "matched;finish_in_time")[1].1;
    assert_eq!(finishing(asking(180, "2027-01-31")), 1);
    assert_eq!(finishing(asking(195, "2027-01-31")), 0);
    let day_of_best = |world| {
        let (_, plan) = solved_by(world, "matched;finish_in_time");
        assert_eq!(plan.levels[1].value, 1);
        plan.sessions[0].weekly_start.unwrap().weekday
    };
    // Two in the first two weeks are held late in the week, and three by the
    // last Wednesday early in it.
    let day = day_of_best(asking(120, "2027-01-17"));
    assert!(matches!(day, Weekday::Thu | Weekday::Fri), "{day}");
    let day = day_of_best(asking(180, "2027-01-27"));
    assert!(
        matches!(day, Weekday::Mon | Weekday::Tue | Weekday::Wed),
        "{day}"
    );
}

#[test]
fn only_trainees_to_whom_something_is_due_within_the_term_count() {
    let other = RequirementCategory::Other;
    let finishing = |requirements: Vec<Requirement>| {
        let world = scarce().with(|roster| roster.requirements = requirements);
        values(world, "matched;finish_in_time")[1].1
    };
    assert_eq!(finishing(vec![]), 0);
    // Done before, and so reached.
    assert_eq!(finishing(vec![due("t", other, (60, 60), "2027-01-31")]), 1);
    assert_eq!(finishing(vec![due("t", other, (75, 60), "2027-01-31")]), 0);
    // Due after the term: it neither counts nor stands in the way.
    assert_eq!(finishing(vec![due("t", other, (60, 60), "2027-02-01")]), 0);
    let contact = RequirementCategory::Contact;
    assert_eq!(
        finishing(vec![
            due("t", contact, (9000, 0), "2027-02-01"),
            due("t", other, (60, 60), "2027-01-31"),
        ]),
        1
    );
}
