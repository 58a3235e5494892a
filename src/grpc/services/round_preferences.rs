//! `RoundService`: where and with whom the trainees of a round wish to be.

use tonic::Status;

use super::super::convert::{ranked, records};
use super::super::pb;
use super::super::request::{actor, next_token, page, read};
use super::super::status::status;
use super::done_before;
use crate::app::{Actor, App};
use crate::domain::Key;

pub(super) async fn get(
    app: &App,
    request: pb::GetPreferencesRequest,
) -> Result<pb::GetPreferencesResponse, Status> {
    let ((program, round), trainee) = read(|fields| {
        let round = fields.resource_name("round", &request.round, "rounds");
        let trainee = fields.parse("trainee_id", &request.trainee_id);
        Some((round?, trainee?))
    })?;
    let actor = Actor::operator();
    let found = app.get_preferences(&actor, &program, &round, &trainee);
    let found = found.await.map_err(status)?;
    Ok(pb::GetPreferencesResponse {
        preferences: Some(ranked::preferences(&found.value)),
        etag: records::etag(found.version),
    })
}

pub(super) async fn list(
    app: &App,
    request: pb::ListPreferencesRequest,
) -> Result<pb::ListPreferencesResponse, Status> {
    let scope = format!("{}/preferences", request.round);
    let ((program, round), page) = read(|fields| {
        let round = fields.resource_name("round", &request.round, "rounds");
        let page = page(request.page_size, &request.page_token, &scope, fields);
        Some((round?, page?))
    })?;
    let actor = Actor::operator();
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
    request: pb::ReplacePreferencesRequest,
) -> Result<pb::ReplacePreferencesResponse, Status> {
    let (actor, (program, round), new) = read(|fields| {
        let actor = actor("ReplacePreferences", &request.request_id, &request, fields);
        let round = fields.resource_name("round", &request.round, "rounds");
        let given = fields.required("preferences", request.preferences.as_ref());
        let new =
            given.and_then(|given| ranked::read_preferences(given, &mut fields.at("preferences")));
        Some((actor?, round?, new?))
    })?;
    let etag = records::version(&request.etag);
    let trainee = new.trainee.clone();
    let mut replaced = app
        .replace_preferences(&actor, &program, &round, new, etag)
        .await;
    if done_before::<_, Key>(&replaced).is_some() {
        replaced = app
            .get_preferences(&actor, &program, &round, &trainee)
            .await;
    }
    let replaced = replaced.map_err(status)?;
    Ok(pb::ReplacePreferencesResponse {
        preferences: Some(ranked::preferences(&replaced.value)),
        etag: records::etag(replaced.version),
    })
}

pub(super) async fn batch_replace(
    app: &App,
    request: pb::BatchReplacePreferencesRequest,
) -> Result<pb::BatchReplacePreferencesResponse, Status> {
    let (actor, (program, round), new) = read(|fields| {
        let actor = actor(
            "BatchReplacePreferences",
            &request.request_id,
            &request,
            fields,
        );
        let round = fields.resource_name("round", &request.round, "rounds");
        let new = ranked::read_batch(&request.preferences, fields);
        Some((actor?, round?, new?))
    })?;
    let etag = records::version(&request.etag);
    let replaced = app
        .batch_replace_preferences(&actor, &program, &round, new, etag)
        .await;
    let version = match done_before::<_, Key>(&replaced) {
        Some(_) => {
            let round = app.get_round(&actor, &program, &round).await;
            round.map_err(status)?.version
        }
        None => replaced.map_err(status)?.version,
    };
    Ok(pb::BatchReplacePreferencesResponse {
        etag: records::etag(version),
    })
}
