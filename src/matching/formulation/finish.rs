//! Who finishes in time: a column for each placement that could let its
//! trainee finish, and rows for the contact and the sessions that it takes.
//!
//! A line that is not timed gives as much as its best start, so the rows stay
//! a relaxation while somebody is untimed. Where lines of the faculty that
//! could help are not in the model, nothing is asked of sessions.

use std::collections::{BTreeMap, BTreeSet};

use super::{Formulation, Scope};
use crate::domain::{QUARTER_HOUR, Role, Rule};
use crate::matching::candidates::Candidates;
use crate::matching::finish::{Finish, SessionNeed};
use crate::matching::model::{ColumnIndex, Subject};

/// Adds columns and rows, where a level asks for them.
pub(super) fn add_rows(
    formulation: &mut Formulation,
    candidates: &Candidates<'_>,
    scope: &Scope<'_>,
) {
    let Some(finish) = &candidates.finish else {
        return;
    };
    let mut by_trainee: BTreeMap<usize, Vec<ColumnIndex>> = BTreeMap::new();
    for (position, pair) in candidates.pairs.iter().enumerate() {
        let (Some(place), Some(least)) = (formulation.place[position], finish.least_contact(pair))
        else {
            continue;
        };
        let column = formulation.model.add_binary();
        let model = &mut formulation.model;
        model.at_most(0.0, [(column, 1.0), (place, -1.0)]);
        formulation.finish.insert(position, column);
        by_trainee.entry(pair.trainee).or_default().push(column);
        if least > pair.contact_min
            && let Some(lowered) = super::contact::lowered_column(formulation, candidates, position)
        {
            let kept = [
                (column, f64::from(least)),
                (lowered, f64::from(QUARTER_HOUR)),
                (place, -f64::from(pair.contact_max)),
            ];
            formulation.model.at_most(0.0, kept);
        }
    }
    site_contact_minutes(formulation, candidates, finish);
    let mut meets: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (position, meet) in formulation.meets.iter().enumerate() {
        let trainee = candidates.fills[meet.fill].trainee;
        meets.entry(trainee).or_default().push(position);
    }
    for (trainee, finishing) in by_trainee {
        let meets = meets.get(&trainee).map_or(&[][..], Vec::as_slice);
        for need in finish.needs(trainee) {
            let mut lines = candidates.lines[trainee].iter();
            let is_absent = lines.any(|line| {
                line.role == Role::Faculty && line.kinds.contains(&need.kind) && !scope.with_faculty
            });
            if !is_absent {
                sessions(formulation, candidates, trainee, need, meets, &finishing);
            }
        }
    }
}

/// What those who finish need must fit, with the least of the others, into
/// what a site offers.
fn site_contact_minutes(
    formulation: &mut Formulation,
    candidates: &Candidates<'_>,
    finish: &Finish,
) {
    let mut rows: BTreeMap<usize, Vec<(ColumnIndex, f64)>> = BTreeMap::new();
    let mut asking: BTreeSet<usize> = BTreeSet::new();
    for (position, pair) in candidates.pairs.iter().enumerate() {
        let Some(place) = formulation.place[position] else {
            continue;
        };
        let row = rows.entry(pair.site).or_default();
        row.push((place, f64::from(pair.contact_min)));
        if let Some(column) = formulation.finish.get(&position)
            && let Some(least) = finish.least_contact(pair).filter(|l| *l > pair.contact_min)
        {
            row.push((*column, f64::from(least - pair.contact_min)));
            asking.insert(pair.site);
        }
    }
    for (site, terms) in rows {
        if asking.contains(&site) {
            let offered = candidates.roster.sites[site].contact_per_week.get();
            formulation
                .model
                .under(Rule::SiteContactMinutes, &[Subject::Site(site)])
                .at_most(f64::from(offered), terms);
        }
    }
}

/// The sessions of a trainee who finishes give what is needed.
fn sessions(
    formulation: &mut Formulation,
    candidates: &Candidates<'_>,
    trainee: usize,
    need: &SessionNeed,
    meets: &[usize],
    finishing: &[ColumnIndex],
) {
    let Some(finish) = &candidates.finish else {
        return;
    };
    let needed = finishing
        .iter()
        .map(|column| (*column, -f64::from(need.minutes)));
    let mut terms: Vec<(ColumnIndex, f64)> = needed.collect();
    let mut timed: BTreeSet<usize> = BTreeSet::new();
    for meet in meets.iter().map(|position| &formulation.meets[*position]) {
        timed.insert(meet.fill);
        if meet.kind == need.kind {
            let held = finish.held(candidates, need, trainee, (meet.venue, meet.start));
            terms.push((meet.column, f64::from(held)));
        }
    }
    for position in candidates.positions_of_fills(trainee) {
        if let Some(column) = formulation.fill[position].filter(|_| !timed.contains(&position)) {
            let held = finish.most_held(candidates, need, &candidates.fills[position]);
            terms.push((column, f64::from(held)));
        }
    }
    formulation.model.at_least(0.0, terms);
}
