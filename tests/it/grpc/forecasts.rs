//! Forecasts: those of the library and of the command line, in pages.

use practicum::domain::rule_set::Amount;
use practicum::domain::{Ratio, Requirement, RequirementCategory, Thousandths, calendar_day};
use practicum::grpc::pb;
use practicum::matching::forecast::forecast;
use serde_json::{Value, json};
use tonic::Code;

use super::planned::Solved;
use crate::support::service::served_by_both;
use crate::support::solving::zones_of;
use crate::support::world::{World, away, minutes, parsed};

served_by_both!(
    forecasts_say_what_the_command_says,
    forecasts_come_in_pages_by_trainee,
);

/// `t` misses a session and falls short of it; `u` has no place.
fn short_world() -> World {
    World::new()
        .round(|round| {
            round.missed_sessions_max = 1;
            round.ratio = Some(Ratio {
                contact_per_supervision_max: Thousandths::new(5000).unwrap(),
                group_credit: Thousandths::ONE,
            });
        })
        .site_with("a", |site| site.capacity = 1)
        .supervisor("s")
        .line("weekly")
        .trainee_with("t", |t| t.priority = 9)
        .trainee("u")
        .with(|roster| {
            let availability = &mut roster.supervisors[0].availability;
            availability.away = vec![away("2027-01-11", "2027-01-15")];
            for trainee in ["t", "u"] {
                for category in [
                    RequirementCategory::Individual,
                    RequirementCategory::Contact,
                ] {
                    roster.requirements.push(Requirement {
                        trainee: parsed(trainee),
                        category,
                        required: minutes(240),
                        completed: minutes(0),
                        due_day: calendar_day("2027-01-31").unwrap(),
                    });
                }
            }
        })
}

fn day(day: Option<&pb::Date>) -> Option<String> {
    day.map(|day| format!("{:04}-{:02}-{:02}", day.year, day.month, day.day))
}

/// Returns the word of the command's JSON for the name of an enum's value.
fn word(name: &str, prefix: &str) -> String {
    name.strip_prefix(prefix).unwrap().to_lowercase()
}

fn values<T>(items: &[T], value: impl Fn(&T) -> Value) -> Vec<Value> {
    items.iter().map(value).collect()
}

fn text(text: &str) -> Option<&str> {
    (!text.is_empty()).then_some(text)
}

/// Returns a forecast in the shape of the command's JSON.
fn as_told(forecast: &pb::Forecast) -> Value {
    let weeks = values(&forecast.weeks, |week| {
        json!({
            "monday": day(week.monday.as_ref()),
            "contact_minutes": week.contact_minutes,
            "individual_minutes": week.individual_minutes,
            "triadic_minutes": week.triadic_minutes,
            "group_minutes": week.group_minutes,
            "sessions_missed": week.sessions_missed,
        })
    });
    let missed = values(&forecast.missed_sessions, |one| {
        json!({
            "session_id": one.session_id,
            "day": day(one.day.as_ref()),
            "reason": word(one.reason().as_str_name(), "MISSED_REASON_"),
        })
    });
    json!({
        "trainee_id": forecast.trainee_id,
        "site_id": text(&forecast.site_id),
        "weeks": weeks,
        "requirements": values(&forecast.requirements, requirement),
        "missed_sessions": missed,
        "verdicts": values(&forecast.rules, rule),
    })
}

fn requirement(one: &pb::RequirementForecast) -> Value {
    let asked = one.requirement.as_ref().unwrap();
    let steps = values(&one.steps, |step| {
        json!({
            "monday": day(step.monday.as_ref()),
            "minutes": step.minutes,
            "total": step.total,
        })
    });
    json!({
        "category": word(asked.category().as_str_name(), "REQUIREMENT_CATEGORY_"),
        "minutes_required": asked.minutes_required,
        "minutes_completed": asked.minutes_completed,
        "due_day": day(asked.due_day.as_ref()),
        "minutes_expected": one.minutes_expected,
        "minutes_short": one.minutes_short,
        "minutes_surplus": one.minutes_surplus,
        "standing": word(one.standing().as_str_name(), "REQUIREMENT_STANDING_"),
        "first_week_short": day(one.first_week_short.as_ref()),
        "weeks": steps,
    })
}

fn rule(rule: &pb::RuleForecast) -> Value {
    let stretches = values(&rule.verdicts, |one| {
        json!({
            "monday": day(one.monday.as_ref()),
            "kept": one.kept,
            "measure": word(one.measure().as_str_name(), "RULE_MEASURE_"),
            "value": Amount(one.value_thousandths).to_string(),
            "bound": if one.at_least { "at least" } else { "at most" },
            "limit": Amount(one.limit_thousandths).to_string(),
        })
    });
    json!({
        "rule_set": text(&rule.rule_set_id),
        "rule": rule.rule,
        "window": word(rule.window().as_str_name(), "RULE_WINDOW_"),
        "stretches": stretches,
    })
}

async fn forecasts_of(solved: &Solved, page_size: i32) -> Vec<pb::Forecast> {
    let mut request = pb::ListForecastsRequest {
        parent: solved.name.clone(),
        page_size,
        ..Default::default()
    };
    let mut all = Vec::new();
    loop {
        let page = solved.service.plans().list_forecasts(request.clone()).await;
        let page = page.unwrap().into_inner();
        all.extend(page.forecasts);
        if page.next_page_token.is_empty() {
            return all;
        }
        request.page_token = page.next_page_token;
    }
}

async fn forecasts_say_what_the_command_says() {
    let solved = Box::pin(Solved::of(&short_world())).await;
    let found = forecasts_of(&solved, 0).await;
    let [t, u] = &found[..] else {
        panic!("{found:?}");
    };
    assert_eq!((t.site_id.as_str(), u.site_id.as_str()), ("a", ""));
    let missed = &t.missed_sessions[0];
    assert_eq!(missed.reason(), pb::MissedReason::SupervisorAway);
    assert_eq!(missed.session_id, "session-0001");
    let ratio = &t.rules[0];
    assert_eq!((ratio.times_short, ratio.verdicts.len()), (1, 4));
    assert_eq!(
        day(ratio.first_week_short.as_ref()).unwrap(),
        "2027-01-11",
        "{ratio:?}"
    );
    let standings = |one: &pb::Forecast| -> Vec<pb::RequirementStanding> {
        one.requirements
            .iter()
            .map(pb::RequirementForecast::standing)
            .collect()
    };
    use pb::RequirementStanding::{Reached, Short, Unmatched};
    assert_eq!(standings(t), [Reached, Short]);
    assert_eq!(standings(u), [Unmatched, Unmatched]);

    let mut told = solved.asked("forecast", &[]).await;
    let told = told["forecasts"].as_array_mut().unwrap();
    for (found, told) in found.iter().zip(told) {
        // What the verdicts say week by week.
        told.as_object_mut().unwrap().remove("rules");
        assert_eq!(as_told(found), *told);
    }
}

async fn forecasts_come_in_pages_by_trainee() {
    let solved = Box::pin(Solved::of_clinic()).await;
    let found = forecasts_of(&solved, 5).await;
    assert_eq!(found, forecasts_of(&solved, 1000).await);
    let zones = zones_of(&solved.roster);
    let expected = forecast(&solved.roster, &zones, &solved.plan).unwrap();
    let keys = |keys: &mut dyn Iterator<Item = String>| keys.collect::<Vec<String>>();
    assert_eq!(
        keys(&mut found.iter().map(|one| one.trainee_id.clone())),
        keys(&mut expected.iter().map(|one| one.trainee.to_string()))
    );
    let missed: usize = expected.iter().map(|one| one.missed.len()).sum();
    let found_missed: usize = found.iter().map(|one| one.missed_sessions.len()).sum();
    assert_eq!(found_missed, missed);
    let ask = |trainee: &str| pb::GetForecastRequest {
        plan: solved.name.clone(),
        trainee_id: trainee.to_owned(),
    };
    for one in &found {
        let mut plans = solved.service.plans();
        let alone = plans.get_forecast(ask(&one.trainee_id)).await;
        let alone = alone.unwrap().into_inner().forecast.unwrap();
        assert_eq!(alone, *one);
    }
    let unknown = solved.service.plans().get_forecast(ask("nobody")).await;
    assert_eq!(unknown.unwrap_err().code(), Code::NotFound);
}
