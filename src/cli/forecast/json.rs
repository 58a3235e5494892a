//! A forecast for programs.

use serde_json::{Value, json};

use super::rows::standing;
use crate::domain::plan::session_id;
use crate::matching::forecast::{
    Forecast, MissedSession, Outlook, RuleOutlook, RuleShortfall, Standing, Step, Verdict, Week,
};

/// Returns forecasts as one JSON object.
pub(super) fn as_json(forecasts: &[Forecast]) -> Value {
    let forecasts: Vec<Value> = forecasts.iter().map(forecast).collect();
    json!({ "forecasts": forecasts })
}

fn forecast(forecast: &Forecast) -> Value {
    let outlooks = forecast.outlooks.iter();
    let requirements: Vec<Value> = outlooks.map(|one| requirement(forecast, one)).collect();
    json!({
        "trainee_id": forecast.trainee.as_str(),
        "site_id": forecast.site.as_ref().map(|site| site.as_str()),
        "weeks": forecast.weeks.iter().map(week).collect::<Vec<_>>(),
        "requirements": requirements,
        "rules": forecast.shortfalls.iter().map(rule).collect::<Vec<_>>(),
        "missed_sessions": forecast.missed.iter().map(missed).collect::<Vec<_>>(),
        "verdicts": forecast.rules.iter().map(verdicts).collect::<Vec<_>>(),
    })
}

fn week(week: &Week) -> Value {
    json!({
        "monday": week.monday.to_string(),
        "contact_minutes": week.contact.get(),
        "individual_minutes": week.individual.get(),
        "triadic_minutes": week.triadic.get(),
        "group_minutes": week.group.get(),
        "sessions_missed": week.sessions_missed,
    })
}

fn requirement(forecast: &Forecast, outlook: &Outlook) -> Value {
    let requirement = &outlook.requirement;
    let since = match outlook.standing {
        Standing::Short { since } => Some(since.to_string()),
        Standing::Reached | Standing::LeftForLater => None,
    };
    json!({
        "category": requirement.category.as_str(),
        "minutes_required": requirement.required.get(),
        "minutes_completed": requirement.completed.get(),
        "due_day": requirement.due_day.to_string(),
        "minutes_expected": outlook.expected.get(),
        "minutes_short": outlook.short_by().get(),
        "minutes_surplus": outlook.surplus().get(),
        "standing": standing(forecast, outlook),
        "first_week_short": since,
        "weeks": outlook.steps.iter().map(step).collect::<Vec<_>>(),
    })
}

fn step(step: &Step) -> Value {
    json!({
        "monday": step.monday.to_string(),
        "minutes": step.minutes.get(),
        "total": step.total.get(),
    })
}

fn missed(missed: &MissedSession) -> Value {
    json!({
        "session_id": session_id(missed.session),
        "day": missed.day.to_string(),
        "reason": missed.because.as_str(),
    })
}

fn verdicts(outlook: &RuleOutlook) -> Value {
    let stretches: Vec<Value> = outlook.verdicts.iter().map(verdict).collect();
    json!({
        "rule_set": outlook.rule_set.as_ref().map(|key| key.as_str()),
        "rule": outlook.rule.name(),
        "window": outlook.window.as_str(),
        "stretches": stretches,
    })
}

fn verdict(verdict: &Verdict) -> Value {
    json!({
        "monday": verdict.since.to_string(),
        "kept": verdict.holds,
        "measure": verdict.measure.as_str(),
        "value": verdict.value.to_string(),
        "bound": verdict.bound.as_str(),
        "limit": verdict.limit.to_string(),
    })
}

fn rule(shortfall: &RuleShortfall) -> Value {
    json!({
        "rule_set": shortfall.rule_set.as_ref().map(|key| key.as_str()),
        "rule": shortfall.rule.name(),
        "window": shortfall.window.as_str(),
        "first_week_short": shortfall.since.to_string(),
        "times_short": shortfall.times,
        "measure": shortfall.measure.as_str(),
        "value": shortfall.value.to_string(),
        "bound": shortfall.bound.as_str(),
        "limit": shortfall.limit.to_string(),
    })
}
