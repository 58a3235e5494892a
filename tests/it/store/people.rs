//! Records one by one: versions, deletions, pages, pins.

use practicum::app::{Actor, AppError, ImportMode, Reason};
use practicum::domain::{
    Away, Forbid, ListRequest, Pin, ProgramKey, SessionKind, Site, SiteFilter, SiteKey,
    SiteOrSupervisor,
};

use super::databases::{World, on_both};
use super::rosters::{import, shipped};

on_both!(
    keeps_each_record_as_it_was_given,
    answers_an_update_with_what_is_then_read,
    refuses_a_stale_version,
    loses_no_update_of_many_writers,
    deletes_only_who_takes_part_in_no_round,
    pages_through_a_list_without_a_gap,
    pins_and_forbids_only_who_takes_part,
);

pub(super) fn program() -> ProgramKey {
    "clinic-12".parse().unwrap()
}

pub(super) fn a_site(key: &str) -> Site {
    let site = shipped("metro-120").sites.swap_remove(0);
    Site {
        key: key.parse().unwrap(),
        ..site
    }
}

pub(super) async fn clinic(world: &World) {
    import(world, &shipped("clinic-12"), ImportMode::Replace).await;
}

async fn keeps_each_record_as_it_was_given(world: World) {
    clinic(&world).await;
    let (actor, other) = (Actor::operator(), shipped("metro-120"));
    let (mut supervisor, trainee) = (other.supervisors[0].clone(), other.trainees[0].clone());
    supervisor.sites.clear();
    supervisor.key = "new-supervisor".parse().unwrap();
    let app = &world.app;
    let site = app.create_site(&actor, &program(), a_site("annex")).await;
    assert_eq!(site.unwrap().value, a_site("annex"));
    let made = app
        .create_supervisor(&actor, &program(), supervisor.clone())
        .await
        .unwrap();
    assert_eq!((made.value, made.version), (supervisor.clone(), 1));
    let trainee = practicum::domain::Trainee {
        key: "new-trainee".parse().unwrap(),
        ..trainee
    };
    let made = app
        .create_trainee(&actor, &program(), trainee.clone())
        .await;
    assert_eq!(made.unwrap().value, trainee);
    supervisor.caseload_max += 1;
    supervisor.licences.clear();
    supervisor.sites.insert("annex".parse().unwrap());
    let updated = app
        .update_supervisor(&actor, &program(), supervisor.clone(), Some(1))
        .await
        .unwrap();
    assert_eq!((updated.value, updated.version), (supervisor.clone(), 2));
    supervisor.sites.insert("nowhere".parse().unwrap());
    let refused = app
        .update_supervisor(&actor, &program(), supervisor, None)
        .await;
    assert!(matches!(refused, Err(AppError::NotFound { .. })));
    let again = app.create_site(&actor, &program(), a_site("annex")).await;
    assert!(matches!(again, Err(AppError::AlreadyExists { .. })));
}

/// Lists that an update leaves alone are not written; each is changed here, and
/// then taken away, while the others stay.
async fn answers_an_update_with_what_is_then_read(world: World) {
    clinic(&world).await;
    let (app, actor, program) = (&world.app, Actor::operator(), program());
    let roster = shipped("clinic-12");
    let other = shipped("metro-120");
    let (site, supervisor, trainee) = (
        roster.sites[0].clone(),
        roster.supervisors[0].clone(),
        roster.trainees[0].clone(),
    );
    let mut sites = vec![site.clone(); 4];
    sites[0].modalities.insert("a modality".parse().unwrap());
    sites[1].languages.clear();
    sites[2].opening = other.supervisors[0].availability.clone();
    for site in sites {
        let updated = app.update_site(&actor, &program, site.clone(), None);
        let updated = updated.await.unwrap();
        let read = app.whole_site(&actor, &program, &site.key).await.unwrap();
        assert_eq!((&updated, &updated.value), (&read, &site));
    }
    let mut supervisors = vec![supervisor.clone(); 6];
    supervisors[0].sites.clear();
    supervisors[1].kinds = SessionKind::ALL.into_iter().collect();
    supervisors[2].languages.insert("nv".parse().unwrap());
    supervisors[3].licences.clear();
    supervisors[4].availability.windows.clear();
    for supervisor in supervisors {
        let updated = app.update_supervisor(&actor, &program, supervisor.clone(), None);
        let updated = updated.await.unwrap();
        let read = app.whole_supervisor(&actor, &program, &supervisor.key);
        let read = read.await.unwrap();
        assert_eq!((&updated, &updated.value), (&read, &supervisor));
    }
    let mut trainees = vec![trainee.clone(); 4];
    trainees[0]
        .modalities_required
        .insert("emdr".parse().unwrap());
    trainees[1].languages.clear();
    trainees[2].availability.away.push(Away {
        days: roster.round.term,
        reason: "first; then; last".to_owned(),
    });
    for trainee in trainees {
        let updated = app.update_trainee(&actor, &program, trainee.clone(), None);
        let updated = updated.await.unwrap();
        let read = app.whole_trainee(&actor, &program, &trainee.key);
        let read = read.await.unwrap();
        assert_eq!((&updated, &updated.value), (&read, &trainee));
    }
}

async fn refuses_a_stale_version(world: World) {
    clinic(&world).await;
    let actor = Actor::operator();
    let app = &world.app;
    let site = app.create_site(&actor, &program(), a_site("annex")).await;
    let (version, program) = (Some(site.unwrap().version), program());
    let first = app.update_site(&actor, &program, a_site("annex"), version);
    assert_eq!(first.await.unwrap().version, 2);
    let second = app.update_site(&actor, &program, a_site("annex"), version);
    let stale = second.await.unwrap_err();
    assert!(
        matches!(stale, AppError::StaleEtag { current: 2, .. }),
        "{stale}"
    );
}

async fn loses_no_update_of_many_writers(world: World) {
    clinic(&world).await;
    let actor = Actor::operator();
    world
        .app
        .create_site(&actor, &program(), a_site("annex"))
        .await
        .unwrap();
    let key: SiteKey = "annex".parse().unwrap();
    let writer = |app: practicum::app::App| {
        let (actor, key) = (Actor::operator(), key.clone());
        async move {
            let mut done = 0;
            for _ in 0..20 {
                let before = app.whole_site(&actor, &program(), &key).await.unwrap();
                let mut site = before.value;
                site.capacity += 1;
                let version = Some(before.version);
                match app.update_site(&actor, &program(), site, version).await {
                    Ok(_) => done += 1,
                    Err(AppError::StaleEtag { .. }) => {}
                    Err(other) => panic!("{other:?}"),
                }
            }
            done
        }
    };
    let writers: Vec<_> = (0..16)
        .map(|_| tokio::spawn(writer(world.app.clone())))
        .collect();
    let mut done = 0;
    for writer in writers {
        done += writer.await.unwrap();
    }
    assert!(done > 0);
    let last = world
        .app
        .whole_site(&actor, &program(), &key)
        .await
        .unwrap();
    assert_eq!(last.version, 1 + done);
    let added = last.value.capacity - a_site("annex").capacity;
    assert_eq!(i64::from(added), done);
}

async fn deletes_only_who_takes_part_in_no_round(world: World) {
    clinic(&world).await;
    let actor = Actor::operator();
    let app = &world.app;
    let taking_part = shipped("clinic-12").sites[0].key.clone();
    let refused = app
        .delete_site(&actor, &program(), &taking_part, None)
        .await;
    assert!(matches!(
        refused,
        Err(AppError::FailedPrecondition(Reason::TakesPart { .. }))
    ));
    let made = app.create_site(&actor, &program(), a_site("annex")).await;
    let key = made.unwrap().value.key;
    app.delete_site(&actor, &program(), &key, Some(1))
        .await
        .unwrap();
    let gone = app.get_site(&actor, &program(), &key).await;
    assert!(matches!(gone, Err(AppError::NotFound { .. })));
    let again = app.create_site(&actor, &program(), a_site("annex")).await;
    assert_eq!(again.unwrap().version, 3);
}

async fn pages_through_a_list_without_a_gap(world: World) {
    clinic(&world).await;
    let actor = Actor::operator();
    // A key that starts with another follows it at once.
    for key in ["a", "a-", "a-b", "a.b", "a0", "aA", "a_", "ab", "B"] {
        let site = a_site(key);
        let made = world.app.create_site(&actor, &program(), site).await;
        made.unwrap();
    }
    let mut seen = Vec::new();
    let mut list = ListRequest::<SiteFilter>::default();
    list.page.size = 1;
    loop {
        let found = world.app.list_sites(&actor, &program(), &list).await;
        let found = found.unwrap();
        seen.extend(found.items.iter().map(|site| site.value.key.clone()));
        list.page.after = found.next_after;
        if list.page.after.is_none() {
            break;
        }
    }
    let mut sorted = seen.clone();
    sorted.sort();
    sorted.dedup();
    assert_eq!((seen.len(), &seen), (12, &sorted));
    list.page.size = 0;
    let refused = world.app.list_sites(&actor, &program(), &list).await;
    assert!(matches!(refused, Err(AppError::Invalid(_))));
}

async fn pins_and_forbids_only_who_takes_part(world: World) {
    let roster = shipped("clinic-12");
    let report = import(&world, &roster, ImportMode::Replace).await;
    let (actor, app) = (Actor::operator(), &world.app);
    let pin = Pin {
        trainee: roster.trainees[0].key.clone(),
        target: SiteOrSupervisor::Site(roster.sites[0].key.clone()),
    };
    let (program, round) = (&report.program, &report.round);
    app.pin(&actor, program, round, pin.clone()).await.unwrap();
    app.pin(&actor, program, round, pin.clone()).await.unwrap();
    let forbid = Forbid {
        trainee: pin.trainee.clone(),
        target: pin.target.clone(),
    };
    let against = app.forbid(&actor, program, round, forbid.clone()).await;
    assert!(matches!(
        against,
        Err(AppError::FailedPrecondition(
            Reason::PinAgainstForbid { .. }
        ))
    ));
    let (pins, forbids) = app.list_pins(&actor, program, round).await.unwrap();
    assert_eq!((pins, forbids.len()), (vec![pin.clone()], 0));
    app.unpin(&actor, program, round, &pin).await.unwrap();
    let gone = app.unpin(&actor, program, round, &pin).await;
    assert!(matches!(gone, Err(AppError::NotFound { .. })));
    app.forbid(&actor, program, round, forbid.clone())
        .await
        .unwrap();
    app.unforbid(&actor, program, round, &forbid).await.unwrap();
    let stranger = Pin {
        trainee: "nobody".parse().unwrap(),
        ..pin
    };
    let refused = app.pin(&actor, program, round, stranger).await;
    assert!(matches!(refused, Err(AppError::NotFound { .. })));
}
