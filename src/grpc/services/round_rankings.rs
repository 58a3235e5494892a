//! `RoundService`: whom the sites of a round would like to have.

use tonic::Status;

use super::super::convert::{ranked, records};
use super::super::pb;
use super::super::request::{actor, read};
use super::super::status::status;
use super::done_before;
use crate::app::{Actor, App};
use crate::domain::Key;

pub(super) async fn get(
    app: &App,
    request: pb::GetSiteRankingRequest,
) -> Result<pb::GetSiteRankingResponse, Status> {
    let ((program, round), site) = read(|fields| {
        let round = fields.resource_name("round", &request.round, "rounds");
        let site = fields.parse("site_id", &request.site_id);
        Some((round?, site?))
    })?;
    let actor = Actor::operator();
    let found = app.get_site_ranking(&actor, &program, &round, &site).await;
    let found = found.map_err(status)?;
    Ok(pb::GetSiteRankingResponse {
        ranked: ranked::ranking(&found.value),
        etag: records::etag(found.version),
    })
}

pub(super) async fn replace(
    app: &App,
    request: pb::ReplaceSiteRankingRequest,
) -> Result<pb::ReplaceSiteRankingResponse, Status> {
    let (actor, (program, round), site, new) = read(|fields| {
        let actor = actor("ReplaceSiteRanking", &request.request_id, &request, fields);
        let round = fields.resource_name("round", &request.round, "rounds");
        let site = fields.parse("site_id", &request.site_id);
        let new = ranked::read_ranking(&request.ranked, fields);
        Some((actor?, round?, site?, new?))
    })?;
    let etag = records::version(&request.etag);
    let mut replaced = app
        .replace_site_ranking(&actor, &program, &round, &site, new, etag)
        .await;
    if done_before::<_, Key>(&replaced).is_some() {
        replaced = app.get_site_ranking(&actor, &program, &round, &site).await;
    }
    let replaced = replaced.map_err(status)?;
    Ok(pb::ReplaceSiteRankingResponse {
        ranked: ranked::ranking(&replaced.value),
        etag: records::etag(replaced.version),
    })
}
