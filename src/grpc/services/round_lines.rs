//! `RoundService`: the supervision lines of a round.

use tonic::{Response, Status};

use super::super::convert::{records, supervision_lines};
use super::super::pb;
use super::super::request::{caller, once, read};
use super::super::status::status;
use crate::app::{Actor, App};
use crate::domain::{SupervisionLine, Versioned};

pub(super) async fn list(
    app: &App,
    (actor, request): (Actor, pb::ListSupervisionLinesRequest),
) -> Result<pb::ListSupervisionLinesResponse, Status> {
    let (program, round) = read(|fields| fields.resource_name("round", &request.round, "rounds"))?;
    let found = app.list_supervision_lines(&actor, &program, &round).await;
    let found = found.map_err(status)?;
    Ok(pb::ListSupervisionLinesResponse {
        supervision_lines: supervision_lines::messages(&found.value),
        etag: records::etag(found.version),
    })
}

pub(super) async fn replace(
    app: &App,
    (actor, request): (Actor, pb::ReplaceSupervisionLinesRequest),
) -> Result<Response<pb::ReplaceSupervisionLinesResponse>, Status> {
    let (caller, (program, round), lines) = read(|fields| {
        let caller = caller(
            actor,
            "ReplaceSupervisionLines",
            &request.request_id,
            &request,
            fields,
        );
        let round = fields.resource_name("round", &request.round, "rounds");
        let lines = supervision_lines::read(&request.supervision_lines, fields);
        Some((caller?, round?, lines?))
    })?;
    let etag = records::version(&request.etag);
    let answer = |now: &Versioned<Vec<SupervisionLine>>| pb::ReplaceSupervisionLinesResponse {
        supervision_lines: supervision_lines::messages(&now.value),
        etag: records::etag(now.version),
    };
    let replace = |actor: Actor| async move {
        let replaced = app.replace_supervision_lines(&actor, &program, &round, lines, etag);
        Ok(replaced.await?)
    };
    once(app, caller, answer, replace).await
}
