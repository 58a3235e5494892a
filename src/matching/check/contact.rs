//! Whether the weekly contact fits into the trainee's week at the site.

use std::collections::HashMap;

use chrono::{Days, Weekday};

use crate::domain::time::{Interval, WallClock, ZoneRules, ZoneTable, matching_days, spans};
use crate::domain::{DayRange, MinuteOfDay, Rule, TraineeKey};

use super::breach::Breaches;
use super::calendar::{Calendar, Meeting};
use super::index::Index;

pub(super) fn check(
    index: &Index<'_>,
    calendar: &Calendar<'_>,
    meetings: &[Meeting<'_>],
    zones: &ZoneTable,
    breaches: &mut Breaches,
) {
    if !index.roster.has_availability {
        return;
    }
    let busy = busy_times(meetings);
    for (placement, trainee, site) in index.placed() {
        let (Some(trainee_hours), Some(site_hours), Some(rules)) = (
            calendar.trainees.get(&trainee.key),
            calendar.sites.get(&site.key),
            zones.rules(site.time_zone),
        ) else {
            continue;
        };
        let sessions = busy.get(&trainee.key).map_or(&[][..], Vec::as_slice);
        for week in full_weeks(index.roster.round.term, rules) {
            if spans::touches(&trainee_hours.away, week) || spans::touches(&site_hours.away, week) {
                continue;
            }
            let together = spans::common(&trainee_hours.open, &site_hours.open, week);
            let in_sessions = spans::seconds(spans::common(&together, sessions, week));
            let left = spans::seconds(together) - in_sessions;
            if left < i64::from(placement.contact.get()) * 60 {
                breaches.rule(
                    Rule::ContactFitsWeek,
                    format!("trainee {}", trainee.key),
                    format!(
                        "{} minutes of contact at site {}, the week from {} has room for {}",
                        placement.contact,
                        site.key,
                        week.start,
                        left / 60
                    ),
                );
                break;
            }
        }
    }
}

/// Returns when each trainee is in a session, absent or not.
fn busy_times<'a>(meetings: &[Meeting<'a>]) -> HashMap<&'a TraineeKey, Vec<Interval>> {
    let mut busy: HashMap<&TraineeKey, Vec<Interval>> = HashMap::new();
    for meeting in meetings {
        for member in &meeting.session.members {
            let times = busy.entry(&member.trainee).or_default();
            times.extend(meeting.occurrences.iter().flatten());
        }
    }
    busy.into_iter()
        .map(|(trainee, times)| (trainee, spans::union(times)))
        .collect()
}

/// Returns each week from Monday to Sunday that lies in the term as a whole.
fn full_weeks(term: DayRange, rules: &ZoneRules) -> Vec<Interval> {
    matching_days(term, Weekday::Mon)
        .filter_map(|monday| monday.checked_add_days(Days::new(6)).map(|s| (monday, s)))
        .filter(|(_, sunday)| *sunday <= term.last())
        .filter_map(|(monday, sunday)| {
            rules.interval(
                WallClock::new(monday, MinuteOfDay::default()),
                WallClock::new(sunday, MinuteOfDay::END_OF_DAY),
            )
        })
        .collect()
}
