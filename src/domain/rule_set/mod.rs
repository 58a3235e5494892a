//! Rule sets as data: what a regulator, a professional body or the program
//! itself asks of supervision, and of whom.
//!
//! A rule set holds clauses of a few shapes ([`Clause`]), what a minute of
//! supervision counts ([`Credit`]), and how far its numbers can be trusted. It
//! applies to a trainee at a site ([`AppliesTo`]); several may apply at once,
//! and then all of them hold. [`hours_rows`] says how a trainee stands.

mod clause;
mod credit;
mod fraction;
mod hours;
mod row;
mod weeks;
pub mod words;

use std::collections::BTreeSet;

use chrono::NaiveDate;

use super::{DayRange, Key, Site, Supervisor, Tag, Trainee};

pub use clause::{Clause, Window};
pub use credit::{Credit, GroupCredit, Portion};
pub use hours::{Attendance, TraineeTerm, contact_allowed, hours_rows};
pub use row::{Amount, Bound, Measure, RuleRow};
pub use weeks::{Span, SpanName, TermWeeks, WeekSet};

/// Most rule sets of one round.
pub const RULE_SETS_MAX: usize = 32;

/// How far the numbers of a rule set can be trusted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Trust {
    /// Taken from the regulator, the professional body or the text itself.
    Text,
    /// Taken from a university or association that speaks of the rule.
    Report,
    /// Taken from a weak source.
    Weak,
    /// Recalled, and not confirmed.
    Recalled,
}

impl Trust {
    /// Every mark, the strongest first.
    pub const ALL: [Self; 4] = [Self::Text, Self::Report, Self::Weak, Self::Recalled];

    /// Returns the letter used in files: `A`, `B`, `C` or `R`.
    pub const fn letter(self) -> &'static str {
        match self {
            Self::Text => "A",
            Self::Report => "B",
            Self::Weak => "C",
            Self::Recalled => "R",
        }
    }

    /// Returns what the letter stands for.
    pub const fn meaning(self) -> &'static str {
        match self {
            Self::Text => "the rule's own text, its regulator or professional body",
            Self::Report => "a university or association page about somebody else's rule",
            Self::Weak => "a weak source",
            Self::Recalled => "recalled, not confirmed",
        }
    }
}

/// To whom a rule set applies. An empty list does not narrow.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AppliesTo {
    /// Levels of trainees.
    pub levels: BTreeSet<Tag>,
    /// Jurisdictions in which trainees will be licensed.
    pub jurisdictions: BTreeSet<Tag>,
    /// Settings of the sites at which trainees are placed.
    pub settings: BTreeSet<Tag>,
}

/// A set of rules that hold together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleSet {
    /// Name by which a round asks for it.
    pub key: Key,
    /// Name shown to people.
    pub title: String,
    /// Whose rule it is.
    pub body: String,
    /// Where it is law; `None` for a professional body or a program.
    pub jurisdiction: Option<Tag>,
    /// First day on which it is in force; `None` for always so far.
    pub effective_from: Option<NaiveDate>,
    /// Last day on which it is in force; `None` while no end is known.
    pub effective_until: Option<NaiveDate>,
    /// Where the numbers come from.
    pub source: String,
    /// How far they can be trusted.
    pub trust: Trust,
    /// When somebody compared them with the source; `None` while unverified.
    pub verified_on: Option<NaiveDate>,
    /// What else a coordinator should know; may be empty.
    pub note: String,
    /// To whom it applies.
    pub applies_to: AppliesTo,
    /// What a minute of supervision counts.
    pub credit: Credit,
    /// What it asks for, at least one clause.
    pub clauses: Vec<Clause>,
    /// The text that it was read from.
    pub text: String,
}

impl RuleSet {
    /// Says whether the rules apply to a trainee placed at a site.
    pub fn applies(&self, trainee: &Trainee, site: &Site) -> bool {
        let admits = |set: &BTreeSet<Tag>, tag: &Tag| set.is_empty() || set.contains(tag);
        let to = &self.applies_to;
        admits(&to.levels, &trainee.level)
            && admits(&to.jurisdictions, &trainee.jurisdiction)
            && admits(&to.settings, &site.setting)
    }

    /// Says whether supervision by this supervisor counts at all: where the
    /// set names credentials, one of them must be held on every day of the
    /// term.
    pub fn counts(&self, supervisor: &Supervisor, term: DayRange) -> bool {
        let wanted = &self.credit.supervisor_credentials;
        wanted.is_empty()
            || supervisor
                .licences
                .iter()
                .filter(|licence| wanted.iter().any(|word| *word == licence.credential))
                .any(|licence| licence.valid.covers(term))
    }

    /// Says whether the set is in force on some day of the term.
    pub fn is_in_force(&self, term: DayRange) -> bool {
        self.effective_from.is_none_or(|from| from <= term.last())
            && self
                .effective_until
                .is_none_or(|until| term.first() <= until)
    }
}
