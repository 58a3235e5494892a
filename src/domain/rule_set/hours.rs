//! How the sessions of one trainee stand under the clauses about hours.
//!
//! A week is judged as it is planned, missed or not: how much may be missed is
//! said by `missed_sessions`. Over a month or a term, a missed occurrence is
//! supervision that was not had, while the contact of its week stays.

use std::collections::BTreeSet;

use super::clause::{Clause, Window};
use super::fraction::Fraction;
use super::row::{Amount, Bound, Measure, RuleRow};
use super::weeks::{Span, SpanName, TermWeeks, WeekSet};
use super::{Credit, RuleSet};
use crate::domain::{Minutes, QUARTER_HOUR, SessionKind, Thousandths};

/// One weekly session of a trainee.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Attendance {
    /// Its kind.
    pub kind: SessionKind,
    /// How many meet.
    pub members: u32,
    /// Minutes of each occurrence.
    pub minutes: Minutes,
    /// Whether it is held by video.
    pub by_video: bool,
    /// Whole weeks whose occurrence the trainee misses.
    pub missed: WeekSet,
    /// Whether it counts at all, by position of the rule set in the roster:
    /// bit `i` for set `i`.
    pub counts_for: u32,
}

/// What is known of a trainee's term at a site.
#[derive(Clone, Copy, Debug)]
pub struct TraineeTerm<'a> {
    /// Weekly contact minutes.
    pub contact: u32,
    /// The weekly sessions.
    pub sessions: &'a [Attendance],
    /// The weeks of the term.
    pub weeks: &'a TermWeeks,
    /// Those that count for the trainee at the site.
    pub counted: WeekSet,
}

/// Returns how a trainee stands under every clause of a rule set that is about
/// hours, window by window. `position` is that of the set in the roster.
pub fn hours_rows(set: &RuleSet, position: usize, term: &TraineeTerm<'_>) -> Vec<RuleRow> {
    let mut rows = Vec::new();
    for (clause, shape) in set.clauses.iter().enumerate() {
        let row = Row {
            clause,
            shape,
            credit: &set.credit,
            position,
            term,
        };
        match shape {
            Clause::Units {
                contact_per_unit,
                further_unit_above,
                unit,
                window,
            } => {
                let spans = term.weeks.spans(term.counted, *window).into_iter();
                rows.extend(
                    spans.map(|span| {
                        row.of_units(span, *contact_per_unit, *further_unit_above, *unit)
                    }),
                );
            }
            Clause::MinutesMin {
                minutes,
                per,
                window,
                kinds,
            } => {
                let spans = term.weeks.spans(term.counted, *window).into_iter();
                rows.extend(spans.map(|span| row.of_minutes(span, *minutes, *per, kinds)));
            }
            Clause::GroupShareMax(share) => {
                let is_group = |session: &Attendance| session.kind == SessionKind::Group;
                rows.push(row.of_share(*share, Bound::AtMost, is_group));
            }
            Clause::IndividualShareMin { share, kinds } => {
                let counts = |session: &Attendance| kinds.contains(&session.kind);
                rows.push(row.of_share(*share, Bound::AtLeast, counts));
            }
            Clause::VideoShareMax(share) => {
                rows.push(row.of_share(*share, Bound::AtMost, |session| session.by_video));
            }
            Clause::GroupSizeMax(most) => {
                let sizes = term
                    .sessions
                    .iter()
                    .filter(|session| session.kind == SessionKind::Group);
                let largest = sizes.map(|session| session.members).max().unwrap_or(0);
                let rule = (shape.rule(), clause);
                rows.push(RuleRow::counted(
                    rule,
                    Measure::Members,
                    Bound::AtMost,
                    *most,
                    largest,
                ));
            }
            Clause::SupervisorsMax(_)
            | Clause::SupervisorsDistinctMin(_)
            | Clause::SuperviseesMax { .. } => {}
        }
    }
    rows
}

/// Returns the most weekly contact, a multiple of 15 up to `most`, with which
/// the clauses about hours of all sets hold; `None` when they do not hold even
/// without contact. Each set comes with its position in the roster.
pub fn contact_allowed<'a>(
    sets: &(impl Iterator<Item = (usize, &'a RuleSet)> + Clone),
    term: &TraineeTerm<'_>,
    most: u32,
) -> Option<u32> {
    let holds = |quarters: u32| {
        let with = TraineeTerm {
            contact: quarters * QUARTER_HOUR,
            ..*term
        };
        sets.clone()
            .all(|(position, set)| hours_rows(set, position, &with).iter().all(|row| row.holds))
    };
    if !holds(0) {
        return None;
    }
    // More contact never makes a rule easier to keep.
    let (mut held, mut most) = (0, most / QUARTER_HOUR);
    while held < most {
        let middle = (held + most).div_ceil(2);
        if holds(middle) {
            held = middle;
        } else {
            most = middle - 1;
        }
    }
    Some(held * QUARTER_HOUR)
}

/// One clause about one trainee.
struct Row<'a> {
    clause: usize,
    shape: &'a Clause,
    credit: &'a Credit,
    position: usize,
    term: &'a TraineeTerm<'a>,
}

impl Row<'_> {
    /// Compares the whole units within a span with those that the contact
    /// needs.
    fn of_units(
        &self,
        span: Span,
        contact_per_unit: Option<Minutes>,
        further_unit_above: Option<Minutes>,
        unit: Minutes,
    ) -> RuleRow {
        let weekly = self.term.contact;
        let contact = u64::from(weekly) * u64::from(span.count());
        let by_contact = match contact_per_unit {
            Some(per) => contact.div_ceil(u64::from(per.get().max(1))),
            None => u64::from(contact > 0),
        };
        let further = further_unit_above.is_some_and(|above| weekly > above.get());
        let needed = Fraction::whole(by_contact + u64::from(further));
        let had = Fraction::whole(self.credited(span, None).units(unit.get()));
        self.row(span.name, Bound::AtLeast, Measure::Units, needed, had)
    }

    /// Compares the credited minutes of some kinds with those that are owed.
    fn of_minutes(
        &self,
        span: Span,
        minutes: Minutes,
        per: Window,
        kinds: &BTreeSet<SessionKind>,
    ) -> RuleRow {
        let owed = self.term.weeks.owed(span, minutes, per);
        let had = self.credited(span, Some(kinds));
        self.row(span.name, Bound::AtLeast, Measure::Minutes, owed, had)
    }

    /// Returns the credited minutes of the sessions held within a span.
    fn credited(&self, span: Span, kinds: Option<&BTreeSet<SessionKind>>) -> Fraction {
        let counts = |session: &&Attendance| {
            session.counts_for & (1 << self.position) != 0
                && kinds.is_none_or(|kinds| kinds.contains(&session.kind))
        };
        self.term
            .sessions
            .iter()
            .filter(counts)
            .map(|session| {
                let held = span
                    .weeks
                    .map_or(1, |weeks| (weeks & !session.missed).count_ones());
                let Attendance {
                    kind,
                    members,
                    minutes,
                    ..
                } = *session;
                self.credit.credited(kind, members, minutes).times(held)
            })
            .fold(Fraction::ZERO, Fraction::plus)
    }

    /// Compares the minutes of some sessions with a share of all.
    fn of_share(
        &self,
        share: Thousandths,
        bound: Bound,
        is_part: impl Fn(&Attendance) -> bool,
    ) -> RuleRow {
        let minutes = |session: &Attendance| u64::from(session.minutes.get());
        let sessions = self.term.sessions;
        let all: u64 = sessions.iter().map(minutes).sum();
        let part: u64 = sessions.iter().filter(|s| is_part(s)).map(minutes).sum();
        let limit = Fraction::new(i128::from(all) * i128::from(share.get()), 1000);
        let part = Fraction::whole(part);
        self.row(SpanName::Week, bound, Measure::Minutes, limit, part)
    }

    fn row(
        &self,
        span: SpanName,
        bound: Bound,
        measure: Measure,
        limit: Fraction,
        value: Fraction,
    ) -> RuleRow {
        let (holds, slack) = match bound {
            Bound::AtLeast => (value >= limit, value.plus(limit.times(-1))),
            Bound::AtMost => (value <= limit, limit.plus(value.times(-1))),
        };
        RuleRow {
            rule: self.shape.rule(),
            clause: self.clause,
            span,
            bound,
            measure,
            limit: Amount(limit.thousandths()),
            value: Amount(value.thousandths()),
            slack: Amount(slack.thousandths()),
            holds,
        }
    }
}
