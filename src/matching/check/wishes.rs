//! The coordinator's own decisions: pins and forbids.

use crate::domain::{Rule, SiteOrSupervisor, TraineeKey};

use super::breach::Breaches;
use super::index::Index;

pub(super) fn check(index: &Index<'_>, breaches: &mut Breaches) {
    for pin in &index.roster.pins {
        let is_matched = index.placement(&pin.trainee).is_some();
        if !is_matched || !has(index, &pin.trainee, &pin.target) {
            breaches.rule(
                Rule::Pinned,
                format!("trainee {}", pin.trainee),
                format!(
                    "pinned to {} {}, which the plan does not give",
                    pin.target.kind(),
                    pin.target.key()
                ),
            );
        }
    }
    for forbid in &index.roster.forbids {
        if has(index, &forbid.trainee, &forbid.target) {
            breaches.rule(
                Rule::Forbidden,
                format!("trainee {}", forbid.trainee),
                format!(
                    "matched with the forbidden {} {}",
                    forbid.target.kind(),
                    forbid.target.key()
                ),
            );
        }
    }
}

/// Says whether the plan puts the trainee at that site, or with that
/// supervisor on some line.
fn has(index: &Index<'_>, trainee: &TraineeKey, target: &SiteOrSupervisor) -> bool {
    match target {
        SiteOrSupervisor::Site(site) => index
            .placement(trainee)
            .is_some_and(|placement| placement.site == *site),
        SiteOrSupervisor::Supervisor(supervisor) => index
            .filled(trainee)
            .iter()
            .any(|filled| filled.session.supervisor == *supervisor),
    }
}
