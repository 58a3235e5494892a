//! Rows about the rule sets that ask for hours: which choice of sessions goes
//! with which contact.
//!
//! A bound placement has a column for each legal choice of a class of session
//! for every line, of which one is chosen, and each class must be supplied by
//! the sessions that fill the line. Lines that are not in the model, and
//! supervisors who are not timed, supply whatever class helps most, so the rows
//! stay a relaxation while somebody is untimed.

use std::collections::{BTreeMap, BTreeSet};

use super::contact::lowered_column;
use super::{Formulation, Scope};
use crate::domain::rule_set::Attendance;
use crate::domain::{QUARTER_HOUR, Role, Rule, SessionKind};
use crate::matching::candidates::{Candidates, Fill};
use crate::matching::law::{COMBINATIONS_MAX, Law, LineClasses, combinations};
use crate::matching::model::{Column, ColumnIndex, LinearModel, Subject};

/// The columns that supply each class of session to a line; `None` for a line
/// that is not in the model, which has them all.
type Supply = BTreeMap<usize, Option<BTreeMap<Attendance, Vec<ColumnIndex>>>>;

/// For each meeting in a group, whether the group is of each stretch of sizes.
type Sized = BTreeMap<usize, Vec<(u32, ColumnIndex)>>;

/// Adds the rows.
pub(super) fn add_rows(
    formulation: &mut Formulation,
    candidates: &Candidates<'_>,
    scope: &Scope<'_>,
) {
    let Some(law) = &candidates.law else {
        return;
    };
    let bound: Vec<(usize, ColumnIndex)> = formulation
        .place
        .iter()
        .enumerate()
        .filter(|(position, _)| candidates.pairs[*position].is_bound)
        .filter_map(|(position, place)| Some((position, (*place)?)))
        .collect();
    if bound.is_empty() {
        return;
    }
    let trainees: BTreeSet<usize> = bound
        .iter()
        .map(|(position, _)| candidates.pairs[*position].trainee)
        .collect();
    let sized = group_sizes(formulation, candidates, law, &trainees);
    let mut meets_of: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (position, meet) in formulation.meets.iter().enumerate() {
        meets_of.entry(meet.fill).or_default().push(position);
    }
    let mut fills_of: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (position, fill) in candidates.fills.iter().enumerate() {
        if trainees.contains(&fill.trainee) {
            fills_of.entry(fill.trainee).or_default().push(position);
        }
    }
    for (position, place) in bound {
        let trainee = candidates.pairs[position].trainee;
        let fills = fills_of.get(&trainee).map_or(&[][..], Vec::as_slice);
        let mut rows = Hours {
            formulation,
            candidates,
            law,
            position,
        };
        let (supply, classes) = rows.supply(scope, fills, &meets_of, &sized);
        rows.add(place, &supply, &classes);
    }
}

/// Tells how large each group of trainees with bound placements is, where that
/// matters.
fn group_sizes(
    formulation: &mut Formulation,
    candidates: &Candidates<'_>,
    law: &Law<'_>,
    trainees: &BTreeSet<usize>,
) -> Sized {
    let mut sized = Sized::new();
    if law.sizes().len() < 2 {
        return sized;
    }
    let mut groups: BTreeMap<(usize, u16), Vec<usize>> = BTreeMap::new();
    for (position, meet) in formulation.meets.iter().enumerate() {
        if meet.kind == SessionKind::Group {
            let group = groups.entry((meet.venue, meet.start)).or_default();
            group.push(position);
        }
    }
    for ((venue, start), meets) in groups {
        let is_bound = |meet: &usize| {
            let fill = &candidates.fills[formulation.meets[*meet].fill];
            trainees.contains(&fill.trainee)
        };
        let bound: Vec<usize> = meets.iter().copied().filter(is_bound).collect();
        if bound.is_empty() {
            continue;
        }
        let supervisor = candidates.venues[venue].supervisor;
        let largest = candidates.roster.supervisors[supervisor].group_size_max;
        let kind = SessionKind::Group;
        let subjects = [
            Subject::Supervisor(supervisor),
            Subject::Session { venue, start, kind },
        ];
        let columns: Vec<ColumnIndex> = meets
            .iter()
            .map(|meet| formulation.meets[*meet].column)
            .collect();
        let all = || columns.iter().map(|column| (*column, 1.0));
        let model = &mut formulation.model;
        let rule = Rule::SessionSize;
        let mut sizes = Vec::new();
        for size in law.sizes().iter().filter(|size| size.least <= largest) {
            let of_size = model.add_binary();
            model.label_column(of_size, rule, &subjects);
            sizes.push((size.least, size.most.min(largest), of_size));
        }
        let one = sizes.iter().map(|(_, _, of_size)| (*of_size, 1.0));
        model.under(rule, &subjects).at_most(1.0, one);
        let least = sizes.iter().map(|(least, _, c)| (*c, -f64::from(*least)));
        model
            .under(rule, &subjects)
            .at_least(0.0, all().chain(least));
        let most = sizes.iter().map(|(_, most, c)| (*c, -f64::from(*most)));
        model.under(rule, &subjects).at_most(0.0, all().chain(most));
        for meet in bound {
            let column = formulation.meets[meet].column;
            let parts = parts_of(&mut formulation.model, &subjects, column, &sizes);
            sized.insert(meet, parts);
        }
    }
    sized
}

/// Splits the column of a meeting in a group by the size of the group.
fn parts_of(
    model: &mut LinearModel,
    subjects: &[Subject],
    column: ColumnIndex,
    sizes: &[(u32, u32, ColumnIndex)],
) -> Vec<(u32, ColumnIndex)> {
    let rule = Rule::SessionSize;
    let mut parts = Vec::new();
    for (least, _, of_size) in sizes {
        let part = model.add_amount();
        model.label_column(part, rule, subjects);
        model
            .under(rule, subjects)
            .at_most(0.0, [(part, 1.0), (*of_size, -1.0)]);
        parts.push((*least, part));
    }
    let sum = parts.iter().map(|(_, part)| (*part, 1.0));
    model
        .under(rule, subjects)
        .equals(0.0, sum.chain([(column, -1.0)]));
    parts
}

/// The rows of one bound placement.
struct Hours<'f, 'c> {
    formulation: &'f mut Formulation,
    candidates: &'c Candidates<'c>,
    law: &'c Law<'c>,
    position: usize,
}

impl Hours<'_, '_> {
    fn subjects(&self) -> [Subject; 2] {
        let pair = &self.candidates.pairs[self.position];
        [Subject::Trainee(pair.trainee), Subject::Site(pair.site)]
    }

    /// Returns the rule that rows are labelled with: the first about hours that
    /// applies.
    fn rule(&self) -> Rule {
        let pair = &self.candidates.pairs[self.position];
        let clauses = self
            .law
            .sets(pair.rule_sets)
            .flat_map(|(_, set)| &set.clauses);
        clauses
            .filter(|clause| clause.is_about_hours())
            .map(crate::domain::rule_set::Clause::rule)
            .next()
            .unwrap_or(Rule::SupervisionLines)
    }

    /// Returns what supplies each class to each line that meets, and the
    /// classes.
    fn supply(
        &mut self,
        scope: &Scope<'_>,
        fills: &[usize],
        meets_of: &BTreeMap<usize, Vec<usize>>,
        sized: &Sized,
    ) -> (Supply, LineClasses) {
        let candidates = self.candidates;
        let pair = &candidates.pairs[self.position];
        let mut supply = Supply::new();
        let mut classes: BTreeMap<usize, BTreeSet<Attendance>> = BTreeMap::new();
        for (line, needed) in candidates.lines[pair.trainee].iter().enumerate() {
            if needed.minutes_per_week.get() > 0 {
                let is_in = needed.role != Role::Faculty || scope.with_faculty;
                supply.insert(line, is_in.then(BTreeMap::new));
                classes.insert(line, BTreeSet::new());
            }
        }
        let suits = |fill: &Fill| fill.pair.is_none_or(|own| own == self.position);
        let own = fills
            .iter()
            .copied()
            .map(|fill| (fill, &candidates.fills[fill]));
        let own: Vec<(usize, &Fill)> = own.filter(|(_, fill)| suits(fill)).collect();
        for (position, fill) in own {
            let Some(of_line) = supply.get_mut(&fill.line) else {
                continue;
            };
            let supplied: Vec<(Attendance, ColumnIndex)> = match of_line {
                None => {
                    let free = self.law.classes_of(candidates, pair, fill);
                    classes.entry(fill.line).or_default().extend(free);
                    continue;
                }
                Some(_) => match meets_of.get(&position) {
                    Some(meets) => self.timed(meets, sized),
                    None => self.untimed(position, fill),
                },
            };
            for (class, column) in supplied {
                classes.entry(fill.line).or_default().insert(class);
                if let Some(of_line) = of_line {
                    of_line.entry(class).or_default().push(column);
                }
            }
        }
        (supply, LineClasses::new(classes.into_iter().collect()))
    }

    /// Returns the classes of weekly starts that are in the model.
    fn timed(&self, meets: &[usize], sized: &Sized) -> Vec<(Attendance, ColumnIndex)> {
        let pair = &self.candidates.pairs[self.position];
        let mut supplied = Vec::new();
        for position in meets {
            let meet = &self.formulation.meets[*position];
            let at = (meet.venue, meet.start, meet.kind);
            let class = |members| self.law.class(self.candidates, pair, at, members);
            match sized.get(position) {
                Some(parts) => {
                    supplied.extend(parts.iter().map(|(least, part)| (class(*least), *part)));
                }
                None => supplied.push((class(0), meet.column)),
            }
        }
        supplied
    }

    /// Returns a share of an untimed fill for each class that it could have.
    fn untimed(&mut self, position: usize, fill: &Fill) -> Vec<(Attendance, ColumnIndex)> {
        let Some(chosen) = self.formulation.fill[position] else {
            return Vec::new();
        };
        let pair = &self.candidates.pairs[self.position];
        let classes = self.law.classes_of(self.candidates, pair, fill);
        let (rule, subjects) = (self.rule(), self.subjects());
        let model = &mut self.formulation.model;
        let shares: Vec<(Attendance, ColumnIndex)> = classes
            .into_iter()
            .map(|class| {
                let share = model.add_amount();
                model.label_column(share, rule, &subjects);
                (class, share)
            })
            .collect();
        let sum = shares.iter().map(|(_, share)| (*share, 1.0));
        model
            .under(rule, &subjects)
            .equals(0.0, sum.chain([(chosen, -1.0)]));
        shares
    }

    fn add(&mut self, place: ColumnIndex, supply: &Supply, classes: &LineClasses) {
        if classes.count() > COMBINATIONS_MAX {
            return;
        }
        let pair = &self.candidates.pairs[self.position];
        let (rule, subjects) = (self.rule(), self.subjects());
        let lowered = lowered_column(self.formulation, self.candidates, self.position);
        let legal: Vec<(Vec<Attendance>, u32)> = combinations(classes)
            .into_iter()
            .filter_map(|chosen| {
                let carried = self.law.carried(pair, &chosen)?;
                Some((chosen, carried))
            })
            .collect();
        let model = &mut self.formulation.model;
        let mut by_class: BTreeMap<(usize, Attendance), Vec<ColumnIndex>> = BTreeMap::new();
        let mut one = vec![(place, -1.0)];
        let mut contact = vec![(place, f64::from(pair.contact_max))];
        contact.extend(lowered.map(|lowered| (lowered, -f64::from(QUARTER_HOUR))));
        for (chosen, carried) in legal {
            let choice = model.add_column(Column {
                lower: 0.0,
                upper: 1.0,
                is_integer: false,
            });
            model.label_column(choice, rule, &subjects);
            one.push((choice, 1.0));
            contact.push((choice, -f64::from(carried)));
            for ((line, _), class) in classes.lines.iter().zip(chosen) {
                by_class.entry((*line, class)).or_default().push(choice);
            }
        }
        model.under(rule, &subjects).equals(0.0, one);
        model.under(rule, &subjects).at_most(0.0, contact);
        for ((line, class), choices) in by_class {
            let Some(Some(supplied)) = supply.get(&line) else {
                continue;
            };
            let of_class = supplied
                .iter()
                .filter(|(own, _)| classes.known(**own) == class)
                .flat_map(|(_, columns)| columns);
            let supplied = of_class.map(|column| (*column, -1.0));
            let chosen = choices.into_iter().map(|choice| (choice, 1.0));
            model
                .under(rule, &subjects)
                .at_most(0.0, chosen.chain(supplied));
        }
    }
}
