//! When everybody is there: the weekly windows and away days of each person
//! and site, and the occurrences of each session, as instants of the term.

use std::collections::HashMap;

use chrono::{Datelike, Days};

use crate::domain::plan::Session;
use crate::domain::time::{Interval, OccurrenceFlag, ZoneRules, ZoneTable};
use crate::domain::{
    Availability, DayRange, Roster, SiteKey, Supervisor, SupervisorKey, TraineeKey, ZoneName,
};

use super::index::Index;
use super::spans;

/// Days looked at beyond the term: a local day of one zone touches other dates
/// elsewhere, and a session may last from its last day into the next week.
const MARGIN_DAYS: u64 = 9;

/// When one person or site is there.
pub(in crate::matching) struct Hours {
    /// The union of the weekly windows.
    pub(in crate::matching) open: Vec<Interval>,
    /// The union of the away days, each a whole local day.
    pub(in crate::matching) away: Vec<Interval>,
}

impl Hours {
    fn new(availability: &Availability, rules: &ZoneRules, days: DayRange) -> Self {
        let mut open = Vec::new();
        let mut away = Vec::new();
        for day in days.iter() {
            for window in &availability.windows {
                if window.weekday() == day.weekday() {
                    open.extend(rules.window_on(day, *window));
                }
            }
            if availability.away.iter().any(|away| away.days.contains(day)) {
                away.extend(rules.whole_day(day));
            }
        }
        Self {
            open: spans::union(open),
            away: spans::union(away),
        }
    }
}

/// The hours of everybody whose zone has rules.
pub(in crate::matching) struct Calendar<'a> {
    pub(in crate::matching) sites: HashMap<&'a SiteKey, Hours>,
    pub(in crate::matching) supervisors: HashMap<&'a SupervisorKey, Hours>,
    pub(in crate::matching) trainees: HashMap<&'a TraineeKey, Hours>,
}

impl<'a> Calendar<'a> {
    pub(in crate::matching) fn new(roster: &'a Roster, zones: &ZoneTable) -> Self {
        let days = with_margin(roster.round.term);
        let hours = |availability: &Availability, zone: ZoneName| {
            let rules = zones.rules(zone)?;
            Some(Hours::new(availability, rules, days))
        };
        Self {
            sites: roster
                .sites
                .iter()
                .filter_map(|site| Some((&site.key, hours(&site.opening, site.time_zone)?)))
                .collect(),
            supervisors: roster
                .supervisors
                .iter()
                .filter_map(|s| Some((&s.key, hours(&s.availability, s.time_zone)?)))
                .collect(),
            trainees: roster
                .trainees
                .iter()
                .filter_map(|t| Some((&t.key, hours(&t.availability, t.time_zone)?)))
                .collect(),
        }
    }
}

fn with_margin(term: DayRange) -> DayRange {
    let margin = Days::new(MARGIN_DAYS);
    let first = term.first().checked_sub_days(margin);
    let last = term.last().checked_add_days(margin);
    first
        .zip(last)
        .and_then(|(first, last)| DayRange::new(first, last))
        .unwrap_or(term)
}

/// A session that is held, and when.
pub(super) struct Meeting<'a> {
    pub(super) session: &'a Session,
    pub(super) supervisor: &'a Supervisor,
    /// Each occurrence; `None` for one that a clock change skips.
    pub(super) occurrences: Vec<Option<Interval>>,
}

/// Returns every session that has a start, minutes, a known supervisor and a
/// zone with rules, in the order of the plan.
pub(super) fn meetings<'a>(index: &Index<'a>, zones: &ZoneTable) -> Vec<Meeting<'a>> {
    let term = index.roster.round.term;
    let meeting = |session: &'a Session| {
        let weekly = session.weekly_start?;
        let supervisor = index.supervisor(&session.supervisor)?;
        let rules = zones.rules(session.time_zone)?;
        let minutes = session.minutes.get();
        if minutes == 0 {
            return None;
        }
        let occurrences = rules
            .occurrences(term, weekly.weekday, weekly.start)
            .into_iter()
            .map(|occurrence| match occurrence.flag {
                OccurrenceFlag::Skipped => None,
                OccurrenceFlag::None | OccurrenceFlag::Gap | OccurrenceFlag::Fold => {
                    Some(spans::lasting(occurrence.start, minutes))
                }
            })
            .collect();
        Some(Meeting {
            session,
            supervisor,
            occurrences,
        })
    };
    index.plan.sessions.iter().filter_map(meeting).collect()
}
