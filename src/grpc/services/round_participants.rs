//! `RoundService`: who takes part in a round.

use tonic::{Response, Status};

use super::super::convert::participants::{self, Keys};
use super::super::convert::records;
use super::super::pb;
use super::super::request::{caller, next_token, once, page, read};
use super::super::status::status;
use crate::app::{Actor, App, NewParticipants};
use crate::domain::{ParticipantCounts, Versioned};

pub(super) async fn list(
    app: &App,
    (actor, request): (Actor, pb::ListParticipantsRequest),
) -> Result<pb::ListParticipantsResponse, Status> {
    let scope = format!("{}/participants/{}", request.round, request.kind);
    let ((program, round), kind, page) = read(|fields| {
        let round = fields.resource_name("round", &request.round, "rounds");
        let kind = participants::read_kind(request.kind, fields);
        let page = page(request.page_size, &request.page_token, &scope, fields);
        Some((round?, kind?, page?))
    })?;
    let found = app.list_participants(&actor, &program, &round, kind, &page);
    let found = found.await.map_err(status)?;
    let items = found.value.items.iter();
    Ok(pb::ListParticipantsResponse {
        participants: items.map(participants::message).collect(),
        next_page_token: next_token(&found.value, &scope),
        etag: records::etag(found.version),
    })
}

pub(super) async fn add(
    app: &App,
    (actor, request): (Actor, pb::AddParticipantsRequest),
) -> Result<Response<pb::AddParticipantsResponse>, Status> {
    let (caller, (program, round), new) = read(|fields| {
        let caller = caller(
            actor,
            "AddParticipants",
            &request.request_id,
            &request,
            fields,
        );
        let round = fields.resource_name("round", &request.round, "rounds");
        let keys = Keys {
            site_ids: &request.site_ids,
            supervisor_ids: &request.supervisor_ids,
            trainee_ids: &request.trainee_ids,
        };
        let new = if !request.everybody {
            keys.read(fields).map(NewParticipants::These)
        } else if keys.is_empty() {
            Some(NewParticipants::Everybody)
        } else {
            let message = "is set, and keys are given too; give one of the two";
            fields.refuse("everybody", "one_of", message);
            None
        };
        Some((caller?, round?, new?))
    })?;
    let etag = records::version(&request.etag);
    let answer = |now: &Versioned<ParticipantCounts>| pb::AddParticipantsResponse {
        counts: Some(participants::counts(now.value)),
        etag: records::etag(now.version),
    };
    let add = |actor: Actor| async move {
        let added = app.add_participants(&actor, &program, &round, &new, etag);
        Ok(added.await?)
    };
    once(app, caller, answer, add).await
}

pub(super) async fn remove(
    app: &App,
    (actor, request): (Actor, pb::RemoveParticipantsRequest),
) -> Result<Response<pb::RemoveParticipantsResponse>, Status> {
    let (caller, (program, round), unwanted) = read(|fields| {
        let caller = caller(
            actor,
            "RemoveParticipants",
            &request.request_id,
            &request,
            fields,
        );
        let round = fields.resource_name("round", &request.round, "rounds");
        let keys = Keys {
            site_ids: &request.site_ids,
            supervisor_ids: &request.supervisor_ids,
            trainee_ids: &request.trainee_ids,
        };
        let unwanted = keys.read(fields);
        Some((caller?, round?, unwanted?))
    })?;
    let etag = records::version(&request.etag);
    let answer = |now: &Versioned<ParticipantCounts>| pb::RemoveParticipantsResponse {
        counts: Some(participants::counts(now.value)),
        etag: records::etag(now.version),
    };
    let remove = |actor: Actor| async move {
        let removed = app.remove_participants(&actor, &program, &round, &unwanted, etag);
        Ok(removed.await?)
    };
    once(app, caller, answer, remove).await
}
