//! Whether a plan speaks of this roster at all: every key exists, every
//! trainee is either placed or unmatched, and nothing is there twice.

use std::collections::{BTreeMap, BTreeSet};

use crate::domain::TraineeKey;
use crate::domain::time::ZoneTable;

use super::breach::{Breaches, Broken};
use super::index::Index;

pub(super) fn check(index: &Index<'_>, zones: &ZoneTable, breaches: &mut Breaches) {
    unknown_keys(index, breaches);
    each_trainee_once(index, breaches);
    each_session_number_once(index, breaches);
    zones_without_rules(index, zones, breaches);
}

fn unknown_keys(index: &Index<'_>, breaches: &mut Breaches) {
    let mut unknown = |subject: String| {
        let detail = "the roster does not have it".to_owned();
        breaches.add(Broken::Reference, subject, detail);
    };
    for placement in &index.plan.placements {
        if index.trainee(&placement.trainee).is_none() {
            unknown(format!("trainee {}", placement.trainee));
        }
        if index.site(&placement.site).is_none() {
            unknown(format!("site {}", placement.site));
        }
    }
    for unmatched in &index.plan.unmatched {
        if index.trainee(&unmatched.trainee).is_none() {
            unknown(format!("trainee {}", unmatched.trainee));
        }
    }
    for session in &index.plan.sessions {
        if index.supervisor(&session.supervisor).is_none() {
            unknown(format!("supervisor {}", session.supervisor));
        }
        if let Some(site) = session.delivery.site()
            && index.site(site).is_none()
        {
            unknown(format!("site {site}"));
        }
        for member in &session.members {
            if index.trainee(&member.trainee).is_none() {
                unknown(format!("trainee {}", member.trainee));
            }
        }
    }
}

fn each_trainee_once(index: &Index<'_>, breaches: &mut Breaches) {
    let mut listed: BTreeMap<&TraineeKey, (u32, u32)> = BTreeMap::new();
    for trainee in &index.roster.trainees {
        listed.insert(&trainee.key, (0, 0));
    }
    for placement in &index.plan.placements {
        listed.entry(&placement.trainee).or_default().0 += 1;
    }
    for unmatched in &index.plan.unmatched {
        listed.entry(&unmatched.trainee).or_default().1 += 1;
    }
    for (trainee, times) in listed {
        let found = match times {
            (1, 0) | (0, 1) => continue,
            (0, 0) => "neither placed nor unmatched".to_owned(),
            (placed, 0) => format!("placed {placed} times"),
            (0, unmatched) => format!("unmatched {unmatched} times"),
            (_, _) => "both placed and unmatched".to_owned(),
        };
        breaches.add(
            Broken::Reference,
            format!("trainee {trainee}"),
            format!("{found}; each trainee is placed once or unmatched once"),
        );
    }
}

fn each_session_number_once(index: &Index<'_>, breaches: &mut Breaches) {
    let mut seen = BTreeSet::new();
    for session in &index.plan.sessions {
        if !seen.insert(session.number) {
            breaches.add(
                Broken::Reference,
                format!("session {}", session.id()),
                "the number is there twice".to_owned(),
            );
        }
    }
}

fn zones_without_rules(index: &Index<'_>, zones: &ZoneTable, breaches: &mut Breaches) {
    let mut named = index.roster.zones();
    named.extend(index.plan.sessions.iter().map(|session| session.time_zone));
    for zone in named {
        if zones.rules(zone).is_none() {
            breaches.add(
                Broken::Reference,
                format!("zone {zone}"),
                "no rules are at hand, so its times cannot be checked".to_owned(),
            );
        }
    }
}
