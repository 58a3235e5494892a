//! What is asked of a plan and answered by solving anew: each answer is that of
//! the library and of the command line.

use practicum::domain::SiteRanking;
use practicum::grpc::pb;
use practicum::matching::worths::{estimates, gain};
use tonic::Code;

use super::planned::Solved;
use super::runs::{imported, start};
use crate::support::service::{Service, broken, reason, served_by_both};
use crate::support::solving::{Patient, solved as solved_again, zones_of};
use crate::support::world::{World, parsed};

served_by_both!(
    worths_are_those_of_the_library,
    where_nothing_has_a_price_no_worth_is_listed,
    a_worth_is_confirmed_with_who_gains_by_it,
    pages_of_worths_confirm_their_own,
    the_price_of_stability_is_that_of_the_command,
    where_no_plan_is_stable_the_clash_is_told,
    what_is_wrong_with_a_question_is_told_at_once,
    without_a_plan_nothing_is_answered,
);

async fn worths(solved: &Solved, size: i32, token: &str, count: i32) -> pb::ListWorthsResponse {
    let request = pb::ListWorthsRequest {
        parent: solved.name.clone(),
        page_size: size,
        page_token: token.to_owned(),
        confirmed_count: Some(count),
        ..Default::default()
    };
    let answer = solved.service.plans().list_worths(request).await;
    answer.unwrap().into_inner()
}

async fn price(solved: &Solved) -> pb::PriceStabilityResponse {
    let request = pb::PriceStabilityRequest {
        plan: solved.name.clone(),
        time_limit_seconds: 30,
    };
    let answer = solved.service.plans().price_stability(request).await;
    answer.unwrap().into_inner()
}

async fn where_nothing_has_a_price_no_worth_is_listed() {
    let solved = Box::pin(Solved::of_clinic()).await;
    let answer = worths(&solved, 0, "", 10).await;
    assert_eq!((answer.worths.len(), answer.complete), (0, true));
    let told = solved.asked("worths", &[]).await;
    assert_eq!(told["worths"].as_array().unwrap().len(), 0);
}

async fn worths_are_those_of_the_library() {
    let solved = Box::pin(Solved::of(&crowded())).await;
    let answer = worths(&solved, 1000, "", 2).await;
    assert!(answer.complete && answer.next_page_token.is_empty());
    let (roster, plan) = (&solved.roster, &solved.plan);
    let expected = estimates(roster, &zones_of(roster), plan, &mut Patient).unwrap();
    assert_eq!(expected.len(), 3, "{expected:?}");
    assert_eq!(answer.worths.len(), expected.len());
    for (place, (found, wanted)) in answer.worths.iter().zip(&expected).enumerate() {
        let estimate = found.estimate.as_ref().unwrap();
        assert_eq!(estimate.level_name, wanted.estimate.level.name());
        assert_eq!(
            estimate.thousandths.to_string(),
            wanted.estimate.thousandths.to_string()
        );
        let edited = roster.edited(std::slice::from_ref(&wanted.edit)).unwrap();
        assert_eq!(found.confirmed.is_some(), place < 2, "{found:?}");
        if let Some(confirmed) = &found.confirmed {
            let after = solved_again(&edited, 1).unwrap();
            let gain = gain(&edited, &zones_of(&edited), plan, &after);
            let first = gain.first.map(|(level, more)| (level.name(), more));
            let (name, more) = first.unwrap_or_default();
            assert_eq!(
                (&confirmed.level_name, confirmed.better_by),
                (&name, more),
                "{found:?}"
            );
            assert_eq!(confirmed.proved, gain.is_proved);
        }
    }
}

async fn a_worth_is_confirmed_with_who_gains_by_it() {
    let world = World::new()
        .site_with("a", |site| site.capacity = 1)
        .trainee_with("t", |t| t.priority = 3)
        .trainee_with("u", |u| u.priority = 2);
    let solved = Box::pin(Solved::of(&world)).await;
    let answer = worths(&solved, 0, "", 10).await;
    let [worth] = &answer.worths[..] else {
        panic!("{answer:?}");
    };
    assert_eq!(worth.capacity(), pb::Capacity::Places);
    let change = worth.edit.as_ref().unwrap().change.as_ref().unwrap();
    let expected = pb::SitePlaces {
        site_id: "a".to_owned(),
        places: 2,
    };
    assert_eq!(*change, pb::edit::Change::Capacity(expected));
    let confirmed = worth.confirmed.as_ref().unwrap();
    assert_eq!(confirmed.level(), pb::ObjectiveLevel::MatchedPriority);
    assert_eq!((confirmed.better_by, confirmed.proved), (2, true));
    assert_eq!(confirmed.gaining_trainee_ids, ["u"]);
    assert!(confirmed.losing_trainee_ids.is_empty() && confirmed.moved_trainee_ids.is_empty());
    let level = &confirmed.levels[0];
    assert_eq!((level.before, level.after), (Some(3), Some(5)));

    let told = solved.asked("worths", &[]).await;
    let told = &told["worths"][0];
    assert_eq!(told["edit"], "capacity a 2");
    assert_eq!(told["confirmed"]["better"], confirmed.better_by);
    let estimate = worth.estimate.as_ref().unwrap();
    assert_eq!(told["estimate"]["thousandths"], estimate.thousandths);
}

/// Three sites of one place, each with two who want to be there.
fn crowded() -> World {
    let mut world = World::new();
    for site in ["a", "b", "c"] {
        world = world.site_with(site, |site| site.capacity = 1);
    }
    for site in ["a", "b", "c"] {
        for number in 1..=2 {
            let trainee = format!("{site}{number}");
            world = world.trainee(&trainee).ranks(&trainee, &[(site, 1)]);
        }
    }
    world
}

async fn pages_of_worths_confirm_their_own() {
    let solved = Box::pin(Solved::of(&crowded())).await;
    let mut token = String::new();
    let mut confirmed = Vec::new();
    let mut edits = Vec::new();
    loop {
        let page = worths(&solved, 1, &token, 2).await;
        assert_eq!(page.worths.len(), 1);
        confirmed.push(page.worths[0].confirmed.is_some());
        edits.push(page.worths[0].edit.clone());
        if page.next_page_token.is_empty() {
            break;
        }
        token = page.next_page_token;
    }
    assert_eq!(confirmed, [true, true, false]);
    let whole = worths(&solved, 0, "", 0).await;
    assert!(whole.worths.iter().all(|one| one.confirmed.is_none()));
    let in_one: Vec<_> = whole.worths.into_iter().map(|one| one.edit).collect();
    assert_eq!(edits, in_one);
    let elsewhere = pb::ListForecastsRequest {
        parent: solved.name.clone(),
        page_token: token,
        ..Default::default()
    };
    let refused = solved.service.plans().list_forecasts(elsewhere).await;
    assert_eq!(broken(&refused.unwrap_err()), ["page_token"]);
}

/// One place at a, for which t counts more; but a would rather have u.
fn priority_against_wish() -> World {
    World::new()
        .site_with("a", |site| site.capacity = 1)
        .trainee_with("t", |t| t.priority = 3)
        .trainee("u")
        .with(|roster| {
            for (trainee, rank) in [("t", 2), ("u", 1)] {
                roster.site_rankings.push(SiteRanking {
                    site: parsed("a"),
                    trainee: parsed(trainee),
                    rank,
                });
            }
        })
}

async fn the_price_of_stability_is_that_of_the_command() {
    let solved = Box::pin(Solved::of(&priority_against_wish())).await;
    let price = price(&solved).await;
    assert_eq!(price.outcome(), pb::PriceOutcome::Priced);
    assert_eq!(price.policy(), pb::BlockingPairs::Allowed);
    assert_eq!(price.levels[0].better_by, -2);
    let told = solved.asked("audit", &["--price"]).await;
    let told = told["price"]["levels"].as_array().unwrap();
    assert_eq!(told.len(), price.levels.len());
    for (found, told) in price.levels.iter().zip(told) {
        let (now, other) = (found.now.as_ref().unwrap(), found.other.as_ref().unwrap());
        assert_eq!(now.name, told["level"]);
        assert_eq!(now.value, told["now"]["value"]);
        assert_eq!(other.value, told["other"]["value"]);
        assert_eq!(found.better_by, told["better"]);
    }
}

async fn where_no_plan_is_stable_the_clash_is_told() {
    // The site ranks the trainees, and nobody can supervise there.
    let solved = Box::pin(Solved::of(&priority_against_wish().line("weekly"))).await;
    let price = price(&solved).await;
    assert_eq!(price.outcome(), pb::PriceOutcome::NoLegalPlan);
    assert!(price.levels.is_empty());
    let clashes: Vec<(&str, &str)> = price
        .clashes
        .iter()
        .map(|clash| (clash.rule.as_str(), clash.subject.as_str()))
        .collect();
    assert_eq!(clashes, [("blocking_pair", "nobody may block with site a")]);
}

async fn what_is_wrong_with_a_question_is_told_at_once() {
    let service = Service::start().await.with_program().await;
    let mut plans = service.plans();
    let refused = plans
        .list_worths(pb::ListWorthsRequest {
            parent: "programs/north/runs/x".to_owned(),
            page_size: -1,
            page_token: "x".to_owned(),
            time_limit_seconds: 3601,
            confirmed_count: Some(101),
        })
        .await;
    assert_eq!(
        broken(&refused.unwrap_err()),
        [
            "parent",
            "page_size",
            "page_token",
            "time_limit_seconds",
            "confirmed_count"
        ]
    );
    let refused = plans
        .price_stability(pb::PriceStabilityRequest {
            plan: String::new(),
            time_limit_seconds: -1,
        })
        .await;
    assert_eq!(
        broken(&refused.unwrap_err()),
        ["plan", "time_limit_seconds"]
    );
    let refused = plans.get_forecast(pb::GetForecastRequest::default()).await;
    assert_eq!(broken(&refused.unwrap_err()), ["plan", "trainee_id"]);
    let refused = plans
        .list_forecasts(pb::ListForecastsRequest {
            page_size: -1,
            page_token: "x".to_owned(),
            ..Default::default()
        })
        .await;
    assert_eq!(
        broken(&refused.unwrap_err()),
        ["parent", "page_size", "page_token"]
    );
    let unknown = pb::ListWorthsRequest {
        parent: "programs/north/plans/none".to_owned(),
        ..Default::default()
    };
    let refused = plans.list_worths(unknown).await.unwrap_err();
    assert_eq!(refused.code(), Code::NotFound);
}

async fn without_a_plan_nothing_is_answered() {
    let (mut service, round, _) = imported("clinic-12").await;
    service.stop_working().await;
    let run = start(&service, &round).await;
    let plan = run.name.replace("/runs/", "/plans/");
    let mut plans = service.plans();
    let mut reasons = Vec::new();
    let refused = plans.list_worths(pb::ListWorthsRequest {
        parent: plan.clone(),
        ..Default::default()
    });
    reasons.push(reason(&refused.await.unwrap_err()));
    let refused = plans.price_stability(pb::PriceStabilityRequest {
        plan: plan.clone(),
        ..Default::default()
    });
    reasons.push(reason(&refused.await.unwrap_err()));
    let refused = plans.get_forecast(pb::GetForecastRequest {
        plan: plan.clone(),
        trainee_id: "t".to_owned(),
    });
    reasons.push(reason(&refused.await.unwrap_err()));
    let refused = plans.list_forecasts(pb::ListForecastsRequest {
        parent: plan.clone(),
        ..Default::default()
    });
    reasons.push(reason(&refused.await.unwrap_err()));
    for format in [pb::PlanFormat::Xlsx, pb::PlanFormat::Json] {
        let refused = plans.export_plan(pb::ExportPlanRequest {
            name: plan.clone(),
            format: i32::from(format),
        });
        reasons.push(reason(&refused.await.err().unwrap()));
    }
    assert_eq!(reasons, ["NO_PLAN"; 6]);
}
