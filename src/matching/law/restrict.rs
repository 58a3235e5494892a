//! Takes out of the candidates what no choice of sessions keeps legal, and
//! marks the placements that the rule sets bind.

use std::collections::BTreeMap;

use super::{COMBINATIONS_MAX, Law, LineClasses, combinations};
use crate::domain::Rule;
use crate::domain::rule_set::{TraineeTerm, hours_rows};
use crate::matching::candidates::{Candidates, Pair};

/// Drops the placements at which no choice of sessions keeps the rules, lowers
/// the most contact of the others to what the best choice carries, and says
/// which of them are bound. Returns whether anything was dropped or lowered.
pub(in crate::matching) fn restrict(candidates: &mut Candidates<'_>) -> bool {
    let Some(law) = candidates.law.take() else {
        return false;
    };
    let mut alive = vec![true; candidates.pairs.len()];
    let mut changed = false;
    for (position, is_alive) in alive.iter_mut().enumerate() {
        let pair = &candidates.pairs[position];
        if !law.has_hours(pair) {
            continue;
        }
        let classes = line_classes(&law, candidates, position);
        if classes.count() > COMBINATIONS_MAX {
            // Not looked at by the model: plans are proved all the same.
            continue;
        }
        let carried: Vec<Option<u32>> = combinations(&classes)
            .iter()
            .map(|chosen| law.carried(pair, chosen))
            .collect();
        let most = carried.iter().flatten().copied().max();
        let (trainee, site) = (pair.trainee, pair.site);
        let Some(most) = most else {
            let rule = broken_rule(&law, pair, &classes);
            candidates.obstacles.insert((trainee, site), rule);
            *is_alive = false;
            changed = true;
            continue;
        };
        let pair = &mut candidates.pairs[position];
        changed |= most < pair.contact_max;
        pair.contact_max = most;
        pair.is_bound = carried.iter().any(|carried| *carried < Some(most));
        pair.is_tight |= pair.is_bound;
    }
    if alive.contains(&false) {
        crate::matching::pruning::drop_pairs(candidates, &alive);
    }
    candidates.law = Some(law);
    changed
}

/// Returns the classes of session for each line of a placement that meets.
fn line_classes(law: &Law<'_>, candidates: &Candidates<'_>, position: usize) -> LineClasses {
    let pair = &candidates.pairs[position];
    let lines = candidates.lines[pair.trainee].iter().enumerate();
    let mut classes: BTreeMap<usize, _> = lines
        .filter(|(_, line)| line.minutes_per_week.get() > 0)
        .map(|(line, _)| (line, std::collections::BTreeSet::new()))
        .collect();
    for fill in candidates.fills_of(pair.trainee) {
        if fill.pair.is_none_or(|own| own == position)
            && let Some(classes) = classes.get_mut(&fill.line)
        {
            classes.extend(law.classes_of(candidates, pair, fill));
        }
    }
    LineClasses::new(classes.into_iter().collect())
}

/// Returns the rule that stands in the way of the choice of sessions that
/// breaks the fewest.
fn broken_rule(law: &Law<'_>, pair: &Pair, classes: &LineClasses) -> Rule {
    let broken = |sessions: &Vec<_>| -> Vec<Rule> {
        let term = TraineeTerm {
            contact: pair.contact_min,
            sessions,
            weeks: &law.weeks,
            counted: pair.counted_weeks,
        };
        law.sets(pair.rule_sets)
            .flat_map(|(position, set)| hours_rows(set, position, &term))
            .filter(|row| !row.holds)
            .map(|row| row.rule)
            .collect()
    };
    let all = combinations(classes);
    let fewest = all.iter().map(broken).min_by_key(Vec::len);
    let first = fewest.and_then(|rules| rules.first().copied());
    first.unwrap_or(Rule::SupervisionLines)
}
