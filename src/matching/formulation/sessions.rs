//! Rows about the weekly sessions of timed supervisors: who meets when, how
//! many in a session, minutes, and no overlaps.

use std::collections::{BTreeMap, BTreeSet};

use super::cliques::{Span, cliques};
use super::{Formulation, Meet, Scope};
use crate::domain::{Rule, SessionKind};
use crate::matching::candidates::Candidates;
use crate::matching::model::{ColumnIndex, Subject};

/// Sessions of one supervisor at one weekly start, with the columns of which
/// at most one can be chosen.
struct Slot {
    venue: usize,
    start: u16,
    minutes: u32,
    columns: Vec<ColumnIndex>,
}

/// Adds the rows.
pub(super) fn add_rows(
    formulation: &mut Formulation,
    candidates: &Candidates<'_>,
    scope: &Scope<'_>,
) {
    fill_by_meeting(formulation, candidates, scope);
    let mut by_supervisor: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    let mut by_trainee: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (position, meet) in formulation.meets.iter().enumerate() {
        let fill = &candidates.fills[meet.fill];
        by_supervisor
            .entry(fill.supervisor)
            .or_default()
            .push(position);
        by_trainee.entry(fill.trainee).or_default().push(position);
    }
    for (supervisor, meets) in &by_supervisor {
        let slots = session_size(formulation, candidates, *supervisor, meets);
        supervisor_weekly_minutes(formulation, candidates, *supervisor, &slots);
        no_overlap_of_supervisor(formulation, candidates, *supervisor, &slots);
    }
    for (trainee, meets) in &by_trainee {
        no_overlap_of_trainee(formulation, candidates, *trainee, meets);
    }
}

/// A timed line is filled by meeting at one weekly start.
fn fill_by_meeting(formulation: &mut Formulation, candidates: &Candidates<'_>, scope: &Scope<'_>) {
    let mut meets: BTreeMap<usize, Vec<ColumnIndex>> = BTreeMap::new();
    for Meet { fill, column, .. } in &formulation.meets {
        meets.entry(*fill).or_default().push(*column);
    }
    for (position, column) in formulation.fill.iter().enumerate() {
        let fill = &candidates.fills[position];
        if let Some(column) = column
            && fill.meets()
            && scope.timed[fill.supervisor]
        {
            let meets = meets
                .get(&position)
                .into_iter()
                .flatten()
                .map(|meet| (*meet, 1.0));
            let filled = Subject::Line {
                trainee: fill.trainee,
                line: fill.line,
            };
            let subjects = [filled, Subject::Supervisor(fill.supervisor)];
            formulation
                .model
                .under(Rule::SupervisionLines, &subjects)
                .equals(0.0, meets.chain([(*column, -1.0)]));
        }
    }
}

/// Opens a session wherever trainees meet in twos or groups, and returns the
/// supervisor's possible sessions.
fn session_size(
    formulation: &mut Formulation,
    candidates: &Candidates<'_>,
    supervisor: usize,
    meets: &[usize],
) -> Vec<Slot> {
    let mut sessions: BTreeMap<(usize, u16, SessionKind), Vec<ColumnIndex>> = BTreeMap::new();
    for meet in meets.iter().map(|position| &formulation.meets[*position]) {
        sessions
            .entry((meet.venue, meet.start, meet.kind))
            .or_default()
            .push(meet.column);
    }
    let group_size_max = f64::from(candidates.roster.supervisors[supervisor].group_size_max);
    let model = &mut formulation.model;
    let rule = Rule::SessionSize;
    let mut slots: Vec<Slot> = Vec::new();
    for ((venue, start, kind), members) in sessions {
        let sum = || members.iter().map(|column| (*column, 1.0));
        let session = Subject::Session { venue, start, kind };
        let subjects = [Subject::Supervisor(supervisor), session];
        let columns = match kind {
            SessionKind::Individual => members.clone(),
            SessionKind::Triadic => {
                let open = model.add_binary();
                model.label_column(open, rule, &subjects);
                model
                    .under(rule, &subjects)
                    .equals(0.0, sum().chain([(open, -2.0)]));
                for member in &members {
                    model
                        .under(rule, &subjects)
                        .at_most(0.0, [(*member, 1.0), (open, -1.0)]);
                }
                vec![open]
            }
            SessionKind::Group => {
                let open = model.add_binary();
                model.label_column(open, rule, &subjects);
                model
                    .under(rule, &subjects)
                    .at_least(0.0, sum().chain([(open, -3.0)]));
                model
                    .under(rule, &subjects)
                    .at_most(0.0, sum().chain([(open, -group_size_max)]));
                vec![open]
            }
        };
        let minutes = candidates.venues[venue].minutes;
        slots.push(Slot {
            venue,
            start,
            minutes,
            columns,
        });
    }
    slots
}

fn supervisor_weekly_minutes(
    formulation: &mut Formulation,
    candidates: &Candidates<'_>,
    supervisor: usize,
    slots: &[Slot],
) {
    let limit = candidates.roster.supervisors[supervisor]
        .minutes_per_week_max
        .get();
    let all_alike = slots.windows(2).all(|two| two[0].minutes == two[1].minutes);
    let (limit, weight) = match slots.first() {
        Some(first) if all_alike => (limit / first.minutes.max(1), Some(1.0)),
        _ => (limit, None),
    };
    let terms = slots.iter().flat_map(|slot| {
        let weight = weight.unwrap_or(f64::from(slot.minutes));
        slot.columns.iter().map(move |column| (*column, weight))
    });
    formulation
        .model
        .under(
            Rule::SupervisorWeeklyMinutes,
            &[Subject::Supervisor(supervisor)],
        )
        .at_most(f64::from(limit), terms);
}

fn no_overlap_of_supervisor(
    formulation: &mut Formulation,
    candidates: &Candidates<'_>,
    supervisor: usize,
    slots: &[Slot],
) {
    let spans: Vec<Span<'_>> = slots
        .iter()
        .map(|slot| span(candidates, slot.venue, slot.start))
        .collect();
    let mut sets = cliques(&spans);
    // Sessions of one start exclude each other too, with nothing beside them.
    let alone: BTreeSet<usize> = (0..slots.len()).collect();
    let covered: BTreeSet<usize> = sets.iter().flatten().copied().collect();
    sets.extend(alone.difference(&covered).map(|slot| vec![*slot]));
    for set in sets {
        let columns: Vec<ColumnIndex> = set
            .iter()
            .flat_map(|slot| slots[*slot].columns.iter().copied())
            .collect();
        if columns.len() > 1 {
            formulation
                .model
                .under(Rule::NoOverlap, &[Subject::Supervisor(supervisor)])
                .at_most(1.0, columns.into_iter().map(|column| (column, 1.0)));
        }
    }
}

fn no_overlap_of_trainee(
    formulation: &mut Formulation,
    candidates: &Candidates<'_>,
    trainee: usize,
    meets: &[usize],
) {
    let line = |position: usize| candidates.fills[formulation.meets[position].fill].line;
    let lines: BTreeSet<usize> = meets.iter().map(|position| line(*position)).collect();
    if lines.len() < 2 {
        return;
    }
    let spans: Vec<Span<'_>> = meets
        .iter()
        .map(|position| &formulation.meets[*position])
        .map(|meet| span(candidates, meet.venue, meet.start))
        .collect();
    let rows: Vec<Vec<ColumnIndex>> = cliques(&spans)
        .into_iter()
        // Starts of one line exclude each other already.
        .filter(|set| set.iter().any(|i| line(meets[*i]) != line(meets[set[0]])))
        .map(|set| {
            set.iter()
                .map(|i| formulation.meets[meets[*i]].column)
                .collect()
        })
        .collect();
    for columns in rows {
        formulation
            .model
            .under(Rule::NoOverlap, &[Subject::Trainee(trainee)])
            .at_most(1.0, columns.into_iter().map(|column| (column, 1.0)));
    }
}

fn span<'a>(candidates: &'a Candidates<'_>, venue: usize, start: u16) -> Span<'a> {
    Span {
        occurrences: &candidates.start(venue, start).occurrences,
        slots: candidates.venues[venue].slots(),
    }
}
