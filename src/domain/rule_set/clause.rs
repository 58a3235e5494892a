//! The shapes of rule that a rule set may hold.

use std::collections::BTreeSet;

use crate::domain::{Minutes, Rule, SessionKind, Tag, Thousandths};

/// The stretch of time over which a clause is judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Window {
    /// Each week by itself.
    Week,
    /// The weeks of a month together; a week belongs to the month of its
    /// Monday.
    Month,
    /// All weeks of the term together.
    Term,
}

impl Window {
    /// Every window, the shortest first.
    pub const ALL: [Self; 3] = [Self::Week, Self::Month, Self::Term];

    /// Returns the word used in files.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Week => "week",
            Self::Month => "month",
            Self::Term => "term",
        }
    }
}

/// One rule of a rule set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Clause {
    /// Contact needs units of credited supervision: one for each started
    /// stretch of contact, at least one, and a further one in a week with
    /// more contact than a threshold.
    Units {
        /// Contact minutes for each unit; `None` when the first unit carries
        /// any contact. Always given over months and terms.
        contact_per_unit: Option<Minutes>,
        /// Contact in a week above which a further unit is needed; only for
        /// single weeks.
        further_unit_above: Option<Minutes>,
        /// Credited minutes of a unit, at least one.
        unit: Minutes,
        /// Over what the units are averaged.
        window: Window,
    },
    /// At least so many credited minutes of supervision.
    MinutesMin {
        /// The minutes, for each week or month.
        minutes: Minutes,
        /// Week or month.
        per: Window,
        /// Over what the minutes are averaged; not shorter than `per`.
        window: Window,
        /// Kinds of session that count.
        kinds: BTreeSet<SessionKind>,
    },
    /// Group minutes are at most this share of a week's supervision.
    GroupShareMax(Thousandths),
    /// Minutes of these kinds are at least this share of a week's supervision.
    IndividualShareMin {
        /// The share.
        share: Thousandths,
        /// Kinds that count as individual.
        kinds: BTreeSet<SessionKind>,
    },
    /// Minutes by video are at most this share of a week's supervision.
    VideoShareMax(Thousandths),
    /// A trainee has at most so many supervisors at once.
    SupervisorsMax(u32),
    /// A trainee has at least so many different supervisors.
    SupervisorsDistinctMin(u32),
    /// A supervisor has at most so many supervisees under the rule set.
    SuperviseesMax {
        /// The most supervisees.
        most: u32,
        /// Only those placed at sites of these settings count; all when empty.
        settings: BTreeSet<Tag>,
    },
    /// A group has at most so many members.
    GroupSizeMax(u32),
}

impl Clause {
    /// Returns the stable name of the rule.
    pub const fn rule(&self) -> Rule {
        match self {
            Self::Units { .. } => Rule::SupervisionUnits,
            Self::MinutesMin { .. } => Rule::SupervisionMinutesMin,
            Self::GroupShareMax(_) => Rule::GroupShareMax,
            Self::IndividualShareMin { .. } => Rule::IndividualShareMin,
            Self::VideoShareMax(_) => Rule::VideoShareMax,
            Self::SupervisorsMax(_) => Rule::SupervisorsMax,
            Self::SupervisorsDistinctMin(_) => Rule::SupervisorsDistinctMin,
            Self::SuperviseesMax { .. } => Rule::SuperviseesMax,
            Self::GroupSizeMax(_) => Rule::GroupSizeMax,
        }
    }

    /// Says whether the clause is about the hours of a trainee's own sessions,
    /// and not about who the supervisors are.
    pub const fn is_about_hours(&self) -> bool {
        match self {
            Self::Units { .. }
            | Self::MinutesMin { .. }
            | Self::GroupShareMax(_)
            | Self::IndividualShareMin { .. }
            | Self::VideoShareMax(_)
            | Self::GroupSizeMax(_) => true,
            Self::SupervisorsMax(_)
            | Self::SupervisorsDistinctMin(_)
            | Self::SuperviseesMax { .. } => false,
        }
    }
}
