//! `ChangeService`: what partners are told of.

use std::collections::BTreeSet;

use tokio::sync::mpsc;
use tokio::sync::watch::Receiver;
use tonic::{Request, Response, Status};

use super::super::convert::fields::Fields;
use super::super::convert::{publications, words};
use super::super::pb;
use super::super::request::{opened, page, read};
use super::super::status::status;
use super::watch::{Answers, LOOK, streamed};
use crate::app::{Actor, App};
use crate::domain::{ChangeKind, ProgramKey};

/// Answers the calls on changes.
#[derive(Clone, Debug)]
pub(in super::super) struct ChangeCalls {
    pub(in super::super) app: App,
    /// Turns true when the server stops.
    pub(in super::super) is_stopping: Receiver<bool>,
}

/// Reads after which change to begin, and which kinds are wanted.
fn read_wanted(
    after_sequence: i64,
    kinds: &[i32],
    fields: &mut Fields<'_>,
) -> Option<(i64, BTreeSet<ChangeKind>)> {
    if after_sequence < 0 {
        fields.refuse("after_sequence", "range", "must not be negative");
    }
    fields.count("kinds", kinds.len())?;
    let kinds: Vec<Option<ChangeKind>> = kinds
        .iter()
        .enumerate()
        .map(|(place, kind)| {
            fields.choice(&format!("kinds[{place}]"), *kind, words::read_change_kind)
        })
        .collect();
    Some((after_sequence, kinds.into_iter().collect::<Option<_>>()?))
}

#[tonic::async_trait]
impl pb::change_service_server::ChangeService for ChangeCalls {
    type WatchChangesStream = Answers<pb::WatchChangesResponse>;

    async fn watch_changes(
        &self,
        request: Request<pb::WatchChangesRequest>,
    ) -> Result<Response<Self::WatchChangesStream>, Status> {
        let (actor, request) = opened(request)?;
        let (program, (after, kinds)) = read(|fields| {
            let program = fields.program_name("parent", &request.parent);
            let wanted = read_wanted(request.after_sequence, &request.kinds, fields);
            Some((program?, wanted?))
        })?;
        // What cannot be watched is told before the stream begins.
        let reached = self.app.check_changes_reached(&actor, &program, after);
        reached.await.map_err(status)?;
        let barred = {
            let (app, actor, program) = (self.app.clone(), actor.clone(), program.clone());
            async move { app.barred_from_changes(&actor, &program).await }
        };
        let watching = Watching {
            app: self.app.clone(),
            actor,
            program,
            kinds,
        };
        let is_stopping = self.is_stopping.clone();
        let changes = streamed(is_stopping, barred, |sender| watching.send(after, sender));
        Ok(Response::new(changes))
    }

    async fn list_changes(
        &self,
        request: Request<pb::ListChangesRequest>,
    ) -> Result<Response<pb::ListChangesResponse>, Status> {
        let (actor, request) = opened(request)?;
        let (program, (after, kinds), page) = read(|fields| {
            let program = fields.program_name("parent", &request.parent);
            let wanted = read_wanted(request.after_sequence, &request.kinds, fields);
            let page = page(request.page_size, "", "", fields);
            Some((program?, wanted?, page?))
        })?;
        let limit = usize::try_from(page.size).unwrap_or(usize::MAX);
        let found = self
            .app
            .list_changes(&actor, &program, after, &kinds, limit)
            .await?;
        let message = |change| publications::change(&program, change);
        Ok(Response::new(pb::ListChangesResponse {
            changes: found.changes.iter().map(message).collect(),
            last_sequence: found.seen,
            has_more: found.has_more,
        }))
    }
}

/// Who watches what.
struct Watching {
    app: App,
    actor: Actor,
    program: ProgramKey,
    kinds: BTreeSet<ChangeKind>,
}

impl Watching {
    /// Sends what follows a number, until the reader goes.
    async fn send(
        self,
        mut after: i64,
        sender: mpsc::Sender<Result<pb::WatchChangesResponse, Status>>,
    ) {
        loop {
            let seen =
                self.app
                    .wait_for_changes(&self.actor, &self.program, after, &self.kinds, LOOK);
            let found = match seen.await {
                Ok(found) => found,
                Err(error) => {
                    // Nobody is left to tell when this fails.
                    let _ = sender.send(Err(status(error))).await;
                    return;
                }
            };
            after = found.seen;
            for change in &found.changes {
                let answer = pb::WatchChangesResponse {
                    change: Some(publications::change(&self.program, change)),
                };
                if sender.send(Ok(answer)).await.is_err() {
                    return;
                }
            }
        }
    }
}
