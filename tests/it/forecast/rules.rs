//! Weeks that do not keep the ratio as they will really happen.

use practicum::domain::{Ratio, Rule, Thousandths};

use super::{at, world};
use crate::support::world::{World, away, days};

/// Five minutes of contact for each of supervision: 300 for the hour.
fn five_to_one(world: World) -> World {
    world.round(|round| {
        round.ratio = Some(Ratio {
            contact_per_supervision_max: Thousandths::new(5000).unwrap(),
            group_credit: Thousandths::ONE,
        });
    })
}

#[test]
fn a_plan_without_absences_keeps_the_ratio_in_every_week() {
    assert_eq!(at("mon 09:00", five_to_one(world())).shortfalls, []);
}

#[test]
fn a_missed_session_leaves_the_contact_of_its_week_without_supervision() {
    let missed = five_to_one(world()).with(|roster| {
        let availability = &mut roster.supervisors[0].availability;
        availability.away = vec![away("2027-01-18", "2027-01-18")];
    });
    let shortfalls = at("mon 09:00", missed).shortfalls;
    assert_eq!(shortfalls.len(), 1);
    let found = &shortfalls[0];
    assert_eq!(found.rule, Rule::SupervisionRatio);
    assert_eq!(found.since.to_string(), "2027-01-18");
    assert_eq!(
        (found.weeks, found.contact.get(), found.carried.get()),
        (1, 300, 0)
    );
}

#[test]
fn a_week_away_has_no_contact_to_carry() {
    let absent = five_to_one(world()).with(|roster| {
        roster.trainees[0].availability.away = vec![away("2027-01-18", "2027-01-24")];
    });
    assert_eq!(at("mon 09:00", absent).shortfalls, []);
}

#[test]
fn partial_weeks_at_the_ends_of_the_term_are_not_judged() {
    let partial = five_to_one(world()).round(|round| round.term = days("2027-01-06", "2027-01-24"));
    let found = at("mon 09:00", partial);
    assert_eq!(
        (
            found.weeks[0].contact.get(),
            found.weeks[0].individual.get()
        ),
        (180, 0)
    );
    assert_eq!(found.shortfalls, []);
}
