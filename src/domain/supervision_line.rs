//! Lines of supervision: what must be filled every week.

use std::collections::BTreeSet;

use super::{Minutes, Role, SessionKind, Tag};

/// Where a supervisor who fills a line must be licensed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum LicenceRule {
    /// In the trainee's jurisdiction, for the whole term.
    Jurisdiction,
    /// Nowhere in particular.
    Any,
}

/// One requirement of weekly supervision for all trainees of a level.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SupervisionLine {
    /// The trainees' level.
    pub level: Tag,
    /// Name of the line, unique within its level.
    pub line: Tag,
    /// Kinds of session that fill the line.
    pub kinds: BTreeSet<SessionKind>,
    /// Role of the supervisor who fills it.
    pub role: Role,
    /// Minutes of the weekly session; zero assigns a supervisor without one.
    pub minutes_per_week: Minutes,
    /// Where the supervisor must be licensed.
    pub licence: LicenceRule,
}
