//! Everybody stays as the plan has them: site, supervisors and hours. What is
//! left to find are those of one trainee, which is quick, and often enough.

use std::collections::BTreeMap;

use crate::domain::plan::WeeklyStart;
use crate::domain::{Plan, Roster, SessionKind, SiteKey, SupervisorKey, TraineeKey};
use crate::matching::candidates::{Candidates, Fill};
use crate::matching::pruning::prune;

/// How the plan fills a line.
struct Kept {
    supervisor: usize,
    /// Where the trainee is placed.
    placed: usize,
    kind: SessionKind,
    /// When they meet, and at which site, if in person.
    meeting: Option<(WeeklyStart, Option<usize>)>,
}

/// Confines candidates to what a plan has, but for one trainee, who stays free.
/// Whoever else the plan leaves out is left out.
pub(super) fn confine(candidates: &mut Candidates<'_>, plan: &Plan, trainee: usize) {
    let kept = kept(candidates.roster, plan);
    let fills = std::mem::take(&mut candidates.fills);
    candidates.fills = fills
        .into_iter()
        .filter_map(|fill| {
            if fill.trainee == trainee {
                return Some(fill);
            }
            let kept = kept.get(&(
                fill.trainee,
                candidates.lines[fill.trainee][fill.line].line.as_str(),
            ))?;
            confined(candidates, fill, kept)
        })
        .collect();
    let fills = candidates.take_fills();
    prune(candidates, fills, &|| false);
}

/// Returns a fill with the one start that the plan has; `None` for others.
fn confined(candidates: &Candidates<'_>, mut fill: Fill, kept: &Kept) -> Option<Fill> {
    let is_here = |pair: usize| candidates.pairs[pair].site == kept.placed;
    if fill.supervisor != kept.supervisor || !fill.pair.is_none_or(is_here) {
        return None;
    }
    let Some((weekly, site)) = kept.meeting else {
        return Some(fill);
    };
    let own = candidates.starts(&fill);
    let at = own
        .filter(|(venue, _)| candidates.venues[*venue].site == site)
        .find_map(|(venue, starts)| {
            let is_kept = |start: &u16| {
                let slot = candidates.start(venue, *start);
                slot.weekday == weekly.weekday && slot.start == weekly.start
            };
            Some((venue, starts.iter().find(is_kept)?))
        });
    let (venue, start) = at?;
    fill.confine(kept.kind, venue, start);
    Some(fill)
}

/// Returns how the plan fills each line of each trainee.
fn kept<'p>(roster: &Roster, plan: &'p Plan) -> BTreeMap<(usize, &'p str), Kept> {
    let trainee = |key: &TraineeKey| roster.trainees.binary_search_by(|t| t.key.cmp(key)).ok();
    let supervisor =
        |key: &SupervisorKey| roster.supervisors.binary_search_by(|s| s.key.cmp(key)).ok();
    let site = |key: &SiteKey| roster.sites.iter().position(|site| site.key == *key);
    let mut placed: BTreeMap<&TraineeKey, usize> = BTreeMap::new();
    for placement in &plan.placements {
        placed.extend(site(&placement.site).map(|site| (&placement.trainee, site)));
    }
    let mut kept = BTreeMap::new();
    for session in &plan.sessions {
        let at = session.delivery.site().and_then(site);
        for member in &session.members {
            let people = (trainee(&member.trainee), supervisor(&session.supervisor));
            if let ((Some(trainee), Some(supervisor)), Some(placed)) =
                (people, placed.get(&member.trainee))
            {
                let how = Kept {
                    supervisor,
                    placed: *placed,
                    kind: session.kind,
                    meeting: session.weekly_start.map(|weekly| (weekly, at)),
                };
                kept.insert((trainee, member.line.as_str()), how);
            }
        }
    }
    kept
}
