//! `RuleSetService`: shipped rule sets and a program's own.

use practicum::grpc::pb;
use practicum::roster::shipped_rule_sets;
use tonic::{Code, Status};
use tonic_types::StatusExt;

use super::round_rules::create_round;
use crate::support::service::{Service, broken, reason, served_by_both};

served_by_both!(
    lists_shipped_sets_and_the_programs_own_in_pages_by_id,
    lists_the_sets_of_a_jurisdiction_and_of_a_day,
    gives_back_a_set_of_the_programs_own_with_its_rules_in_words,
    names_every_mistake_of_a_text_with_its_key_and_line,
    a_set_of_the_programs_own_stands_in_the_place_of_a_shipped_one,
    the_sets_of_another_program_are_not_there,
);

pub(super) const NORTH: &str = "programs/north";

/// Returns the text of a rule set that asks for so many minutes of supervision
/// a week; `more` is put under the id.
pub(super) fn toml(id: &str, more: &str, minutes: u32) -> String {
    format!(
        "id = \"{id}\"\n{more}title = \"Rule set {id}\"\nbody = \"The program\"\n\
         source = \"handbook, page 4\"\ntrust = \"A\"\nverified_on = 2026-08-20\n\
         note = \"As agreed.\"\n\n[applies_to]\nlevels = [\"internship\"]\n\n\
         [credit]\ngroup = 0.5\n\n[[rule]]\nname = \"supervision_minutes_min\"\n\
         minutes = {minutes}\nper = \"week\"\n"
    )
}

pub(super) async fn create(service: &Service, parent: &str, toml: String) -> pb::RuleSet {
    let request = pb::CreateRuleSetRequest {
        parent: parent.to_owned(),
        toml,
        ..Default::default()
    };
    let created = service.rule_sets().create_rule_set(request).await.unwrap();
    created.into_inner().rule_set.unwrap()
}

pub(super) async fn get(service: &Service, name: &str) -> Result<pb::RuleSet, Status> {
    let name = name.to_owned();
    let request = pb::GetRuleSetRequest { name };
    let found = service.rule_sets().get_rule_set(request).await?;
    Ok(found.into_inner().rule_set.unwrap())
}

pub(super) async fn update(
    service: &Service,
    name: &str,
    toml: String,
    etag: &str,
) -> Result<(), Status> {
    let request = pb::UpdateRuleSetRequest {
        name: name.to_owned(),
        toml,
        etag: etag.to_owned(),
        ..Default::default()
    };
    let updated = service.rule_sets().update_rule_set(request).await;
    updated.map(drop)
}

/// Lists all ids through a filter, some at a time.
async fn ids(service: &Service, page_size: i32, filter: &str) -> Vec<String> {
    let mut request = pb::ListRuleSetsRequest {
        parent: NORTH.to_owned(),
        page_size,
        page_token: String::new(),
        filter: filter.to_owned(),
    };
    let mut ids = Vec::new();
    loop {
        let page = service.rule_sets().list_rule_sets(request.clone()).await;
        let page = page.unwrap().into_inner();
        if page_size > 0 {
            assert!(page.rule_sets.len() <= usize::try_from(page_size).unwrap());
        }
        for set in page.rule_sets {
            assert_eq!(set.toml, "");
            ids.push(set.name.rsplit('/').next().unwrap().to_owned());
        }
        request.page_token = page.next_page_token;
        if request.page_token.is_empty() {
            return ids;
        }
    }
}

async fn lists_shipped_sets_and_the_programs_own_in_pages_by_id() {
    let service = Service::start().await.with_program().await;
    let mut expected: Vec<String> = shipped_rule_sets()
        .iter()
        .map(|set| set.key.to_string())
        .collect();
    assert_eq!(ids(&service, 0, "").await, expected);
    for own in ["Z-first", "own", "zz-last", "coamfte"] {
        create(&service, NORTH, toml(own, "", 60)).await;
    }
    expected.extend(["Z-first", "own", "zz-last"].map(str::to_owned));
    expected.sort();
    for page_size in [1, 2, 3, 5, 100] {
        assert_eq!(ids(&service, page_size, "").await, expected, "{page_size}");
    }
}

async fn lists_the_sets_of_a_jurisdiction_and_of_a_day() {
    let service = Service::start().await.with_program().await;
    let dates = "effective_from = 2030-01-01\neffective_until = 2030-12-31\n";
    for (id, more) in [
        ("spain", format!("jurisdiction = \"ES\"\n{dates}")),
        (
            "spain-later",
            "jurisdiction = \"ES\"\neffective_from = 2031-01-01\n".to_owned(),
        ),
        // The shipped one is law in Texas; this one is not.
        ("texas-lpc-associate", dates.to_owned()),
    ] {
        create(&service, NORTH, toml(id, &more, 60)).await;
    }
    for (filter, expected) in [
        ("jurisdiction = ES", &["spain", "spain-later"][..]),
        ("jurisdiction = ES AND day = 2030-12-31", &["spain"]),
        (
            "jurisdiction = ES AND day = \"2031-01-01\"",
            &["spain-later"],
        ),
        ("jurisdiction = ES AND day = 2029-12-31", &[]),
        ("jurisdiction = US-TX", &[]),
    ] {
        assert_eq!(ids(&service, 1, filter).await, expected, "{filter}");
    }
    let then = ids(&service, 0, "day = 2030-06-01").await;
    assert!(then.contains(&"texas-lpc-associate".to_owned()), "{then:?}");
    let later = ids(&service, 0, "day = 2031-06-01").await;
    assert!(
        !later.contains(&"texas-lpc-associate".to_owned()),
        "{later:?}"
    );
    let request = pb::ListRuleSetsRequest {
        parent: NORTH.to_owned(),
        page_size: -1,
        page_token: "none".to_owned(),
        filter: "level = x".to_owned(),
    };
    let refused = service.rule_sets().list_rule_sets(request).await;
    let paths = broken(&refused.unwrap_err());
    assert_eq!(paths, ["filter", "page_size", "page_token"]);
}

async fn gives_back_a_set_of_the_programs_own_with_its_rules_in_words() {
    let service = Service::start().await.with_program().await;
    let text = toml(
        "own",
        "jurisdiction = \"PT\"\neffective_from = 2026-09-01\n",
        90,
    );
    let created = create(&service, NORTH, text.clone()).await;
    assert_eq!(created.name, "programs/north/ruleSets/own");
    assert_eq!(get(&service, &created.name).await.unwrap(), created);
    assert_eq!(created.toml, text);
    assert_eq!(created.title, "Rule set own");
    assert_eq!(created.body, "The program");
    assert_eq!(created.jurisdiction, "PT");
    assert_eq!(created.source, "handbook, page 4");
    assert_eq!(created.note, "As agreed.");
    assert_eq!(created.trust(), pb::RuleSetTrust::Text);
    assert_eq!(created.origin(), pb::RuleSetOrigin::Program);
    assert_eq!(created.levels, ["internship"]);
    assert_eq!(
        created.credit,
        ["a minute in a group of 3 or more counts 0.5"]
    );
    assert_eq!(created.effective_until, None);
    let day = |year, month, day| Some(pb::Date { year, month, day });
    assert_eq!(created.effective_from, day(2026, 9, 1));
    assert_eq!(created.verified_on, day(2026, 8, 20));
    let [rule] = created.rules.as_slice() else {
        panic!("{:?}", created.rules);
    };
    assert_eq!(rule.rule, "supervision_minutes_min");
    assert_eq!(
        rule.asks,
        "at least 90 credited minutes of supervision a week"
    );
    assert_eq!(created.etag, "1");
    let shipped = get(&service, "programs/north/ruleSets/coamfte")
        .await
        .unwrap();
    assert_eq!(shipped.origin(), pb::RuleSetOrigin::Shipped);
    assert_eq!((shipped.etag.as_str(), shipped.create_time), ("", None));
    assert!(shipped.toml.starts_with("id = \"coamfte\"\n"));
    let again = pb::CreateRuleSetRequest {
        parent: NORTH.to_owned(),
        toml: text,
        ..Default::default()
    };
    let refused = service.rule_sets().create_rule_set(again).await;
    assert_eq!(reason(&refused.unwrap_err()), "ALREADY_EXISTS");
}

async fn names_every_mistake_of_a_text_with_its_key_and_line() {
    let service = Service::start().await.with_program().await;
    let wrong = "id = \"a b\"\ntitle = \"Ours\"\nbody = \"We\"\nsourc = \"x\"\n\
                 source = \"handbook\"\ntrust = \"B\"\nverified_on = 2026-08-20\n\
                 [[rule]]\nname = \"group_share_max\"\nshare = 1.5\n\
                 [[rule]]\nname = \"group_shar_max\"\n";
    let request = |toml: &str| pb::CreateRuleSetRequest {
        parent: NORTH.to_owned(),
        toml: toml.to_owned(),
        ..Default::default()
    };
    let refused = service.rule_sets().create_rule_set(request(wrong)).await;
    let refused = refused.unwrap_err();
    let fields = refused.get_details_bad_request().unwrap().field_violations;
    let told: Vec<(&str, &str)> = fields
        .iter()
        .map(|one| {
            let (line, _) = one.description.split_once(": ").unwrap();
            (one.field.as_str(), line)
        })
        .collect();
    let expected = [
        ("toml.id", "line 1"),
        ("toml.sourc", "line 4"),
        ("toml.verified_on", "line 7"),
        ("toml.rule[0].share", "line 10"),
        ("toml.rule[1].name", "line 12"),
    ];
    assert_eq!(told, expected);
    let share = &fields[3].description;
    assert_eq!(
        share,
        "line 10: \"1.5\" is not a share from 0 to 1 with at most three decimals"
    );
    assert!(
        fields[4]
            .description
            .contains("did you mean group_share_max")
    );
    let broken_toml = service.rule_sets().create_rule_set(request("id = ")).await;
    assert_eq!(broken(&broken_toml.unwrap_err()), ["toml"]);
    let nothing = pb::CreateRuleSetRequest {
        parent: "north".to_owned(),
        ..request("")
    };
    let refused = service.rule_sets().create_rule_set(nothing).await;
    assert_eq!(broken(&refused.unwrap_err()), ["parent", "toml"]);
    let long = toml("own", &"# long\n".repeat(10_000), 60);
    let refused = service.rule_sets().create_rule_set(request(&long)).await;
    let refused = refused.unwrap_err();
    assert_eq!(broken(&refused), ["toml"]);
    assert!(refused.message().contains("65536"), "{refused:?}");
}

async fn a_set_of_the_programs_own_stands_in_the_place_of_a_shipped_one() {
    let service = Service::start().await.with_program().await;
    let name = "programs/north/ruleSets/coamfte";
    let refused = update(&service, name, toml("coamfte", "", 60), "").await;
    assert_eq!(reason(&refused.unwrap_err()), "NOT_FOUND");
    let shipped = get(&service, name).await.unwrap();
    let own = create(&service, NORTH, toml("coamfte", "", 60)).await;
    assert_eq!(get(&service, name).await.unwrap(), own);
    let spring = create_round(&service, "spring", &["coamfte"])
        .await
        .unwrap();
    let held = get(&service, &format!("{}/ruleSets/coamfte", spring.name)).await;
    assert_eq!(held.unwrap().toml, own.toml);
    let request = pb::DeleteRuleSetRequest {
        name: name.to_owned(),
        ..Default::default()
    };
    service.rule_sets().delete_rule_set(request).await.unwrap();
    assert_eq!(get(&service, name).await.unwrap(), shipped);
}

async fn the_sets_of_another_program_are_not_there() {
    let service = Service::start().await.with_program().await;
    let request = pb::CreateProgramRequest {
        program_id: "south".to_owned(),
        program: Some(pb::Program {
            display_name: "South".to_owned(),
            time_zone: "Europe/Lisbon".to_owned(),
            ..Default::default()
        }),
        ..Default::default()
    };
    service.programs().create_program(request).await.unwrap();
    let theirs = create(&service, "programs/south", toml("theirs", "", 60)).await;
    assert!(!ids(&service, 0, "").await.contains(&"theirs".to_owned()));
    let name = "programs/north/ruleSets/theirs";
    let missing = get(&service, name).await.unwrap_err();
    let never = get(&service, "programs/north/ruleSets/never").await;
    assert_eq!(missing.code(), Code::NotFound);
    assert_eq!(
        missing.message().replace("theirs", "never"),
        never.unwrap_err().message()
    );
    let refused = create_round(&service, "spring", &["theirs"]).await;
    let refused = refused.unwrap_err();
    assert_eq!(broken(&refused), ["round.rule_sets[0]"]);
    let update = update(&service, name, toml("theirs", "", 90), "").await;
    assert_eq!(reason(&update.unwrap_err()), "NOT_FOUND");
    assert_eq!(get(&service, &theirs.name).await.unwrap(), theirs);
}
