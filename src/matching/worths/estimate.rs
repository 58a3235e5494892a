//! Estimates from the prices of the relaxed model.
//!
//! The model is that of the first solve, with the lines of faculty and without
//! anybody's times or whole numbers. It is solved for one level after the
//! other under the values that the plan has on those before. The price of a
//! row says what a little more on its limit would gain, so the rows of a
//! capacity are added up, each by as much as one more of it moves the limit.

use std::collections::BTreeMap;

use super::{Estimate, Worth, edits};
use crate::domain::plan::Level;
use crate::domain::time::ZoneTable;
use crate::domain::{Edit, Plan, Roster, Rule, SiteOrSupervisor};
use crate::matching::candidates::Candidates;
use crate::matching::engine::upper_prices;
use crate::matching::explain::Capacity;
use crate::matching::formulation::{Formulation, Scope};
use crate::matching::levels::keep_level;
use crate::matching::model::{LinearModel, Subject};
use crate::matching::{MatchError, Observer, Progress, Stage};

/// Share of one more by which every limit is raised before it is priced.
const A_LITTLE: f64 = 0.001;

/// Returns the capacities of which one more has a price under a legal plan,
/// best first: by the place of the level in the plan, then by how much, then
/// by kind and key. What is not known when the time is up is left out.
///
/// # Errors
/// When the roster cannot be solved at all.
pub fn estimates(
    roster: &Roster,
    zones: &ZoneTable,
    plan: &Plan,
    observer: &mut dyn Observer,
) -> Result<Vec<Worth>, MatchError> {
    let edits = edits(roster);
    let all: Vec<Edit> = edits.iter().map(|(_, _, edit)| edit.clone()).collect();
    // Each edit is about something of the roster, so all of them apply.
    let raised = roster.edited(&all).unwrap_or_else(|_| roster.clone());
    let mut candidates = Candidates::new(roster, zones)?;
    let mut formulation = relaxed(&candidates);
    candidates.roster = &raised;
    let more = relaxed(&candidates).model;
    candidates.roster = roster;
    let limits = limits(roster, &formulation.model, &more);
    // At a limit that is just reached the price of less may be far from that
    // of more; a little beyond it, they are the same.
    for (row, by) in limits.values().flatten() {
        formulation.model.raise_upper(*row, by * A_LITTLE);
    }

    let mut found: BTreeMap<&(Capacity, SiteOrSupervisor), (usize, Estimate)> = BTreeMap::new();
    for (place, result) in plan.levels.iter().enumerate() {
        let Some(prices) = prices(&formulation, &candidates, result.level, observer)? else {
            break;
        };
        for (of, rows) in &limits {
            let gain: f64 = rows.iter().map(|(row, by)| prices[*row] * by).sum();
            let thousandths = thousandths(gain);
            if thousandths > 0 {
                let level = result.level;
                let estimate = Estimate { level, thousandths };
                found.entry(of).or_insert((place, estimate));
            }
        }
        keep_level(&mut formulation, &candidates, result.level, result.value);
    }
    let mut worths: Vec<(usize, Worth)> = Vec::new();
    for (capacity, target, edit) in edits {
        if let Some((place, estimate)) = found.get(&(capacity, target.clone())).copied() {
            let worth = Worth {
                capacity,
                target,
                edit,
                estimate,
            };
            worths.push((place, worth));
        }
    }
    // Stable: equal ones stay in the order of kind and key.
    worths.sort_by_key(|(place, worth)| (*place, std::cmp::Reverse(worth.estimate.thousandths)));
    Ok(worths.into_iter().map(|(_, worth)| worth).collect())
}

fn relaxed(candidates: &Candidates<'_>) -> Formulation {
    let timed = vec![false; candidates.roster.supervisors.len()];
    let scope = Scope {
        pairs: None,
        fills: None,
        timed: &timed,
        with_faculty: true,
        group_starts: None,
        with_minima: true,
    };
    let mut formulation = Formulation::new(candidates, &scope);
    // The most groups that an untimed supervisor can hold follow from the row
    // of her minutes; kept as a bound as well they would share its price.
    let labels = formulation.model.column_labels();
    let groups = labels.filter(|(_, label)| label.rule == Rule::SessionSize);
    let groups: Vec<_> = groups.map(|(column, _)| column).collect();
    for column in groups {
        formulation.model.free_upper(column);
    }
    formulation
}

/// The rows that one more of a capacity loosens, with how much each.
type Limits = BTreeMap<(Capacity, SiteOrSupervisor), Vec<(usize, f64)>>;

/// Returns the rows that are looser in a model with more of everything. Both
/// have the same rows but for those about blocking pairs, which come last and
/// are left as they are.
fn limits(roster: &Roster, model: &LinearModel, more: &LinearModel) -> Limits {
    let mut limits = Limits::new();
    for (position, (row, raised)) in model.rows().iter().zip(more.rows()).enumerate() {
        let by = raised.upper - row.upper;
        let Some(label) = row.label.filter(|_| by.is_finite() && by > 0.0) else {
            continue;
        };
        let mut capacities = Capacity::ALL.into_iter();
        let capacity = capacities.find(|capacity| capacity.rule() == label.rule);
        let target = label.subjects().next().and_then(|subject| match subject {
            Subject::Site(site) => Some(SiteOrSupervisor::Site(roster.sites[site].key.clone())),
            Subject::Supervisor(person) => {
                let key = roster.supervisors[person].key.clone();
                Some(SiteOrSupervisor::Supervisor(key))
            }
            Subject::Trainee(_) | Subject::Line { .. } | Subject::Session { .. } => None,
        });
        if let (Some(capacity), Some(target)) = (capacity, target) {
            let rows = limits.entry((capacity, target)).or_default();
            rows.push((position, by));
        }
    }
    limits
}

fn prices(
    formulation: &Formulation,
    candidates: &Candidates<'_>,
    level: Level,
    observer: &mut dyn Observer,
) -> Result<Option<Vec<f64>>, MatchError> {
    let seconds = observer.seconds_left();
    if seconds <= 0.0 || observer.is_cancelled() {
        return Ok(None);
    }
    observer.progress(Progress {
        stage: Stage::Level(level),
        best: None,
        bound: None,
    });
    let objective = formulation.objective(candidates, level);
    let mut may_go_on = |_: f64, _: f64| !observer.is_cancelled();
    upper_prices(&formulation.model, &objective, seconds, &mut may_go_on)
}

/// Returns thousandths of a gain, rounded.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "prices are not negative, and far below 2^53"
)]
fn thousandths(gain: f64) -> u64 {
    (gain * 1000.0).round() as u64
}
