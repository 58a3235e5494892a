//! Settles by search the lines that a model left without times.

use std::collections::BTreeMap;

use super::candidates::Candidates;
use super::load::Load;
use super::schedule::{Job, schedule};
use super::timetable::{Attended, Timetable, collide};
use crate::domain::SessionKind;

/// Settles the lines that have no times yet by search, beside the sessions that
/// are there, and returns those supervisors for whom it failed.
pub(super) fn settle(
    candidates: &Candidates<'_>,
    timetable: &mut Timetable,
    nodes_max: u32,
) -> Vec<usize> {
    let mut by_supervisor: BTreeMap<usize, Vec<(usize, usize)>> = BTreeMap::new();
    for (trainee, matched) in &timetable.matched {
        for (line, filled) in &matched.lines {
            let fill = &candidates.fills[filled.fill];
            if fill.meets() && filled.attended.is_none() {
                by_supervisor
                    .entry(fill.supervisor)
                    .or_default()
                    .push((*trainee, *line));
            }
        }
    }
    let load = Load::new(candidates, timetable);
    let mut unsettled = Vec::new();
    for (supervisor, lines) in by_supervisor {
        let held = load
            .sessions
            .get(&supervisor)
            .map_or(&[][..], Vec::as_slice);
        let jobs: Vec<Job> = lines
            .iter()
            .map(|(trainee, line)| job(candidates, timetable, held, *trainee, *line))
            .collect();
        let limit = candidates.roster.supervisors[supervisor].minutes_per_week_max;
        let minutes_left = limit
            .get()
            .saturating_sub(load.minutes(candidates, supervisor));
        match schedule(candidates, minutes_left, &jobs, nodes_max) {
            Some(starts) => {
                for ((trainee, line), (venue, start, kind)) in lines.iter().zip(starts) {
                    if let Some(matched) = timetable.matched.get_mut(trainee)
                        && let Some(filled) = matched.lines.get_mut(line)
                    {
                        filled.attended = Some(Attended { venue, start, kind });
                    }
                }
            }
            None => unsettled.push(supervisor),
        }
    }
    unsettled
}

/// Returns a line to be settled, with the starts at which the trainee is free,
/// and so is the supervisor beside the sessions that she holds.
fn job(
    candidates: &Candidates<'_>,
    timetable: &Timetable,
    held: &[(usize, u16)],
    trainee: usize,
    line: usize,
) -> Job {
    let fill = &candidates.fills[timetable.matched[&trainee].lines[&line].fill];
    let options = candidates
        .starts(fill)
        .flat_map(|(venue, starts)| starts.iter().map(move |start| (venue, start)))
        .filter(|(venue, start)| !timetable.is_busy(candidates, trainee, *venue, *start))
        .filter(|start| !held.iter().any(|held| collide(candidates, *start, *held)))
        .collect();
    Job {
        trainee,
        options,
        may_share: fill.kinds.contains(SessionKind::Triadic),
    }
}
