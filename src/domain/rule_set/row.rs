//! How a trainee stands under one rule: limit, value and slack.

use std::fmt;

use super::weeks::SpanName;
use crate::domain::Rule;

/// A number in thousandths, for people; what holds is decided exactly.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Amount(pub i64);

impl Amount {
    /// Returns a whole number.
    pub fn whole(number: impl Into<i64>) -> Self {
        Self(number.into().saturating_mul(1000))
    }
}

impl fmt::Display for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        let (whole, rest) = (self.0.unsigned_abs() / 1000, self.0.unsigned_abs() % 1000);
        if rest == 0 {
            return f.pad(&format!("{sign}{whole}"));
        }
        let decimals = format!("{rest:03}");
        f.pad(&format!("{sign}{whole}.{}", decimals.trim_end_matches('0')))
    }
}

/// Which way a limit binds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Bound {
    /// The value is at least the limit.
    AtLeast,
    /// The value is at most the limit.
    AtMost,
}

impl Bound {
    /// Returns the words for people.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::AtLeast => "at least",
            Self::AtMost => "at most",
        }
    }
}

/// What a row counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Measure {
    /// Units of credited supervision.
    Units,
    /// Minutes.
    Minutes,
    /// Supervisors of a trainee.
    Supervisors,
    /// Trainees of a supervisor.
    Supervisees,
    /// Members of a session.
    Members,
}

impl Measure {
    /// Returns the word for people.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Units => "units",
            Self::Minutes => "minutes",
            Self::Supervisors => "supervisors",
            Self::Supervisees => "supervisees",
            Self::Members => "members",
        }
    }
}

/// How one rule stands in one stretch of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RuleRow {
    /// The rule.
    pub rule: Rule,
    /// Position of the clause in its rule set.
    pub clause: usize,
    /// When.
    pub span: SpanName,
    /// Which way the limit binds.
    pub bound: Bound,
    /// What is counted.
    pub measure: Measure,
    /// What is asked for or allowed, rounded down to thousandths.
    pub limit: Amount,
    /// What the plan has, rounded down to thousandths.
    pub value: Amount,
    /// How far the value is on the right side of the limit; negative when the
    /// rule is broken.
    pub slack: Amount,
    /// Whether the rule is kept, decided without rounding.
    pub holds: bool,
}

impl RuleRow {
    /// Returns a row about whole numbers.
    pub fn counted(
        (rule, clause): (Rule, usize),
        measure: Measure,
        bound: Bound,
        limit: u32,
        value: u32,
    ) -> Self {
        let (limit, value) = (Amount::whole(limit), Amount::whole(value));
        let slack = match bound {
            Bound::AtLeast => value.0 - limit.0,
            Bound::AtMost => limit.0 - value.0,
        };
        Self {
            rule,
            clause,
            span: SpanName::Plan,
            bound,
            measure,
            limit,
            value,
            slack: Amount(slack),
            holds: slack >= 0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_written_without_idle_zeros() {
        for (thousandths, text) in [(0, "0"), (1500, "1.5"), (-250, "-0.25"), (60_000, "60")] {
            assert_eq!(Amount(thousandths).to_string(), text);
        }
    }
}
