//! Rows about placements: one site each, capacity, contact, and site pins.

use std::collections::BTreeMap;

use super::{Formulation, Minimum, Scope};
use crate::domain::{QUARTER_HOUR, Rule};
use crate::matching::candidates::Candidates;
use crate::matching::model::{ColumnIndex, Subject};

type Placed = Vec<(usize, ColumnIndex)>;

/// Adds the rows.
pub(super) fn add_rows(
    formulation: &mut Formulation,
    candidates: &Candidates<'_>,
    scope: &Scope<'_>,
) {
    let mut by_trainee: BTreeMap<usize, Placed> = BTreeMap::new();
    let mut by_site: BTreeMap<usize, Placed> = BTreeMap::new();
    for (position, column) in formulation.place.iter().enumerate() {
        if let Some(column) = column {
            let pair = &candidates.pairs[position];
            by_trainee
                .entry(pair.trainee)
                .or_default()
                .push((position, *column));
            by_site
                .entry(pair.site)
                .or_default()
                .push((position, *column));
        }
    }
    for (trainee, placed) in &by_trainee {
        formulation
            .model
            .under(Rule::SupervisionLines, &[Subject::Trainee(*trainee)])
            .at_most(1.0, placed.iter().map(|(_, column)| (*column, 1.0)));
    }
    for (site, placed) in &by_site {
        site_capacity(formulation, candidates, *site, placed);
        site_contact_minutes(formulation, candidates, *site, placed);
    }
    if scope.with_minima {
        capacity_min(formulation, candidates, &by_site);
        pinned_sites(formulation, candidates, &by_trainee);
    }
}

fn site_capacity(
    formulation: &mut Formulation,
    candidates: &Candidates<'_>,
    site: usize,
    placed: &Placed,
) {
    let capacity = candidates.roster.sites[site].capacity;
    formulation
        .model
        .under(Rule::SiteCapacity, &[Subject::Site(site)])
        .at_most(
            f64::from(capacity),
            placed.iter().map(|(_, column)| (*column, 1.0)),
        );
}

/// The least contact of all must fit into what the site offers; what is over
/// when everybody gets the most is lost.
fn site_contact_minutes(
    formulation: &mut Formulation,
    candidates: &Candidates<'_>,
    site: usize,
    placed: &Placed,
) {
    let offered = candidates.roster.sites[site].contact_per_week.get();
    let least = placed
        .iter()
        .map(|(p, column)| (*column, f64::from(candidates.pairs[*p].contact_min)));
    let label = (Rule::SiteContactMinutes, [Subject::Site(site)]);
    formulation
        .model
        .under(label.0, &label.1)
        .at_most(f64::from(offered), least);

    let on_grid = f64::from(offered / QUARTER_HOUR * QUARTER_HOUR);
    let over = formulation.model.add_amount();
    formulation.model.label_column(over, label.0, &label.1);
    formulation.over.push(over);
    let mut terms = vec![(over, -1.0)];
    for (position, column) in placed {
        terms.push((*column, f64::from(candidates.pairs[*position].contact_max)));
        if let Some(lowered) = super::contact::lowered_column(formulation, candidates, *position) {
            terms.push((lowered, -f64::from(QUARTER_HOUR)));
        }
    }
    formulation
        .model
        .under(label.0, &label.1)
        .at_most(on_grid, terms);
}

fn capacity_min(
    formulation: &mut Formulation,
    candidates: &Candidates<'_>,
    by_site: &BTreeMap<usize, Placed>,
) {
    for (position, site) in candidates.roster.sites.iter().enumerate() {
        if site.capacity_min > 0 {
            let placed = by_site.get(&position).map_or(&[][..], Vec::as_slice);
            let row = formulation
                .model
                .under(Rule::CapacityMin, &[Subject::Site(position)])
                .at_least(
                    f64::from(site.capacity_min),
                    placed.iter().map(|(_, column)| (*column, 1.0)),
                );
            let subject = format!("site {} needs at least {}", site.key, site.capacity_min);
            formulation.minima.push(Minimum {
                rows: row..row + 1,
                rule: Rule::CapacityMin,
                subject,
            });
        }
    }
}

fn pinned_sites(
    formulation: &mut Formulation,
    candidates: &Candidates<'_>,
    by_trainee: &BTreeMap<usize, Placed>,
) {
    for (trainee, wishes) in candidates.wishes.iter().enumerate() {
        for site in &wishes.pinned.sites {
            let placed = by_trainee.get(&trainee).map_or(&[][..], Vec::as_slice);
            let there = placed
                .iter()
                .filter(|(pair, _)| candidates.pairs[*pair].site == *site);
            let row = formulation
                .model
                .under(
                    Rule::Pinned,
                    &[Subject::Trainee(trainee), Subject::Site(*site)],
                )
                .at_least(1.0, there.map(|(_, column)| (*column, 1.0)));
            let subject = format!(
                "trainee {} is pinned to site {}",
                candidates.roster.trainees[trainee].key, candidates.roster.sites[*site].key
            );
            formulation.minima.push(Minimum {
                rows: row..row + 1,
                rule: Rule::Pinned,
                subject,
            });
        }
    }
}
