//! What may exist at all: placements, and who may fill which line when.
//!
//! Everything that a single trainee's own rules exclude is excluded here, so
//! that the model holds only what could be part of some plan. A candidate that
//! is dropped leaves the rule that dropped it, for the reasons of the
//! unmatched.

mod fill;
mod fills;
mod kind_set;
mod pairs;
mod start_set;
mod starts;
mod times;

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::sync::Arc;

pub(super) use fill::Fill;
pub(super) use kind_set::KindSet;
pub(super) use start_set::StartSet;
pub(super) use times::{Partnered, Times};

use super::MatchError;
use super::calendar::Calendars;
use super::eligibility::{Index, Wishes};
use super::finish::Finish;
use super::hurried::Stop;
use super::law::{Law, restrict};
use super::promises::Promises;
use super::room::Room;
use super::timeline::{Timeline, WeeklySlot, WeeklyStarts};
use crate::domain::plan::Level;
use crate::domain::rule_set::WeekSet;
use crate::domain::time::ZoneTable;
use crate::domain::{QUARTER_HOUR, Ratio, Roster, Rule, SessionKind, SupervisionLine, ZoneName};

/// Where and for how long a supervisor holds sessions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Venue {
    pub(super) supervisor: usize,
    /// The site of in-person sessions; `None` for video.
    pub(super) site: Option<usize>,
    pub(super) minutes: u32,
    /// The anchor zone.
    pub(super) zone: ZoneName,
}

impl Venue {
    /// Returns the length of a session in slots.
    pub(super) fn slots(&self) -> u32 {
        self.minutes / QUARTER_HOUR
    }
}

/// A possible placement.
#[derive(Clone, Debug)]
pub(super) struct Pair {
    pub(super) trainee: usize,
    pub(super) site: usize,
    pub(super) rank: u32,
    /// Which choice of the trainee it is, from one; ties are one choice.
    pub(super) dense_rank: u32,
    /// Least weekly contact minutes.
    pub(super) contact_min: u32,
    /// Most weekly contact minutes that any choice of sessions leaves room for.
    pub(super) contact_max: u32,
    /// Contact wanted.
    pub(super) target: u32,
    /// Whether the choice of sessions can lower `contact_max` further.
    pub(super) is_tight: bool,
    /// Rule sets that apply, a bit for each.
    pub(super) rule_sets: u32,
    /// The whole weeks that count for them.
    pub(super) counted_weeks: WeekSet,
    /// Whether their rules about hours depend on the choice of sessions.
    pub(super) is_bound: bool,
}

impl Pair {
    /// Returns the minutes short of target that no plan can avoid here.
    pub(super) fn short(&self) -> u32 {
        self.target.saturating_sub(self.contact_max)
    }
}

/// Which fills are kept when they are found.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Keep {
    All,
    /// Those with a weekly start, or that need none.
    WhatCanMeet,
}

/// Everything that may be part of a plan.
pub(super) struct Candidates<'a> {
    pub(super) roster: &'a Roster,
    pub(super) wishes: Arc<Vec<Wishes>>,
    /// Lines of each trainee's level.
    pub(super) lines: Arc<Vec<Vec<&'a SupervisionLine>>>,
    pub(super) weekly: BTreeMap<ZoneName, Arc<WeeklyStarts>>,
    pub(super) venues: Vec<Venue>,
    /// The weekly starts of each venue's zone.
    sessions: Vec<Arc<WeeklyStarts>>,
    /// For each venue the first one with the same anchor zone and length, so
    /// with the same sessions.
    pub(super) like: Vec<usize>,
    /// Placements, trainee by trainee.
    pub(super) pairs: Vec<Pair>,
    /// Fills, trainee by trainee.
    pub(super) fills: Vec<Fill>,
    /// For each (trainee, site) that cannot be, the rule that stops it.
    pub(super) obstacles: BTreeMap<(usize, usize), Rule>,
    /// The levels to be solved, in order.
    pub(super) levels: Vec<Level>,
    /// Whether some level depends on who of the faculty fills a line.
    pub(super) levels_need_faculty: bool,
    /// What the baseline promised.
    pub(super) promises: Arc<Promises>,
    /// Who could finish in time, and with what; `None` where no level asks.
    pub(super) finish: Option<Arc<Finish>>,
    rooms: Arc<BTreeMap<(usize, usize), Room>>,
    pub(super) times: Arc<Times>,
    /// What the rule sets of the round ask for; `None` without any.
    pub(super) law: Option<Arc<Law<'a>>>,
}

impl<'a> Candidates<'a> {
    /// Returns the candidates of a roster, and whether they are complete:
    /// where `stop` ends the search before, there are placements without fills.
    ///
    /// # Errors
    /// When a zone of the roster cannot be put on the line of slots.
    pub(super) fn until(
        roster: &'a Roster,
        zones: &ZoneTable,
        stop: Stop<'_>,
    ) -> Result<(Self, bool), MatchError> {
        let (mut candidates, fills) = Self::found(roster, zones, Keep::WhatCanMeet, stop)?;
        let mut is_whole = !stop() && super::pruning::prune(&mut candidates, fills, stop);
        if is_whole && restrict(&mut candidates) {
            let fills = candidates.take_fills();
            is_whole = super::pruning::prune(&mut candidates, fills, stop);
        }
        Ok((candidates, is_whole))
    }

    /// Returns the candidates of a roster.
    ///
    /// # Errors
    /// When a zone of the roster cannot be put on the line of slots.
    pub(super) fn new(roster: &'a Roster, zones: &ZoneTable) -> Result<Self, MatchError> {
        let (candidates, _) = Self::until(roster, zones, &|| false)?;
        Ok(candidates)
    }

    /// Returns the candidates before those are dropped that no plan can use;
    /// fills without any weekly start are among them.
    ///
    /// # Errors
    /// When a zone of the roster cannot be put on the line of slots.
    pub(super) fn unpruned(roster: &'a Roster, zones: &ZoneTable) -> Result<Self, MatchError> {
        let (mut candidates, fills) = Self::found(roster, zones, Keep::All, &|| false)?;
        candidates.fills = fills.concat();
        Ok(candidates)
    }

    /// Returns the candidates without fills, and the fills of each trainee.
    fn found(
        roster: &'a Roster,
        zones: &ZoneTable,
        keep: Keep,
        stop: Stop<'_>,
    ) -> Result<(Self, Vec<Vec<Fill>>), MatchError> {
        let timeline = Timeline::new(roster, zones)?;
        let index = Index::new(roster);
        let calendars = Calendars::new(roster, &timeline)?;
        let wishes = Wishes::of_roster(roster, &index);
        let levels = roster.round.policy.levels(roster);
        let lines = roster.trainees.iter();
        let lines = lines.map(|trainee| roster.lines_of(&trainee.level).collect());
        let mut candidates = Self {
            roster,
            lines: Arc::new(lines.collect()),
            weekly: timeline.weekly_starts(roster.zones())?,
            venues: Vec::new(),
            like: Vec::new(),
            pairs: Vec::new(),
            fills: Vec::new(),
            obstacles: BTreeMap::new(),
            levels_need_faculty: need_faculty(&levels, &wishes),
            levels,
            wishes: Arc::new(wishes),
            promises: Arc::new(Promises::of_roster(roster, &index)),
            sessions: Vec::new(),
            finish: None,
            rooms: Arc::default(),
            times: Arc::default(),
            law: Law::new(roster, &calendars).map(Arc::new),
        };
        candidates.add_pairs(&timeline, &calendars)?;
        if candidates.levels.contains(&Level::FinishInTime) {
            let finish = Finish::new(&candidates, zones, &timeline, calendars.days_away())?;
            candidates.levels_need_faculty |= finish.needs_faculty(&candidates);
            candidates.finish = Some(Arc::new(finish));
        }
        let fills = candidates.find_fills(&index, &calendars, keep, stop);
        Ok((candidates, fills))
    }

    /// Returns the line that a fill fills.
    pub(super) fn line(&self, fill: &Fill) -> &'a SupervisionLine {
        self.lines[fill.trainee][fill.line]
    }

    /// Returns the placements of a trainee, by position.
    pub(super) fn pairs_of(&self, trainee: usize) -> Range<usize> {
        let first = self.pairs.partition_point(|pair| pair.trainee < trainee);
        first..self.pairs.partition_point(|pair| pair.trainee <= trainee)
    }

    /// Returns the fills of a trainee.
    pub(super) fn fills_of(&self, trainee: usize) -> impl Iterator<Item = &Fill> {
        self.fills[self.positions_of_fills(trainee)].iter()
    }

    /// Returns the positions of the fills of a trainee.
    pub(super) fn positions_of_fills(&self, trainee: usize) -> Range<usize> {
        let first = self.fills.partition_point(|fill| fill.trainee < trainee);
        first..self.fills.partition_point(|fill| fill.trainee <= trainee)
    }

    /// Returns a part of the candidates: some placements and fills, by
    /// position; the fills may be confined.
    pub(super) fn part(&self, pairs: &BTreeSet<usize>, fills: &BTreeMap<usize, Fill>) -> Self {
        let own: BTreeMap<usize, usize> = pairs.iter().copied().zip(0..).collect();
        let within = |fill: &Fill| {
            let mut fill = fill.clone();
            if let Some(pair) = fill.pair {
                fill.pair = Some(*own.get(&pair)?);
            }
            Some(fill)
        };
        Self {
            roster: self.roster,
            wishes: Arc::clone(&self.wishes),
            lines: Arc::clone(&self.lines),
            weekly: self.weekly.clone(),
            venues: self.venues.clone(),
            sessions: self.sessions.clone(),
            like: self.like.clone(),
            pairs: pairs.iter().map(|pair| self.pairs[*pair].clone()).collect(),
            fills: fills.values().filter_map(within).collect(),
            obstacles: BTreeMap::new(),
            levels: self.levels.clone(),
            levels_need_faculty: self.levels_need_faculty,
            promises: Arc::clone(&self.promises),
            finish: self.finish.clone(),
            rooms: Arc::clone(&self.rooms),
            times: Arc::clone(&self.times),
            law: self.law.clone(),
        }
    }

    /// Takes the fills out, trainee by trainee.
    pub(super) fn take_fills(&mut self) -> Vec<Vec<Fill>> {
        let mut fills = std::mem::take(&mut self.fills).into_iter().peekable();
        (0..self.roster.trainees.len())
            .map(|trainee| {
                let mut own = Vec::new();
                while let Some(fill) = fills.next_if(|fill| fill.trainee == trainee) {
                    own.push(fill);
                }
                own
            })
            .collect()
    }

    /// Returns the weekly start of a venue.
    pub(super) fn start(&self, venue: usize, start: u16) -> &WeeklySlot {
        &self.sessions[venue].starts[usize::from(start)]
    }

    /// Returns the weekly starts of a venue's zone, by position.
    pub(super) fn all_starts(&self, venue: usize) -> &[WeeklySlot] {
        &self.sessions[venue].starts
    }

    /// Returns the room for contact of a pair whose contact the sessions can
    /// lower.
    pub(super) fn room(&self, pair: &Pair) -> Option<&Room> {
        if pair.is_tight {
            self.rooms.get(&(pair.trainee, pair.site))
        } else {
            None
        }
    }

    /// Returns the most contact that the supervision of a trainee carries when
    /// each line is filled by the kind of session that counts most, and by the
    /// kind that counts least; no limit without lines or ratio.
    pub(super) fn contact_carried(&self, trainee: usize) -> (u32, u32) {
        let Some(ratio) = self.ratio() else {
            return (u32::MAX, u32::MAX);
        };
        let by_kind = |choose: fn(&SupervisionLine) -> Option<&SessionKind>| {
            let kinds = self.lines[trainee]
                .iter()
                .filter_map(|line| choose(line).map(|kind| (*kind, line.minutes_per_week)));
            ratio.contact_allowed(kinds).get()
        };
        let (first, last) = (
            by_kind(|line| line.kinds.first()),
            by_kind(|line| line.kinds.last()),
        );
        (first.max(last), first.min(last))
    }

    /// Returns the ratio of contact and supervision, where one holds.
    pub(super) fn ratio(&self) -> Option<Ratio> {
        self.roster
            .round
            .ratio
            .filter(|_| !self.roster.supervision_lines.is_empty())
    }
}

fn need_faculty(levels: &[Level], wishes: &[Wishes]) -> bool {
    levels.iter().any(|level| match level {
        Level::SupervisorRank => wishes.iter().any(Wishes::has_ranked_supervisors),
        Level::Changes | Level::CaseloadBalance => true,
        Level::MatchedPriority
        | Level::MatchedByTier(_)
        | Level::Matched
        | Level::ContactShortMinutes
        // Asked for once it is known who could finish.
        | Level::FinishInTime
        | Level::SiteRank
        | Level::SiteRankGenerous(_)
        | Level::SiteRankGreedy(_) => false,
    })
}
