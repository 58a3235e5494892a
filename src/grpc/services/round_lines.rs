//! `RoundService`: the supervision lines of a round.

use tonic::Status;

use super::super::convert::{records, supervision_lines};
use super::super::pb;
use super::super::request::{actor, read};
use super::super::status::status;
use super::done_before;
use crate::app::{Actor, App};
use crate::domain::Key;

pub(super) async fn list(
    app: &App,
    request: pb::ListSupervisionLinesRequest,
) -> Result<pb::ListSupervisionLinesResponse, Status> {
    let (program, round) = read(|fields| fields.resource_name("round", &request.round, "rounds"))?;
    let actor = Actor::operator();
    let found = app.list_supervision_lines(&actor, &program, &round).await;
    let found = found.map_err(status)?;
    Ok(pb::ListSupervisionLinesResponse {
        supervision_lines: supervision_lines::messages(&found.value),
        etag: records::etag(found.version),
    })
}

pub(super) async fn replace(
    app: &App,
    request: pb::ReplaceSupervisionLinesRequest,
) -> Result<pb::ReplaceSupervisionLinesResponse, Status> {
    let (actor, (program, round), lines) = read(|fields| {
        let actor = actor(
            "ReplaceSupervisionLines",
            &request.request_id,
            &request,
            fields,
        );
        let round = fields.resource_name("round", &request.round, "rounds");
        let lines = supervision_lines::read(&request.supervision_lines, fields);
        Some((actor?, round?, lines?))
    })?;
    let etag = records::version(&request.etag);
    let mut replaced = app
        .replace_supervision_lines(&actor, &program, &round, lines, etag)
        .await;
    if done_before::<_, Key>(&replaced).is_some() {
        replaced = app.list_supervision_lines(&actor, &program, &round).await;
    }
    let lines = replaced.map_err(status)?;
    Ok(pb::ReplaceSupervisionLinesResponse {
        supervision_lines: supervision_lines::messages(&lines.value),
        etag: records::etag(lines.version),
    })
}
