//! Requests that take effect once: one effect, and one answer for a day.

use std::any::Any;
use std::collections::BTreeSet;
use std::fmt::Debug;

use practicum::app::{
    Actor, App, AppError, ImportMode, ImportReport, NewProgram, Outcome, RequestOnce, RosterSource,
};
use practicum::domain::{Program, ProgramKey, Site, Versioned, ZoneName};
use uuid::Uuid;

use super::databases::{World, on_both};
use super::people::{a_site, clinic, program};
use super::rosters::shipped;

on_both!(
    gives_a_repeat_the_first_answer_whatever_happened_since,
    gives_the_first_answer_after_a_restart_and_forgets_it_after_a_day,
    refuses_an_identifier_that_was_used_for_another_request,
    many_twins_have_one_effect_and_one_answer,
    many_twins_create_one_program,
    twins_of_a_first_import_have_one_effect_and_one_answer,
    remembers_no_change_that_failed,
    refuses_an_answer_too_large_to_keep_and_changes_nothing,
);

/// Returns a caller whose answers are the debug text of what comes back.
fn sends<T: Any + Debug>(id: u128, body: &str) -> Actor {
    let encode = |result: &T| format!("{result:?}").into_bytes();
    let (id, body) = (Uuid::from_u128(id), body.to_owned());
    Actor::operator().with_request(RequestOnce::new(id, "Change", body, encode))
}

fn bytes<T: Debug>(outcome: Outcome<T>) -> Vec<u8> {
    match outcome {
        Outcome::Done(result) => format!("{result:?}").into_bytes(),
        Outcome::DoneBefore(answer) => answer,
    }
}

async fn create(app: &App, actor: &Actor, key: &str) -> Result<Outcome<Versioned<Site>>, AppError> {
    let program = program();
    let create = app.create_site(actor, &program, a_site(key));
    app.once(actor, Box::pin(create)).await
}

async fn gives_a_repeat_the_first_answer_whatever_happened_since(world: World) {
    clinic(&world).await;
    let actor = sends::<Versioned<Site>>(7, "body");
    let first = create(&world.app, &actor, "annex").await.unwrap();
    let Outcome::Done(made) = first.clone() else {
        panic!("{first:?}");
    };
    let operator = Actor::operator();
    let key = made.value.key;
    let removed = world
        .app
        .delete_site(&operator, &program(), &key, Some(made.version))
        .await;
    removed.unwrap();
    let again = create(&world.app, &actor, "annex").await.unwrap();
    assert_eq!(again, Outcome::DoneBefore(bytes(first)));
    let gone = world.app.get_site(&operator, &program(), &key).await;
    assert!(matches!(gone, Err(AppError::NotFound { .. })));
}

async fn gives_the_first_answer_after_a_restart_and_forgets_it_after_a_day(world: World) {
    clinic(&world).await;
    let actor = sends::<Versioned<Site>>(7, "body");
    let first = bytes(create(&world.app, &actor, "annex").await.unwrap());
    let server = world.another_server(None).await;
    world.clock.advance(24 * 3600 - 1);
    let again = create(&server, &actor, "annex").await.unwrap();
    assert_eq!(again, Outcome::DoneBefore(first));
    world.clock.advance(1);
    let forgotten = create(&server, &actor, "annex").await;
    assert!(matches!(forgotten, Err(AppError::AlreadyExists { .. })));
    // The identifier is free again, and what it stood for is cleared away.
    let other = create(&server, &actor, "wing").await.unwrap();
    assert!(matches!(other, Outcome::Done(_)));
}

async fn refuses_an_identifier_that_was_used_for_another_request(world: World) {
    clinic(&world).await;
    let first = create(&world.app, &sends::<Versioned<Site>>(7, "body"), "annex").await;
    first.unwrap();
    let other = create(&world.app, &sends::<Versioned<Site>>(7, "other"), "wing").await;
    let Err(AppError::Invalid(violations)) = other else {
        panic!("{other:?}");
    };
    assert_eq!(violations.as_slice()[0].path, "request_id");
    // Also where the other request is about another program.
    let actor = sends::<Versioned<Program>>(7, "program");
    let elsewhere = world
        .app
        .once(
            &actor,
            Box::pin(world.app.create_program(&actor, new_program("south"))),
        )
        .await;
    assert!(matches!(elsewhere, Err(AppError::Invalid(_))));
    let key: ProgramKey = "south".parse().unwrap();
    let missing = world.app.get_program(&Actor::operator(), &key).await;
    assert!(matches!(missing, Err(AppError::NotFound { .. })));
}

fn new_program(key: &str) -> NewProgram {
    NewProgram {
        key: (!key.is_empty()).then(|| key.parse().unwrap()),
        name: "South".to_owned(),
        time_zone: ZoneName::UTC,
    }
}

/// Runs twins at the same time and returns how many were carried out, and
/// every answer.
async fn twins<T, F>(count: usize, twin: impl Fn() -> F) -> (usize, BTreeSet<Vec<u8>>)
where
    T: Debug + Send + 'static,
    F: Future<Output = Result<Outcome<T>, AppError>> + Send + 'static,
{
    let running: Vec<_> = (0..count).map(|_| tokio::spawn(twin())).collect();
    let (mut done, mut answers) = (0, BTreeSet::new());
    for twin in running {
        match twin.await.unwrap() {
            Ok(outcome) => {
                done += usize::from(matches!(outcome, Outcome::Done(_)));
                answers.insert(bytes(outcome));
            }
            Err(AppError::Contended) => {}
            Err(other) => panic!("{other:?}"),
        }
    }
    (done, answers)
}

async fn many_twins_have_one_effect_and_one_answer(world: World) {
    clinic(&world).await;
    let before = event_count(&world).await;
    for id in 0..5_u128 {
        let key = format!("annex-{id}");
        let (done, answers) = twins(64, || {
            let (app, key) = (world.app.clone(), key.clone());
            let actor = sends::<Versioned<Site>>(id, &key);
            async move { create(&app, &actor, &key).await }
        })
        .await;
        assert_eq!((done, answers.len()), (1, 1));
    }
    assert_eq!(event_count(&world).await, before + 5);
}

async fn event_count(world: &World) -> usize {
    let mut tx = world.db.read().await.unwrap();
    let (scope, _) = tx.program_fetch(&program()).await.unwrap();
    tx.event_list(scope, 0, 1000).await.unwrap().len()
}

async fn many_twins_create_one_program(world: World) {
    for (id, key) in [(1, ""), (2, "south")] {
        let (done, answers) = twins(64, || {
            let app = world.app.clone();
            let actor = sends::<Versioned<Program>>(id, key);
            async move {
                let create = app.create_program(&actor, new_program(key));
                app.once(&actor, Box::pin(create)).await
            }
        })
        .await;
        assert_eq!((done, answers.len()), (1, 1), "{key}");
    }
    let page = practicum::domain::PageRequest::default();
    let all = world.app.list_programs(&Actor::operator(), &page).await;
    assert_eq!(all.unwrap().items.len(), 2);
}

async fn twins_of_a_first_import_have_one_effect_and_one_answer(world: World) {
    let (done, answers) = twins(16, || {
        let app = world.app.clone();
        let actor = sends::<ImportReport>(7, "folder");
        async move {
            let source = RosterSource::Roster(Box::new(shipped("clinic-12")));
            let import = app.import_roster(&actor, None, source, ImportMode::Replace, false);
            app.once(&actor, Box::pin(import)).await
        }
    })
    .await;
    assert_eq!((done, answers.len()), (1, 1));
    assert_eq!(event_count(&world).await, 1);
}

async fn remembers_no_change_that_failed(world: World) {
    clinic(&world).await;
    let taken = create(&world.app, &Actor::operator(), "annex").await;
    taken.unwrap();
    let actor = sends::<Versioned<Site>>(7, "body");
    let refused = create(&world.app, &actor, "annex").await;
    assert!(matches!(refused, Err(AppError::AlreadyExists { .. })));
    let key = "annex".parse().unwrap();
    let operator = Actor::operator();
    let removed = world
        .app
        .delete_site(&operator, &program(), &key, None)
        .await;
    removed.unwrap();
    let now = create(&world.app, &actor, "annex").await.unwrap();
    assert!(matches!(now, Outcome::Done(_)), "{now:?}");
}

async fn refuses_an_answer_too_large_to_keep_and_changes_nothing(world: World) {
    clinic(&world).await;
    let large = |_: &Versioned<Site>| vec![0; (4 << 20) + 1];
    let request = RequestOnce::new(Uuid::from_u128(7), "CreateSite", "body".to_owned(), large);
    let actor = Actor::operator().with_request(request);
    let refused = create(&world.app, &actor, "annex").await;
    assert!(
        matches!(refused, Err(AppError::TooLarge { count, .. }) if count == (4 << 20) + 1),
        "{refused:?}"
    );
    let key = "annex".parse().unwrap();
    let operator = Actor::operator();
    let missing = world.app.get_site(&operator, &program(), &key).await;
    assert!(matches!(missing, Err(AppError::NotFound { .. })));
}
