//! Rows that keep trainees and sites from blocking, where the round forbids it.
//!
//! A trainee t and a site s that rank each other, and whom the rules about the
//! two alone admit, do not block when t is at something that she ranks at
//! least as well (`content`), or when s has nobody whom it ranks worse than t
//! and could give up, and is full: of people, or of contact. All of that is
//! said about placements, so the rows are exact whatever is known of times.

use std::collections::BTreeMap;

use super::{Formulation, Minimum, Scope};
use crate::domain::{BlockingPairs, Rule};
use crate::matching::candidates::Candidates;
use crate::matching::eligibility::{Index, site_obstacle};
use crate::matching::model::{ColumnIndex, Subject};

/// A trainee who has a column at a site.
struct Member {
    trainee: usize,
    place: ColumnIndex,
    /// The site's rank; the worst for one whom it does not rank.
    site_rank: u32,
    is_pinned: bool,
    /// The least contact, in minutes.
    least: u32,
}

/// A trainee and a site that rank each other.
struct Wish {
    trainee: usize,
    site_rank: u32,
    /// The columns of the places that the trainee ranks at least as well.
    content: Vec<ColumnIndex>,
    least: u32,
}

/// Adds the rows, as one minimum for each site.
pub(super) fn add_rows(
    formulation: &mut Formulation,
    candidates: &Candidates<'_>,
    scope: &Scope<'_>,
) {
    let roster = candidates.roster;
    if !scope.with_minima || roster.round.blocking_pairs == BlockingPairs::Allowed {
        return;
    }
    let index = Index::new(roster);
    let mut ranks: BTreeMap<usize, BTreeMap<usize, u32>> = BTreeMap::new();
    for ranking in &roster.site_rankings {
        let (site, trainee) = (index.site(&ranking.site), index.trainee(&ranking.trainee));
        if let (Some(site), Some(trainee)) = (site, trainee) {
            let ranked = ranks.entry(site).or_default();
            ranked.insert(trainee, ranking.rank);
        }
    }
    for (site, ranks) in &ranks {
        let first = formulation.model.rows().len();
        let members = members(formulation, candidates, *site, ranks);
        let wishes = wishes(formulation, candidates, *site, ranks);
        site_rows(formulation, candidates, *site, &members, &wishes);
        let rows = first..formulation.model.rows().len();
        if !rows.is_empty() {
            let key = &roster.sites[*site].key;
            formulation.minima.push(Minimum {
                rows,
                rule: Rule::BlockingPair,
                subject: format!("nobody may block with site {key}"),
            });
        }
    }
}

fn least_contact(candidates: &Candidates<'_>, trainee: usize, site: usize) -> u32 {
    let roster = candidates.roster;
    let own = roster.trainees[trainee].contact.min();
    own.max(roster.sites[site].contact.min()).get()
}

fn members(
    formulation: &Formulation,
    candidates: &Candidates<'_>,
    site: usize,
    ranks: &BTreeMap<usize, u32>,
) -> Vec<Member> {
    let placed = candidates.pairs.iter().zip(&formulation.place);
    let here = placed.filter(|(pair, _)| pair.site == site);
    here.filter_map(|(pair, place)| {
        let trainee = pair.trainee;
        Some(Member {
            trainee,
            place: (*place)?,
            site_rank: ranks.get(&trainee).copied().unwrap_or(u32::MAX),
            is_pinned: candidates.wishes[trainee].pinned.sites.contains(&site),
            least: least_contact(candidates, trainee, site),
        })
    })
    .collect()
}

/// Returns those whom a site ranks, who rank it, and whom the rules about the
/// two alone admit; supervisors are not asked for.
fn wishes(
    formulation: &Formulation,
    candidates: &Candidates<'_>,
    site: usize,
    ranks: &BTreeMap<usize, u32>,
) -> Vec<Wish> {
    let roster = candidates.roster;
    let wish = |(trainee, site_rank): (&usize, &u32)| {
        let (trainee, site_rank) = (*trainee, *site_rank);
        let wishes = &candidates.wishes[trainee];
        let (person, place) = (&roster.trainees[trainee], &roster.sites[site]);
        let own = wishes.rank(site)?;
        if site_obstacle(roster, person, wishes, site, place).is_some() {
            return None;
        }
        let pairs = candidates.pairs_of(trainee);
        let as_good = pairs.filter(|pair| candidates.pairs[*pair].rank <= own);
        Some(Wish {
            trainee,
            site_rank,
            content: as_good.filter_map(|pair| formulation.place[pair]).collect(),
            least: least_contact(candidates, trainee, site),
        })
    };
    ranks.iter().filter_map(wish).collect()
}

fn site_rows(
    formulation: &mut Formulation,
    candidates: &Candidates<'_>,
    site: usize,
    members: &[Member],
    wishes: &[Wish],
) {
    let place = &candidates.roster.sites[site];
    let (capacity, room) = (place.capacity, place.contact_per_week.get());
    if capacity == 0 {
        return;
    }
    let places = f64::from(capacity);
    let longest = members.iter().map(|member| member.least).max().unwrap_or(0);
    let others = u64::from(capacity - 1) * u64::from(longest);
    let mut full = None;
    for wish in wishes {
        let label = [Subject::Trainee(wish.trainee), Subject::Site(site)];
        let content = |weight: f64| wish.content.iter().map(move |column| (*column, weight));
        let is_worse = |member: &&Member| {
            let is_other = member.trainee != wish.trainee;
            is_other && !member.is_pinned && member.site_rank > wish.site_rank
        };
        let has_contact = others + u64::from(wish.least) <= u64::from(room);
        if has_contact {
            // Whoever has no better place looks at a site full of people whom
            // it would not give up.
            let kept = members.iter().filter(|member| !is_worse(member));
            let kept = kept.map(|member| (member.place, 1.0));
            let row = formulation.model.under(Rule::BlockingPair, &label);
            row.at_least(places, kept.chain(content(places)));
            continue;
        }
        let worse: Vec<_> = members.iter().filter(is_worse).collect();
        if !worse.is_empty() {
            let worse = worse.iter().map(|member| (member.place, 1.0));
            let row = formulation.model.under(Rule::BlockingPair, &label);
            row.at_most(0.0, worse.chain(content(-places)));
        }
        let Some(left) = room.checked_sub(wish.least) else {
            continue;
        };
        let full = *full.get_or_insert_with(|| add_full(formulation, site, capacity, members));
        let needed = f64::from(left) + 1.0;
        let taken = members.iter().map(|m| (m.place, f64::from(m.least)));
        let row = formulation.model.under(Rule::BlockingPair, &label);
        row.at_least(needed, taken.chain(content(needed)).chain([(full, needed)]));
    }
}

/// Adds a column that says that every place of a site is taken.
fn add_full(
    formulation: &mut Formulation,
    site: usize,
    capacity: u32,
    members: &[Member],
) -> ColumnIndex {
    let (rule, label) = (Rule::BlockingPair, [Subject::Site(site)]);
    let full = formulation.model.add_binary();
    formulation.model.label_column(full, rule, &label);
    let placed = members.iter().map(|member| (member.place, 1.0));
    let row = formulation.model.under(rule, &label);
    row.at_least(0.0, placed.chain([(full, -f64::from(capacity))]));
    full
}
