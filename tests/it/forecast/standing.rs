//! Whether requirements are reached, and since when it is certain that not.

use practicum::domain::RequirementCategory::{Contact, Group, Individual, Other};
use practicum::matching::forecast::{Outlook, Standing};

use super::{asked, at, forecast_of, world};
use crate::support::plans::PlanBuilder;
use crate::support::world::{World, away};

fn outlook(world: World) -> Outlook {
    let mut outlooks = at("mon 09:00", world).outlooks;
    assert_eq!(outlooks.len(), 1);
    outlooks.remove(0)
}

fn short_since(monday: &str) -> Standing {
    Standing::Short {
        since: monday.parse().unwrap(),
    }
}

/// Minutes and total of each week.
fn steps(outlook: &Outlook) -> Vec<(u32, u32)> {
    let steps = outlook.steps.iter();
    steps
        .map(|step| (step.minutes.get(), step.total.get()))
        .collect()
}

/// A world in which the trainee is away all second week.
fn away_in_the_second_week() -> World {
    world().with(|roster| {
        roster.trainees[0].availability.away = vec![away("2027-01-11", "2027-01-17")];
    })
}

#[test]
fn what_was_completed_before_counts() {
    let found = outlook(asked(world(), Contact, 1300, 100, "2027-01-31"));
    assert_eq!(found.standing, Standing::Reached);
    assert_eq!(found.expected.get(), 1300);
    assert_eq!((found.short_by().get(), found.surplus().get()), (0, 0));
    assert_eq!(
        steps(&found),
        [(300, 400), (300, 700), (300, 1000), (300, 1300)]
    );
}

#[test]
fn a_due_day_in_mid_term_and_mid_week_cuts_the_count() {
    // Wednesday of the third week: three of its five days count.
    let contact = outlook(asked(world(), Contact, 800, 0, "2027-01-20"));
    assert_eq!(steps(&contact), [(300, 300), (300, 600), (180, 780)]);
    assert_eq!(contact.short_by().get(), 20);
    // The session is on Monday; with a due day on the Sunday before, the third
    // does not count.
    let in_time = outlook(asked(world(), Individual, 180, 0, "2027-01-18"));
    assert_eq!(in_time.standing, Standing::Reached);
    let late = outlook(asked(world(), Individual, 180, 0, "2027-01-17"));
    assert_eq!(steps(&late), [(60, 60), (60, 120)]);
    assert_eq!(late.standing, short_since("2027-01-04"));
}

#[test]
fn a_week_away_is_the_first_of_deficit_when_nothing_was_to_spare() {
    let contact = outlook(asked(
        away_in_the_second_week(),
        Contact,
        1200,
        0,
        "2027-01-31",
    ));
    assert_eq!(contact.standing, short_since("2027-01-11"));
    assert_eq!(contact.short_by().get(), 300);
    let sessions = outlook(asked(
        away_in_the_second_week(),
        Individual,
        240,
        0,
        "2027-01-31",
    ));
    assert_eq!(sessions.standing, short_since("2027-01-11"));
    assert_eq!(sessions.short_by().get(), 60);
}

#[test]
fn what_is_to_spare_is_used_up_before_a_deficit() {
    let twice = || {
        away_in_the_second_week().with(|roster| {
            let site = &mut roster.sites[0].opening;
            site.away = vec![away("2027-01-26", "2027-01-26")];
        })
    };
    // 1200 planned, 300 and 60 fall out.
    for (required, standing) in [
        (840, Standing::Reached),
        (841, short_since("2027-01-25")),
        (900, short_since("2027-01-25")),
        (901, short_since("2027-01-11")),
    ] {
        let found = outlook(asked(twice(), Contact, required, 0, "2027-01-31"));
        assert_eq!(found.standing, standing, "{required}");
    }
}

#[test]
fn what_was_never_enough_is_short_from_the_first_week() {
    let found = outlook(asked(world(), Contact, 1201, 0, "2027-01-31"));
    assert_eq!(found.standing, short_since("2027-01-04"));
    assert_eq!(found.short_by().get(), 1);
    for category in [Group, Other] {
        let found = outlook(asked(world(), category, 60, 0, "2027-01-31"));
        assert_eq!(found.standing, short_since("2027-01-04"), "{category:?}");
    }
    let before = outlook(asked(world(), Contact, 60, 0, "2026-12-24"));
    assert_eq!(before.standing, short_since("2027-01-04"));
    assert_eq!(steps(&before), []);
}

#[test]
fn what_is_due_after_the_term_is_left_for_later() {
    let found = outlook(asked(world(), Contact, 6000, 0, "2027-12-31"));
    assert_eq!(found.standing, Standing::LeftForLater);
    assert_eq!(found.short_by().get(), 4800);
    let reached = outlook(asked(world(), Contact, 1200, 0, "2027-12-31"));
    assert_eq!(reached.standing, Standing::Reached);
}

#[test]
fn an_unmatched_trainee_collects_nothing() {
    let world = asked(world(), Contact, 200, 50, "2027-01-31");
    let roster = asked(world, Individual, 60, 60, "2027-01-31").into_roster();
    let found = forecast_of(&roster, &PlanBuilder::new(&roster).build());
    assert_eq!(found.site, None);
    assert!(found.weeks.iter().all(|week| week.contact.get() == 0));
    assert_eq!(found.weeks.len(), 4);
    assert_eq!(found.outlooks[0].expected.get(), 50);
    assert_eq!(found.outlooks[0].standing, short_since("2027-01-04"));
    assert_eq!(found.outlooks[1].standing, Standing::Reached);
}
