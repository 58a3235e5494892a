//! The rule sets that rounds name, and what becomes of them when a set is
//! corrected or removed.

use practicum::grpc::pb;
use tonic::{Code, Status};
use tonic_types::StatusExt;

use super::rounds::round;
use super::rule_sets::{NORTH, create, get, toml, update};
use crate::support::service::{Service, broken, reason, served_by_both};

served_by_both!(
    corrects_and_removes_a_set_and_keeps_what_a_round_holds,
    a_round_names_its_sets_and_every_wrong_one_is_told,
    dates_that_leave_a_set_out_of_force_are_refused,
);

pub(super) async fn create_round(
    service: &Service,
    id: &str,
    rule_sets: &[&str],
) -> Result<pb::Round, Status> {
    let request = pb::CreateRoundRequest {
        parent: NORTH.to_owned(),
        round_id: id.to_owned(),
        round: Some(pb::Round {
            rule_sets: rule_sets.iter().map(|id| (*id).to_owned()).collect(),
            ..round("Spring")
        }),
        request_id: String::new(),
    };
    let created = service.rounds().create_round(request).await?;
    Ok(created.into_inner().round.unwrap())
}

async fn get_round(service: &Service, name: &str) -> pb::Round {
    let name = name.to_owned();
    let request = pb::GetRoundRequest { name };
    let found = service.rounds().get_round(request).await.unwrap();
    found.into_inner().round.unwrap()
}

/// Changes one field of a round.
async fn change_round(
    service: &Service,
    name: &str,
    field: &str,
    change: impl FnOnce(&mut pb::Round),
) -> Result<pb::Round, Status> {
    let mut changed = pb::Round {
        name: name.to_owned(),
        ..round("Summer")
    };
    change(&mut changed);
    let request = pb::UpdateRoundRequest {
        round: Some(changed),
        update_mask: Some(prost_types::FieldMask {
            paths: vec![field.to_owned()],
        }),
        ..Default::default()
    };
    let updated = service.rounds().update_round(request).await?;
    Ok(updated.into_inner().round.unwrap())
}

async fn a_round_names_its_sets_and_every_wrong_one_is_told() {
    let service = Service::start().await.with_program().await;
    create(
        &service,
        NORTH,
        toml("own", "effective_until = 2030-12-31\n", 60),
    )
    .await;
    let named = ["coamfte", "own", "coamftee", "coamfte"];
    let refused = create_round(&service, "spring", &named).await.unwrap_err();
    let fields = refused.get_details_bad_request().unwrap().field_violations;
    let told: Vec<(&str, &str)> = fields
        .iter()
        .map(|one| (one.field.as_str(), one.description.as_str()))
        .collect();
    let expected = [
        (
            "round.rule_sets[1]",
            "own is not in force on any day of the term; it holds until 2030-12-31",
        ),
        (
            "round.rule_sets[2]",
            "coamftee is no rule set; did you mean coamfte?",
        ),
        ("round.rule_sets[3]", "coamfte is given already"),
    ];
    assert_eq!(told, expected);
    let odd = create_round(&service, "spring", &["a b", ""]).await;
    let paths = broken(&odd.unwrap_err());
    assert_eq!(paths, ["round.rule_sets[0]", "round.rule_sets[1]"]);
    let many = create_round(&service, "spring", &["coamfte"; 33]).await;
    assert_eq!(broken(&many.unwrap_err()), ["round.rule_sets"]);
    let spring = create_round(&service, "spring", &["coamfte", "bacp-student"]).await;
    let spring = spring.unwrap();
    assert_eq!(spring.rule_sets, ["coamfte", "bacp-student"]);
    assert_eq!(get_round(&service, &spring.name).await, spring);
    let wrong = change_round(&service, &spring.name, "rule_sets", |round| {
        round.rule_sets = vec!["never".to_owned()];
    });
    assert_eq!(broken(&wrong.await.unwrap_err()), ["round.rule_sets[0]"]);
    let none = change_round(&service, &spring.name, "rule_sets", |_| {}).await;
    let none = none.unwrap();
    assert_eq!(none.rule_sets, Vec::<String>::new());
    assert_eq!(none.display_name, "Spring");
}

async fn dates_that_leave_a_set_out_of_force_are_refused() {
    let service = Service::start().await.with_program().await;
    create(
        &service,
        NORTH,
        toml("own", "effective_until = 2031-03-31\n", 60),
    )
    .await;
    let spring = create_round(&service, "spring", &["coamfte", "own"]).await;
    let spring = spring.unwrap();
    let later = |round: &mut pb::Round| {
        let term = round.term.as_mut().unwrap();
        term.first_day.as_mut().unwrap().month = 4;
    };
    let refused = change_round(&service, &spring.name, "term", later).await;
    let refused = refused.unwrap_err();
    assert_eq!(broken(&refused), ["round.rule_sets[1]"]);
    assert!(
        refused.message().contains("until 2031-03-31"),
        "{refused:?}"
    );
    assert_eq!(get_round(&service, &spring.name).await, spring);
    let earlier = |round: &mut pb::Round| {
        let term = round.term.as_mut().unwrap();
        term.first_day.as_mut().unwrap().month = 3;
    };
    let moved = change_round(&service, &spring.name, "term", earlier).await;
    assert_eq!(moved.unwrap().rule_sets, ["coamfte", "own"]);
}

async fn corrects_and_removes_a_set_and_keeps_what_a_round_holds() {
    let service = Service::start().await.with_program().await;
    let first = create(&service, NORTH, toml("own", "", 60)).await;
    let spring = create_round(&service, "spring", &["own"]).await.unwrap();
    let name = &first.name;
    let stale = update(&service, name, toml("own", "", 90), "9").await;
    assert_eq!(reason(&stale.unwrap_err()), "STALE_ETAG");
    let other = update(&service, name, toml("other", "", 90), "1").await;
    assert_eq!(broken(&other.unwrap_err()), ["toml.id"]);
    update(&service, name, toml("own", "", 90), "1")
        .await
        .unwrap();
    let now = get(&service, name).await.unwrap();
    assert_eq!((now.etag.as_str(), &now.toml), ("2", &toml("own", "", 90)));
    let held = format!("{}/ruleSets/own", spring.name);
    let kept = get(&service, &held).await.unwrap();
    assert_eq!((&kept.name, &kept.toml), (&held, &first.toml));
    assert_eq!(kept.origin(), pb::RuleSetOrigin::Kept);
    assert_eq!(kept.sha256, first.sha256);
    // Another change of the round leaves the text; naming the set takes it over.
    let rename = change_round(&service, &spring.name, "display_name", |_| {}).await;
    rename.unwrap();
    assert_eq!(get(&service, &held).await.unwrap().toml, first.toml);
    let named = change_round(&service, &spring.name, "rule_sets", |round| {
        round.rule_sets = vec!["own".to_owned()];
    });
    named.await.unwrap();
    assert_eq!(get(&service, &held).await.unwrap().toml, now.toml);
    let delete = |etag: &str| pb::DeleteRuleSetRequest {
        name: name.clone(),
        etag: etag.to_owned(),
        ..Default::default()
    };
    let stale = service.rule_sets().delete_rule_set(delete("1")).await;
    assert_eq!(reason(&stale.unwrap_err()), "STALE_ETAG");
    service
        .rule_sets()
        .delete_rule_set(delete("2"))
        .await
        .unwrap();
    assert_eq!(
        get(&service, name).await.unwrap_err().code(),
        Code::NotFound
    );
    let gone = service.rule_sets().delete_rule_set(delete("")).await;
    assert_eq!(reason(&gone.unwrap_err()), "NOT_FOUND");
    let gone = update(&service, name, toml("own", "", 60), "").await;
    assert_eq!(reason(&gone.unwrap_err()), "NOT_FOUND");
    assert_eq!(get(&service, &held).await.unwrap().toml, now.toml);
    // It can come back, as a version of its own.
    let again = create(&service, NORTH, toml("own", "", 60)).await;
    assert_eq!(again.etag, "4");
}
