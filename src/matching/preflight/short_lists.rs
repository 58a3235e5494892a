//! Trainees whom few sites could take, and sites to which few trainees could
//! come.

use crate::domain::{SiteKey, TraineeKey};
use crate::matching::candidates::Candidates;

/// Trainees with fewer possible sites than this are listed.
pub const SITES_FEW: usize = 3;

/// A trainee whom few sites could take.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShortTrainee {
    /// The trainee.
    pub trainee: TraineeKey,
    /// Sites that the trainee ranked.
    pub ranked: usize,
    /// Sites that could take the trainee; at least one.
    pub possible: usize,
}

/// A site that cannot fill its places.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShortSite {
    /// The site.
    pub site: SiteKey,
    /// Places that it has.
    pub capacity: u32,
    /// Trainees who could come, by their own rankings and every other rule.
    pub possible: usize,
    /// Trainees whom the site ranked, where sites rank at all.
    pub ranked: Option<usize>,
}

/// Returns the trainees and the sites whose lists are short, by key.
pub(super) fn short_lists(candidates: &Candidates<'_>) -> (Vec<ShortTrainee>, Vec<ShortSite>) {
    let roster = candidates.roster;
    let trainees = roster.trainees.iter().enumerate();
    let short_trainees = trainees.filter_map(|(position, trainee)| {
        let possible = candidates.pairs_of(position).len();
        let is_short = (1..SITES_FEW.min(roster.sites.len())).contains(&possible);
        is_short.then(|| ShortTrainee {
            trainee: trainee.key.clone(),
            ranked: candidates.wishes[position].site_ranks.len(),
            possible,
        })
    });
    let mut coming = vec![0_usize; roster.sites.len()];
    for pair in &candidates.pairs {
        coming[pair.site] += 1;
    }
    let short_sites = roster
        .sites
        .iter()
        .zip(coming)
        .filter_map(|(site, possible)| {
            let rankings = &roster.site_rankings;
            let ranked = rankings.iter().filter(|ranking| ranking.site == site.key);
            let ranked = (!rankings.is_empty()).then(|| ranked.count());
            let capacity = usize::try_from(site.capacity).unwrap_or(usize::MAX);
            let is_short = possible < capacity || ranked.is_some_and(|ranked| ranked < capacity);
            is_short.then(|| ShortSite {
                site: site.key.clone(),
                capacity: site.capacity,
                possible,
                ranked,
            })
        });
    (short_trainees.collect(), short_sites.collect())
}
