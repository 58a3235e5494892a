//! `RoundService`: whom the sites of a round would like to have.

use tonic::{Response, Status};

use super::super::convert::{ranked, records};
use super::super::pb;
use super::super::request::{caller, once, read};
use super::super::status::status;
use crate::app::{Actor, App, Ranked};
use crate::domain::{TraineeKey, Versioned};

pub(super) async fn get(
    app: &App,
    (actor, request): (Actor, pb::GetSiteRankingRequest),
) -> Result<pb::GetSiteRankingResponse, Status> {
    let ((program, round), site) = read(|fields| {
        let round = fields.resource_name("round", &request.round, "rounds");
        let site = fields.parse("site_id", &request.site_id);
        Some((round?, site?))
    })?;
    let found = app.get_site_ranking(&actor, &program, &round, &site).await;
    let found = found.map_err(status)?;
    Ok(pb::GetSiteRankingResponse {
        ranked: ranked::ranking(&found.value),
        etag: records::etag(found.version),
    })
}

pub(super) async fn replace(
    app: &App,
    (actor, request): (Actor, pb::ReplaceSiteRankingRequest),
) -> Result<Response<pb::ReplaceSiteRankingResponse>, Status> {
    let (caller, (program, round), site, new) = read(|fields| {
        let caller = caller(
            actor,
            "ReplaceSiteRanking",
            &request.request_id,
            &request,
            fields,
        );
        let round = fields.resource_name("round", &request.round, "rounds");
        let site = fields.parse("site_id", &request.site_id);
        let new = ranked::read_ranking(&request.ranked, fields);
        Some((caller?, round?, site?, new?))
    })?;
    let etag = records::version(&request.etag);
    let answer = |now: &Versioned<Vec<Ranked<TraineeKey>>>| pb::ReplaceSiteRankingResponse {
        ranked: ranked::ranking(&now.value),
        etag: records::etag(now.version),
    };
    let replace = |actor: Actor| async move {
        let replaced = app.replace_site_ranking(&actor, &program, &round, &site, new, etag);
        Ok(replaced.await?)
    };
    once(app, caller, answer, replace).await
}
