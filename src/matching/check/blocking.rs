//! Trainees and sites that would both rather have each other, where the round
//! forbids that.

use std::collections::HashMap;

use crate::domain::plan::Placement;
use crate::domain::{
    BlockingPairs, Rule, Site, SiteKey, SiteOrSupervisor, SiteRanking, Trainee, TraineeKey,
};

use super::breach::Breaches;
use super::eligibility::share_a_language;
use super::index::Index;

pub(super) fn check(index: &Index<'_>, breaches: &mut Breaches) {
    if index.roster.round.blocking_pairs == BlockingPairs::Allowed {
        return;
    }
    let mut here: HashMap<&SiteKey, Vec<&Placement>> = HashMap::new();
    for (placement, _, site) in index.placed() {
        here.entry(&site.key).or_default().push(placement);
    }
    let rankings = index.roster.site_rankings.iter();
    let ranks: HashMap<(&SiteKey, &TraineeKey), u32> = rankings
        .map(|ranking| ((&ranking.site, &ranking.trainee), ranking.rank))
        .collect();
    for ranking in &index.roster.site_rankings {
        let (trainee, site) = (index.trainee(&ranking.trainee), index.site(&ranking.site));
        let (Some(trainee), Some(site)) = (trainee, site) else {
            continue;
        };
        let here = here.get(&site.key).map_or(&[][..], Vec::as_slice);
        if !would_rather_be_at(index, trainee, site) || !is_admitted(index, trainee, site) {
            continue;
        }
        let what = if has_room(index, trainee, site, here) {
            "has a free place".to_owned()
        } else if let Some(other) = gives_up(index, ranking, here, &ranks) {
            format!("would rather not have {other}")
        } else {
            continue;
        };
        let subject = format!("trainee {}", trainee.key);
        let detail = format!("would rather be at site {}, which {what}", site.key);
        breaches.rule(Rule::BlockingPair, subject, detail);
    }
}

fn would_rather_be_at(index: &Index<'_>, trainee: &Trainee, site: &Site) -> bool {
    let Some(rank) = index.site_rank(&trainee.key, &site.key) else {
        return false;
    };
    let Some(now) = index.placement(&trainee.key) else {
        return true;
    };
    let rank_now = index.site_rank(&trainee.key, &now.site);
    now.site != site.key && rank_now.is_none_or(|now| now > rank)
}

fn is_admitted(index: &Index<'_>, trainee: &Trainee, site: &Site) -> bool {
    let (roster, term) = (index.roster, index.roster.round.term);
    let is_this = |target: &SiteOrSupervisor| *target == SiteOrSupervisor::Site(site.key.clone());
    let closes = |target: &SiteOrSupervisor| match target {
        SiteOrSupervisor::Site(key) => *key == site.key,
        SiteOrSupervisor::Supervisor(key) => {
            let person = index.supervisor(key);
            roster.round.excluded_supervisor_closes_sites
                && person.is_some_and(|person| person.sites.contains(&site.key))
        }
    };
    let mut exclusions = roster.exclusions.iter();
    let mut forbids = roster.forbids.iter();
    site.agreement.first() <= term.first()
        && site.agreement.last() >= term.last()
        && trainee.modalities_required.is_subset(&site.modalities)
        && share_a_language(&trainee.languages, &site.languages)
        && !exclusions.any(|one| one.trainee == trainee.key && closes(&one.target))
        && !forbids.any(|one| one.trainee == trainee.key && is_this(&one.target))
}

/// Says whether a site has a place for a trainee, and contact enough for the
/// least of everybody.
fn has_room(index: &Index<'_>, trainee: &Trainee, site: &Site, here: &[&Placement]) -> bool {
    let least = |person: &Trainee| u64::from(person.contact.min().max(site.contact.min()).get());
    let placed = here.iter().filter_map(|one| index.trainee(&one.trainee));
    let taken: u64 = placed.map(least).sum();
    (here.len() as u64) < u64::from(site.capacity)
        && taken + least(trainee) <= u64::from(site.contact_per_week.get())
}

/// Returns somebody at the site, not pinned there, whom it ranks worse or not
/// at all.
fn gives_up<'a>(
    index: &Index<'_>,
    ranking: &SiteRanking,
    here: &[&'a Placement],
    ranks: &HashMap<(&SiteKey, &TraineeKey), u32>,
) -> Option<&'a TraineeKey> {
    let is_pinned = |trainee: &TraineeKey| {
        let mut pins = index.roster.pins.iter();
        let target = SiteOrSupervisor::Site(ranking.site.clone());
        pins.any(|pin| pin.trainee == *trainee && pin.target == target)
    };
    let is_worse = |trainee: &TraineeKey| {
        let rank = ranks.get(&(&ranking.site, trainee));
        rank.is_none_or(|rank| *rank > ranking.rank)
    };
    let mut others = here.iter().map(|placement| &placement.trainee);
    others.find(|trainee| is_worse(trainee) && !is_pinned(trainee))
}
