//! Rows about the rule sets that ask who the supervisors are: how many a
//! trainee has, and how many supervisees they have by setting.

use std::collections::{BTreeMap, BTreeSet};

use super::{Formulation, Scope};
use crate::domain::rule_set::Clause;
use crate::domain::{Role, Rule, Tag};
use crate::matching::candidates::{Candidates, Pair};
use crate::matching::law::Law;
use crate::matching::model::{Column, ColumnIndex, Subject};

/// The fills of one trainee by one supervisor, by line, each with its column.
type ByLine = BTreeMap<usize, Vec<(usize, ColumnIndex)>>;

/// Adds the rows.
pub(super) fn add_rows(
    formulation: &mut Formulation,
    candidates: &Candidates<'_>,
    scope: &Scope<'_>,
) {
    let Some(law) = &candidates.law else {
        return;
    };
    let mut fills: BTreeMap<usize, BTreeMap<usize, ByLine>> = BTreeMap::new();
    for (position, column) in formulation.fill.iter().enumerate() {
        if let Some(column) = column {
            let fill = &candidates.fills[position];
            let by_line = fills
                .entry(fill.trainee)
                .or_default()
                .entry(fill.supervisor)
                .or_default();
            by_line
                .entry(fill.line)
                .or_default()
                .push((position, *column));
        }
    }
    let mut people = People {
        formulation,
        candidates,
        law,
    };
    for trainee in 0..candidates.roster.trainees.len() {
        let own = fills.get(&trainee);
        people.supervisors(scope, trainee, own);
    }
    for (set, rules) in law.sets(u32::MAX) {
        for clause in &rules.clauses {
            if let Clause::SuperviseesMax { most, settings } = clause {
                people.supervisees(set, *most, settings, &fills);
            }
        }
    }
}

struct People<'f, 'c> {
    formulation: &'f mut Formulation,
    candidates: &'c Candidates<'c>,
    law: &'c Law<'c>,
}

impl People<'_, '_> {
    /// Returns the columns of a trainee's placements to which a set applies
    /// and that `admits` takes, and of the others.
    fn places(
        &self,
        trainee: usize,
        set: usize,
        admits: impl Fn(&Pair) -> bool,
    ) -> (Vec<ColumnIndex>, Vec<ColumnIndex>) {
        let (mut under, mut others) = (Vec::new(), Vec::new());
        for position in self.candidates.pairs_of(trainee) {
            let pair = &self.candidates.pairs[position];
            if let Some(place) = self.formulation.place[position] {
                if pair.rule_sets & (1 << set) != 0 && admits(pair) {
                    under.push(place);
                } else {
                    others.push(place);
                }
            }
        }
        (under, others)
    }

    fn add_share(&mut self, rule: Rule, subjects: &[Subject]) -> ColumnIndex {
        let model = &mut self.formulation.model;
        let share = model.add_column(Column {
            lower: 0.0,
            upper: 1.0,
            is_integer: false,
        });
        model.label_column(share, rule, subjects);
        share
    }

    /// A trainee has at most, and at least, so many different supervisors.
    fn supervisors(
        &mut self,
        scope: &Scope<'_>,
        trainee: usize,
        fills: Option<&BTreeMap<usize, ByLine>>,
    ) {
        let law = self.law;
        let mut limits: Vec<(usize, Rule, u32)> = Vec::new();
        for (set, rules) in law.sets(u32::MAX) {
            for clause in &rules.clauses {
                if let Clause::SupervisorsMax(limit) | Clause::SupervisorsDistinctMin(limit) =
                    clause
                {
                    let (under, _) = self.places(trainee, set, |_| true);
                    if !under.is_empty() {
                        limits.push((set, clause.rule(), *limit));
                    }
                }
            }
        }
        if limits.is_empty() {
            return;
        }
        let lines = &self.candidates.lines[trainee];
        let is_absent = |role| role == Role::Faculty && !scope.with_faculty;
        let absent = lines.iter().filter(|line| is_absent(line.role)).count();
        let who = Subject::Trainee(trainee);
        let mut any: Vec<ColumnIndex> = Vec::new();
        for (supervisor, by_line) in fills.into_iter().flatten() {
            let rule = limits[0].1;
            let subjects = [who, Subject::Supervisor(*supervisor)];
            let has = self.add_share(rule, &subjects);
            let model = &mut self.formulation.model;
            for columns in by_line.values() {
                let of_line = columns.iter().map(|(_, column)| (*column, 1.0));
                model
                    .under(rule, &subjects)
                    .at_most(0.0, of_line.chain([(has, -1.0)]));
            }
            let all = by_line.values().flatten();
            let all = all.map(|(_, column)| (*column, -1.0));
            model
                .under(rule, &subjects)
                .at_most(0.0, all.chain([(has, 1.0)]));
            any.push(has);
        }
        // Faculty are others than site supervisors, so lines of theirs that are
        // not in the model take one more at least, and one each at most.
        let (few, many) = (f64::from(u8::from(absent > 0)), to_f64(absent));
        let most_of_all = to_f64(lines.len());
        for (set, rule, limit) in limits {
            let (under, others) = self.places(trainee, set, |_| true);
            let limit = f64::from(limit);
            let sum = any.iter().map(|has| (*has, 1.0));
            let row = self.formulation.model.under(rule, &[who]);
            if rule == Rule::SupervisorsMax {
                let here = under.iter().map(|place| (*place, few - limit));
                let elsewhere = others.iter().map(|place| (*place, -most_of_all));
                row.at_most(0.0, sum.chain(here).chain(elsewhere));
            } else {
                let here = under.iter().map(|place| (*place, many - limit));
                row.at_least(0.0, sum.chain(here));
            }
        }
    }

    /// A supervisor has at most so many supervisees at sites of some settings.
    fn supervisees(
        &mut self,
        set: usize,
        most: u32,
        settings: &BTreeSet<Tag>,
        fills: &BTreeMap<usize, BTreeMap<usize, ByLine>>,
    ) {
        let rule = Rule::SuperviseesMax;
        let sites = &self.candidates.roster.sites;
        let admits =
            |pair: &Pair| settings.is_empty() || settings.contains(&sites[pair.site].setting);
        let mut counted: BTreeMap<usize, Vec<ColumnIndex>> = BTreeMap::new();
        for (trainee, by_supervisor) in fills {
            let (under, others) = self.places(*trainee, set, admits);
            if under.is_empty() {
                continue;
            }
            for (supervisor, by_line) in by_supervisor {
                let subjects = [Subject::Supervisor(*supervisor), Subject::Trainee(*trainee)];
                let counts = self.add_share(rule, &subjects);
                for columns in by_line.values() {
                    let (mut here, mut anywhere) = (Vec::new(), Vec::new());
                    for (position, column) in columns {
                        match self.candidates.fills[*position].pair {
                            None => anywhere.push(*column),
                            Some(own) => {
                                let place = self.formulation.place[own];
                                here.extend(place.filter(|p| under.contains(p)).map(|_| *column));
                            }
                        }
                    }
                    let model = &mut self.formulation.model;
                    if others.is_empty() {
                        here.append(&mut anywhere);
                    }
                    let terms = here.iter().map(|column| (*column, 1.0));
                    model
                        .under(rule, &subjects)
                        .at_most(0.0, terms.chain([(counts, -1.0)]));
                    for column in anywhere {
                        let placed = under.iter().map(|place| (*place, 1.0));
                        let both = placed.chain([(column, 1.0), (counts, -1.0)]);
                        model.under(rule, &subjects).at_most(1.0, both);
                    }
                }
                counted.entry(*supervisor).or_default().push(counts);
            }
        }
        for (supervisor, columns) in counted {
            let all = columns.into_iter().map(|column| (column, 1.0));
            self.formulation
                .model
                .under(rule, &[Subject::Supervisor(supervisor)])
                .at_most(f64::from(most), all);
        }
    }
}

fn to_f64(count: usize) -> f64 {
    f64::from(u32::try_from(count).unwrap_or(u32::MAX))
}
