//! A timetable as a plan in keys, with contact shared out and levels counted.

use std::collections::BTreeMap;

use super::candidates::Candidates;
use super::finish::least_shares;
use super::law::attendances;
use super::timetable::{Attended, Matched, Timetable};
use crate::domain::plan::{Delivery, Placement, Session, SessionMember, WeeklyStart};
use crate::domain::{Minutes, Plan, QUARTER_HOUR, SessionKind};

/// Returns the plan of a timetable, without levels and reasons.
pub(super) fn assemble(candidates: &Candidates<'_>, timetable: &Timetable) -> Plan {
    Plan {
        placements: placements(candidates, timetable),
        sessions: sessions(candidates, timetable),
        unmatched: Vec::new(),
        levels: Vec::new(),
    }
}

fn placements(candidates: &Candidates<'_>, timetable: &Timetable) -> Vec<Placement> {
    let contact = share_contact(candidates, timetable);
    timetable
        .matched
        .iter()
        .map(|(trainee, matched)| {
            let pair = &candidates.pairs[matched.pair];
            Placement {
                trainee: candidates.roster.trainees[*trainee].key.clone(),
                site: candidates.roster.sites[pair.site].key.clone(),
                contact: Minutes::new(contact[trainee]).unwrap_or_default(),
                preference_rank: pair.rank,
            }
        })
        .collect()
}

/// Returns the weekly contact of each matched trainee: the most that suits
/// everybody, and where a site offers less, a quarter of an hour at a time
/// from whoever is least short so far, but nothing of what as many as can be
/// need to finish in time, where a level asks for that.
pub(super) fn share_contact(
    candidates: &Candidates<'_>,
    timetable: &Timetable,
) -> BTreeMap<usize, u32> {
    let mut contact: BTreeMap<usize, u32> = BTreeMap::new();
    let mut at_site: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    let members = timetable.members();
    for (trainee, matched) in &timetable.matched {
        contact.insert(*trainee, most_contact(candidates, matched, &members));
        at_site
            .entry(candidates.pairs[matched.pair].site)
            .or_default()
            .push(*trainee);
    }
    for (site, trainees) in at_site {
        let offered = candidates.roster.sites[site].contact_per_week.get();
        let mut total: u32 = trainees.iter().map(|trainee| contact[trainee]).sum();
        let least = least_shares(candidates, timetable, &trainees, &contact, offered);
        while total > offered {
            let pair = |trainee: &usize| &candidates.pairs[timetable.matched[trainee].pair];
            let giver = trainees
                .iter()
                .filter(|trainee| contact[*trainee] >= least[*trainee] + QUARTER_HOUR)
                .min_by_key(|trainee| {
                    (
                        pair(trainee).target.saturating_sub(contact[*trainee]),
                        **trainee,
                    )
                });
            let Some(contact) = giver.and_then(|giver| contact.get_mut(giver)) else {
                break;
            };
            *contact -= QUARTER_HOUR;
            total -= QUARTER_HOUR;
        }
    }
    contact
}

/// Returns the most contact that the trainee's own sessions leave room for and
/// carry. `members` counts those of each session.
pub(super) fn most_contact(
    candidates: &Candidates<'_>,
    matched: &Matched,
    members: &BTreeMap<Attended, u32>,
) -> u32 {
    let pair = &candidates.pairs[matched.pair];
    let mut most = pair.contact_max;
    let attended: Vec<Attended> = matched
        .lines
        .values()
        .filter_map(|line| line.attended)
        .collect();
    if let Some(room) = candidates.room(pair) {
        let mut free = room.minutes();
        for session in &attended {
            let start = candidates.start(session.venue, session.start);
            let slots = candidates.venues[session.venue].slots();
            for (free, taken) in free.iter_mut().zip(room.taken(&start.occurrences, slots)) {
                *free = free.saturating_sub(taken);
            }
        }
        most = most.min(free.into_iter().min().unwrap_or(most));
    }
    if let Some(ratio) = candidates.ratio() {
        let kinds = attended.iter().map(|session| {
            let minutes = candidates.venues[session.venue].minutes;
            (session.kind, Minutes::new(minutes).unwrap_or_default())
        });
        most = most.min(ratio.contact_allowed(kinds).get());
    }
    if let Some(law) = &candidates.law {
        let sessions = attendances(candidates, matched, members);
        most = most.min(law.carried(pair, &sessions).unwrap_or(0));
    }
    most / QUARTER_HOUR * QUARTER_HOUR
}

fn sessions(candidates: &Candidates<'_>, timetable: &Timetable) -> Vec<Session> {
    let mut meetings: BTreeMap<Attended, Vec<SessionMember>> = BTreeMap::new();
    let mut sessions: Vec<Session> = Vec::new();
    for (trainee, matched) in &timetable.matched {
        for filled in matched.lines.values() {
            let fill = &candidates.fills[filled.fill];
            let member = SessionMember {
                trainee: candidates.roster.trainees[*trainee].key.clone(),
                line: candidates.lines[*trainee][fill.line].line.clone(),
            };
            match filled.attended {
                None => sessions.push(without_meeting(candidates, filled.fill, member)),
                Some(attended) if attended.kind == SessionKind::Individual => {
                    sessions.push(meeting(candidates, attended, vec![member]));
                }
                Some(attended) => meetings.entry(attended).or_default().push(member),
            }
        }
    }
    for (attended, members) in meetings {
        sessions.push(meeting(candidates, attended, members));
    }
    for session in &mut sessions {
        session.members.sort();
    }
    sessions.sort_by(|a, b| order(a).cmp(&order(b)));
    for (number, session) in (1..).zip(&mut sessions) {
        session.number = number;
    }
    sessions
}

fn order(session: &Session) -> impl Ord + use<'_> {
    let start = session
        .weekly_start
        .map(|at| (at.weekday.num_days_from_monday(), at.start));
    (&session.supervisor, start, &session.members)
}

fn meeting(
    candidates: &Candidates<'_>,
    attended: Attended,
    members: Vec<SessionMember>,
) -> Session {
    let venue = &candidates.venues[attended.venue];
    let start = candidates.start(attended.venue, attended.start);
    Session {
        number: 0,
        supervisor: candidates.roster.supervisors[venue.supervisor].key.clone(),
        kind: attended.kind,
        weekly_start: Some(WeeklyStart {
            weekday: start.weekday,
            start: start.start,
        }),
        minutes: Minutes::new(venue.minutes).unwrap_or_default(),
        time_zone: venue.zone,
        delivery: venue.site.map_or(Delivery::Video, |site| {
            Delivery::InPerson(candidates.roster.sites[site].key.clone())
        }),
        members,
    }
}

/// A line of no minutes: a supervisor without a meeting.
fn without_meeting(candidates: &Candidates<'_>, fill: usize, member: SessionMember) -> Session {
    let fill = &candidates.fills[fill];
    let supervisor = &candidates.roster.supervisors[fill.supervisor];
    Session {
        number: 0,
        supervisor: supervisor.key.clone(),
        kind: fill.kinds.iter().next().unwrap_or(SessionKind::Individual),
        weekly_start: None,
        minutes: Minutes::default(),
        time_zone: supervisor.time_zone,
        delivery: Delivery::Video,
        members: vec![member],
    }
}
