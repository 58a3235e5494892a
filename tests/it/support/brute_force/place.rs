//! Every way of placing the trainees that the sites admit.

use practicum::domain::BlockingPairs;

use super::block::blocks;
use super::fit::Facts;

/// The site of each trainee, if any.
#[derive(Clone)]
pub(super) struct Places(Vec<Option<usize>>);

impl Places {
    /// Returns each matched trainee with the site.
    pub(super) fn matched(&self) -> impl Iterator<Item = (usize, usize)> {
        let sites = self.0.iter().enumerate();
        sites.filter_map(|(trainee, site)| Some((trainee, (*site)?)))
    }

    pub(super) fn site(&self, trainee: usize) -> Option<usize> {
        self.0[trainee]
    }
}

/// Returns every way of placing the trainees that keeps the rules of sites.
pub(super) fn all(facts: &Facts<'_>) -> Vec<Places> {
    let roster = facts.roster;
    let mut ways = vec![Places(Vec::new())];
    for (trainee, who) in roster.trainees.iter().enumerate() {
        let is_pinned = roster.pins.iter().any(|pin| pin.trainee == who.key);
        let unmatched = (!is_pinned).then_some(None);
        let sites = (0..roster.sites.len()).filter(|site| facts.may_be_at(trainee, *site));
        let options: Vec<Option<usize>> = unmatched.into_iter().chain(sites.map(Some)).collect();
        let extended = |places: &Places| -> Vec<Places> {
            options
                .iter()
                .map(|option| {
                    let mut places = places.clone();
                    places.0.push(*option);
                    places
                })
                .collect()
        };
        ways = ways.iter().flat_map(extended).collect();
    }
    ways.retain(|places| {
        roster.sites.iter().enumerate().all(|(index, site)| {
            let here = places.matched().filter(|(_, at)| *at == index).count();
            (site.capacity_min..=site.capacity).contains(&u32::try_from(here).unwrap())
        })
    });
    let can_have_contact = |places: &Places| {
        facts
            .share_contact(places, &facts.contact_most_alone(places))
            .is_some()
    };
    ways.retain(can_have_contact);
    if roster.round.blocking_pairs == BlockingPairs::Forbidden {
        ways.retain(|places| !blocks(facts, places));
    }
    ways
}
