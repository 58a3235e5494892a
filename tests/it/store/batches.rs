//! Batches of people and sites: all or none, and what became of each.

use std::time::{Duration, Instant};

use practicum::app::{Actor, AppError, Upsert, UpsertOutcome};
use practicum::domain::{Site, SiteKey, Supervisor, Trainee};

use super::databases::{World, on_both};
use super::people::{a_site, clinic, program};
use super::rosters::shipped;

on_both!(
    tells_for_each_record_what_became_of_it,
    stores_none_when_one_cannot_be_stored,
    names_every_site_that_is_not_there,
    refuses_batches_of_nobody_of_too_many_and_of_twins,
    keeps_windows_and_gives_a_deleted_record_back,
    upserts_a_thousand_trainees_in_time,
);

fn upsert<T>(value: T) -> Upsert<T> {
    Upsert { value, etag: None }
}

async fn tells_for_each_record_what_became_of_it(world: World) {
    clinic(&world).await;
    let (app, actor, program) = (&world.app, Actor::operator(), program());
    for key in ["same", "other"] {
        app.create_site(&actor, &program, a_site(key))
            .await
            .unwrap();
    }
    let other = Site {
        capacity: 99,
        ..a_site("other")
    };
    let batch = vec![
        upsert(other.clone()),
        upsert(a_site("new")),
        upsert(a_site("same")),
    ];
    let done = app.upsert_sites(&actor, &program, batch).await.unwrap();
    let told: Vec<_> = done
        .iter()
        .map(|one| {
            (
                one.outcome,
                one.record.value.key.as_str(),
                one.record.version,
            )
        })
        .collect();
    assert_eq!(
        told,
        [
            (UpsertOutcome::Updated, "other", 2),
            (UpsertOutcome::Created, "new", 1),
            (UpsertOutcome::Unchanged, "same", 1),
        ]
    );
    let stored = app.whole_site(&actor, &program, &other.key).await.unwrap();
    assert_eq!((stored.value, stored.version), (other, 2));
}

async fn stores_none_when_one_cannot_be_stored(world: World) {
    clinic(&world).await;
    let (app, actor, program) = (&world.app, Actor::operator(), program());
    app.create_site(&actor, &program, a_site("there"))
        .await
        .unwrap();
    let with_etag = |key: &str, etag| Upsert {
        value: a_site(key),
        etag: Some(etag),
    };
    let batch = vec![upsert(a_site("new")), with_etag("there", 7)];
    let stale = app.upsert_sites(&actor, &program, batch).await;
    assert!(
        matches!(stale, Err(AppError::StaleEtag { current: 1, .. })),
        "{stale:?}"
    );
    let batch = vec![upsert(a_site("new")), with_etag("missing", 1)];
    let missing = app.upsert_sites(&actor, &program, batch).await;
    assert!(
        matches!(missing, Err(AppError::NotFound { .. })),
        "{missing:?}"
    );
    let key: SiteKey = "new".parse().unwrap();
    let absent = app.get_site(&actor, &program, &key).await;
    assert!(matches!(absent, Err(AppError::NotFound { .. })));
    let batch = vec![upsert(a_site("new")), with_etag("there", 1)];
    app.upsert_sites(&actor, &program, batch).await.unwrap();
}

async fn names_every_site_that_is_not_there(world: World) {
    clinic(&world).await;
    let supervisors = shipped("clinic-12").supervisors;
    let with = |place: usize, sites: &[&str]| {
        let mut one: Supervisor = supervisors[place].clone();
        one.sites
            .extend(sites.iter().map(|key| key.parse::<SiteKey>().unwrap()));
        upsert(one)
    };
    let batch = vec![
        with(0, &[]),
        with(1, &["nowhere", "limbo"]),
        with(2, &["limbo"]),
    ];
    let actor = Actor::operator();
    let refused = world
        .app
        .upsert_supervisors(&actor, &program(), batch)
        .await;
    let Err(AppError::Invalid(violations)) = refused else {
        panic!("{refused:?}");
    };
    let paths: Vec<&str> = violations
        .as_slice()
        .iter()
        .map(|one| one.path.as_str())
        .collect();
    let wanted = [
        "supervisors[1].site_ids",
        "supervisors[1].site_ids",
        "supervisors[2].site_ids",
    ];
    assert_eq!(paths, wanted);
}

async fn refuses_batches_of_nobody_of_too_many_and_of_twins(world: World) {
    clinic(&world).await;
    let many = |count: usize| {
        (0..count)
            .map(|n| upsert(a_site(&format!("s-{n}"))))
            .collect()
    };
    let mut twins: Vec<Upsert<Site>> = many(3);
    twins[2].value.key = twins[0].value.key.clone();
    for (batch, path) in [
        (Vec::new(), "sites"),
        (many(1001), "sites"),
        (twins, "sites[2].name"),
    ] {
        let actor = Actor::operator();
        let refused = world.app.upsert_sites(&actor, &program(), batch).await;
        let Err(AppError::Invalid(violations)) = refused else {
            panic!("{refused:?}");
        };
        assert_eq!(violations.as_slice()[0].path, path);
    }
}

async fn keeps_windows_and_gives_a_deleted_record_back(world: World) {
    clinic(&world).await;
    let (app, actor, program) = (&world.app, Actor::operator(), program());
    let own: Trainee = shipped("clinic-12").trainees[0].clone();
    assert!(!own.availability.windows.is_empty());
    let mut new = own.clone();
    new.availability = Default::default();
    new.priority += 1;
    let done = app
        .upsert_trainees(&actor, &program, vec![upsert(new)])
        .await
        .unwrap();
    assert_eq!(done[0].record.value.availability, own.availability);
    assert_eq!(done[0].record.value.priority, own.priority + 1);
    app.create_site(&actor, &program, a_site("annex"))
        .await
        .unwrap();
    let key = a_site("annex").key;
    app.delete_site(&actor, &program, &key, None).await.unwrap();
    let batch = vec![upsert(a_site("annex"))];
    let back = app.upsert_sites(&actor, &program, batch).await.unwrap();
    assert_eq!(
        (back[0].outcome, back[0].record.version),
        (UpsertOutcome::Created, 3)
    );
}

async fn upserts_a_thousand_trainees_in_time(world: World) {
    clinic(&world).await;
    let one = shipped("clinic-12").trainees[0].clone();
    let batch: Vec<Upsert<Trainee>> = (0..1000)
        .map(|n| {
            let key = format!("t-{n}").parse().unwrap();
            upsert(Trainee { key, ..one.clone() })
        })
        .collect();
    let began = Instant::now();
    let actor = Actor::operator();
    let done = world
        .app
        .upsert_trainees(&actor, &program(), batch)
        .await
        .unwrap();
    let took = began.elapsed();
    eprintln!("upserted a thousand in {took:?}");
    assert_eq!(done.len(), 1000);
    assert!(took < Duration::from_secs(5), "{took:?}");
}
