//! Calendars, read back by the rules of RFC 5545: they hold exactly the
//! meetings that are listed as held.

use std::collections::BTreeSet;

use practicum::app::{Actor, AppError, Attendance, FeedPath, ImportReport};
use practicum::domain::SupervisorKey;
use secrecy::ExposeSecret;

use super::{
    across_the_sea, as_supervisor, group_of_three, occurrences, publish, published, supervisor,
};
use crate::store::databases::{World, on_both};
use crate::support::ics::{Event, events};
use crate::support::world::{away, parsed, weekly};

on_both!(
    a_calendar_expands_to_the_meetings_that_are_listed,
    a_repair_keeps_identifiers_and_counts_the_sequence_up,
    names_nobody_who_is_supervised,
    a_new_path_revokes_the_one_before_and_no_secret_is_kept,
);

async fn calendar(world: &World, report: &ImportReport) -> String {
    let ines: SupervisorKey = parsed("ines");
    let actor = Actor::operator();
    let found = world.app.get_calendar(&actor, &report.program, Some(&ines));
    found.await.unwrap().text
}

/// Returns starts and minutes of the meetings that are listed as held.
async fn held(world: &World, report: &ImportReport) -> Vec<(i64, i64)> {
    let year = ("2031-01-01", "2031-12-31");
    let found = occurrences(world, report, &supervisor("ines"), None, year).await;
    let found = found.unwrap().value.into_iter();
    let held = found.filter(|one| one.attendance == Attendance::Held);
    held.map(|one| (one.span.at.start.0, i64::from(one.span.minutes.get())))
        .collect()
}

fn shown(events: &[Event]) -> Vec<(i64, i64)> {
    events.iter().map(|one| (one.start, one.minutes)).collect()
}

async fn a_calendar_expands_to_the_meetings_that_are_listed(world: World) {
    let (report, _) = published(&world, &across_the_sea()).await;
    let found = events(&calendar(&world, &report).await);
    assert_eq!(found.len(), 7);
    assert_eq!(shown(&found), held(&world, &report).await);
    assert!(found.iter().all(|one| one.zone == "America/New_York"));
    assert!(found.iter().all(|one| one.location == "Site harbour"));
    // Over a gap and over an overlap, with a session missed between them.
    let mut roster = across_the_sea();
    roster.program.key = parsed("south");
    roster.round.term = crate::support::world::days("2031-02-24", "2031-11-30");
    roster.round.session_start_step = crate::support::world::minutes(90);
    roster.supervision_lines[0].minutes_per_week = crate::support::world::minutes(90);
    let night = weekly(&["sun 01:30 04:00"]);
    for one in &mut roster.supervisors {
        one.time_zone = parsed("America/New_York");
        one.delivery = practicum::domain::DeliveryOffer::Video;
        one.availability = night.clone();
        one.availability.away = vec![away("2031-07-01", "2031-07-31")];
    }
    for one in &mut roster.trainees {
        one.availability = night.clone();
    }
    let (report, _) = published(&world, &roster).await;
    let found = events(&calendar(&world, &report).await);
    assert_eq!(shown(&found), held(&world, &report).await);
    let year = ("2031-01-01", "2031-12-31");
    let all = occurrences(&world, &report, &supervisor("ines"), None, year).await;
    let all = all.unwrap().value;
    assert_eq!(all.len(), 40);
    assert_eq!(found.len(), 36, "four Sundays of July are missed");
    let uids: BTreeSet<&str> = found.iter().map(|one| one.uid.as_str()).collect();
    assert_eq!(uids.len(), found.len());
}

async fn a_repair_keeps_identifiers_and_counts_the_sequence_up(world: World) {
    let mut roster = group_of_three();
    let ines = roster.supervisors.iter_mut();
    let mut ines = ines.filter(|one| one.key.as_str() == "ines");
    let both = weekly(&["mon 09:00 10:00", "thu 09:00 10:00"]);
    ines.next().unwrap().availability = both;
    let (report, run) = published(&world, &roster).await;
    let before = events(&calendar(&world, &report).await);
    assert_eq!(before.len(), 4);
    assert!(before.iter().all(|one| one.sequence == 1));
    // Everybody is free on Thursdays now, and on no Monday.
    let (app, actor, program) = (&world.app, Actor::operator(), &report.program);
    for key in ["t-1", "t-2", "t-3"] {
        let one = app.whole_trainee(&actor, program, &parsed(key)).await;
        let mut one = one.unwrap().value;
        one.availability = weekly(&["thu 09:00 10:00"]);
        app.update_trainee(&actor, program, one, None)
            .await
            .unwrap();
    }
    let site = app.whole_site(&actor, program, &parsed("harbour")).await;
    let mut site = site.unwrap().value;
    site.opening = weekly(&["thu 09:00 10:00"]);
    app.update_site(&actor, program, site, None).await.unwrap();
    publish(&world, &report, Some(&run)).await;
    let after = events(&calendar(&world, &report).await);
    assert!(after.iter().all(|one| one.sequence == 2));
    let uids =
        |events: &[Event]| -> Vec<String> { events.iter().map(|one| one.uid.clone()).collect() };
    assert_eq!(uids(&before), uids(&after));
    const THREE_DAYS: i64 = 3 * 86_400;
    for (one, other) in before.iter().zip(&after) {
        assert_eq!(other.start - one.start, THREE_DAYS);
    }
}

async fn names_nobody_who_is_supervised(world: World) {
    let mut roster = group_of_three();
    for one in &mut roster.trainees {
        one.name = format!("Canary {}", one.key);
    }
    roster.sites[0].name =
        "Harbour; Clinic, \u{6f22}\u{5b57} of the old town and the new".to_owned();
    let (report, _) = published(&world, &roster).await;
    let text = calendar(&world, &report).await;
    for secret in ["Canary", "t-1", "t-2", "ines"] {
        assert!(!text.contains(secret), "{secret}");
    }
    let found = events(&text);
    assert!(found.iter().all(|one| one.summary == "Supervision (group)"));
    let escaped = "Harbour\\; Clinic\\, \u{6f22}\u{5b57} of the old town and the new";
    assert!(found.iter().all(|one| one.location == escaped));
}

async fn a_new_path_revokes_the_one_before_and_no_secret_is_kept(world: World) {
    let (report, _) = published(&world, &group_of_three()).await;
    let (app, ines) = (&world.app, as_supervisor(&report, "ines"));
    let (program, key): (_, SupervisorKey) = (&report.program, parsed("ines"));
    let named = app.get_calendar(&ines, program, None).await.unwrap();
    assert_eq!((named.feed.rotated_at, named.feed.rotations), (None, 0));
    let mut paths = Vec::new();
    for rotations in 1..=2 {
        let rotated = app.rotate_calendar_feed(&ines, program, &key).await;
        let rotated = rotated.unwrap();
        assert_eq!(rotated.feed.rotations, rotations);
        paths.push(rotated.path.expose_secret().to_owned());
    }
    assert_ne!(paths[0], paths[1]);
    let read = |path: &str| FeedPath::parse(path).unwrap();
    let found = app.calendar_at(&read(&paths[1])).await.unwrap();
    assert_eq!(found.text, named.text);
    assert_eq!(found.feed.supervisor, key);
    let elsewhere = paths[1].replace(program.as_str(), "elsewhere");
    let mut texts = BTreeSet::new();
    for wrong in [&paths[0], &elsewhere] {
        let refused = app.calendar_at(&read(wrong)).await.unwrap_err();
        assert!(matches!(refused, AppError::NotFound { .. }), "{refused:?}");
        texts.insert(refused.to_string());
    }
    assert_eq!(texts.len(), 1, "nobody learns which programs there are");
    // Neither the chain nor a table holds what a path ends in.
    let mut tx = world.db.read().await.unwrap();
    let (scope, _) = tx.program_fetch(program).await.unwrap();
    let recorded = tx.event_list(scope, 0, 1000).await.unwrap();
    let rotations = recorded
        .iter()
        .filter(|event| event.kind == "rotate_calendar_feed");
    assert_eq!(rotations.count(), 2);
    let secret = paths[1]
        .rsplit('/')
        .next()
        .unwrap()
        .trim_end_matches(".ics");
    assert_eq!(secret.len(), 64);
    assert!(!format!("{recorded:?}").contains(secret));
    drop(tx);
    if let practicum::store::Db::Sqlite { .. } = &world.db {
        let file = world.url.strip_prefix("sqlite:").unwrap();
        for file in [file.to_owned(), format!("{file}-wal")] {
            let bytes = std::fs::read(&file).unwrap_or_default();
            let found = bytes.windows(64).any(|window| window == secret.as_bytes());
            assert!(!found, "{file} holds the secret");
        }
    }
}
