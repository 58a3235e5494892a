//! Rows about contact that the choice of sessions lowers: the room that they
//! leave in the trainee's week, and the contact that their kinds carry.
//!
//! A tight pair gets a column for the quarter hours of contact that it loses.
//! Sessions that are not in the model take no room and carry as much as their
//! best kind, so the rows stay a relaxation while somebody is untimed.

use std::collections::{BTreeMap, BTreeSet};

use super::{Formulation, Scope};
use crate::domain::{QUARTER_HOUR, Role, Rule, SessionKind, Thousandths};
use crate::matching::candidates::{Candidates, Pair};
use crate::matching::model::{Column, ColumnIndex, Subject};

/// Returns the column of the quarter hours that a tight pair loses to its
/// sessions, adding it when it is first asked for; `None` for other pairs and
/// where nothing can be lost.
pub(super) fn lowered_column(
    formulation: &mut Formulation,
    candidates: &Candidates<'_>,
    position: usize,
) -> Option<ColumnIndex> {
    let pair = &candidates.pairs[position];
    if !pair.is_tight {
        return None;
    }
    if let Some(column) = formulation.lowered.get(&position) {
        return Some(*column);
    }
    let place = formulation.place[position]?;
    let most = f64::from((pair.contact_max - pair.contact_min) / QUARTER_HOUR);
    let column = formulation.model.add_column(Column {
        lower: 0.0,
        upper: most,
        is_integer: true,
    });
    let subjects = [Subject::Trainee(pair.trainee), Subject::Site(pair.site)];
    formulation
        .model
        .under(Rule::ContactRange, &subjects)
        .at_most(0.0, [(column, 1.0), (place, -most)]);
    formulation.lowered.insert(position, column);
    Some(column)
}

/// Adds the rows.
pub(super) fn add_rows(
    formulation: &mut Formulation,
    candidates: &Candidates<'_>,
    scope: &Scope<'_>,
) {
    let mut meets_of: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (position, meet) in formulation.meets.iter().enumerate() {
        let trainee = candidates.fills[meet.fill].trainee;
        meets_of.entry(trainee).or_default().push(position);
    }
    for (position, pair) in candidates.pairs.iter().enumerate() {
        let Some(place) = formulation.place[position].filter(|_| pair.is_tight) else {
            continue;
        };
        let Some(lowered) = lowered_column(formulation, candidates, position) else {
            continue;
        };
        let meets: Vec<usize> = meets_of
            .get(&pair.trainee)
            .into_iter()
            .flatten()
            .copied()
            .filter(|meet| {
                let own = candidates.fills[formulation.meets[*meet].fill].pair;
                own.is_none_or(|own| own == position)
            })
            .collect();
        contact_fits_week(formulation, candidates, pair, place, lowered, &meets);
        supervision_ratio(
            formulation,
            candidates,
            scope,
            position,
            place,
            lowered,
            &meets,
        );
    }
}

fn contact_fits_week(
    formulation: &mut Formulation,
    candidates: &Candidates<'_>,
    pair: &Pair,
    place: ColumnIndex,
    lowered: ColumnIndex,
    meets: &[usize],
) {
    let Some(room) = candidates.room(pair) else {
        return;
    };
    let taken: Vec<Vec<u32>> = meets
        .iter()
        .map(|position| {
            let meet = &formulation.meets[*position];
            let start = candidates.start(meet.venue, meet.start);
            room.taken(&start.occurrences, candidates.venues[meet.venue].slots())
        })
        .collect();
    let mut rows: BTreeSet<(u32, Vec<u32>)> = BTreeSet::new();
    for (week, free) in room.minutes().into_iter().enumerate() {
        rows.insert((free, taken.iter().map(|taken| taken[week]).collect()));
    }
    for (free, taken) in rows {
        let mut worst: BTreeMap<usize, u32> = BTreeMap::new();
        let mut worst_elsewhere: BTreeMap<usize, u32> = BTreeMap::new();
        for (meet, minutes) in meets.iter().zip(&taken) {
            let fill = &candidates.fills[formulation.meets[*meet].fill];
            let most = worst.entry(fill.line).or_default();
            *most = (*most).max(*minutes);
            if fill.pair.is_none() {
                let most = worst_elsewhere.entry(fill.line).or_default();
                *most = (*most).max(*minutes);
            }
        }
        if free >= pair.contact_max + worst.values().sum::<u32>() {
            continue;
        }
        // When the trainee is placed elsewhere the row must not bind.
        let slack = (pair.contact_max + worst_elsewhere.values().sum::<u32>()).saturating_sub(free);
        let mut terms: Vec<(ColumnIndex, f64)> = meets
            .iter()
            .zip(&taken)
            .map(|(meet, minutes)| (formulation.meets[*meet].column, f64::from(*minutes)))
            .collect();
        terms.push((lowered, -f64::from(QUARTER_HOUR)));
        terms.push((place, f64::from(slack)));
        let limit = f64::from(free) - f64::from(pair.contact_max) + f64::from(slack);
        let subjects = [Subject::Trainee(pair.trainee), Subject::Site(pair.site)];
        formulation
            .model
            .under(Rule::ContactFitsWeek, &subjects)
            .at_most(limit, terms);
    }
}

fn supervision_ratio(
    formulation: &mut Formulation,
    candidates: &Candidates<'_>,
    scope: &Scope<'_>,
    position: usize,
    place: ColumnIndex,
    lowered: ColumnIndex,
    meets: &[usize],
) {
    let Some(ratio) = candidates.ratio() else {
        return;
    };
    let pair = &candidates.pairs[position];
    if candidates.contact_carried(pair.trainee).1 >= pair.contact_max {
        return;
    }
    let carried = |kind: SessionKind, minutes: u32| {
        let credit = ratio.credit(kind);
        let thousandths = |factor: Thousandths| f64::from(factor.get()) / 1000.0;
        f64::from(minutes) * thousandths(credit) * thousandths(ratio.contact_per_supervision_max)
    };
    let mut terms = vec![
        (place, f64::from(pair.contact_max)),
        (lowered, -f64::from(QUARTER_HOUR)),
    ];
    // Lines that are not in the model carry as much as their best kind.
    let absent = candidates.lines[pair.trainee]
        .iter()
        .filter(|line| line.role == Role::Faculty && !scope.with_faculty);
    for line in absent {
        let minutes = line.minutes_per_week.get();
        let best = line.kinds.iter().map(|kind| carried(*kind, minutes));
        terms.push((place, -best.fold(0.0, f64::max)));
    }
    let mut timed: BTreeSet<usize> = BTreeSet::new();
    for meet in meets.iter().map(|meet| &formulation.meets[*meet]) {
        timed.insert(meet.fill);
        let minutes = candidates.fills[meet.fill].minutes;
        terms.push((meet.column, -carried(meet.kind, minutes)));
    }
    for (fill_position, column) in formulation.fill.iter().enumerate() {
        let fill = &candidates.fills[fill_position];
        let is_of_pair =
            fill.trainee == pair.trainee && fill.pair.is_none_or(|own| own == position);
        if let Some(column) = column
            && is_of_pair
            && !timed.contains(&fill_position)
        {
            let best = fill.kinds.iter().map(|kind| carried(kind, fill.minutes));
            terms.push((*column, -best.fold(0.0, f64::max)));
        }
    }
    let subjects = [Subject::Trainee(pair.trainee), Subject::Site(pair.site)];
    formulation
        .model
        .under(Rule::SupervisionRatio, &subjects)
        .at_most(0.0, terms);
}
