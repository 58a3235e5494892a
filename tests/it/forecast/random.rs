//! Forecasts of solved random worlds: the sums are those of the weeks, and
//! each week is what counting its quarter hours one by one gives.

use chrono::{Days, NaiveDate};
use practicum::domain::time::ZoneTable;
use practicum::domain::{
    Minutes, Plan, Requirement, RequirementCategory, Roster, SessionKind, Trainee,
};
use practicum::matching::forecast::{Forecast, Outlook, Standing, forecast};

use crate::support::collected::{Held, contact_share};
use crate::support::dice::Dice;
use crate::support::random_world::random_world;
use crate::support::solving::{solved, zones_of};
use crate::support::world::minutes;

const SEEDS: u64 = 150;
/// A day after every term.
const LATE: NaiveDate = NaiveDate::MAX;

/// Returns random worlds with requirements of every category, and their plans.
fn solved_worlds() -> impl Iterator<Item = (u64, Roster, Plan)> {
    (0..SEEDS).filter_map(|seed| {
        let mut dice = Dice::new(seed ^ 0xF04E_CA57);
        let mut roster = random_world(seed);
        // What the contact wanted follows from stays as it is.
        for trainee in &mut roster.trainees {
            trainee.contact_target = trainee.contact_target.or(Some(trainee.contact.min()));
        }
        let term = roster.round.term;
        roster.requirements.clear();
        for trainee in &roster.trainees {
            for category in RequirementCategory::ALL {
                let day = term.first() - Days::new(3) + Days::new(u64::from(dice.below(50)));
                roster.requirements.push(Requirement {
                    trainee: trainee.key.clone(),
                    category,
                    required: minutes(15 * dice.below(60)),
                    completed: minutes(15 * dice.below(8)),
                    due_day: day,
                });
            }
        }
        solved(&roster, 1).ok().map(|plan| (seed, roster, plan))
    })
}

#[test]
fn totals_are_the_sums_of_the_weeks() {
    let (mut reached, mut short, mut later) = (0, 0, 0);
    for (seed, roster, plan) in solved_worlds() {
        for forecast in forecast(&roster, &zones_of(&roster), &plan).unwrap() {
            for outlook in &forecast.outlooks {
                let which = format!("seed {seed}, {outlook:?}");
                sums(&roster, &forecast, outlook, &which);
                match outlook.standing {
                    Standing::Reached => reached += 1,
                    Standing::Short { .. } => short += 1,
                    Standing::LeftForLater => later += 1,
                }
            }
        }
    }
    assert!(
        reached > 100 && short > 100 && later > 50,
        "{reached} {short} {later}"
    );
}

fn sums(roster: &Roster, forecast: &Forecast, outlook: &Outlook, which: &str) {
    let requirement = &outlook.requirement;
    let mut total = requirement.completed;
    for step in &outlook.steps {
        total += step.minutes;
        assert_eq!(step.total, total, "{which}");
        let week = forecast
            .weeks
            .iter()
            .find(|week| week.monday == step.monday);
        let whole = week.unwrap().minutes(requirement.category);
        let sunday = step.monday + Days::new(6);
        if sunday <= requirement.due_day {
            assert_eq!(step.minutes, whole, "{which}");
        }
        assert!(step.minutes <= whole, "{which}");
    }
    assert_eq!(outlook.expected, total, "{which}");
    let is_reached = outlook.expected >= requirement.required;
    assert_eq!(outlook.standing == Standing::Reached, is_reached, "{which}");
    assert_eq!(is_reached, outlook.short_by() == Minutes::ZERO, "{which}");
    if let Standing::Short { since } = outlook.standing {
        assert!(requirement.due_day <= roster.round.term.last(), "{which}");
        assert!(
            forecast.weeks.iter().any(|week| week.monday == since),
            "{which}"
        );
    }
}

#[test]
fn each_week_is_what_its_quarter_hours_give() {
    let (mut with_contact, mut less) = (0, 0);
    for (seed, roster, plan) in solved_worlds() {
        let zones = zones_of(&roster);
        for forecast in forecast(&roster, &zones, &plan).unwrap() {
            let trainee = find(&roster.trainees, |t| t.key == forecast.trainee);
            for week in &forecast.weeks {
                let which = format!("seed {seed}, {} in {week:?}", forecast.trainee);
                let sessions = supervision(&roster, &zones, &plan, trainee, week.monday);
                assert_eq!(
                    sessions,
                    [week.individual, week.triadic, week.group].map(Minutes::get),
                    "{which}"
                );
                let Some(key) = &forecast.site else {
                    assert_eq!(week.contact, Minutes::ZERO, "{which}");
                    continue;
                };
                let site = find(&roster.sites, |site| site.key == *key);
                let weekly = find(&plan.placements, |p| p.trainee == trainee.key).contact;
                let share = contact_share(&roster, &zones, (trainee, site), week.monday, LATE);
                let counted = share.of(weekly.get());
                assert_eq!(week.contact.get(), counted, "{which}");
                with_contact += u32::from(counted > 0);
                less += u32::from(week.contact < weekly);
            }
        }
    }
    assert!(with_contact > 200 && less > 50, "{with_contact} {less}");
}

fn find<T>(all: &[T], is_it: impl Fn(&T) -> bool) -> &T {
    all.iter().find(|one| is_it(one)).unwrap()
}

/// Returns the minutes of individual, triadic and group supervision that a
/// trainee really has in a week.
fn supervision(
    roster: &Roster,
    zones: &ZoneTable,
    plan: &Plan,
    trainee: &Trainee,
    monday: NaiveDate,
) -> [u32; 3] {
    let mut held = [0; 3];
    for session in &plan.sessions {
        let attends = session.members.iter().any(|m| m.trainee == trainee.key);
        let Some(weekly) = Held::of(roster, session).filter(|_| attends) else {
            continue;
        };
        let kind = match session.kind {
            SessionKind::Individual => 0,
            SessionKind::Triadic => 1,
            SessionKind::Group => 2,
        };
        for day in weekly.days(roster, zones, trainee) {
            if monday <= day && day < monday + Days::new(7) {
                held[kind] += session.minutes.get();
            }
        }
    }
    held
}
