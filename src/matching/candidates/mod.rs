//! What may exist at all: placements, and who may fill which line when.
//!
//! Everything that a single trainee's own rules exclude is excluded here, so
//! that the model holds only what could be part of some plan. A candidate that
//! is dropped leaves the rule that dropped it, for the reasons of the
//! unmatched.

mod fills;
mod pairs;
mod starts;

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use super::MatchError;
use super::calendar::Calendars;
use super::eligibility::{Index, Wishes};
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

/// Weekly starts at each venue, both ascending.
pub(super) type Starts = Vec<(usize, Vec<u16>)>;

/// Somebody who may fill a line of a trainee.
#[derive(Clone, Debug)]
pub(super) struct Fill {
    pub(super) trainee: usize,
    /// Position among the lines of the trainee's level.
    pub(super) line: usize,
    pub(super) supervisor: usize,
    /// The placement that it holds for, by position; `None` for any.
    pub(super) pair: Option<usize>,
    /// Kinds of session that line and supervisor both allow.
    pub(super) kinds: BTreeSet<SessionKind>,
    pub(super) minutes: u32,
    /// When it can meet; empty for a line of no minutes.
    pub(super) starts: Starts,
}

impl Fill {
    /// Says whether the line asks for a weekly session at all.
    pub(super) fn meets(&self) -> bool {
        self.minutes > 0
    }

    /// Returns how many trainees the largest session of this fill can have.
    pub(super) fn largest_session(&self, group_size_max: u32) -> u32 {
        match self.kinds.iter().next_back() {
            Some(SessionKind::Group) => group_size_max.max(1),
            Some(SessionKind::Triadic) => 2,
            Some(SessionKind::Individual) | None => 1,
        }
    }
}

/// Everything that may be part of a plan.
pub(super) struct Candidates<'a> {
    pub(super) roster: &'a Roster,
    pub(super) wishes: Vec<Wishes>,
    /// Lines of each trainee's level.
    pub(super) lines: Vec<Vec<&'a SupervisionLine>>,
    pub(super) weekly: BTreeMap<ZoneName, WeeklyStarts>,
    pub(super) venues: Vec<Venue>,
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
    pub(super) promises: Promises,
    rooms: BTreeMap<(usize, usize), Room>,
    /// What the rule sets of the round ask for; `None` without any.
    pub(super) law: Option<Law<'a>>,
}

impl<'a> Candidates<'a> {
    /// Returns the candidates of a roster.
    ///
    /// # Errors
    /// When a zone of the roster cannot be put on the line of slots.
    pub(super) fn new(roster: &'a Roster, zones: &ZoneTable) -> Result<Self, MatchError> {
        let mut candidates = Self::unpruned(roster, zones)?;
        super::pruning::prune(&mut candidates);
        if restrict(&mut candidates) {
            super::pruning::prune(&mut candidates);
        }
        Ok(candidates)
    }

    /// Returns the candidates before those are dropped that no plan can use;
    /// fills without any weekly start are among them.
    ///
    /// # Errors
    /// When a zone of the roster cannot be put on the line of slots.
    pub(super) fn unpruned(roster: &'a Roster, zones: &ZoneTable) -> Result<Self, MatchError> {
        let timeline = Timeline::new(roster, zones)?;
        let index = Index::new(roster);
        let calendars = Calendars::new(roster, &timeline)?;
        let wishes = Wishes::of_roster(roster, &index);
        let levels = roster.round.policy.levels(roster);
        let mut candidates = Self {
            roster,
            lines: roster
                .trainees
                .iter()
                .map(|t| roster.lines_of(&t.level).collect())
                .collect(),
            weekly: timeline.weekly_starts(roster.zones())?,
            venues: Vec::new(),
            like: Vec::new(),
            pairs: Vec::new(),
            fills: Vec::new(),
            obstacles: BTreeMap::new(),
            levels_need_faculty: need_faculty(&levels, &wishes),
            levels,
            wishes,
            promises: Promises::of_roster(roster, &index),
            rooms: BTreeMap::new(),
            law: Law::new(roster, &calendars),
        };
        candidates.add_pairs(&timeline, &calendars)?;
        candidates.add_fills(&index, &calendars);
        Ok(candidates)
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
        let first = self.fills.partition_point(|fill| fill.trainee < trainee);
        let end = self.fills.partition_point(|fill| fill.trainee <= trainee);
        self.fills[first..end].iter()
    }

    /// Returns the weekly start of a venue.
    pub(super) fn start(&self, venue: usize, start: u16) -> &WeeklySlot {
        &self.weekly[&self.venues[venue].zone].starts[usize::from(start)]
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
        | Level::SiteRank
        | Level::SiteRankGenerous(_)
        | Level::SiteRankGreedy(_) => false,
    })
}
