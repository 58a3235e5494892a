//! When no plan is legal: which pins and least numbers cannot hold together.

use std::collections::BTreeMap;

use super::candidates::Candidates;
use super::engine::{Effort, Outcome, solve};
use super::formulation::{Formulation, Scope};
use super::load::Load;
use super::timetable::Timetable;
use super::{Clash, MatchError, Observer};
use crate::domain::plan::Level;

/// Returns a smallest set of minima that clash: no plan of the model keeps
/// them all, and without any one of them there is one. Empty when time ran out.
pub(super) fn clashing_minima(
    candidates: &Candidates<'_>,
    scope: &Scope<'_>,
    observer: &mut dyn Observer,
) -> Result<Vec<Clash>, MatchError> {
    let mut formulation = Formulation::new(candidates, scope);
    let objective = formulation.objective(candidates, Level::Matched);
    let mut clashes = Vec::new();
    for position in 0..formulation.minima.len() {
        // Leave one out; if the rest still clash it is not needed.
        let mut without = formulation.model.clone();
        for row in formulation.minima[position].rows.clone() {
            without.relax_row(row);
        }
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
    let (roster, load) = (candidates.roster, Load::new(candidates, timetable));
    let count = |counts: &BTreeMap<usize, u32>, of: usize| counts.get(&of).copied().unwrap_or(0);
    let mut sites = roster.sites.iter().enumerate();
    let mut people = roster.supervisors.iter().enumerate();
    sites.all(|(i, site)| count(&load.placed, i) >= site.capacity_min)
        && people.all(|(i, s)| s.caseload_current + count(&load.caseload, i) >= s.caseload_min)
        && pins_hold(candidates, timetable)
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
