//! Whole weeks whose contact is not carried by the supervision that is really
//! held in them.

use chrono::NaiveDate;

use super::minutes;
use super::trainee_term::TraineeTerm;
use super::weeks::LocalWeek;
use crate::domain::{Minutes, Roster, Rule};

/// A rule that some weeks do not keep.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleShortfall {
    /// The rule.
    pub rule: Rule,
    /// The Monday of the first such week, on the trainee's calendar.
    pub since: NaiveDate,
    /// Number of such weeks.
    pub weeks: u32,
    /// Minutes of contact in the first such week.
    pub contact: Minutes,
    /// Minutes of contact that its supervision carries.
    pub carried: Minutes,
}

/// Returns the rules that some whole week of the term does not keep.
pub(super) fn shortfalls(
    term: &TraineeTerm<'_>,
    roster: &Roster,
    listed: &[LocalWeek],
) -> Vec<RuleShortfall> {
    let Some(ratio) = roster.round.ratio else {
        return Vec::new();
    };
    if roster.supervision_lines.is_empty() {
        return Vec::new();
    }
    let mut shortfall: Option<RuleShortfall> = None;
    let whole = listed
        .iter()
        .filter(|week| roster.round.term.covers(week.days));
    for week in whole {
        let held = term.occasions_in(week).filter(|one| one.is_held);
        let carried = ratio.contact_allowed(held.map(|one| (one.kind, one.minutes)));
        let contact = minutes(term.contact_in(week, None).held);
        if contact <= carried {
            continue;
        }
        let found = shortfall.get_or_insert(RuleShortfall {
            rule: Rule::SupervisionRatio,
            since: week.days.first(),
            weeks: 0,
            contact,
            carried,
        });
        found.weeks += 1;
    }
    shortfall.into_iter().collect()
}
