//! What is allowed in a roster and yet likely a slip.

use std::collections::BTreeSet;

use crate::domain::{Role, Roster, RuleSet, SessionKind, SiteKey, SiteOrSupervisor, TraineeKey};

/// Returns one sentence for everything in the roster that is allowed and yet
/// likely a slip.
pub fn advise(roster: &Roster) -> Vec<String> {
    let mut advice = Vec::new();
    advice.extend(
        roster
            .trainees
            .is_empty()
            .then(|| "there are no trainees".to_owned()),
    );
    advice.extend(
        roster
            .sites
            .is_empty()
            .then(|| "there are no sites".to_owned()),
    );
    advice.extend(trainees_without_wish(roster));
    if roster.has_availability {
        advice.extend(people_without_window(roster));
    }
    advice.extend(sites_without_supervisor(roster));
    advice.extend(lines_without_supervisor(roster));
    advice.extend(rule_sets_for_nobody(roster));
    advice
}

fn rule_sets_for_nobody(roster: &Roster) -> Option<String> {
    let applies = |set: &&RuleSet| {
        roster
            .trainees
            .iter()
            .any(|trainee| roster.sites.iter().any(|site| set.applies(trainee, site)))
    };
    sentence(
        "rule set that applies to nobody",
        "rule sets that apply to nobody",
        roster
            .rule_sets
            .iter()
            .filter(|set| !applies(set))
            .map(|set| &set.key),
    )
}

fn trainees_without_wish(roster: &Roster) -> Option<String> {
    let wishing: BTreeSet<&TraineeKey> = roster
        .preferences
        .iter()
        .filter(|wish| matches!(wish.target, SiteOrSupervisor::Site(_)))
        .map(|wish| &wish.trainee)
        .collect();
    let keys = roster.trainees.iter().map(|trainee| &trainee.key);
    sentence(
        "trainee without a ranked site",
        "trainees without a ranked site",
        keys.filter(|key| !wishing.contains(key)),
    )
}

fn people_without_window(roster: &Roster) -> impl Iterator<Item = String> {
    let sites = sentence(
        "site without opening hours",
        "sites without opening hours",
        roster
            .sites
            .iter()
            .filter(|site| site.opening.windows.is_empty())
            .map(|site| &site.key),
    );
    let supervisors = sentence(
        "supervisor without availability",
        "supervisors without availability",
        roster
            .supervisors
            .iter()
            .filter(|supervisor| supervisor.availability.windows.is_empty())
            .map(|supervisor| &supervisor.key),
    );
    let trainees = sentence(
        "trainee without availability",
        "trainees without availability",
        roster
            .trainees
            .iter()
            .filter(|trainee| trainee.availability.windows.is_empty())
            .map(|trainee| &trainee.key),
    );
    [sites, supervisors, trainees].into_iter().flatten()
}

fn sites_without_supervisor(roster: &Roster) -> Option<String> {
    let asked = roster
        .supervision_lines
        .iter()
        .any(|line| line.role == Role::Site);
    let staffed: BTreeSet<&SiteKey> = roster
        .supervisors
        .iter()
        .filter(|supervisor| supervisor.role == Role::Site)
        .flat_map(|supervisor| &supervisor.sites)
        .collect();
    sentence(
        "site with capacity but without a site supervisor",
        "sites with capacity but without a site supervisor",
        roster
            .sites
            .iter()
            .filter(|site| asked && site.capacity > 0 && !staffed.contains(&site.key))
            .map(|site| &site.key),
    )
}

/// A line is hopeless when nobody of its role offers any of its kinds.
fn lines_without_supervisor(roster: &Roster) -> impl Iterator<Item = String> {
    let offers = |role: Role, kind: &SessionKind| {
        roster
            .supervisors
            .iter()
            .any(|supervisor| supervisor.role == role && supervisor.kinds.contains(kind))
    };
    roster.supervision_lines.iter().filter_map(move |line| {
        let is_filled = line.minutes_per_week.get() == 0
            || line.kinds.iter().any(|kind| offers(line.role, kind));
        (!is_filled).then(|| {
            format!(
                "no {} supervisor offers a kind of line {} of level {}",
                line.role.as_str(),
                line.line,
                line.level
            )
        })
    })
}

/// Returns how many there are and the first keys, or nothing for none.
fn sentence<K: ToString>(one: &str, many: &str, keys: impl Iterator<Item = K>) -> Option<String> {
    const MOST_NAMED: usize = 5;
    let keys: Vec<String> = keys.map(|key| key.to_string()).collect();
    let thing = if keys.len() == 1 { one } else { many };
    let named = keys
        .iter()
        .take(MOST_NAMED)
        .cloned()
        .collect::<Vec<_>>()
        .join(", ");
    let more = if keys.len() > MOST_NAMED { ", …" } else { "" };
    (!keys.is_empty()).then(|| format!("{} {thing}: {named}{more}", keys.len()))
}
