//! Rows about who fills which line: every line of a matched trainee, the
//! caseloads, the weekly minutes, and pins to supervisors.

use std::collections::{BTreeMap, BTreeSet};

use super::{Formulation, Minimum, Scope};
use crate::domain::plan::Level;
use crate::domain::{Role, Rule, SessionKind};
use crate::matching::candidates::Candidates;
use crate::matching::model::{Column, ColumnIndex, Subject};
use crate::matching::values::caseload_share;

/// The chosen-or-not columns of some fills, by position of the fill.
type Filled = Vec<(usize, ColumnIndex)>;

/// Adds the rows.
pub(super) fn add_rows(
    formulation: &mut Formulation,
    candidates: &Candidates<'_>,
    scope: &Scope<'_>,
) {
    supervision_lines(formulation, candidates, scope);
    let mut by_supervisor: BTreeMap<usize, BTreeMap<usize, Filled>> = BTreeMap::new();
    for (position, column) in formulation.fill.iter().enumerate() {
        if let Some(column) = column {
            let fill = &candidates.fills[position];
            let trainees = by_supervisor.entry(fill.supervisor).or_default();
            trainees
                .entry(fill.trainee)
                .or_default()
                .push((position, *column));
        }
    }
    for (supervisor, trainees) in &by_supervisor {
        caseload(formulation, candidates, scope, *supervisor, trainees);
        if !scope.timed[*supervisor] {
            least_weekly_minutes(formulation, candidates, *supervisor, trainees);
            if candidates.levels_need_faculty {
                group_members(formulation, candidates, *supervisor, trainees);
            }
        }
    }
    if scope.with_minima {
        unreachable_caseload_min(formulation, candidates, &by_supervisor);
        pinned_supervisors(formulation, candidates, &by_supervisor);
    }
}

/// A matched trainee has each line filled once, by somebody who fits the
/// placement; an unmatched one has none.
fn supervision_lines(
    formulation: &mut Formulation,
    candidates: &Candidates<'_>,
    scope: &Scope<'_>,
) {
    let mut places: BTreeMap<usize, Filled> = BTreeMap::new();
    for (position, column) in formulation.place.iter().enumerate() {
        if let Some(column) = column {
            let trainee = candidates.pairs[position].trainee;
            places.entry(trainee).or_default().push((position, *column));
        }
    }
    let mut fills: BTreeMap<(usize, usize), Filled> = BTreeMap::new();
    for (position, column) in formulation.fill.iter().enumerate() {
        if let Some(column) = column {
            let fill = &candidates.fills[position];
            fills
                .entry((fill.trainee, fill.line))
                .or_default()
                .push((position, *column));
        }
    }
    for (trainee, places) in &places {
        for (line, needed) in candidates.lines[*trainee].iter().enumerate() {
            if needed.role == Role::Faculty && !scope.with_faculty {
                continue;
            }
            let fills = fills.get(&(*trainee, line)).map_or(&[][..], Vec::as_slice);
            let filled = Subject::Line {
                trainee: *trainee,
                line,
            };
            let everywhere = fills
                .iter()
                .all(|(fill, _)| candidates.fills[*fill].pair.is_some());
            if !everywhere {
                let chosen = fills.iter().map(|(_, column)| (*column, 1.0));
                let placed = places.iter().map(|(_, column)| (*column, -1.0));
                formulation
                    .model
                    .under(Rule::SupervisionLines, &[filled])
                    .equals(0.0, chosen.chain(placed));
            }
            for (pair, place) in places {
                let here: Vec<(ColumnIndex, f64)> = fills
                    .iter()
                    .filter(|(fill, _)| candidates.fills[*fill].pair == Some(*pair))
                    .map(|(_, column)| (*column, 1.0))
                    .collect();
                let site = Subject::Site(candidates.pairs[*pair].site);
                let subjects = [filled, site];
                let model = &mut formulation.model;
                if everywhere {
                    model
                        .under(Rule::SupervisionLines, &subjects)
                        .equals(0.0, here.into_iter().chain([(*place, -1.0)]));
                } else if !here.is_empty() {
                    model
                        .under(Rule::SupervisionLines, &subjects)
                        .at_most(0.0, here.into_iter().chain([(*place, -1.0)]));
                }
            }
        }
    }
}

/// Distinct trainees count, however many lines of theirs she fills.
fn caseload(
    formulation: &mut Formulation,
    candidates: &Candidates<'_>,
    scope: &Scope<'_>,
    supervisor: usize,
    trainees: &BTreeMap<usize, Filled>,
) {
    let person = &candidates.roster.supervisors[supervisor];
    let mut distinct: Vec<(ColumnIndex, f64)> = Vec::new();
    for (trainee, fills) in trainees {
        let mut lines: BTreeMap<usize, Vec<ColumnIndex>> = BTreeMap::new();
        for (fill, column) in fills {
            lines
                .entry(candidates.fills[*fill].line)
                .or_default()
                .push(*column);
        }
        if lines.len() == 1 {
            distinct.extend(fills.iter().map(|(_, column)| (*column, 1.0)));
        } else {
            let model = &mut formulation.model;
            let rule = Rule::CaseloadLimit;
            let subjects = [Subject::Supervisor(supervisor), Subject::Trainee(*trainee)];
            let any = model.add_amount();
            model.label_column(any, rule, &subjects);
            distinct.push((any, 1.0));
            model.under(rule, &subjects).at_most(1.0, [(any, 1.0)]);
            for columns in lines.values() {
                let of_line = columns.iter().map(|column| (*column, 1.0));
                model
                    .under(rule, &subjects)
                    .at_most(0.0, of_line.chain([(any, -1.0)]));
            }
            let of_all = fills.iter().map(|(_, column)| (*column, -1.0));
            model
                .under(rule, &subjects)
                .at_most(0.0, of_all.chain([(any, 1.0)]));
        }
    }
    let room = person.caseload_left();
    if candidates.levels.contains(&Level::CaseloadBalance) {
        caseload_places(formulation, candidates, supervisor, room, &distinct);
    }
    let subject = Subject::Supervisor(supervisor);
    formulation
        .model
        .under(Rule::CaseloadLimit, &[subject])
        .at_most(f64::from(room), distinct.iter().copied());
    if scope.with_minima && person.caseload_min > person.caseload_current {
        let least = person.caseload_min - person.caseload_current;
        let row = formulation
            .model
            .under(Rule::CapacityMin, &[subject])
            .at_least(f64::from(least), distinct);
        let subject = caseload_min_subject(candidates, supervisor);
        formulation.minima.push(Minimum {
            rows: row..row + 1,
            rule: Rule::CapacityMin,
            subject,
        });
    }
}

/// Counts the places on a caseload one by one. Each counts no less than those
/// before it, so the least sum takes them in order.
fn caseload_places(
    formulation: &mut Formulation,
    candidates: &Candidates<'_>,
    supervisor: usize,
    room: u32,
    distinct: &[(ColumnIndex, f64)],
) {
    let person = &candidates.roster.supervisors[supervisor];
    let label = (Rule::CaseloadLimit, [Subject::Supervisor(supervisor)]);
    let mut terms = distinct.to_vec();
    let trainees = u32::try_from(distinct.len()).unwrap_or(u32::MAX);
    for place in 1..=room.min(trainees) {
        let taken = formulation.model.add_column(Column {
            lower: 0.0,
            upper: 1.0,
            is_integer: false,
        });
        formulation.model.label_column(taken, label.0, &label.1);
        let share = f64::from(caseload_share(person, place));
        formulation.caseload_places.push((taken, share));
        terms.push((taken, -1.0));
    }
    let model = &mut formulation.model;
    model.under(label.0, &label.1).equals(0.0, terms);
}

fn caseload_min_subject(candidates: &Candidates<'_>, supervisor: usize) -> String {
    let person = &candidates.roster.supervisors[supervisor];
    format!(
        "supervisor {} needs at least {} trainees and has {}",
        person.key, person.caseload_min, person.caseload_current
    )
}

/// A supervisor whom nobody can have still has her least caseload.
fn unreachable_caseload_min(
    formulation: &mut Formulation,
    candidates: &Candidates<'_>,
    by_supervisor: &BTreeMap<usize, BTreeMap<usize, Filled>>,
) {
    for (position, person) in candidates.roster.supervisors.iter().enumerate() {
        let is_needed = person.caseload_min > person.caseload_current;
        if is_needed && !by_supervisor.contains_key(&position) {
            let row = formulation
                .model
                .under(Rule::CapacityMin, &[Subject::Supervisor(position)])
                .at_least(1.0, []);
            let subject = caseload_min_subject(candidates, position);
            formulation.minima.push(Minimum {
                rows: row..row + 1,
                rule: Rule::CapacityMin,
                subject,
            });
        }
    }
}

/// Minutes of an untimed supervisor, were every session as full as can be.
fn least_weekly_minutes(
    formulation: &mut Formulation,
    candidates: &Candidates<'_>,
    supervisor: usize,
    trainees: &BTreeMap<usize, Filled>,
) {
    let person = &candidates.roster.supervisors[supervisor];
    let limit = person.minutes_per_week_max.get();
    let fills: Vec<(u32, u32, ColumnIndex)> = trainees
        .values()
        .flatten()
        .map(|(position, column)| {
            let fill = &candidates.fills[*position];
            (
                fill.minutes,
                fill.largest_session(person.group_size_max),
                *column,
            )
        })
        .filter(|(minutes, _, _)| *minutes > 0)
        .collect();
    let Some((minutes, size, _)) = fills.first().copied() else {
        return;
    };
    let minutes_row = formulation.model.under(
        Rule::SupervisorWeeklyMinutes,
        &[Subject::Supervisor(supervisor)],
    );
    if fills.iter().all(|(m, s, _)| (*m, *s) == (minutes, size)) {
        // Whole sessions only: sharper than minutes shared out.
        let places = limit / minutes * size;
        minutes_row.at_most(
            f64::from(places),
            fills.iter().map(|(_, _, column)| (*column, 1.0)),
        );
    } else {
        minutes_row.at_most(
            f64::from(limit),
            fills
                .iter()
                .map(|(m, s, column)| (*column, f64::from(*m) / f64::from(*s))),
        );
    }
}

/// An untimed supervisor who only leads groups of one length has three to a
/// full group of members for each of her sessions.
fn group_members(
    formulation: &mut Formulation,
    candidates: &Candidates<'_>,
    supervisor: usize,
    trainees: &BTreeMap<usize, Filled>,
) {
    let person = &candidates.roster.supervisors[supervisor];
    let fills = || trainees.values().flatten();
    let minutes: BTreeSet<u32> = fills()
        .map(|(position, _)| &candidates.fills[*position])
        .map(|fill| {
            let only_groups = fill.kinds.iter().all(|kind| kind == SessionKind::Group);
            if only_groups { fill.minutes } else { 0 }
        })
        .collect();
    let Some(minutes) = minutes.first().filter(|m| minutes.len() == 1 && **m > 0) else {
        return;
    };
    let label = (Rule::SessionSize, [Subject::Supervisor(supervisor)]);
    let model = &mut formulation.model;
    let sessions = model.add_column(Column {
        lower: 0.0,
        upper: f64::from(person.minutes_per_week_max.get() / minutes),
        is_integer: true,
    });
    model.label_column(sessions, label.0, &label.1);
    let members = || fills().map(|(_, column)| (*column, 1.0));
    let least = members().chain([(sessions, -3.0)]);
    model.under(label.0, &label.1).at_least(0.0, least);
    let most = members().chain([(sessions, -f64::from(person.group_size_max))]);
    model.under(label.0, &label.1).at_most(0.0, most);
}

fn pinned_supervisors(
    formulation: &mut Formulation,
    candidates: &Candidates<'_>,
    by_supervisor: &BTreeMap<usize, BTreeMap<usize, Filled>>,
) {
    for (trainee, wishes) in candidates.wishes.iter().enumerate() {
        for supervisor in &wishes.pinned.supervisors {
            let fills = by_supervisor
                .get(supervisor)
                .and_then(|by| by.get(&trainee));
            let columns = fills
                .into_iter()
                .flatten()
                .map(|(_, column)| (*column, 1.0));
            let subjects = [Subject::Trainee(trainee), Subject::Supervisor(*supervisor)];
            let row = formulation
                .model
                .under(Rule::Pinned, &subjects)
                .at_least(1.0, columns);
            let subject = format!(
                "trainee {} is pinned to supervisor {}",
                candidates.roster.trainees[trainee].key,
                candidates.roster.supervisors[*supervisor].key
            );
            formulation.minima.push(Minimum {
                rows: row..row + 1,
                rule: Rule::Pinned,
                subject,
            });
        }
    }
}
