//! The rows of a forecast as people and files see them: one for each
//! requirement and one for each rule that some week does not keep.

use crate::domain::Minutes;
use crate::matching::forecast::{Forecast, Outlook, RuleShortfall, Standing};
use crate::roster::ForecastRow;

/// Returns the rows of `forecast.csv`, by trainee.
pub(super) fn of(all: &[Forecast]) -> Vec<ForecastRow> {
    all.iter()
        .flat_map(|forecast| {
            let outlooks = forecast.outlooks.iter();
            let outlooks = outlooks.map(|outlook| of_outlook(forecast, outlook));
            let shortfalls = forecast.shortfalls.iter();
            outlooks.chain(shortfalls.map(|shortfall| of_shortfall(forecast, shortfall)))
        })
        .collect()
}

fn of_outlook(forecast: &Forecast, outlook: &Outlook) -> ForecastRow {
    let requirement = &outlook.requirement;
    ForecastRow {
        trainee: forecast.trainee.clone(),
        target: requirement.category.as_str(),
        rule_set: None,
        standing: standing(forecast, outlook),
        required: Some(requirement.required),
        completed: Some(requirement.completed),
        expected: Some(outlook.expected),
        short: Some(outlook.short_by()),
        due_day: Some(requirement.due_day),
        since: match outlook.standing {
            Standing::Short { since } => Some(since),
            Standing::Reached | Standing::LeftForLater => None,
        },
    }
}

fn of_shortfall(forecast: &Forecast, shortfall: &RuleShortfall) -> ForecastRow {
    ForecastRow {
        trainee: forecast.trainee.clone(),
        target: shortfall.rule.name(),
        rule_set: shortfall.rule_set.clone(),
        standing: "short",
        required: None,
        completed: None,
        expected: None,
        short: None,
        due_day: None,
        since: Some(shortfall.since),
    }
}

/// Returns the word for how a requirement stands that files and programs see.
pub(super) fn standing(forecast: &Forecast, outlook: &Outlook) -> &'static str {
    match outlook.standing {
        Standing::Reached => "reached",
        Standing::LeftForLater => "left_for_later",
        Standing::Short { .. } if forecast.site.is_none() => "unmatched",
        Standing::Short { .. } => "short",
    }
}

/// Returns what the first stretch of a shortfall has and what it would need,
/// such as `300 minutes, at most 0`.
pub(super) fn found(shortfall: &RuleShortfall) -> String {
    let RuleShortfall {
        measure,
        value,
        bound,
        limit,
        ..
    } = shortfall;
    let (measure, bound) = (measure.as_str(), bound.as_str());
    format!("{value} {measure}, {bound} {limit}")
}

/// Returns how often a rule is not kept, such as `2 weeks`.
pub(super) fn times(shortfall: &RuleShortfall) -> String {
    let window = shortfall.window.as_str();
    match shortfall.times {
        1 => format!("1 {window}"),
        times => format!("{times} {window}s"),
    }
}

/// Returns minutes as hours, such as `12:30`.
pub(super) fn hours(minutes: Minutes) -> String {
    format!("{}:{:02}", minutes.get() / 60, minutes.get() % 60)
}
