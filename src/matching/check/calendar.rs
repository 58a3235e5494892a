//! When everybody is there: the weekly windows and away days of each person
//! and site, and the occurrences of each session, as instants of the term.

use std::collections::HashMap;

use crate::domain::plan::Session;
use crate::domain::time::{Interval, ZoneTable};
use crate::domain::{
    Availability, Hours, Minutes, Roster, SiteKey, Supervisor, SupervisorKey, TraineeKey, ZoneName,
};

use super::index::Index;

/// The hours of everybody whose zone has rules.
pub(in crate::matching) struct Calendar<'a> {
    pub(in crate::matching) sites: HashMap<&'a SiteKey, Hours>,
    pub(in crate::matching) supervisors: HashMap<&'a SupervisorKey, Hours>,
    pub(in crate::matching) trainees: HashMap<&'a TraineeKey, Hours>,
}

impl<'a> Calendar<'a> {
    pub(in crate::matching) fn new(roster: &'a Roster, zones: &ZoneTable) -> Self {
        let days = Hours::days_around(roster.round.term);
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
        if session.minutes == Minutes::ZERO {
            return None;
        }
        let occurrences = rules
            .occurrences(term, weekly.weekday, weekly.start)
            .into_iter()
            .map(|occurrence| occurrence.held(session.minutes))
            .collect();
        Some(Meeting {
            session,
            supervisor,
            occurrences,
        })
    };
    index.plan.sessions.iter().filter_map(meeting).collect()
}
