//! The states of a round: each step taken or refused, and what a closed round
//! still allows.

use practicum::app::{Actor, ImportReport, Reason, RunStart};
use practicum::domain::{Key, Pin, Round, RoundState, SiteOrSupervisor};

use super::chain::broken;
use super::databases::{World, on_both};
use super::publishing::{close, events, get, publish, reason, round_like, solved, state};
use super::runs::clinic;

on_both!(
    each_step_of_a_round_is_taken_or_refused_with_its_reason,
    a_closed_round_changes_no_more_and_stays_readable,
);

/// Returns a new round that has come to a state.
async fn round_in(world: &World, report: &ImportReport, state: RoundState) -> Key {
    let round = round_like(world, report, state.as_str()).await;
    let (app, actor, program) = (&world.app, Actor::operator(), &report.program);
    if state >= RoundState::Collecting {
        let opened = app.open_preferences(&actor, program, &round, None).await;
        let opened = opened.unwrap().value.standing.state;
        assert_eq!(opened, RoundState::Collecting);
    }
    if state >= RoundState::Matching {
        let first = solved(world, report, &round, None).await;
        if state >= RoundState::Published {
            publish(world, report, &round, &first).await.unwrap();
        }
        if state >= RoundState::Repaired {
            let repair = solved(world, report, &round, Some(&first)).await;
            publish(world, report, &round, &repair).await.unwrap();
        }
    }
    if state == RoundState::Closed {
        close(world, report, &round).await;
    }
    round
}

async fn each_step_of_a_round_is_taken_or_refused_with_its_reason(world: World) {
    let report = clinic(&world).await;
    let (app, actor, program) = (&world.app, Actor::operator(), &report.program);
    for before in RoundState::ALL {
        let round = round_in(&world, &report, before).await;
        assert_eq!(state(&world, &report, &round).await, before);
        let closed = Reason::RoundClosed {
            round: round.to_string(),
        };
        if before != RoundState::Draft {
            let opened = app.open_preferences(&actor, program, &round, None).await;
            let expected = if before == RoundState::Closed {
                closed.clone()
            } else {
                Reason::WrongRoundState {
                    round: round.to_string(),
                    state: before.as_str(),
                    allowed: "draft",
                }
            };
            assert_eq!(reason(opened), expected);
        }
        let start = RunStart::default();
        let started = app.start_run(&actor, program, &round, start).await;
        if before == RoundState::Closed {
            assert_eq!(reason(started), closed);
            let again = app.close_round(&actor, program, &round, None).await;
            assert_eq!(reason(again), closed);
            continue;
        }
        started.unwrap();
        let after = state(&world, &report, &round).await;
        assert_eq!(after, before.max(RoundState::Matching), "{before:?}");
        close(&world, &report, &round).await;
        let history = app.round_history(&actor, program, &round).await.unwrap();
        let states: Vec<RoundState> = history.states.iter().map(|step| step.0).collect();
        assert!(states.is_sorted(), "{states:?}");
        assert_eq!(states.last(), Some(&RoundState::Closed));
    }
    assert_eq!(broken(&world).await, None);
}

async fn a_closed_round_changes_no_more_and_stays_readable(world: World) {
    let report = clinic(&world).await;
    let (app, actor, program) = (&world.app, Actor::operator(), &report.program);
    let round = &report.round;
    let run = solved(&world, &report, round, None).await;
    publish(&world, &report, round, &run).await.unwrap();
    let roster = app.get_roster(&actor, program, round).await.unwrap();
    close(&world, &report, round).await;
    let closed = Reason::RoundClosed {
        round: round.to_string(),
    };
    let before = (
        get(&world, &report, round).await,
        events(&world, &report).await,
    );
    let pin = || Pin {
        trainee: roster.trainees[0].key.clone(),
        target: SiteOrSupervisor::Site(roster.sites[0].key.clone()),
    };
    let renamed = Round {
        key: Some(round.clone()),
        name: "Renamed".to_owned(),
        ..roster.round.clone()
    };
    assert_eq!(reason(app.pin(&actor, program, round, pin()).await), closed);
    let unpinned = app.unpin(&actor, program, round, &pin()).await;
    assert_eq!(reason(unpinned), closed);
    let updated = app.update_round(&actor, program, renamed, None, None).await;
    assert_eq!(reason(updated), closed);
    let lines = app.replace_supervision_lines(&actor, program, round, Vec::new(), None);
    assert_eq!(reason(lines.await), closed);
    let forked = app.fork_run(&actor, program, &run, RunStart::default());
    assert_eq!(reason(forked.await), closed);
    assert_eq!(reason(publish(&world, &report, round, &run).await), closed);
    let after = (
        get(&world, &report, round).await,
        events(&world, &report).await,
    );
    assert_eq!(after, before);
    assert_eq!(after.0.value.standing.publication.unwrap().run, run);
    assert_eq!(
        app.get_roster(&actor, program, round).await.unwrap(),
        roster
    );
    assert!(app.get_plan(&actor, program, &run).await.is_ok());
}
