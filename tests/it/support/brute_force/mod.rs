//! A solver for tiny rosters that tries everything, written straight from the
//! meaning of the rules and by other means than the matcher and the checker:
//! time is a row of quarter hours, and a plan is built trainee by trainee.
//!
//! It tries every way of placing the trainees, best values first, and for each
//! every way of filling their lines. It is meant for up to four trainees,
//! three sites and three supervisors with a handful of possible starts each;
//! beyond that it may take for ever.

mod assign;
mod block;
mod finish;
mod fit;
mod grid;
mod hope;
mod place;
mod rules;
mod search;

use practicum::domain::time::ZoneTable;
use practicum::domain::{Plan, Roster};

use fit::Facts;
use hope::{Hopes, Worth, worse_is_more};
use place::Places;

use super::plans::tell_the_truth;

/// Returns the best values of the levels that the policy asks for, each the
/// best that those before it leave. `None` when no plan is legal, because
/// minima or pins cannot hold. The plan that matches nobody is legal when
/// there are none.
///
/// The zones must have rules for the roster's zones two weeks beyond the term,
/// with offsets in whole quarter hours.
pub(crate) fn brute_force(roster: &Roster, zones: &ZoneTable) -> Option<Vec<i64>> {
    let plan = brute_force_plan(roster, zones)?;
    Some(plan.levels.iter().map(|level| level.value).collect())
}

/// Returns a plan with the best values (see [`brute_force`]), complete and
/// with every level proved; there may be others as good.
pub(crate) fn brute_force_plan(roster: &Roster, zones: &ZoneTable) -> Option<Plan> {
    let facts = Facts::new(roster, zones);
    let hopes = Hopes::new(&facts);
    let mut all: Vec<(Worth, Places)> = place::all(&facts)
        .into_iter()
        .map(|places| {
            let most = facts.contact_most_alone(&places);
            let contact = facts.share_contact(&places, &most);
            let short = contact.map_or(i64::MAX, |contact| contact.short);
            (hopes.of_places(&places, short, &most), places)
        })
        .collect();
    all.sort_by(|(a, _), (b, _)| a.cmp(b));
    let mut best: Option<(Worth, Plan)> = None;
    for (hoped, places) in all {
        if best.as_ref().is_some_and(|(worth, _)| *worth <= hoped) {
            break;
        }
        let to_beat = best.as_ref().map(|(worth, _)| worth.clone());
        best = search::fill_lines(&facts, &hopes, &places, to_beat).or(best);
    }
    best.map(|(worth, mut plan)| {
        tell_the_truth(roster, &mut plan);
        let told = plan.levels.iter();
        let told: Worth = told.map(|l| worse_is_more(l.level, l.value)).collect();
        assert_eq!(worth, told, "the search knows what its plan is worth");
        plan
    })
}
