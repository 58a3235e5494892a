//! What is known of a round before any solve, as messages.

use super::super::pb;
use super::fields::{count, date, number};
use super::{pairs, plans, words};
use crate::app::{Balance, CompeteFor, ExpiryOf, Preflight};

/// Returns a preflight as a message.
pub(in super::super) fn message(found: &Preflight) -> pb::Preflight {
    let shortages = found.shortages.iter().map(|shortage| pb::Shortage {
        line: match &shortage.compete_for {
            CompeteFor::Places => String::new(),
            CompeteFor::Line(line) => line.to_string(),
        },
        trainee_ids: shortage.trainees.iter().map(ToString::to_string).collect(),
        supplies: shortage
            .supplies
            .iter()
            .map(|supply| pb::Supply {
                target: Some(pairs::target(&supply.target)),
                takes: number(supply.takes),
                because: supply.because.clone(),
            })
            .collect(),
        missing: number(shortage.missing),
    });
    let short_trainees = found.short_trainees.iter().map(|short| pb::ShortTrainee {
        trainee_id: short.trainee.to_string(),
        ranked: count(short.ranked),
        possible: count(short.possible),
    });
    let short_sites = found.short_sites.iter().map(|short| pb::ShortSite {
        site_id: short.site.to_string(),
        capacity: number(short.capacity),
        possible: count(short.possible),
        ranked: short.ranked.map(count),
    });
    let losses = &found.clock_changes.losses;
    let clock_losses = losses.iter().map(|loss| pb::ClockLoss {
        trainee_zone: loss.trainee_zone.to_string(),
        supervisor_zone: loss.supervisor_zone.to_string(),
        meetings: count(loss.meetings),
        starts_lost: i64::try_from(loss.starts_lost).unwrap_or(i64::MAX),
        parted: count(loss.parted),
    });
    let parted = &found.clock_changes.parted;
    let parted = parted.iter().map(|parted| pb::PartedPair {
        trainee_id: parted.trainee.to_string(),
        line: parted.line.to_string(),
        supervisor_id: parted.supervisor.to_string(),
        weekday: words::weekday(parted.example.weekday),
        start_minute_of_day: i32::from(parted.example.start.get()),
        time_zone: parted.example.time_zone.to_string(),
        day: Some(date(parted.example.day)),
    });
    pb::Preflight {
        without_candidate: found
            .without_candidate
            .iter()
            .map(plans::unmatched)
            .collect(),
        by_zone: found.by_zone.iter().map(balance).collect(),
        by_jurisdiction: found.by_jurisdiction.iter().map(balance).collect(),
        shortages: shortages.collect(),
        expiries: expiries(found),
        short_trainees: short_trainees.collect(),
        short_sites: short_sites.collect(),
        clock_losses: clock_losses.collect(),
        parted: parted.collect(),
    }
}

fn expiries(found: &Preflight) -> Vec<pb::Expiry> {
    let message = |expiry: &crate::app::Expiry| {
        let (of, jurisdiction) = match &expiry.of {
            ExpiryOf::Agreement(site) => (
                pb::expiry::Of::AgreementSiteId(site.to_string()),
                String::new(),
            ),
            ExpiryOf::Licence(supervisor, jurisdiction) => (
                pb::expiry::Of::LicenceSupervisorId(supervisor.to_string()),
                jurisdiction.to_string(),
            ),
        };
        pb::Expiry {
            of: Some(of),
            jurisdiction,
            first_day_without: Some(date(expiry.first_day_without)),
            trainees: count(expiry.trainees),
        }
    };
    found.expiries.iter().map(message).collect()
}

fn balance(balance: &Balance) -> pb::Balance {
    let few = |number: u64| i32::try_from(number).unwrap_or(i32::MAX);
    let many = |number: u64| i64::try_from(number).unwrap_or(i64::MAX);
    pb::Balance {
        area: balance.area.clone(),
        trainees: few(balance.trainees),
        contact_minutes_wanted: many(balance.contact_wanted),
        supervision_minutes_alone: many(balance.supervision_alone),
        sites: few(balance.sites),
        places: many(balance.places),
        contact_minutes_offered: many(balance.contact_offered),
        supervisors: few(balance.supervisors),
        caseload_left: many(balance.caseload_left),
        supervision_minutes_offered: many(balance.supervision_offered),
        is_short: balance.is_short(),
    }
}
