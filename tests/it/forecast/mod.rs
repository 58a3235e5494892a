//! The forecast of a plan: worlds counted by hand, random ones counted another
//! way, and the command.

mod by_hand;
mod command;
mod random;
mod rules;
mod standing;

use practicum::domain::{
    Plan, Requirement, RequirementCategory, Roster, SessionKind, calendar_day,
};
use practicum::matching::check::check;
use practicum::matching::forecast::{Forecast, forecast};

use crate::support::plans::PlanBuilder;
use crate::support::world::{World, minutes, parsed, zone_table};

/// Returns the forecast of trainee `t` under a plan, which must be legal.
fn forecast_of(roster: &Roster, plan: &Plan) -> Forecast {
    let zones = zone_table(roster);
    assert_eq!(check(roster, &zones, plan), []);
    let all = forecast(roster, &zones, plan).unwrap();
    let own = all.into_iter().find(|one| one.trainee.as_str() == "t");
    own.unwrap()
}

/// Returns four weeks of trainee `t` at site `a`, who meets supervisor `s` for
/// an hour, with one session that may be missed.
fn world() -> World {
    World::new()
        .round(|round| round.missed_sessions_max = 1)
        .site("a")
        .supervisor("s")
        .line("weekly")
        .trainee("t")
}

/// Returns the forecast of a world in which `t` has 300 minutes of contact a
/// week and meets by video at a weekly start.
fn at(start: &str, world: World) -> Forecast {
    let roster = world.into_roster();
    let plan = PlanBuilder::new(&roster)
        .place("t", "a", 300)
        .video("s", SessionKind::Individual, start, &["t/weekly"])
        .build();
    forecast_of(&roster, &plan)
}

/// Asks `t` for minutes by a due day.
fn asked(
    world: World,
    category: RequirementCategory,
    required: u32,
    completed: u32,
    due_day: &str,
) -> World {
    world.with(|roster| {
        roster.requirements.push(Requirement {
            trainee: parsed("t"),
            category,
            required: minutes(required),
            completed: minutes(completed),
            due_day: calendar_day(due_day).unwrap(),
        });
    })
}

/// Returns Monday, contact and individual minutes, and sessions missed of each
/// week.
fn weeks(forecast: &Forecast) -> Vec<(String, u32, u32, u32)> {
    let weeks = forecast.weeks.iter();
    weeks
        .map(|week| {
            let (contact, individual) = (week.contact.get(), week.individual.get());
            (
                week.monday.to_string(),
                contact,
                individual,
                week.sessions_missed,
            )
        })
        .collect()
}

fn assert_weeks(forecast: &Forecast, expected: &[(&str, u32, u32, u32)]) {
    let expected = expected.iter();
    let expected: Vec<_> = expected
        .map(|(monday, contact, individual, missed)| {
            ((*monday).to_owned(), *contact, *individual, *missed)
        })
        .collect();
    assert_eq!(weeks(forecast), expected);
}
