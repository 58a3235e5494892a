//! `RoundService`: where and with whom the trainees of a round wish to be.

use tonic::{Response, Status};

use super::super::convert::{ranked, records};
use super::super::pb;
use super::super::request::{caller, next_token, once, page, read};
use super::super::status::status;
use crate::app::{Actor, App, TraineePreferences};
use crate::domain::Versioned;

pub(super) async fn get(
    app: &App,
    (actor, request): (Actor, pb::GetPreferencesRequest),
) -> Result<pb::GetPreferencesResponse, Status> {
    let ((program, round), trainee) = read(|fields| {
        let round = fields.resource_name("round", &request.round, "rounds");
        let trainee = fields.parse("trainee_id", &request.trainee_id);
        Some((round?, trainee?))
    })?;
    let found = app.get_preferences(&actor, &program, &round, &trainee);
    let found = found.await.map_err(status)?;
    Ok(pb::GetPreferencesResponse {
        preferences: Some(ranked::preferences(&found.value)),
        etag: records::etag(found.version),
    })
}

pub(super) async fn list(
    app: &App,
    (actor, request): (Actor, pb::ListPreferencesRequest),
) -> Result<pb::ListPreferencesResponse, Status> {
    let scope = format!("{}/preferences", request.round);
    let ((program, round), page) = read(|fields| {
        let round = fields.resource_name("round", &request.round, "rounds");
        let page = page(request.page_size, &request.page_token, &scope, fields);
        Some((round?, page?))
    })?;
    let found = app.list_preferences(&actor, &program, &round, &page).await;
    let found = found.map_err(status)?;
    let items = found.value.items.iter();
    Ok(pb::ListPreferencesResponse {
        preferences: items.map(ranked::preferences).collect(),
        next_page_token: next_token(&found.value, &scope),
        etag: records::etag(found.version),
    })
}

pub(super) async fn replace(
    app: &App,
    (actor, request): (Actor, pb::ReplacePreferencesRequest),
) -> Result<Response<pb::ReplacePreferencesResponse>, Status> {
    let (caller, (program, round), new) = read(|fields| {
        let caller = caller(
            actor,
            "ReplacePreferences",
            &request.request_id,
            &request,
            fields,
        );
        let round = fields.resource_name("round", &request.round, "rounds");
        let given = fields.required("preferences", request.preferences.as_ref());
        let new =
            given.and_then(|given| ranked::read_preferences(given, &mut fields.at("preferences")));
        Some((caller?, round?, new?))
    })?;
    let etag = records::version(&request.etag);
    let answer = |now: &Versioned<TraineePreferences>| pb::ReplacePreferencesResponse {
        preferences: Some(ranked::preferences(&now.value)),
        etag: records::etag(now.version),
    };
    let replace = |actor: Actor| async move {
        let replaced = app.replace_preferences(&actor, &program, &round, new, etag);
        Ok(replaced.await?)
    };
    once(app, caller, answer, replace).await
}

pub(super) async fn batch_replace(
    app: &App,
    (actor, request): (Actor, pb::BatchReplacePreferencesRequest),
) -> Result<Response<pb::BatchReplacePreferencesResponse>, Status> {
    let (caller, (program, round), new) = read(|fields| {
        let caller = caller(
            actor,
            "BatchReplacePreferences",
            &request.request_id,
            &request,
            fields,
        );
        let round = fields.resource_name("round", &request.round, "rounds");
        let new = ranked::read_batch(&request.preferences, fields);
        Some((caller?, round?, new?))
    })?;
    let etag = records::version(&request.etag);
    let answer = |now: &Versioned<()>| pb::BatchReplacePreferencesResponse {
        etag: records::etag(now.version),
    };
    let replace = |actor: Actor| async move {
        let replaced = app.batch_replace_preferences(&actor, &program, &round, new, etag);
        Ok(replaced.await?)
    };
    once(app, caller, answer, replace).await
}
