//! The trainees and sessions of a supervisor, and who may see them.

use practicum::app::{
    Actor, AppError, NewResponse, OccurrenceRange, SupervisedTrainee, which_supervisor,
};
use practicum::domain::plan::WeeklyStart;
use practicum::domain::{
    AccessRole, EntityKind, MinuteOfDay, PageRequest, Participant, Realm, ResponseAnswer,
    SupervisorKey,
};

use super::{across_the_sea, as_supervisor, group_of_three, publish, published, supervisor};
use crate::store::databases::{World, on_both};
use crate::store::rosters::import;
use crate::support::world::{days, parsed};

on_both!(
    everything_is_visible_from_the_moment_of_publication,
    a_session_is_shown_in_both_zones_with_its_odd_weeks,
    a_repair_is_answered_anew,
    a_supervisor_sees_and_answers_her_own_rows_alone,
    a_caller_who_is_no_supervisor_names_one,
);

async fn trainees(
    world: &World,
    report: &practicum::app::ImportReport,
    key: &str,
) -> Vec<SupervisedTrainee> {
    let (actor, page) = (Actor::operator(), PageRequest::default());
    let key: SupervisorKey = parsed(key);
    let found = world
        .app
        .list_supervised_trainees(&actor, &report.program, Some(&key), &page);
    found.await.unwrap().items
}

fn answer(key: &str, trainee: &str, answer: ResponseAnswer) -> NewResponse {
    NewResponse {
        plan: None,
        supervisor: parsed(key),
        trainee: parsed(trainee),
        answer,
        reason: String::new(),
    }
}

async fn everything_is_visible_from_the_moment_of_publication(world: World) {
    let roster = group_of_three();
    let report = import(&world, &roster, practicum::app::ImportMode::Replace).await;
    assert!(trainees(&world, &report, "ines").await.is_empty());
    let run = publish(&world, &report, None).await;
    let mine = trainees(&world, &report, "ines").await;
    let names: Vec<&str> = mine.iter().map(|one| one.name.as_str()).collect();
    assert_eq!(names, ["Trainee t-1", "Trainee t-2", "Trainee t-3"]);
    for one in &mine {
        assert_eq!(one.publication.run, run);
        assert_eq!(one.site_name, "Site harbour");
        assert_eq!(one.placement.as_ref().unwrap().site.as_str(), "harbour");
        assert_eq!(one.lines.len(), 1);
        assert_eq!(one.lines[0].line.as_str(), "together");
        assert_eq!(one.lines[0].session.members.len(), 3);
        assert_eq!(one.response, None);
    }
    assert!(trainees(&world, &report, "amara").await.is_empty());
    let (app, ines) = (&world.app, as_supervisor(&report, "ines"));
    let (program, round) = (&report.program, &report.round);
    for said in [ResponseAnswer::Declined, ResponseAnswer::Accepted] {
        let new = answer("ines", "t-2", said);
        app.respond(&ines, program, round, &new).await.unwrap();
    }
    let page = PageRequest {
        size: 2,
        after: None,
    };
    let first = app.list_supervised_trainees(&ines, program, None, &page);
    let first = first.await.unwrap();
    let said = |one: &SupervisedTrainee| one.response.as_ref().map(|said| said.answer);
    let answers: Vec<_> = first.items.iter().map(said).collect();
    assert_eq!(answers, [None, Some(ResponseAnswer::Accepted)]);
    let page = PageRequest {
        size: 2,
        after: first.next_after,
    };
    let rest = app.list_supervised_trainees(&ines, program, None, &page);
    let rest = rest.await.unwrap();
    assert_eq!(rest.items.len(), 1);
    assert_eq!(rest.items[0].trainee.as_str(), "t-3");
    assert_eq!(rest.next_after, None);
}

async fn a_session_is_shown_in_both_zones_with_its_odd_weeks(world: World) {
    let (report, _) = published(&world, &across_the_sea()).await;
    let (app, ines) = (&world.app, as_supervisor(&report, "ines"));
    let (program, page) = (&report.program, PageRequest::default());
    let found = app.list_scheduled_sessions(&ines, program, None, None, &page);
    let found = found.await.unwrap();
    assert_eq!(found.zone.as_str(), "Europe/London");
    let [one] = found.value.items.as_slice() else {
        panic!("{found:?}")
    };
    let at = |time: &str| WeeklyStart {
        weekday: chrono::Weekday::Mon,
        start: MinuteOfDay::parse(time).unwrap(),
    };
    assert_eq!(one.session.time_zone.as_str(), "America/New_York");
    assert_eq!(one.session.weekly_start, Some(at("09:00")));
    assert_eq!(one.usual, Some(at("14:00")));
    let odd: Vec<String> = one
        .odd
        .iter()
        .map(|odd| odd.span.start.wall.to_string())
        .collect();
    let wanted = ["2031-03-10", "2031-03-17", "2031-03-24"];
    assert_eq!(odd, wanted.map(|day| format!("{day}T13:00")));
    assert_eq!(one.members, [(parsed("t-1"), "Trainee t-1".to_owned())]);
    // On the wall of the session itself no week is odd.
    let there = Some(parsed("America/New_York"));
    let found = app.list_scheduled_sessions(&ines, program, None, there, &page);
    let one = found.await.unwrap().value.items.remove(0);
    assert_eq!((one.usual, one.odd.len()), (Some(at("09:00")), 0));
}

async fn a_repair_is_answered_anew(world: World) {
    let (report, first) = published(&world, &group_of_three()).await;
    let (app, ines) = (&world.app, as_supervisor(&report, "ines"));
    let new = answer("ines", "t-1", ResponseAnswer::Accepted);
    let said = app.respond(&ines, &report.program, &report.round, &new);
    said.await.unwrap();
    assert!(
        trainees(&world, &report, "ines").await[0]
            .response
            .is_some()
    );
    let repair = publish(&world, &report, Some(&first)).await;
    let now = trainees(&world, &report, "ines").await;
    assert_eq!(now[0].publication.run, repair);
    assert_eq!(now[0].publication.number, 2);
    assert_eq!(now[0].response, None);
}

/// Returns the text of an error with its key left out; fails unless it says
/// that there is no such record.
fn missing<T: std::fmt::Debug>(result: Result<T, AppError>, key: &str) -> String {
    let error = result.unwrap_err();
    assert!(
        matches!(error, AppError::Hidden { .. } | AppError::NotFound { .. }),
        "{error:?}"
    );
    error.to_string().replace(key, "KEY")
}

async fn a_supervisor_sees_and_answers_her_own_rows_alone(world: World) {
    let (report, _) = published(&world, &group_of_three()).await;
    let (app, amara) = (&world.app, as_supervisor(&report, "amara"));
    let (program, page) = (&report.program, PageRequest::default());
    let range = OccurrenceRange {
        days: Some(days("2031-01-01", "2031-12-31")),
        zone: None,
    };
    let mut texts = Vec::new();
    for key in ["ines", "nobody"] {
        let named: SupervisorKey = parsed(key);
        let found = app.list_supervised_trainees(&amara, program, Some(&named), &page);
        texts.push(missing(found.await, key));
        let found = app.list_scheduled_sessions(&amara, program, Some(&named), None, &page);
        texts.push(missing(found.await, key));
        let of = supervisor(key);
        let found = app.occurrences(&amara, program, Some(&of), range);
        texts.push(missing(found.await, key));
        let found = app.get_calendar(&amara, program, Some(&named));
        texts.push(missing(found.await, key));
        let rotated = app.rotate_calendar_feed(&amara, program, &named);
        texts.push(missing(rotated.await, key));
        let new = answer(key, "t-1", ResponseAnswer::Declined);
        let said = app.respond(&amara, program, &report.round, &new);
        texts.push(missing(said.await, key));
    }
    assert!(
        texts
            .iter()
            .all(|text| text == "there is no supervisor KEY"),
        "{texts:?}"
    );
    for (of, kind) in [
        (Participant::Trainee(parsed("t-1")), EntityKind::Trainee),
        (Participant::Site(parsed("harbour")), EntityKind::Site),
    ] {
        let found = app.occurrences(&amara, program, Some(&of), range).await;
        let text = missing(found, of.key());
        assert_eq!(text, format!("there is no {kind} KEY"));
    }
    let own = app.occurrences(&amara, program, None, range).await.unwrap();
    assert_eq!((own.of, own.value.len()), (supervisor("amara"), 0));
    // Elsewhere she is nobody.
    let elsewhere = parsed("elsewhere");
    let found = app.occurrences(&amara, &elsewhere, None, range).await;
    let text = missing(found, "elsewhere");
    assert_eq!(text, "there is no program KEY");
}

async fn a_caller_who_is_no_supervisor_names_one(world: World) {
    let (report, _) = published(&world, &group_of_three()).await;
    let (app, program) = (&world.app, &report.program);
    let viewer = Actor::new(
        "vic".to_owned(),
        vec![practicum::app::Grant {
            realm: Realm::Program(program.clone()),
            role: AccessRole::Viewer,
        }],
    );
    let unnamed = which_supervisor(&viewer, program, None).unwrap_err();
    assert!(matches!(unnamed, AppError::Invalid(_)), "{unnamed:?}");
    let ines: SupervisorKey = parsed("ines");
    let page = PageRequest::default();
    let found = app.list_supervised_trainees(&viewer, program, Some(&ines), &page);
    assert_eq!(found.await.unwrap().items.len(), 3);
    // Who may read may not act for others.
    let rotated = app.rotate_calendar_feed(&viewer, program, &ines).await;
    assert!(matches!(rotated, Err(AppError::Forbidden { .. })));
    let new = answer("ines", "t-1", ResponseAnswer::Declined);
    let said = app.respond(&viewer, program, &report.round, &new).await;
    assert!(matches!(said, Err(AppError::Forbidden { .. })));
}
