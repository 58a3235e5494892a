//! `RoundService`: what becomes of a round after matching.

use tonic::{Response, Status};

use super::super::convert::{publications, records, rounds};
use super::super::pb;
use super::super::request::{caller, next_token, once, page, read};
use super::super::status::status;
use crate::app::{Actor, App, PublishOptions, Published, ResponseFilter, StoredRound};
use crate::domain::{Key, Versioned};

pub(super) async fn open_preferences(
    app: &App,
    (actor, request): (Actor, pb::OpenPreferencesRequest),
) -> Result<Response<pb::OpenPreferencesResponse>, Status> {
    let (caller, (program, round)) = read(|fields| {
        let id = &request.request_id;
        let caller = caller(actor, "OpenPreferences", id, &request, fields);
        let round = fields.resource_name::<Key>("round", &request.round, "rounds");
        Some((caller?, round?))
    })?;
    let etag = records::version(&request.etag);
    let owner = program.clone();
    let answer = move |record: &Versioned<StoredRound>| pb::OpenPreferencesResponse {
        round: Some(rounds::message(&owner, record)),
    };
    let open = |actor: Actor| async move {
        let opened = app.open_preferences(&actor, &program, &round, etag);
        Ok(opened.await?)
    };
    once(app, caller, answer, open).await
}

pub(super) async fn publish(
    app: &App,
    (actor, request): (Actor, pb::PublishRequest),
) -> Result<Response<pb::PublishResponse>, Status> {
    let (caller, (program, round), run) = read(|fields| {
        let caller = caller(actor, "Publish", &request.request_id, &request, fields);
        let round = fields.resource_name::<Key>("round", &request.round, "rounds");
        let plan = fields.resource_name::<Key>("plan", &request.plan, "plans");
        if let (Some((program, _)), Some((owner, _))) = (&round, &plan)
            && program != owner
        {
            fields.refuse("plan", "program", "must be of the program of the round");
        }
        Some((caller?, round?, plan?.1))
    })?;
    let options = PublishOptions {
        etag: records::version(&request.etag),
        validate_only: request.validate_only,
    };
    let owner = program.clone();
    let answer = move |done: &Published| {
        let publication = done.publication.as_ref();
        pb::PublishResponse {
            round: Some(rounds::message(&owner, &done.round)),
            publication: publication.map(|one| publications::publication(&owner, one)),
            is_stale: !done.changed_files.is_empty(),
            changed_files: done.changed_files.clone(),
        }
    };
    let publish = |actor: Actor| async move {
        let published = app.publish(&actor, &program, &round, &run, options);
        Ok(published.await?)
    };
    once(app, caller, answer, publish).await
}

pub(super) async fn close(
    app: &App,
    (actor, request): (Actor, pb::CloseRoundRequest),
) -> Result<Response<pb::CloseRoundResponse>, Status> {
    let (caller, (program, round)) = read(|fields| {
        let caller = caller(actor, "CloseRound", &request.request_id, &request, fields);
        let round = fields.resource_name::<Key>("round", &request.round, "rounds");
        Some((caller?, round?))
    })?;
    let etag = records::version(&request.etag);
    let owner = program.clone();
    let answer = move |record: &Versioned<StoredRound>| pb::CloseRoundResponse {
        round: Some(rounds::message(&owner, record)),
    };
    let close = |actor: Actor| async move {
        let closed = app.close_round(&actor, &program, &round, etag);
        Ok(closed.await?)
    };
    once(app, caller, answer, close).await
}

pub(super) async fn history(
    app: &App,
    (actor, request): (Actor, pb::GetRoundHistoryRequest),
) -> Result<pb::GetRoundHistoryResponse, Status> {
    let (program, round) =
        read(|fields| fields.resource_name::<Key>("round", &request.round, "rounds"))?;
    let found = app.round_history(&actor, &program, &round).await;
    Ok(publications::history(&program, &found.map_err(status)?))
}

pub(super) async fn responses(
    app: &App,
    (actor, request): (Actor, pb::ListResponsesRequest),
) -> Result<pb::ListResponsesResponse, Status> {
    let scope = format!(
        "{}/responses {} {} {}",
        request.round, request.plan, request.supervisor_id, request.with_earlier
    );
    let ((program, round), filter, page) = read(|fields| {
        let round = fields.resource_name::<Key>("round", &request.round, "rounds");
        let plan = match request.plan.as_str() {
            "" => Some(None),
            plan => fields.resource_name::<Key>("plan", plan, "plans").map(Some),
        };
        if let (Some((program, _)), Some(Some((owner, _)))) = (&round, &plan)
            && program != owner
        {
            fields.refuse("plan", "program", "must be of the program of the round");
        }
        let supervisor = match request.supervisor_id.as_str() {
            "" => Some(None),
            key => fields.parse("supervisor_id", key).map(Some),
        };
        let page = page(request.page_size, &request.page_token, &scope, fields);
        let filter = ResponseFilter {
            plan: plan?.map(|(_, run)| run),
            supervisor: supervisor?,
            with_earlier: request.with_earlier,
        };
        Some((round?, filter, page?))
    })?;
    let found = app.list_responses(&actor, &program, &round, &filter, &page);
    let (publication, found) = found.await.map_err(status)?;
    let message = |one| publications::response(&program, &publication.run, one);
    Ok(pb::ListResponsesResponse {
        responses: found.items.iter().map(message).collect(),
        next_page_token: next_token(&found, &scope),
        publication: Some(publications::publication(&program, &publication)),
    })
}
