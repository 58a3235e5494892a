//! Forecasts as messages.

use super::super::pb;
use super::fields::{date, number};
use super::words;
use crate::app::{
    Forecast, MissedBecause, RequirementOutlook, RuleOutlook, RuleShortfall, Standing, Verdict,
};
use crate::domain::plan::session_id;
use crate::domain::rule_set::{Bound, Window};

/// Returns a forecast as a message.
pub(in super::super) fn message(forecast: &Forecast) -> pb::Forecast {
    let weeks = forecast.weeks.iter().map(|week| pb::ForecastWeek {
        monday: Some(date(week.monday)),
        contact_minutes: number(week.contact.get()),
        individual_minutes: number(week.individual.get()),
        triadic_minutes: number(week.triadic.get()),
        group_minutes: number(week.group.get()),
        sessions_missed: number(week.sessions_missed),
    });
    let missed = forecast.missed.iter().map(|missed| pb::MissedSession {
        session_id: session_id(missed.session),
        day: Some(date(missed.day)),
        reason: i32::from(match missed.because {
            MissedBecause::ClockChange => pb::MissedReason::ClockChange,
            MissedBecause::TraineeAway => pb::MissedReason::TraineeAway,
            MissedBecause::SupervisorAway => pb::MissedReason::SupervisorAway,
            MissedBecause::SiteClosed => pb::MissedReason::SiteClosed,
        }),
    });
    let site = forecast.site.as_ref().map(ToString::to_string);
    let is_placed = forecast.site.is_some();
    let outlooks = forecast.outlooks.iter();
    pb::Forecast {
        trainee_id: forecast.trainee.to_string(),
        site_id: site.unwrap_or_default(),
        weeks: weeks.collect(),
        requirements: outlooks.map(|one| requirement(one, is_placed)).collect(),
        missed_sessions: missed.collect(),
        rules: forecast.rules.iter().map(rule).collect(),
    }
}

fn requirement(outlook: &RequirementOutlook, is_placed: bool) -> pb::RequirementForecast {
    use pb::RequirementStanding as Word;
    let (standing, since) = match outlook.standing {
        Standing::Reached => (Word::Reached, None),
        Standing::LeftForLater => (Word::LeftForLater, None),
        Standing::Short { since } if is_placed => (Word::Short, Some(since)),
        Standing::Short { since } => (Word::Unmatched, Some(since)),
    };
    let asked = &outlook.requirement;
    let steps = outlook.steps.iter().map(|step| pb::ForecastStep {
        monday: Some(date(step.monday)),
        minutes: number(step.minutes.get()),
        total: number(step.total.get()),
    });
    pb::RequirementForecast {
        requirement: Some(pb::Requirement {
            category: words::category(asked.category),
            minutes_required: number(asked.required.get()),
            minutes_completed: number(asked.completed.get()),
            due_day: Some(date(asked.due_day)),
        }),
        minutes_expected: number(outlook.expected.get()),
        minutes_short: number(outlook.short_by().get()),
        minutes_surplus: number(outlook.surplus().get()),
        standing: i32::from(standing),
        first_week_short: since.map(date),
        steps: steps.collect(),
    }
}

fn rule(outlook: &RuleOutlook) -> pb::RuleForecast {
    let rule_set = outlook.rule_set.as_ref().map(ToString::to_string);
    let short: Option<RuleShortfall> = outlook.shortfall();
    pb::RuleForecast {
        rule_set_id: rule_set.unwrap_or_default(),
        rule: outlook.rule.name().to_owned(),
        window: i32::from(match outlook.window {
            Window::Week => pb::RuleWindow::Week,
            Window::Month => pb::RuleWindow::Month,
            Window::Term => pb::RuleWindow::Term,
        }),
        verdicts: outlook.verdicts.iter().map(verdict).collect(),
        times_short: short.as_ref().map_or(0, |short| number(short.times)),
        first_week_short: short.map(|short| date(short.since)),
    }
}

fn verdict(verdict: &Verdict) -> pb::RuleVerdict {
    pb::RuleVerdict {
        monday: Some(date(verdict.since)),
        kept: verdict.holds,
        measure: words::rule_measure(verdict.measure),
        value_thousandths: verdict.value.0,
        at_least: verdict.bound == Bound::AtLeast,
        limit_thousandths: verdict.limit.0,
    }
}
