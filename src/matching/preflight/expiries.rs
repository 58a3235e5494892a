//! Agreements and licences that hold for a part of the term only.

use chrono::NaiveDate;
use std::collections::BTreeSet;

use crate::domain::{DayRange, Roster, SiteKey, SiteOrSupervisor, SupervisorKey, Tag};

/// What does not hold all term.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ExpiryOf {
    /// The placement agreement of a site.
    Agreement(SiteKey),
    /// The licences of a supervisor in a jurisdiction.
    Licence(SupervisorKey, Tag),
}

/// Something that holds for a part of the term, and so for nobody.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expiry {
    /// What does not hold all term.
    pub of: ExpiryOf,
    /// First day of the term on which it does not hold.
    pub first_day_without: NaiveDate,
    /// Trainees who ranked the site, or who are of that jurisdiction.
    pub trainees: usize,
}

/// Returns agreements and licences that hold on some days of the term but not
/// on all: agreements first, then licences, each by key.
pub(super) fn expiries(roster: &Roster) -> Vec<Expiry> {
    let mut expiries = agreements(roster);
    expiries.extend(licences(roster));
    expiries
}

fn meets(term: DayRange, days: DayRange) -> bool {
    days.first() <= term.last() && term.first() <= days.last()
}

fn agreements(roster: &Roster) -> Vec<Expiry> {
    let term = roster.round.term;
    let sites = roster.sites.iter();
    sites
        .filter(|site| meets(term, site.agreement) && !site.agreement.covers(term))
        .map(|site| {
            let begins_late = site.agreement.first() > term.first();
            let after = site.agreement.last().succ_opt();
            let wishes = roster.preferences.iter();
            let target = SiteOrSupervisor::Site(site.key.clone());
            Expiry {
                of: ExpiryOf::Agreement(site.key.clone()),
                first_day_without: after.filter(|_| !begins_late).unwrap_or(term.first()),
                trainees: wishes.filter(|wish| wish.target == target).count(),
            }
        })
        .collect()
}

fn licences(roster: &Roster) -> Vec<Expiry> {
    let term = roster.round.term;
    let mut expiries = Vec::new();
    for supervisor in &roster.supervisors {
        let jurisdictions: BTreeSet<&Tag> = supervisor
            .licences
            .iter()
            .filter(|licence| meets(term, licence.valid))
            .map(|licence| &licence.jurisdiction)
            .collect();
        for jurisdiction in jurisdictions {
            let trainees = roster.trainees.iter();
            if let Some(day) = supervisor.first_day_unlicensed(jurisdiction, term) {
                expiries.push(Expiry {
                    of: ExpiryOf::Licence(supervisor.key.clone(), jurisdiction.clone()),
                    first_day_without: day,
                    trainees: trainees.filter(|t| t.jurisdiction == *jurisdiction).count(),
                });
            }
        }
    }
    expiries
}
