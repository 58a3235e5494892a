//! How many and how much: capacities of sites, contact, caseloads and the
//! minutes of supervisors.

use std::collections::{BTreeSet, HashMap};

use crate::domain::plan::Placement;
use crate::domain::{QUARTER_HOUR, Rule, Site, SiteKey, SupervisorKey, Trainee, TraineeKey};

use super::breach::Breaches;
use super::index::Index;

pub(super) fn check(index: &Index<'_>, breaches: &mut Breaches) {
    sites(index, breaches);
    for (placement, trainee, site) in index.placed() {
        contact_range(index, placement, trainee, site, breaches);
    }
    supervisors(index, breaches);
}

fn sites(index: &Index<'_>, breaches: &mut Breaches) {
    let mut at_site: HashMap<&SiteKey, (u64, u64)> = HashMap::new();
    for placement in &index.plan.placements {
        let (trainees, contact) = at_site.entry(&placement.site).or_default();
        *trainees += 1;
        *contact += u64::from(placement.contact.get());
    }
    for site in &index.roster.sites {
        let (trainees, contact) = at_site.get(&site.key).copied().unwrap_or_default();
        let mut breach = |rule, detail| {
            breaches.rule(rule, format!("site {}", site.key), detail);
        };
        if trainees > u64::from(site.capacity) {
            breach(
                Rule::SiteCapacity,
                format!("{trainees} trainees, at most {}", site.capacity),
            );
        }
        if trainees < u64::from(site.capacity_min) {
            breach(
                Rule::CapacityMin,
                format!("{trainees} trainees, at least {}", site.capacity_min),
            );
        }
        if contact > u64::from(site.contact_per_week.get()) {
            breach(
                Rule::SiteContactMinutes,
                format!(
                    "{contact} minutes of contact a week, at most {}",
                    site.contact_per_week
                ),
            );
        }
    }
}

fn contact_range(
    index: &Index<'_>,
    placement: &Placement,
    trainee: &Trainee,
    site: &Site,
    breaches: &mut Breaches,
) {
    let contact = placement.contact;
    let mut breach = |detail| {
        breaches.rule(
            Rule::ContactRange,
            format!("trainee {}", placement.trainee),
            format!(
                "{contact} minutes of contact at site {}: {detail}",
                site.key
            ),
        );
    };
    if !contact.get().is_multiple_of(QUARTER_HOUR) {
        breach(format!("not a multiple of {QUARTER_HOUR}"));
    }
    for (owner, range) in [("trainee", trainee.contact), ("site", site.contact)] {
        if contact < range.min() {
            breach(format!("the {owner}'s least is {}", range.min()));
        }
        if contact > range.max() {
            breach(format!("the {owner}'s most is {}", range.max()));
        }
    }
    let target = index.target(trainee);
    if contact > target && contact > site.contact.min() {
        breach(format!(
            "above the target of {target} further than the site's least of {} asks for",
            site.contact.min()
        ));
    }
}

fn supervisors(index: &Index<'_>, breaches: &mut Breaches) {
    let mut caseloads: HashMap<&SupervisorKey, BTreeSet<&TraineeKey>> = HashMap::new();
    let mut minutes_a_week: HashMap<&SupervisorKey, u64> = HashMap::new();
    for session in &index.plan.sessions {
        let caseload = caseloads.entry(&session.supervisor).or_default();
        caseload.extend(session.members.iter().map(|member| &member.trainee));
        *minutes_a_week.entry(&session.supervisor).or_default() += u64::from(session.minutes.get());
    }
    for supervisor in &index.roster.supervisors {
        let added = caseloads.get(&supervisor.key).map_or(0, BTreeSet::len) as u64;
        let in_all = u64::from(supervisor.caseload_current) + added;
        let minutes = minutes_a_week.get(&supervisor.key).copied().unwrap_or(0);
        let mut breach = |rule, detail| {
            breaches.rule(rule, format!("supervisor {}", supervisor.key), detail);
        };
        // Whoever was over the limit before the round is not so by this plan.
        if added > 0 && in_all > u64::from(supervisor.caseload_max) {
            breach(
                Rule::CaseloadLimit,
                format!(
                    "{in_all} trainees, {added} of this plan, at most {}",
                    supervisor.caseload_max
                ),
            );
        }
        if in_all < u64::from(supervisor.caseload_min) {
            breach(
                Rule::CapacityMin,
                format!(
                    "{in_all} trainees, {added} of this plan, at least {}",
                    supervisor.caseload_min
                ),
            );
        }
        if minutes > u64::from(supervisor.minutes_per_week_max.get()) {
            breach(
                Rule::SupervisorWeeklyMinutes,
                format!(
                    "{minutes} minutes of sessions a week, at most {}",
                    supervisor.minutes_per_week_max
                ),
            );
        }
    }
}
