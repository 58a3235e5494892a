//! How many supervisees a supervisor has under a rule set.

use std::collections::{BTreeMap, BTreeSet};

use super::super::breach::Breaches;
use super::super::index::Index;
use crate::domain::{Rule, RuleSet, SupervisorKey, Tag, TraineeKey};

/// Reports the supervisors with too many supervisees under a rule set.
pub(super) fn supervisees_max(
    index: &Index<'_>,
    set: &RuleSet,
    most: u32,
    settings: &BTreeSet<Tag>,
    breaches: &mut Breaches,
) {
    let counts = |trainee: &TraineeKey| {
        let placement = index.placement(trainee)?;
        let (trainee, site) = (index.trainee(trainee)?, index.site(&placement.site)?);
        let is_of_setting = settings.is_empty() || settings.contains(&site.setting);
        (is_of_setting && set.applies(trainee, site)).then_some(())
    };
    let mut supervisees: BTreeMap<&SupervisorKey, BTreeSet<&TraineeKey>> = BTreeMap::new();
    for session in &index.plan.sessions {
        let members = session.members.iter().map(|member| &member.trainee);
        supervisees
            .entry(&session.supervisor)
            .or_default()
            .extend(members.filter(|trainee| counts(trainee).is_some()));
    }
    for (supervisor, trainees) in supervisees {
        if trainees.len() > most as usize {
            breaches.rule(
                Rule::SuperviseesMax,
                format!("supervisor {supervisor}"),
                format!(
                    "rule set {}: {} supervisees, at most {most}",
                    set.key,
                    trainees.len()
                ),
            );
        }
    }
}
