//! What the checker reports.

use std::fmt;

use crate::domain::Rule;
use crate::domain::plan::Level;

/// What a plan breaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Broken {
    /// A rule of the match.
    Rule(Rule),
    /// The plan says another value of a level than it has, or a bound that
    /// its own value refutes.
    LevelValue(Level),
    /// The plan names something that the roster does not have, or names
    /// something twice.
    Reference,
}

impl Broken {
    /// Returns the stable name: that of the rule, `level_value` or
    /// `unknown_reference`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Rule(rule) => rule.name(),
            Self::LevelValue(_) => "level_value",
            Self::Reference => "unknown_reference",
        }
    }
}

/// One way in which a plan is wrong.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Breach {
    /// What is broken.
    pub broken: Broken,
    /// Whom it concerns, such as `trainee tr-00001` or `session session-0002`.
    pub subject: String,
    /// What was found and what is allowed.
    pub detail: String,
}

impl fmt::Display for Breach {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}: {}: {}",
            self.broken.name(),
            self.subject,
            self.detail
        )
    }
}

/// Gathers breaches.
#[derive(Debug, Default)]
pub(super) struct Breaches(Vec<Breach>);

impl Breaches {
    pub(super) fn add(&mut self, broken: Broken, subject: String, detail: String) {
        self.0.push(Breach {
            broken,
            subject,
            detail,
        });
    }

    pub(super) fn rule(&mut self, rule: Rule, subject: String, detail: String) {
        self.add(Broken::Rule(rule), subject, detail);
    }

    /// Returns what was gathered in the order of rules and subjects.
    pub(super) fn sorted(mut self) -> Vec<Breach> {
        self.0.sort();
        self.0.dedup();
        self.0
    }
}
