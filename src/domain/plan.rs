//! A plan: the result of one run. It is made of keys only, refers to nothing
//! that can change, and never changes itself.

use std::fmt;

use chrono::Weekday;

use super::{
    MinuteOfDay, Minutes, Objective, Rule, SessionKind, SiteKey, SupervisorKey, Tag, TraineeKey,
    ZoneName,
};

/// One trainee's place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Placement {
    /// Who is placed.
    pub trainee: TraineeKey,
    /// Where.
    pub site: SiteKey,
    /// Weekly minutes with clients.
    pub contact: Minutes,
    /// The trainee's rank of the site, one being best.
    pub preference_rank: u32,
}

/// How a session is held.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Delivery {
    /// At a site, in the site's zone.
    InPerson(SiteKey),
    /// By video, in the supervisor's zone.
    Video,
}

impl Delivery {
    /// Returns the word used in files: `in_person` or `video`.
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::InPerson(_) => "in_person",
            Self::Video => "video",
        }
    }

    /// Returns the site of an in-person session.
    pub const fn site(&self) -> Option<&SiteKey> {
        match self {
            Self::InPerson(site) => Some(site),
            Self::Video => None,
        }
    }
}

/// When a weekly session starts, on the wall clock of its anchor zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct WeeklyStart {
    /// Local weekday.
    pub weekday: Weekday,
    /// Wall-clock start.
    pub start: MinuteOfDay,
}

/// One trainee in a session.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct SessionMember {
    /// Who meets.
    pub trainee: TraineeKey,
    /// The line of the trainee's level that the session fills.
    pub line: Tag,
}

/// A weekly supervision meeting.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    /// Number of the session, from 1 in the order of supervisor, weekday,
    /// start and members; written as `session-0001`.
    pub number: u32,
    /// Who supervises.
    pub supervisor: SupervisorKey,
    /// How many may meet.
    pub kind: SessionKind,
    /// When it starts; `None` for a line of zero minutes, which assigns a
    /// supervisor without a meeting.
    pub weekly_start: Option<WeeklyStart>,
    /// Elapsed minutes of each occurrence.
    pub minutes: Minutes,
    /// The anchor zone of the wall clock.
    pub time_zone: ZoneName,
    /// How it is held.
    pub delivery: Delivery,
    /// Who meets, by key.
    pub members: Vec<SessionMember>,
}

impl Session {
    /// Returns the identifier used in files, such as `session-0001`.
    pub fn id(&self) -> String {
        format!("session-{:04}", self.number)
    }
}

/// A trainee for whom the plan has no place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unmatched {
    /// Who is not matched.
    pub trainee: TraineeKey,
    /// The rule that stands in the way; where several do, the first that the
    /// best-ranked site meets.
    pub reason: Rule,
    /// What stops each ranked site, in words.
    pub detail: String,
    /// What the coordinator can do about it.
    pub action: String,
}

/// An objective level, solved under the values of the levels before it: an
/// objective, or one step of an objective that is a profile.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// Sum of the priorities of matched trainees, most.
    MatchedPriority,
    /// Number of matched trainees of that priority, most.
    MatchedByTier(u32),
    /// Number of matched trainees, most.
    Matched,
    /// Promises of the baseline that are not kept, least.
    Changes,
    /// Minutes of weekly contact short of target over matched trainees, least.
    ContactShortMinutes,
    /// Number of matched trainees who have a requirement that is due within
    /// the term, and who reach each of those by its due day, most.
    FinishInTime,
    /// Sum of the site ranks of matched trainees, least.
    SiteRank,
    /// Number of trainees placed at a site of that dense rank, least. Dense
    /// ranks count the distinct ranks in the trainee's own list, from one.
    SiteRankGenerous(u32),
    /// Number of trainees placed at a site of that dense rank, most.
    SiteRankGreedy(u32),
    /// Sum over the filled lines of the trainee's rank of the supervisor,
    /// least. A supervisor whom the trainee did not rank counts one more than
    /// the last whom the trainee did; without any, nothing counts.
    SupervisorRank,
    /// Sum over the trainees of each supervisor, least: for the trainee who is
    /// the n-th of her caseload, how many percent of her limit n is, rounded
    /// down.
    CaseloadBalance,
}

/// Which way a level is better.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sense {
    /// More is better.
    Most,
    /// Less is better.
    Least,
}

impl Level {
    /// The levels of a round that names none, in order.
    pub const DEFAULT: [Self; 4] = [
        Self::MatchedPriority,
        Self::Matched,
        Self::ContactShortMinutes,
        Self::SiteRank,
    ];

    /// Returns the objective of which this is a step, or the whole.
    pub const fn objective(self) -> Objective {
        match self {
            Self::MatchedPriority => Objective::MatchedPriority,
            Self::MatchedByTier(_) => Objective::MatchedByTier,
            Self::Matched => Objective::Matched,
            Self::Changes => Objective::Changes,
            Self::ContactShortMinutes => Objective::ContactShortMinutes,
            Self::FinishInTime => Objective::FinishInTime,
            Self::SiteRank => Objective::SiteRank,
            Self::SiteRankGenerous(_) => Objective::SiteRankGenerous,
            Self::SiteRankGreedy(_) => Objective::SiteRankGreedy,
            Self::SupervisorRank => Objective::SupervisorRank,
            Self::CaseloadBalance => Objective::CaseloadBalance,
        }
    }

    /// Returns the priority or the dense rank of a step of a profile.
    pub const fn step(self) -> Option<u32> {
        match self {
            Self::MatchedByTier(step)
            | Self::SiteRankGenerous(step)
            | Self::SiteRankGreedy(step) => Some(step),
            Self::MatchedPriority
            | Self::Matched
            | Self::Changes
            | Self::ContactShortMinutes
            | Self::FinishInTime
            | Self::SiteRank
            | Self::SupervisorRank
            | Self::CaseloadBalance => None,
        }
    }

    /// Returns the name used in files and messages: that of the objective,
    /// for a step of a profile with the priority or rank, such as
    /// `site_rank_generous[3]`.
    pub fn name(self) -> String {
        match self.step() {
            Some(step) => format!("{}[{step}]", self.objective()),
            None => self.objective().name().to_owned(),
        }
    }

    /// Returns which way the level is better.
    pub const fn sense(self) -> Sense {
        match self {
            Self::MatchedPriority
            | Self::MatchedByTier(_)
            | Self::Matched
            | Self::FinishInTime
            | Self::SiteRankGreedy(_) => Sense::Most,
            Self::Changes
            | Self::ContactShortMinutes
            | Self::SiteRank
            | Self::SiteRankGenerous(_)
            | Self::SupervisorRank
            | Self::CaseloadBalance => Sense::Least,
        }
    }

    /// Returns the level of that name, exactly as [`Level::name`] writes it.
    pub fn from_name(name: &str) -> Option<Self> {
        let (objective, step) = match name.strip_suffix(']').and_then(|n| n.split_once('[')) {
            Some((objective, step)) => (objective, Some(step.parse().ok()?)),
            None => (name, None),
        };
        let level = match (Objective::from_name(objective)?, step) {
            (Objective::MatchedPriority, None) => Self::MatchedPriority,
            (Objective::MatchedByTier, Some(tier)) => Self::MatchedByTier(tier),
            (Objective::Matched, None) => Self::Matched,
            (Objective::Changes, None) => Self::Changes,
            (Objective::ContactShortMinutes, None) => Self::ContactShortMinutes,
            (Objective::FinishInTime, None) => Self::FinishInTime,
            (Objective::SiteRank, None) => Self::SiteRank,
            (Objective::SiteRankGenerous, Some(rank)) => Self::SiteRankGenerous(rank),
            (Objective::SiteRankGreedy, Some(rank)) => Self::SiteRankGreedy(rank),
            (Objective::SupervisorRank, None) => Self::SupervisorRank,
            (Objective::CaseloadBalance, None) => Self::CaseloadBalance,
            _ => return None,
        };
        (level.name() == name).then_some(level)
    }
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.name())
    }
}

/// How much is known of a level.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum LevelStatus {
    /// The bound equals the value: nothing better exists.
    Proved,
    /// The gap that was asked for was reached.
    WithinGap,
    /// The time ran out, or the run was cancelled.
    TimeLimit,
}

impl LevelStatus {
    /// Every status.
    pub const ALL: [Self; 3] = [Self::Proved, Self::WithinGap, Self::TimeLimit];

    /// Returns the word used in files and messages.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Proved => "proved",
            Self::WithinGap => "within_gap",
            Self::TimeLimit => "time_limit",
        }
    }
}

/// The value of one level and how good it is proved to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LevelResult {
    /// The level.
    pub level: Level,
    /// The plan's value.
    pub value: i64,
    /// No plan with the same values on the levels before is better than this;
    /// rounded to the level's grid.
    pub bound: i64,
    /// How much is known.
    pub status: LevelStatus,
}

impl LevelResult {
    /// Returns the distance of value and bound as a share of the value, zero
    /// when they are equal.
    #[expect(
        clippy::cast_precision_loss,
        reason = "shown to people, never compared"
    )]
    pub fn gap(&self) -> f64 {
        let distance = self.value.abs_diff(self.bound) as f64;
        distance / (self.value.unsigned_abs().max(1)) as f64
    }
}

/// The result of one run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Plan {
    /// Places, by trainee.
    pub placements: Vec<Placement>,
    /// Sessions, by number.
    pub sessions: Vec<Session>,
    /// Trainees without a place, by trainee.
    pub unmatched: Vec<Unmatched>,
    /// The levels, in the order in which they were solved.
    pub levels: Vec<LevelResult>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_level_is_found_by_its_name_and_by_no_other() {
        for level in [
            Level::MatchedPriority,
            Level::MatchedByTier(3),
            Level::ContactShortMinutes,
            Level::FinishInTime,
            Level::SiteRankGenerous(12),
            Level::SiteRankGreedy(1),
            Level::CaseloadBalance,
        ] {
            assert_eq!(Level::from_name(&level.name()), Some(level));
        }
        let others = [
            "",
            "site_rank[1]",
            "site_rank_generous",
            "site_rank_generous[]",
        ];
        let more = [
            "site_rank_generous[01]",
            "site_rank_generous[3",
            "contact_short",
        ];
        for other in others.into_iter().chain(more) {
            assert_eq!(Level::from_name(other), None, "{other}");
        }
    }
}
