//! `RoundService`: rounds, pins and forbids.

use practicum::grpc::pb;
use tonic::Code;

use super::runs::imported;
use crate::support::service::{Service, broken, reason, served_by_both};

served_by_both!(
    gives_back_a_round_and_changes_what_is_set,
    names_every_broken_field_of_a_round,
    a_pair_is_pinned_or_forbidden_but_never_both,
    refuses_a_pin_of_somebody_who_takes_no_part_or_of_nothing,
);

fn day(month: i32) -> Option<pb::Date> {
    Some(pb::Date {
        year: 2031,
        month,
        day: 1,
    })
}

pub(super) fn round(display_name: &str) -> pb::Round {
    pb::Round {
        display_name: display_name.to_owned(),
        term: Some(pb::DayRange {
            first_day: day(1),
            last_day: day(6),
        }),
        session_start_step_minutes: 30,
        missed_sessions_max: 2,
        unranked_sites: i32::from(pb::UnrankedSites::Last),
        ratio: Some(pb::Ratio {
            contact_per_supervision_max_thousandths: 5000,
            group_credit_thousandths: 500,
        }),
        ..Default::default()
    }
}

async fn gives_back_a_round_and_changes_what_is_set() {
    let service = Service::start().await.with_program().await;
    let request = pb::CreateRoundRequest {
        parent: "programs/north".to_owned(),
        round_id: "spring".to_owned(),
        round: Some(round("Spring")),
        request_id: String::new(),
    };
    let created = service
        .rounds()
        .create_round(request)
        .await
        .unwrap()
        .into_inner();
    let created = created.round.unwrap();
    assert_eq!(created.name, "programs/north/rounds/spring");
    let request = pb::UpdateRoundRequest {
        round: Some(pb::Round {
            name: created.name.clone(),
            missed_sessions_max: 4,
            ..Default::default()
        }),
        ..Default::default()
    };
    let changed = service
        .rounds()
        .update_round(request)
        .await
        .unwrap()
        .into_inner();
    let changed = changed.round.unwrap();
    let expected = pb::Round {
        missed_sessions_max: 4,
        etag: changed.etag.clone(),
        update_time: changed.update_time,
        ..created
    };
    assert_eq!(changed, expected);
    let request = pb::ListRoundsRequest {
        parent: "programs/north".to_owned(),
        ..Default::default()
    };
    let all = service
        .rounds()
        .list_rounds(request)
        .await
        .unwrap()
        .into_inner();
    assert_eq!(all.rounds, [changed]);
}

async fn names_every_broken_field_of_a_round() {
    let service = Service::start().await.with_program().await;
    let request = pb::CreateRoundRequest {
        parent: "north".to_owned(),
        round_id: String::new(),
        round: Some(pb::Round {
            term: Some(pb::DayRange {
                first_day: day(6),
                last_day: day(1),
            }),
            session_start_step_minutes: 20,
            ratio: Some(pb::Ratio {
                contact_per_supervision_max_thousandths: -1,
                group_credit_thousandths: 0,
            }),
            ..round("")
        }),
        request_id: String::new(),
    };
    let refused = service.rounds().create_round(request).await.unwrap_err();
    assert_eq!(
        broken(&refused),
        [
            "parent",
            "round.display_name",
            "round.term.last_day",
            "round.session_start_step_minutes",
            "round.ratio.contact_per_supervision_max_thousandths",
        ]
    );
}

async fn a_pair_is_pinned_or_forbidden_but_never_both() {
    let (service, round, roster) = imported("clinic-12").await;
    let mut rounds = service.rounds();
    let pair = Some(pb::Pair {
        trainee_id: roster.trainees[0].key.to_string(),
        target: Some(pb::SiteOrSupervisor {
            target: Some(pb::site_or_supervisor::Target::SiteId(
                roster.sites[0].key.to_string(),
            )),
        }),
    });
    let pin = pb::PinRequest {
        round: round.clone(),
        pair: pair.clone(),
        request_id: String::new(),
    };
    let forbid = pb::ForbidRequest {
        round: round.clone(),
        pair: pair.clone(),
        request_id: String::new(),
    };
    rounds.pin(pin.clone()).await.unwrap();
    rounds.pin(pin).await.unwrap();
    let refused = rounds.forbid(forbid.clone()).await.unwrap_err();
    assert_eq!(reason(&refused), "PIN_AGAINST_FORBID");
    let list = pb::ListPinsRequest {
        round: round.clone(),
    };
    let listed = rounds.list_pins(list.clone()).await.unwrap().into_inner();
    assert_eq!(listed.pins, [pair.clone().unwrap()]);
    assert_eq!(listed.forbids, []);
    let unpin = pb::UnpinRequest {
        round: round.clone(),
        pair: pair.clone(),
        request_id: String::new(),
    };
    rounds.unpin(unpin.clone()).await.unwrap();
    assert_eq!(
        rounds.unpin(unpin).await.unwrap_err().code(),
        Code::NotFound
    );
    rounds.forbid(forbid).await.unwrap();
    let listed = rounds.list_pins(list).await.unwrap().into_inner();
    assert_eq!(
        (listed.pins, listed.forbids),
        (vec![], vec![pair.clone().unwrap()])
    );
    let unforbid = pb::UnforbidRequest {
        round,
        pair,
        request_id: String::new(),
    };
    rounds.unforbid(unforbid).await.unwrap();
}

async fn refuses_a_pin_of_somebody_who_takes_no_part_or_of_nothing() {
    let (service, round, roster) = imported("clinic-12").await;
    let site = pb::site_or_supervisor::Target::SiteId(roster.sites[0].key.to_string());
    let request = pb::PinRequest {
        round: round.clone(),
        pair: Some(pb::Pair {
            trainee_id: "nobody".to_owned(),
            target: Some(pb::SiteOrSupervisor { target: Some(site) }),
        }),
        request_id: String::new(),
    };
    let refused = service.rounds().pin(request).await.unwrap_err();
    assert_eq!(refused.code(), Code::NotFound, "{refused:?}");
    let request = pb::PinRequest {
        round,
        pair: Some(pb::Pair::default()),
        request_id: String::new(),
    };
    let refused = service.rounds().pin(request).await.unwrap_err();
    assert_eq!(broken(&refused), ["pair.trainee_id", "pair.target"]);
}
