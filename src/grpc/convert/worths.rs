//! What one more of a capacity is worth, and what stability costs, as messages.

use super::super::pb;
use super::fields::texts;
use super::{analysis, edits, pairs, plans, words};
use crate::app::{Clash, ConfirmedWorth, LevelPrice, PriceOutcome, StabilityPrice, Worth};
use crate::domain::PlacementDifference;

/// Returns a worth as a message, with what came of matching again.
pub(in super::super) fn message((worth, confirmed): &(Worth, Option<ConfirmedWorth>)) -> pb::Worth {
    let estimate = worth.estimate;
    pb::Worth {
        capacity: analysis::capacity(worth.capacity),
        target: Some(pairs::target(&worth.target)),
        edit: Some(edits::message(&worth.edit)),
        estimate: Some(pb::WorthEstimate {
            level: words::objective(estimate.level.objective()),
            level_name: estimate.level.name(),
            thousandths: i64::try_from(estimate.thousandths).unwrap_or(i64::MAX),
        }),
        confirmed: confirmed.as_ref().map(confirmation),
    }
}

fn confirmation(confirmed: &ConfirmedWorth) -> pb::ConfirmedWorth {
    let ConfirmedWorth { gain, difference } = confirmed;
    let keys = |of: &dyn Fn(&PlacementDifference) -> bool| {
        let own = difference.placements.iter().filter(|one| of(one));
        texts(own.map(|one| &one.trainee))
    };
    let (level, better_by) = gain.first.unzip();
    pb::ConfirmedWorth {
        levels: difference.levels.iter().map(plans::level_change).collect(),
        level: level.map_or(0, |level| words::objective(level.objective())),
        level_name: level.map_or_else(String::new, |level| level.name()),
        better_by: better_by.unwrap_or(0),
        proved: gain.is_proved,
        gaining_trainee_ids: keys(&|one| one.before.is_none()),
        losing_trainee_ids: keys(&|one| one.after.is_none()),
        moved_trainee_ids: keys(&|one| one.before.is_some() && one.after.is_some()),
    }
}

/// Returns what stability costs as a message.
pub(in super::super) fn price(price: &StabilityPrice) -> pb::PriceStabilityResponse {
    let mut message = pb::PriceStabilityResponse {
        policy: words::blocking_pairs(price.now),
        ..pb::PriceStabilityResponse::default()
    };
    let outcome = match &price.outcome {
        PriceOutcome::Priced(levels) => {
            message.levels = levels.iter().map(level_price).collect();
            pb::PriceOutcome::Priced
        }
        PriceOutcome::NoLegalPlan(clashes) => {
            message.clashes = clashes.iter().map(clash).collect();
            pb::PriceOutcome::NoLegalPlan
        }
        PriceOutcome::Open => pb::PriceOutcome::Open,
    };
    message.outcome = i32::from(outcome);
    message
}

fn clash(clash: &Clash) -> pb::RuleClash {
    pb::RuleClash {
        rule: clash.rule.name().to_owned(),
        subject: clash.subject.clone(),
    }
}

fn level_price(price: &LevelPrice) -> pb::LevelPrice {
    pb::LevelPrice {
        now: Some(plans::level(&price.now)),
        other: Some(plans::level(&price.other)),
        better_by: price.better_by(),
    }
}
