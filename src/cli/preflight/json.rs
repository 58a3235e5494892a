//! A preflight as JSON.

use serde_json::{Value, json};

use crate::domain::plan::Unmatched;
use crate::domain::{SiteOrSupervisor, weekday_word};
use crate::matching::preflight::{
    Balance, ClockLoss, CompeteFor, Expiry, ExpiryOf, MovedOutOf, MovedStart, Parted, Preflight,
    ShortSite, ShortTrainee, Shortage, Supply,
};

/// Returns a preflight as one object.
pub(super) fn as_json(found: &Preflight) -> Value {
    json!({
        "without_candidate": each(&found.without_candidate, without_candidate),
        "by_zone": each(&found.by_zone, |b| balance("time_zone", b)),
        "by_jurisdiction": each(&found.by_jurisdiction, |b| balance("jurisdiction", b)),
        "shortages": each(&found.shortages, shortage),
        "expiries": each(&found.expiries, expiry),
        "short_trainees": each(&found.short_trainees, short_trainee),
        "short_sites": each(&found.short_sites, short_site),
        "clock_changes": {
            "losses": each(&found.clock_changes.losses, clock_loss),
            "parted": each(&found.clock_changes.parted, parted),
        },
    })
}

fn each<T>(items: &[T], as_json: impl Fn(&T) -> Value) -> Vec<Value> {
    items.iter().map(as_json).collect()
}

fn without_candidate(unmatched: &Unmatched) -> Value {
    json!({
        "trainee_id": unmatched.trainee.as_str(),
        "reason": unmatched.reason.name(),
        "detail": unmatched.detail,
        "action": unmatched.action,
    })
}

fn balance(area: &str, balance: &Balance) -> Value {
    json!({
        area: balance.area,
        "trainees": balance.trainees,
        "contact_minutes_wanted": balance.contact_wanted,
        "supervision_minutes_alone": balance.supervision_alone,
        "sites": balance.sites,
        "places": balance.places,
        "contact_minutes_offered": balance.contact_offered,
        "supervisors": balance.supervisors,
        "caseload_left": balance.caseload_left,
        "supervision_minutes_offered": balance.supervision_offered,
        "is_short": balance.is_short(),
    })
}

fn shortage(shortage: &Shortage) -> Value {
    let keys: Vec<&str> = shortage.trainees.iter().map(|key| key.as_str()).collect();
    let line = match &shortage.compete_for {
        CompeteFor::Places => Value::Null,
        CompeteFor::Line(line) => json!(line.as_str()),
    };
    json!({
        "line": line,
        "trainees": keys,
        "supplies": each(&shortage.supplies, supply),
        "missing": shortage.missing,
    })
}

fn supply(supply: &Supply) -> Value {
    json!({
        "target": supply.target.kind(),
        "target_id": supply.target.key(),
        "takes": supply.takes,
        "because": supply.because,
    })
}

fn expiry(expiry: &Expiry) -> Value {
    let (what, key, jurisdiction) = match &expiry.of {
        ExpiryOf::Agreement(site) => ("agreement", site.as_str(), Value::Null),
        ExpiryOf::Licence(supervisor, jurisdiction) => {
            ("licence", supervisor.as_str(), json!(jurisdiction.as_str()))
        }
    };
    json!({
        "what": what,
        "owner_id": key,
        "jurisdiction": jurisdiction,
        "first_day_without": expiry.first_day_without.to_string(),
        "trainees": expiry.trainees,
    })
}

fn short_trainee(short: &ShortTrainee) -> Value {
    json!({
        "trainee_id": short.trainee.as_str(),
        "ranked": short.ranked,
        "possible": short.possible,
    })
}

fn short_site(short: &ShortSite) -> Value {
    json!({
        "site_id": short.site.as_str(),
        "capacity": short.capacity,
        "possible": short.possible,
        "ranked": short.ranked,
    })
}

fn clock_loss(loss: &ClockLoss) -> Value {
    json!({
        "trainee_zone": loss.trainee_zone.as_str(),
        "supervisor_zone": loss.supervisor_zone.as_str(),
        "meetings": loss.meetings,
        "starts_lost": loss.starts_lost,
        "parted": loss.parted,
    })
}

fn parted(parted: &Parted) -> Value {
    json!({
        "trainee_id": parted.trainee.as_str(),
        "line": parted.line.as_str(),
        "supervisor_id": parted.supervisor.as_str(),
        "example": moved_start(&parted.example),
    })
}

fn moved_start(moved: &MovedStart) -> Value {
    let (owner, key) = match &moved.out_of {
        MovedOutOf::Trainee(key) => ("trainee", key.as_str()),
        MovedOutOf::SiteOrSupervisor(target) => (target.kind(), SiteOrSupervisor::key(target)),
    };
    json!({
        "weekday": weekday_word(moved.weekday),
        "start": moved.start.to_string(),
        "time_zone": moved.time_zone.as_str(),
        "day": moved.day.to_string(),
        "out_of": owner,
        "out_of_id": key,
    })
}
