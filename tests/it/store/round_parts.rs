//! What belongs to a round, changed part by part.

use practicum::app::{
    Actor, AppError, ImportMode, NewParticipants, Ranked, RoundStart, TraineePreferences,
};
use practicum::domain::{
    EntityKind, Exclusion, PageRequest, Participant, Roster, Round, SiteOrSupervisor,
};

use super::databases::{World, on_both};
use super::rosters::{import, shipped};

on_both!(
    a_round_like_another_and_of_everybody_holds_what_it_should,
    pages_through_participants_and_their_wishes,
    a_part_that_is_replaced_by_what_was_there_leaves_the_roster_as_it_was,
    a_change_that_is_refused_leaves_no_trace,
);

async fn clinic(world: &World) -> (Roster, practicum::domain::Key) {
    let roster = shipped("clinic-12");
    let report = import(world, &roster, ImportMode::Replace).await;
    (roster, report.round)
}

async fn a_round_like_another_and_of_everybody_holds_what_it_should(world: World) {
    let (roster, spring) = clinic(&world).await;
    let (app, actor, program) = (&world.app, Actor::operator(), &roster.program.key);
    let leaving = [Participant::Trainee(roster.trainees[0].key.clone())];
    let removed = app.remove_participants(&actor, program, &spring, &leaving, None);
    assert_eq!(removed.await.unwrap().value.trainees, 11);
    for (key, everybody, trainees) in [("like", false, 11), ("all", true, 12)] {
        let round = Round {
            key: Some(key.parse().unwrap()),
            ..roster.round.clone()
        };
        let start = RoundStart {
            like: Some(spring.clone()),
            everybody,
            rule_sets: None,
        };
        let created = app.create_round_with(&actor, program, round, &start).await;
        let created = created.unwrap().value.round.key.unwrap();
        let counts = app.count_participants(&actor, program, &created).await;
        assert_eq!(counts.unwrap().value.trainees, trainees);
        let stored = app.get_roster(&actor, program, &created).await.unwrap();
        assert_eq!(stored.supervision_lines, roster.supervision_lines);
        assert_eq!(stored.preferences, []);
    }
}

async fn pages_through_participants_and_their_wishes(world: World) {
    let (roster, round) = clinic(&world).await;
    let (app, actor, program) = (&world.app, Actor::operator(), &roster.program.key);
    let mut page = PageRequest {
        size: 5,
        after: None,
    };
    let mut all = Vec::new();
    loop {
        let found = app.list_participants(&actor, program, &round, None, &page);
        let found = found.await.unwrap().value;
        all.extend(found.items);
        page.after = found.next_after;
        if page.after.is_none() {
            break;
        }
    }
    let (sites, supervisors) = (roster.sites.iter(), roster.supervisors.iter());
    let expected: Vec<Participant> = sites
        .map(|one| Participant::Site(one.key.clone()))
        .chain(supervisors.map(|one| Participant::Supervisor(one.key.clone())))
        .chain(
            roster
                .trainees
                .iter()
                .map(|one| Participant::Trainee(one.key.clone())),
        )
        .collect();
    assert_eq!(all, expected);
    page.size = 7;
    let mut wishes = 0;
    let mut trainees = 0;
    loop {
        let found = app.list_preferences(&actor, program, &round, &page).await;
        let found = found.unwrap().value;
        trainees += found.items.len();
        wishes += found
            .items
            .iter()
            .map(|one| one.ranked.len())
            .sum::<usize>();
        page.after = found.next_after;
        if page.after.is_none() {
            break;
        }
    }
    assert_eq!((trainees, wishes), (12, roster.preferences.len()));
    let nobody = PageRequest {
        size: 5,
        after: Some("trainee/zz".to_owned()),
    };
    let found = app.list_preferences(&actor, program, &round, &nobody).await;
    assert_eq!(found.unwrap().value.items, []);
}

async fn a_part_that_is_replaced_by_what_was_there_leaves_the_roster_as_it_was(world: World) {
    let (mut roster, round) = clinic(&world).await;
    let (app, actor, program) = (&world.app, Actor::operator(), &roster.program.key.clone());
    let (site, trainee) = (roster.sites[0].key.clone(), roster.trainees[0].key.clone());
    let exclusions = vec![Exclusion {
        trainee: trainee.clone(),
        target: SiteOrSupervisor::Site(site.clone()),
        reason: "friends".to_owned(),
    }];
    for _ in 0..2 {
        let lines = roster.supervision_lines.clone();
        let replaced = app.replace_supervision_lines(&actor, program, &round, lines, None);
        replaced.await.unwrap();
        let wishes = app.get_preferences(&actor, program, &round, &trainee).await;
        let wishes = wishes.unwrap();
        let etag = Some(wishes.version);
        let replaced = app.replace_preferences(&actor, program, &round, wishes.value, etag);
        replaced.await.unwrap();
        let everybody = NewParticipants::Everybody;
        let added = app.add_participants(&actor, program, &round, &everybody, None);
        added.await.unwrap();
        let ranked = vec![Ranked {
            target: trainee.clone(),
            rank: 4,
        }];
        let replaced = app
            .replace_site_ranking(&actor, program, &round, &site, ranked.clone(), None)
            .await;
        assert_eq!(replaced.unwrap().value, ranked);
        let replaced = app
            .replace_exclusions(&actor, program, &trainee, exclusions.clone(), None)
            .await;
        assert_eq!(replaced.unwrap().value, exclusions);
    }
    roster.exclusions = exclusions;
    roster.site_rankings = vec![practicum::domain::SiteRanking {
        site,
        trainee,
        rank: 4,
    }];
    let stored = app.get_roster(&actor, program, &round).await.unwrap();
    assert_eq!(stored, roster);
}

async fn a_change_that_is_refused_leaves_no_trace(world: World) {
    let (roster, round) = clinic(&world).await;
    let (app, actor, program) = (&world.app, Actor::operator(), &roster.program.key);
    let before = app.get_round(&actor, program, &round).await.unwrap();
    let unknown = NewParticipants::These(vec![
        Participant::Site(roster.sites[0].key.clone()),
        Participant::Supervisor("nobody".parse().unwrap()),
    ]);
    let refused = app.add_participants(&actor, program, &round, &unknown, None);
    let Err(AppError::Invalid(violations)) = refused.await else {
        panic!("somebody unknown takes part");
    };
    let paths: Vec<&str> = violations
        .as_slice()
        .iter()
        .map(|one| one.path.as_str())
        .collect();
    assert_eq!(paths, ["supervisor_ids[0]"]);
    let wishes = TraineePreferences {
        trainee: roster.trainees[0].key.clone(),
        ranked: Vec::new(),
    };
    let stale = Some(before.version + 1);
    let refused = app.replace_preferences(&actor, program, &round, wishes, stale);
    let refused = refused.await;
    assert!(
        matches!(
            refused,
            Err(AppError::StaleEtag {
                kind: EntityKind::Round,
                ..
            })
        ),
        "{refused:?}"
    );
    assert_eq!(
        app.get_round(&actor, program, &round).await.unwrap(),
        before
    );
    let stored = app.get_roster(&actor, program, &round).await.unwrap();
    assert_eq!(stored, roster);
}
