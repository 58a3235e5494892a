//! `CheckRuleSets`: how a plan stands under rule sets, and how a round can at
//! best.

use practicum::app::{Actor, TraineeReport};
use practicum::domain::{Plan, Roster, RuleSet};
use practicum::grpc::pb;
use practicum::matching::rule_outlook::rule_outlook;
use practicum::matching::rule_report::rule_report;
use practicum::roster::{read_rule_set, rule_set_mark, shipped_rule_sets};

use super::rule_sets::{create, get, toml};
use super::runs::{imported, start, watch};
use crate::support::service::{Service, broken, reason, served_by_both};
use crate::support::solving::zones_of;

served_by_both!(
    a_plan_is_checked_row_by_row_and_page_by_page,
    a_round_is_checked_at_best_before_any_plan,
    a_plan_is_checked_against_what_it_was_made_with,
    tells_what_is_wrong_with_a_check,
);

const PROGRAM: &str = "programs/clinic-12";

fn request(parent: &str, ids: &[&str]) -> pb::CheckRuleSetsRequest {
    pb::CheckRuleSetsRequest {
        parent: parent.to_owned(),
        rule_set_ids: ids.iter().map(|id| (*id).to_owned()).collect(),
        ..Default::default()
    }
}

/// Checks page by page; gives all rows and the last page.
async fn checked(
    service: &Service,
    mut request: pb::CheckRuleSetsRequest,
) -> (Vec<pb::RuleRow>, pb::CheckRuleSetsResponse) {
    let mut rows = Vec::new();
    loop {
        let page = service.rule_sets().check_rule_sets(request.clone()).await;
        let mut page = page.unwrap().into_inner();
        if request.page_size > 0 {
            assert!(page.rows.len() <= usize::try_from(request.page_size).unwrap());
        }
        rows.append(&mut page.rows);
        request.page_token.clone_from(&page.next_page_token);
        if request.page_token.is_empty() {
            return (rows, page);
        }
    }
}

/// Returns the rows of a report as the contract has them.
fn expected(report: &[TraineeReport], sets: &[RuleSet]) -> Vec<pb::RuleRow> {
    let mut rows = Vec::new();
    for trainee in report {
        for (position, own) in &trainee.sets {
            rows.extend(own.iter().map(|row| {
                let bound = match row.bound.as_str() {
                    "at least" => pb::RuleBound::AtLeast,
                    _ => pb::RuleBound::AtMost,
                };
                let measure = format!("RULE_MEASURE_{}", row.measure.as_str().to_uppercase());
                let measure = pb::RuleMeasure::from_str_name(&measure).unwrap();
                pb::RuleRow {
                    trainee_id: trainee.trainee.to_string(),
                    site_id: trainee.site.to_string(),
                    rule_set_id: sets[*position].key.to_string(),
                    rule: row.rule.name().to_owned(),
                    clause: i32::try_from(row.clause).unwrap(),
                    window: row.span.to_string(),
                    bound: i32::from(bound),
                    measure: i32::from(measure),
                    limit_thousandths: row.limit.0,
                    value_thousandths: row.value.0,
                    slack_thousandths: row.slack.0,
                    kept: row.holds,
                }
            }));
        }
    }
    rows
}

/// Returns the shipped rule sets of some ids.
fn shipped(ids: &[&str]) -> Vec<RuleSet> {
    let find = |id: &&str| {
        shipped_rule_sets()
            .iter()
            .find(|set| set.key.as_str() == *id)
    };
    ids.iter().map(|id| find(id).unwrap().clone()).collect()
}

/// Runs a round to its end and returns the name of its plan, and the plan.
async fn planned(service: &Service, round: &str, roster: &Roster) -> (String, Plan) {
    let run = start(service, round).await;
    watch(service, &run.name, 0).await;
    let key = run.name.rsplit('/').next().unwrap();
    let (actor, run) = (Actor::operator(), key.parse().unwrap());
    let stored = service.app.get_plan(&actor, &roster.program.key, &run);
    (format!("{PROGRAM}/plans/{key}"), stored.await.unwrap().plan)
}

async fn a_plan_is_checked_row_by_row_and_page_by_page() {
    let (service, round, roster) = imported("clinic-12").await;
    let (name, plan) = planned(&service, &round, &roster).await;
    // No intern can have so many minutes, as below.
    let text = toml("own", "", 106);
    create(&service, PROGRAM, text.clone()).await;
    let ids = ["coamfte", "texas-lpc-associate", "own", "cacrep-practicum"];
    let mut sets = shipped(&["coamfte", "texas-lpc-associate"]);
    sets.push(read_rule_set("own", &text).unwrap());
    sets.extend(shipped(&["cacrep-practicum"]));
    let report = rule_report(&roster, &zones_of(&roster), &plan, &sets);
    let all = expected(&report, &sets);
    let (rows, first) = checked(&service, request(&name, &ids)).await;
    assert_eq!(rows, all);
    let marks: Vec<String> = sets.iter().map(rule_set_mark).collect();
    assert_eq!(first.rule_sets, marks);
    let broken: Vec<pb::RuleRow> = all.iter().filter(|row| !row.kept).cloned().collect();
    assert!(
        broken.len() > 5 && broken.len() < all.len(),
        "{}",
        broken.len()
    );
    assert_eq!(first.broken, i32::try_from(broken.len()).unwrap());
    assert_eq!(
        first.trainees,
        i32::try_from(plan.placements.len()).unwrap()
    );
    assert_eq!(first.trainees_under_rules, first.trainees);
    for page_size in [1, 7, 1000] {
        let paged = pb::CheckRuleSetsRequest {
            page_size,
            ..request(&name, &ids)
        };
        assert_eq!(checked(&service, paged).await.0, all, "{page_size}");
    }
    let only = pb::CheckRuleSetsRequest {
        broken_only: true,
        page_size: 4,
        ..request(&name, &ids)
    };
    let (rows, last) = checked(&service, only).await;
    assert_eq!((rows, last.broken), (broken, first.broken));
    // Texas asks nothing of a clinic elsewhere; without any sets nothing is asked.
    let (rows, texas) = checked(&service, request(&name, &["texas-lpc-associate"])).await;
    assert_eq!((rows.len(), texas.trainees_under_rules), (0, 0));
    let (rows, none) = checked(&service, request(&name, &[])).await;
    assert_eq!((rows.len(), none.rule_sets.len()), (0, 0));
}

async fn a_round_is_checked_at_best_before_any_plan() {
    let (service, round, roster) = imported("clinic-12").await;
    let text = toml("own", "", 106);
    create(&service, PROGRAM, text.clone()).await;
    let mut sets = shipped(&["coamfte", "cacrep-internship"]);
    sets.push(read_rule_set("own", &text).unwrap());
    let ids = ["coamfte", "cacrep-internship", "own"];
    let all = expected(&rule_outlook(&roster, &sets), &sets);
    let (rows, page) = checked(&service, request(&round, &ids)).await;
    assert_eq!(rows, all);
    assert_eq!(page.trainees, 12);
    // An hour alone and half of ninety minutes are 105, whatever the plan: none
    // of the seven interns can have 106.
    let broken = rows.iter().filter(|row| !row.kept);
    let told: Vec<_> = broken
        .map(|row| {
            (
                row.rule_set_id.as_str(),
                row.value_thousandths,
                row.slack_thousandths,
            )
        })
        .collect();
    assert_eq!(told, [("own", 105_000, -1000); 7]);
    assert_eq!(page.broken, 7);
}

async fn a_plan_is_checked_against_what_it_was_made_with() {
    let (service, round, roster) = imported("clinic-12").await;
    let first = create(&service, PROGRAM, toml("own", "", 105)).await;
    let request_round = pb::UpdateRoundRequest {
        round: Some(pb::Round {
            name: round.clone(),
            rule_sets: vec!["own".to_owned()],
            ..Default::default()
        }),
        ..Default::default()
    };
    let updated = service.rounds().update_round(request_round).await.unwrap();
    assert_eq!(updated.into_inner().round.unwrap().rule_sets, ["own"]);
    let (name, _) = planned(&service, &round, &roster).await;
    let request_plan = pb::GetPlanRequest { name: name.clone() };
    let plan = service.plans().get_plan(request_plan).await.unwrap();
    let plan = plan.into_inner().plan.unwrap();
    assert_eq!(plan.rule_sets, [format!("own@{}", first.sha256)]);
    let stricter = pb::UpdateRuleSetRequest {
        name: first.name.clone(),
        toml: toml("own", "", 106),
        ..Default::default()
    };
    service.rule_sets().update_rule_set(stricter).await.unwrap();
    let (rows, then) = checked(&service, request(&name, &[])).await;
    assert!(
        !rows.is_empty() && rows.iter().all(|row| row.kept),
        "{rows:?}"
    );
    assert_eq!(then.rule_sets, plan.rule_sets);
    let (rows, now) = checked(&service, request(&name, &["own"])).await;
    assert!(rows.iter().all(|row| !row.kept), "{rows:?}");
    assert_ne!(now.rule_sets, plan.rule_sets);
    let kept = get(&service, &format!("{name}/ruleSets/own"))
        .await
        .unwrap();
    assert_eq!(kept.toml, first.toml);
    let never = get(&service, &format!("{name}/ruleSets/coamfte")).await;
    assert_eq!(reason(&never.unwrap_err()), "NOT_FOUND");
}

async fn tells_what_is_wrong_with_a_check() {
    let (mut service, round, _) = imported("clinic-12").await;
    service.stop_working().await;
    let wrong = pb::CheckRuleSetsRequest {
        page_size: -1,
        page_token: "none".to_owned(),
        ..request("programs/clinic-12", &["coamfte", "a b"])
    };
    let refused = service.rule_sets().check_rule_sets(wrong).await;
    let paths = ["parent", "rule_set_ids[1]", "page_size", "page_token"];
    assert_eq!(broken(&refused.unwrap_err()), paths);
    let unknown = request(&round, &["never", "coamfte", "coamfte"]);
    let refused = service.rule_sets().check_rule_sets(unknown).await;
    let paths = ["rule_set_ids[0]", "rule_set_ids[2]"];
    assert_eq!(broken(&refused.unwrap_err()), paths);
    let run = start(&service, &round).await;
    let plan = run.name.replace("/runs/", "/plans/");
    let early = request(&plan, &[]);
    let early = service.rule_sets().check_rule_sets(early).await;
    assert_eq!(reason(&early.unwrap_err()), "NO_PLAN");
    for parent in ["rounds/never", "plans/never"] {
        let missing = request(&format!("{PROGRAM}/{parent}"), &[]);
        let missing = service.rule_sets().check_rule_sets(missing).await;
        assert_eq!(reason(&missing.unwrap_err()), "NOT_FOUND", "{parent}");
    }
    // A token of one check is none of another.
    let first = pb::CheckRuleSetsRequest {
        page_size: 1,
        ..request(&round, &["coamfte"])
    };
    let page = service.rule_sets().check_rule_sets(first).await.unwrap();
    let other = pb::CheckRuleSetsRequest {
        page_token: page.into_inner().next_page_token,
        ..request(&round, &["bacp-student"])
    };
    let refused = service.rule_sets().check_rule_sets(other).await;
    assert_eq!(broken(&refused.unwrap_err()), ["page_token"]);
}
