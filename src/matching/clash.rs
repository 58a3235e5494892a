//! When no plan is legal: which pins and least numbers cannot hold together.

use super::candidates::Candidates;
use super::engine::{Effort, Outcome, solve};
use super::formulation::{Formulation, Scope};
use super::timetable::Timetable;
use super::{Clash, MatchError, Observer};
use crate::domain::plan::Level;

/// Returns a smallest set of minima that clash: no plan of the model keeps
/// them all, and without any one of them there is one. Empty when time ran out.
pub(super) fn clashing_minima(
    candidates: &Candidates<'_>,
    timed: &[bool],
    observer: &mut dyn Observer,
) -> Result<Vec<Clash>, MatchError> {
    let scope = Scope {
        pairs: None,
        fills: None,
        timed,
        group_starts: None,
        with_minima: true,
    };
    let mut formulation = Formulation::new(candidates, &scope);
    let objective = formulation.objective(candidates, Level::Matched);
    let mut clashes = Vec::new();
    for position in 0..formulation.minima.len() {
        // Leave one out; if the rest still clash it is not needed.
        let row = formulation.minima[position].row;
        let mut without = formulation.model.clone();
        without.relax_row(row);
        let effort = Effort {
            seconds: observer.seconds_left(),
            grid: f64::INFINITY,
            start: None,
            relaxed: false,
            for_proof: true,
        };
        let mut may_go_on = |_: f64, _: f64| !observer.is_cancelled();
        match solve(&without, &objective, &effort, &mut may_go_on)? {
            Outcome::Infeasible => formulation.model = without,
            Outcome::Found(_) | Outcome::Unknown { .. } => {
                let minimum = &formulation.minima[position];
                clashes.push(Clash {
                    rule: minimum.rule,
                    subject: minimum.subject.clone(),
                });
            }
        }
    }
    Ok(clashes)
}

/// Says whether a timetable keeps every pin, least capacity and least
/// caseload.
pub(super) fn keeps_minima(candidates: &Candidates<'_>, timetable: &Timetable) -> bool {
    let roster = candidates.roster;
    let mut placed = vec![0_u32; roster.sites.len()];
    let mut caseload: Vec<u32> = roster
        .supervisors
        .iter()
        .map(|s| s.caseload_current)
        .collect();
    for matched in timetable.matched.values() {
        placed[candidates.pairs[matched.pair].site] += 1;
        let mut supervisors: Vec<usize> = matched
            .lines
            .values()
            .map(|line| candidates.fills[line.fill].supervisor)
            .collect();
        supervisors.sort_unstable();
        supervisors.dedup();
        for supervisor in supervisors {
            caseload[supervisor] += 1;
        }
    }
    let sites = roster
        .sites
        .iter()
        .zip(&placed)
        .all(|(site, n)| *n >= site.capacity_min);
    let people = roster
        .supervisors
        .iter()
        .zip(&caseload)
        .all(|(s, n)| *n >= s.caseload_min);
    sites && people && pins_hold(candidates, timetable)
}

fn pins_hold(candidates: &Candidates<'_>, timetable: &Timetable) -> bool {
    candidates
        .wishes
        .iter()
        .enumerate()
        .all(|(trainee, wishes)| {
            let matched = timetable.matched.get(&trainee);
            let at = |site: &usize| {
                matched.is_some_and(|matched| candidates.pairs[matched.pair].site == *site)
            };
            let with = |supervisor: &usize| {
                matched.is_some_and(|matched| {
                    matched
                        .lines
                        .values()
                        .any(|line| candidates.fills[line.fill].supervisor == *supervisor)
                })
            };
            wishes.pinned.sites.iter().all(at) && wishes.pinned.supervisors.iter().all(with)
        })
}
