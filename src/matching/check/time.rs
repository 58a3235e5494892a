//! Whether people are there when they meet: every occurrence of every session
//! of the term.
//!
//! An occurrence that a clock change skips, or that touches a day on which the
//! site of an in-person session is closed, is missed by all; the supervisor
//! also misses what touches her own away days, and so do her trainees; a
//! trainee's own absence is missed by that trainee alone. Only who does not
//! miss an occurrence has to be available for it.

use std::collections::{BTreeMap, BTreeSet};

use crate::domain::time::{Interval, spans};
use crate::domain::{Hours, Rule, SupervisorKey, TraineeKey};

use super::breach::Breaches;
use super::calendar::{Calendar, Meeting};
use super::index::Index;

pub(super) fn check(
    index: &Index<'_>,
    calendar: &Calendar<'_>,
    meetings: &[Meeting<'_>],
    breaches: &mut Breaches,
) {
    for meeting in meetings {
        everybody_is_there(index, calendar, meeting, breaches);
    }
    no_overlap(index, meetings, breaches);
}

/// The occurrences that somebody does not miss, and the number of the others.
struct Attendance {
    held: Vec<Interval>,
    missed: usize,
}

impl Attendance {
    /// Returns the attendance of somebody who also misses what touches the
    /// away days.
    fn without(&self, hours: Option<&Hours>) -> Self {
        let held: Vec<Interval> = self
            .held
            .iter()
            .copied()
            .filter(|held| hours.is_none_or(|hours| !spans::touches(&hours.away, *held)))
            .collect();
        let missed = self.missed + self.held.len() - held.len();
        Self { held, missed }
    }
}

fn everybody_is_there(
    index: &Index<'_>,
    calendar: &Calendar<'_>,
    meeting: &Meeting<'_>,
    breaches: &mut Breaches,
) {
    let site = meeting.session.delivery.site();
    let site_hours = site.and_then(|site| calendar.sites.get(site));
    let supervisor = &meeting.supervisor.key;
    let supervisor_hours = calendar.supervisors.get(supervisor);

    let of_all = Attendance {
        held: meeting.occurrences.iter().copied().flatten().collect(),
        missed: meeting.occurrences.iter().filter(|o| o.is_none()).count(),
    };
    let of_site = of_all.without(site_hours);
    let of_supervisor = of_site.without(supervisor_hours);

    let mut person = |name: String, attendance: &Attendance, hours: Option<&Hours>| {
        missed_sessions(index, meeting, &name, attendance, breaches);
        available(
            index,
            meeting,
            Rule::AvailableEveryWeek,
            &name,
            attendance,
            hours,
            breaches,
        );
    };
    person(
        format!("supervisor {supervisor}"),
        &of_supervisor,
        supervisor_hours,
    );
    for trainee in index.distinct_members(meeting.session) {
        let hours = calendar.trainees.get(trainee);
        let of_member = of_supervisor.without(hours);
        person(format!("trainee {trainee}"), &of_member, hours);
    }
    if let Some(site) = site {
        let name = format!("site {site}");
        available(
            index,
            meeting,
            Rule::SiteOpen,
            &name,
            &of_supervisor,
            site_hours,
            breaches,
        );
    }
}

fn missed_sessions(
    index: &Index<'_>,
    meeting: &Meeting<'_>,
    who: &str,
    attendance: &Attendance,
    breaches: &mut Breaches,
) {
    let most = index.roster.round.missed_sessions_max;
    if attendance.missed > most as usize {
        breaches.rule(
            Rule::MissedSessions,
            format!("session {}", meeting.session.id()),
            format!(
                "{who} misses {} of {} occurrences, at most {most}",
                attendance.missed,
                meeting.occurrences.len()
            ),
        );
    }
}

/// Reports the first occurrence that lies outside somebody's hours.
fn available(
    index: &Index<'_>,
    meeting: &Meeting<'_>,
    rule: Rule,
    who: &str,
    attendance: &Attendance,
    hours: Option<&Hours>,
    breaches: &mut Breaches,
) {
    let Some(hours) = hours.filter(|_| index.roster.has_availability) else {
        return;
    };
    let outside: Vec<&Interval> = attendance
        .held
        .iter()
        .filter(|held| !spans::covers(&hours.open, **held))
        .collect();
    if let Some(first) = outside.first() {
        breaches.rule(
            rule,
            format!("session {}", meeting.session.id()),
            format!(
                "{} of {} occurrences are outside the hours of {who}, the first from {} to {}",
                outside.len(),
                meeting.occurrences.len(),
                first.start,
                first.end
            ),
        );
    }
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Person<'a> {
    Supervisor(&'a SupervisorKey),
    Trainee(&'a TraineeKey),
}

fn no_overlap(index: &Index<'_>, meetings: &[Meeting<'_>], breaches: &mut Breaches) {
    let mut weeks: BTreeMap<Person<'_>, Vec<(Interval, usize)>> = BTreeMap::new();
    for (position, meeting) in meetings.iter().enumerate() {
        let members = index.distinct_members(meeting.session);
        let people = std::iter::once(Person::Supervisor(&meeting.session.supervisor))
            .chain(members.into_iter().map(Person::Trainee));
        for person in people {
            let busy = weeks.entry(person).or_default();
            let held = meeting.occurrences.iter().flatten();
            busy.extend(held.map(|held| (*held, position)));
        }
    }
    for (person, mut busy) in weeks {
        busy.sort();
        let mut reported = BTreeSet::new();
        for (earlier, (held, position)) in busy.iter().enumerate() {
            let overlapping = busy[earlier + 1..]
                .iter()
                .take_while(|(other, _)| other.start < held.end);
            for (other, other_position) in overlapping {
                let pair = (position.min(other_position), position.max(other_position));
                if position == other_position || !reported.insert(pair) {
                    continue;
                }
                let subject = match person {
                    Person::Supervisor(key) => format!("supervisor {key}"),
                    Person::Trainee(key) => format!("trainee {key}"),
                };
                let detail = format!(
                    "{} and {} overlap at {}",
                    meetings[*pair.0].session.id(),
                    meetings[*pair.1].session.id(),
                    other.start
                );
                breaches.rule(Rule::NoOverlap, subject, detail);
            }
        }
    }
}
