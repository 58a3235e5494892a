//! What is wrong with a value that somebody gave: every broken field at once.

use std::fmt;

/// One broken field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// Where: a dotted path such as `windows[2].start`, or the file, row and
    /// column of a roster.
    pub path: String,
    /// Name of the rule that is broken, such as `caseload_limit`.
    pub rule: &'static str,
    /// What is wrong and what is allowed.
    pub message: String,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.path, self.message)
    }
}

/// Every broken field of a value, in the order in which they were found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Violations(Vec<Violation>);

impl Violations {
    /// Returns a single violation.
    pub fn one(path: impl Into<String>, rule: &'static str, message: impl Into<String>) -> Self {
        let mut violations = Self::default();
        violations.add(path, rule, message);
        violations
    }

    /// Adds a violation.
    pub fn add(&mut self, path: impl Into<String>, rule: &'static str, message: impl Into<String>) {
        self.0.push(Violation {
            path: path.into(),
            rule,
            message: message.into(),
        });
    }

    /// Says whether nothing is wrong.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Returns an error with everything that is wrong, if anything is.
    ///
    /// # Errors
    /// The violations, unless there are none.
    pub fn into_result(self) -> Result<(), Self> {
        if self.is_empty() { Ok(()) } else { Err(self) }
    }

    /// Returns the violations in the order in which they were found.
    pub fn as_slice(&self) -> &[Violation] {
        &self.0
    }
}

impl fmt::Display for Violations {
    /// Writes every violation, one a line.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, violation) in self.0.iter().enumerate() {
            if place > 0 {
                f.write_str("\n")?;
            }
            violation.fmt(f)?;
        }
        Ok(())
    }
}
