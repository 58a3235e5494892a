//! Who finishes in time: what a trainee must still collect by the due days
//! within the term, and what a choice of site, contact and sessions gives.
//!
//! It is what [`super::forecast`] counts, by other means. Of the contact a
//! week gives the share that trainee and site are both there, which depends on
//! the placement alone, so there is a least weekly contact for each placement.
//! Of a session a week gives all its minutes, or nothing where it is missed.

mod contact;

use std::collections::BTreeMap;

use chrono::Days;

use super::MatchError;
use super::assemble::share_contact;
use super::calendar::DaysAway;
use super::candidates::{Candidates, Fill, Pair};
use super::timeline::Timeline;
use super::timetable::{Matched, Timetable};
use crate::domain::time::ZoneTable;
use crate::domain::{Requirement, RequirementCategory, Role, Roster, SessionKind, Trainee};

use contact::Term;

/// Minutes of a kind of session that a trainee must still collect.
pub(super) struct SessionNeed {
    pub(super) kind: SessionKind,
    pub(super) minutes: u32,
    /// Sessions that begin at this slot or later come too late.
    until: u32,
}

/// Who could finish in time, and with what.
pub(super) struct Finish {
    /// By trainee, what sessions must give; `None` for a trainee to whom
    /// nothing is due within the term, or whom no plan can let finish.
    needs: Vec<Option<Vec<SessionNeed>>>,
    /// The least weekly contact with which a trainee finishes at a site; not
    /// there where the most is not enough.
    contact: BTreeMap<(usize, usize), u32>,
    away: DaysAway,
}

impl Finish {
    /// Returns what the trainees of some candidates need to finish.
    ///
    /// # Errors
    /// When a zone of the roster cannot be put on the line of slots.
    pub(super) fn new(
        candidates: &Candidates<'_>,
        zones: &ZoneTable,
        timeline: &Timeline<'_>,
        away: DaysAway,
    ) -> Result<Self, MatchError> {
        let roster = candidates.roster;
        let trainees = roster.trainees.iter();
        let needs = trainees
            .map(|trainee| session_needs(roster, timeline, trainee))
            .collect::<Result<Vec<_>, _>>()?;
        let mut finish = Self {
            needs,
            contact: BTreeMap::new(),
            away,
        };
        let term = Term::new(roster, zones)?;
        for pair in &candidates.pairs {
            if finish.needs[pair.trainee].is_some()
                && let Some(least) = term.least_contact(pair)?
            {
                finish.contact.insert((pair.trainee, pair.site), least);
            }
        }
        Ok(finish)
    }

    /// Returns the least weekly contact with which a trainee finishes at a
    /// site, within what the placement can have; `None` where nothing is
    /// enough.
    pub(super) fn least_contact(&self, pair: &Pair) -> Option<u32> {
        let least = self.contact.get(&(pair.trainee, pair.site)).copied();
        let least = least.map(|least| least.max(pair.contact_min));
        least.filter(|least| *least <= pair.contact_max)
    }

    /// Returns what sessions must give a trainee.
    pub(super) fn needs(&self, trainee: usize) -> &[SessionNeed] {
        self.needs[trainee].as_deref().unwrap_or_default()
    }

    /// Returns the minutes that a weekly session at a venue and start gives a
    /// trainee in time, if it is of the kind needed.
    pub(super) fn held(
        &self,
        candidates: &Candidates<'_>,
        need: &SessionNeed,
        trainee: usize,
        (venue, start): (usize, u16),
    ) -> u32 {
        let slot = candidates.start(venue, start);
        let venue = &candidates.venues[venue];
        let mut weeks = slot.held & !self.away.missed(slot, venue, trainee);
        // The occurrences follow the weeks in which they are held.
        let in_time = slot
            .occurrences
            .partition_point(|first| *first < need.until);
        let late = slot.occurrences.len() - in_time;
        let mut held = slot.held;
        for _ in 0..late {
            let last = 1 << (held.ilog2());
            held ^= last;
            weeks &= !last;
        }
        venue.minutes * weeks.count_ones()
    }

    /// Returns the most minutes of a need that a fill can give in time,
    /// whenever it meets.
    pub(super) fn most_held(
        &self,
        candidates: &Candidates<'_>,
        need: &SessionNeed,
        fill: &Fill,
    ) -> u32 {
        if !fill.kinds.contains(need.kind) {
            return 0;
        }
        let starts = candidates.starts(fill);
        let meetings = starts.flat_map(|(venue, set)| set.iter().map(move |start| (venue, start)));
        let held = meetings.map(|at| self.held(candidates, need, fill.trainee, at));
        held.max().unwrap_or(0)
    }

    /// Says whether some trainee's end depends on lines of the faculty.
    pub(super) fn needs_faculty(&self, candidates: &Candidates<'_>) -> bool {
        candidates.lines.iter().enumerate().any(|(trainee, lines)| {
            let mut needs = self.needs(trainee).iter();
            needs.any(|need| {
                let mut lines = lines.iter();
                lines.any(|line| line.role == Role::Faculty && line.kinds.contains(&need.kind))
            })
        })
    }

    /// Says whether the sessions of a trainee give what is needed.
    fn sessions_are_enough(
        &self,
        candidates: &Candidates<'_>,
        trainee: usize,
        matched: &Matched,
    ) -> bool {
        self.needs(trainee).iter().all(|need| {
            let attended = matched.lines.values().filter_map(|line| line.attended);
            let of_kind = attended.filter(|at| at.kind == need.kind);
            let held = of_kind.map(|at| {
                let at = (at.venue, at.start);
                u64::from(self.held(candidates, need, trainee, at))
            });
            held.sum::<u64>() >= u64::from(need.minutes)
        })
    }
}

/// Says whether it matters to a trainee's finishing in time when and in which
/// kind of session a line is met.
pub(super) fn times_matter(candidates: &Candidates<'_>, fill: &Fill) -> bool {
    let Some(finish) = &candidates.finish else {
        return false;
    };
    let needs = finish.needs(fill.trainee).iter();
    let mut needs = needs.filter(|need| fill.kinds.contains(need.kind));
    needs.any(|need| {
        let starts = candidates.starts(fill);
        let meetings = starts.flat_map(|(venue, set)| set.iter().map(move |start| (venue, start)));
        let mut held = meetings.map(|at| finish.held(candidates, need, fill.trainee, at));
        let first = held.next();
        fill.kinds.iter().count() > 1 || held.any(|held| Some(held) != first)
    })
}

/// Returns how many trainees of a timetable finish in time, with the contact
/// that its plan shares out.
pub(super) fn finishing(candidates: &Candidates<'_>, timetable: &Timetable) -> i64 {
    let Some(finish) = &candidates.finish else {
        return 0;
    };
    let contact = share_contact(candidates, timetable);
    let finishing = timetable.matched.iter().filter(|(trainee, matched)| {
        let least = finish.least_contact(&candidates.pairs[matched.pair]);
        least.is_some_and(|least| least <= contact[*trainee])
            && finish.sessions_are_enough(candidates, **trainee, matched)
    });
    i64::try_from(finishing.count()).unwrap_or(i64::MAX)
}

/// Returns the contact that each trainee at a site keeps when less is offered
/// there than all could have: the least of the placement, and for as many as
/// can be what they need to finish in time. Whoever needs least beyond the
/// least of the placement comes first, so no other choice lets more finish.
pub(super) fn least_shares(
    candidates: &Candidates<'_>,
    timetable: &Timetable,
    trainees: &[usize],
    most: &BTreeMap<usize, u32>,
    offered: u32,
) -> BTreeMap<usize, u32> {
    let matched = |trainee: &usize| &timetable.matched[trainee];
    let pair = |trainee: &usize| &candidates.pairs[matched(trainee).pair];
    let own = trainees.iter();
    let mut shares: BTreeMap<usize, u32> = own
        .map(|trainee| (*trainee, pair(trainee).contact_min))
        .collect();
    let Some(finish) = &candidates.finish else {
        return shares;
    };
    let mut more: Vec<(u32, usize)> = trainees
        .iter()
        .filter_map(|trainee| {
            let least = finish.least_contact(pair(trainee))?;
            let can_finish = least <= most[trainee]
                && finish.sessions_are_enough(candidates, *trainee, matched(trainee));
            can_finish.then_some((least - shares[trainee], *trainee))
        })
        .collect();
    more.sort_unstable();
    let mut left = offered.saturating_sub(shares.values().sum());
    for (more, trainee) in more {
        if more <= left
            && let Some(share) = shares.get_mut(&trainee)
        {
            left -= more;
            *share += more;
        }
    }
    shares
}

/// Returns what sessions must give a trainee by the due days within the term;
/// `None` where nothing is due, or something that no plan gives.
fn session_needs(
    roster: &Roster,
    timeline: &Timeline<'_>,
    trainee: &Trainee,
) -> Result<Option<Vec<SessionNeed>>, MatchError> {
    let mut needs = Vec::new();
    let mut is_anything_due = false;
    for requirement in due_in_term(roster, trainee) {
        is_anything_due = true;
        let minutes = requirement.left();
        let kind = match requirement.category {
            RequirementCategory::Contact => continue,
            RequirementCategory::Individual => SessionKind::Individual,
            RequirementCategory::Triadic => SessionKind::Triadic,
            RequirementCategory::Group => SessionKind::Group,
            RequirementCategory::Other if minutes == 0 => continue,
            RequirementCategory::Other => return Ok(None),
        };
        if minutes > 0 {
            let after = requirement.due_day + Days::new(1);
            let until = timeline.first_slot_of(trainee.time_zone, after)?;
            let until = u32::try_from(until).unwrap_or(u32::MAX);
            needs.push(SessionNeed {
                kind,
                minutes,
                until,
            });
        }
    }
    Ok(is_anything_due.then_some(needs))
}

fn due_in_term<'r>(
    roster: &'r Roster,
    trainee: &Trainee,
) -> impl Iterator<Item = &'r Requirement> + use<'r> {
    let last = roster.round.term.last();
    let own = roster.requirements_of(&trainee.key).iter();
    own.filter(move |requirement| requirement.due_day <= last)
}
