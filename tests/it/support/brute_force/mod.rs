//! A solver for tiny rosters that tries everything, written straight from the
//! meaning of the rules and by other means than the matcher and the checker:
//! time is a row of quarter hours, and a plan is built trainee by trainee.
//!
//! It tries every way of placing the trainees, best values first, and for each
//! every way of filling their lines. It is meant for up to four trainees,
//! three sites and three supervisors with a handful of possible starts each;
//! beyond that it may take for ever.

mod assign;
mod fit;
mod grid;
mod place;
mod search;

use practicum::domain::time::ZoneTable;
use practicum::domain::{Plan, Roster};

use fit::Facts;
use place::Places;

use super::plans::tell_the_truth;

/// Returns the best values of the levels: priorities matched, trainees
/// matched, minutes short of target, sum of ranks; each the best that those
/// before it leave. `None` when no plan is legal, because minima or pins
/// cannot hold. The plan that matches nobody is legal when there are none.
///
/// The zones must have rules for the roster's zones two weeks beyond the term,
/// with offsets in whole quarter hours.
pub(crate) fn brute_force(roster: &Roster, zones: &ZoneTable) -> Option<[i64; 4]> {
    let plan = brute_force_plan(roster, zones)?;
    let values: Vec<i64> = plan.levels.iter().map(|level| level.value).collect();
    values.try_into().ok()
}

/// Returns a plan with the best values (see [`brute_force`]), complete and
/// with every level proved; there may be others as good.
pub(crate) fn brute_force_plan(roster: &Roster, zones: &ZoneTable) -> Option<Plan> {
    let facts = Facts::new(roster, zones);
    let mut best: Option<(Worth, Plan)> = None;
    let mut all: Vec<(Worth, Places)> = place::all(&facts)
        .into_iter()
        .map(|places| (Worth::hoped(&facts, &places), places))
        .collect();
    all.sort_by_key(|(worth, _)| *worth);
    for (hoped, places) in all {
        if best.as_ref().is_some_and(|(worth, _)| *worth <= hoped) {
            break;
        }
        // Only the minutes short depend on how lines are filled.
        let as_good =
            |worth: &Worth| (worth.priority, worth.matched) == (hoped.priority, hoped.matched);
        let short_below = match &best {
            Some((worth, _)) if as_good(worth) && worth.rank > hoped.rank => worth.short + 1,
            Some((worth, _)) if as_good(worth) => worth.short,
            _ => i64::MAX,
        };
        if let Some((short, plan)) = search::fill_lines(&facts, &places, short_below) {
            best = Some((Worth { short, ..hoped }, plan));
        }
    }
    best.map(|(_, mut plan)| {
        tell_the_truth(roster, &mut plan);
        plan
    })
}

/// The levels of a plan, so that the least is the best.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Worth {
    /// Negated sum of priorities.
    priority: i64,
    /// Negated number of matched trainees.
    matched: i64,
    short: i64,
    rank: i64,
}

impl Worth {
    /// Returns the best that the placements can be worth.
    fn hoped(facts: &Facts<'_>, places: &Places) -> Self {
        let mut worth = Self {
            priority: 0,
            matched: 0,
            short: 0,
            rank: 0,
        };
        for (trainee, site) in places.matched() {
            worth.priority -= i64::from(facts.roster.trainees[trainee].priority);
            worth.matched -= 1;
            worth.rank += i64::from(facts.site_rank(trainee, site).unwrap_or(0));
        }
        let most = facts.contact_most_alone(places);
        worth.short = facts
            .share_contact(places, &most)
            .map_or(i64::MAX, |s| s.short);
        worth
    }
}
