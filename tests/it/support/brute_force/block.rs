//! Whether some trainee and site would both rather have each other.

use practicum::domain::SiteOrSupervisor;

use super::fit::Facts;
use super::place::Places;

/// Says whether any pair blocks.
pub(super) fn blocks(facts: &Facts<'_>, places: &Places) -> bool {
    let sites = 0..facts.roster.sites.len();
    let mut trainees = 0..facts.roster.trainees.len();
    trainees.any(|trainee| {
        sites.clone().any(|site| {
            wants(facts, places, trainee, site) && is_wanted(facts, places, trainee, site)
        })
    })
}

fn wants(facts: &Facts<'_>, places: &Places, trainee: usize, site: usize) -> bool {
    let rank = |site| facts.site_rank(trainee, site);
    facts.is_admitted(trainee, site)
        && places
            .site(trainee)
            .is_none_or(|now| now != site && rank(site) < rank(now))
}

fn is_wanted(facts: &Facts<'_>, places: &Places, trainee: usize, site: usize) -> bool {
    let (roster, place) = (facts.roster, &facts.roster.sites[site]);
    let ranked = |other: usize| {
        let key = &roster.trainees[other].key;
        let mut rankings = roster.site_rankings.iter();
        let found = rankings.find(|one| one.site == place.key && one.trainee == *key);
        found.map(|ranking| ranking.rank)
    };
    let Some(own) = ranked(trainee) else {
        return false;
    };
    let at_site = SiteOrSupervisor::Site(place.key.clone());
    let here: Vec<usize> = places
        .matched()
        .filter(|(_, at)| *at == site)
        .map(|(other, _)| other)
        .collect();
    let least = |other: usize| {
        let person = &roster.trainees[other];
        person.contact.min().max(place.contact.min()).get()
    };
    let contact: u32 = here.iter().map(|other| least(*other)).sum();
    let has_room = u32::try_from(here.len()).unwrap() < place.capacity
        && contact + least(trainee) <= place.contact_per_week.get();
    let gives_up = |other: &usize| {
        let key = &roster.trainees[*other].key;
        let mut pins = roster.pins.iter();
        ranked(*other).is_none_or(|rank| rank > own)
            && !pins.any(|pin| pin.trainee == *key && pin.target == at_site)
    };
    has_room || here.iter().any(gives_up)
}
