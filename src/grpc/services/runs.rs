//! `RunService`.

use tokio::sync::watch::Receiver;
use tonic::{Request, Response, Status};

use super::super::convert::{listing, runs};
use super::super::pb;
use super::super::request::{caller, list, next_token, once, opened, read};
use super::super::status::status;
use super::watch::{Events, follow};
use crate::app::{Actor, App};
use crate::domain::{Key, Run, RunFilter, Versioned};

/// Answers the calls on runs.
#[derive(Clone, Debug)]
pub(in super::super) struct RunCalls {
    pub(in super::super) app: App,
    /// Turns true when the server stops.
    pub(in super::super) is_stopping: Receiver<bool>,
}

#[tonic::async_trait]
impl pb::run_service_server::RunService for RunCalls {
    type WatchRunStream = Events;

    async fn start_run(
        &self,
        request: Request<pb::StartRunRequest>,
    ) -> Result<Response<pb::StartRunResponse>, Status> {
        let (actor, request) = opened(request)?;
        let (caller, (program, round), start) = read(|fields| {
            let caller = caller(actor, "StartRun", &request.request_id, &request, fields);
            let round = fields.resource_name::<Key>("round", &request.round, "rounds");
            let (seconds, memory) = (request.time_limit_seconds, request.memory_bytes_max);
            let limits = runs::read_limits(seconds, memory, fields);
            let program = round.as_ref().map(|(program, _)| program);
            let changed = (request.edits, request.baseline.as_str());
            let start = runs::read_start(program, limits, changed, fields);
            Some((caller?, round?, start?))
        })?;
        let owner = program.clone();
        let answer = move |record: &Versioned<Run>| pb::StartRunResponse {
            run: Some(runs::message(&owner, record)),
        };
        let start = |actor: Actor| async move {
            let started = self.app.start_run(&actor, &program, &round, start);
            Ok(started.await?)
        };
        once(&self.app, caller, answer, start).await
    }

    async fn fork_run(
        &self,
        request: Request<pb::ForkRunRequest>,
    ) -> Result<Response<pb::ForkRunResponse>, Status> {
        let (actor, request) = opened(request)?;
        let (caller, (program, run), start) = read(|fields| {
            let caller = caller(actor, "ForkRun", &request.request_id, &request, fields);
            let run = fields.resource_name::<Key>("run", &request.run, "runs");
            let (seconds, memory) = (request.time_limit_seconds, request.memory_bytes_max);
            let limits = runs::read_limits(seconds, memory, fields);
            let program = run.as_ref().map(|(program, _)| program);
            let changed = (request.edits, request.baseline.as_str());
            let start = runs::read_start(program, limits, changed, fields);
            Some((caller?, run?, start?))
        })?;
        let owner = program.clone();
        let answer = move |record: &Versioned<Run>| pb::ForkRunResponse {
            run: Some(runs::message(&owner, record)),
        };
        let fork = |actor: Actor| async move {
            let started = self.app.fork_run(&actor, &program, &run, start);
            Ok(started.await?)
        };
        once(&self.app, caller, answer, fork).await
    }

    async fn get_run(
        &self,
        request: Request<pb::GetRunRequest>,
    ) -> Result<Response<pb::GetRunResponse>, Status> {
        let (actor, request) = opened(request)?;
        let (program, key) = read(|fields| fields.resource_name("name", &request.name, "runs"))?;
        let record = self.app.get_run(&actor, &program, &key).await;
        Ok(Response::new(pb::GetRunResponse {
            run: Some(runs::message(&program, &record.map_err(status)?)),
        }))
    }

    async fn list_runs(
        &self,
        request: Request<pb::ListRunsRequest>,
    ) -> Result<Response<pb::ListRunsResponse>, Status> {
        let (actor, request) = opened(request)?;
        let scope = format!("{}/runs", request.parent);
        let (program, (list, scope)) = read(|fields| {
            let program = fields.program_name("parent", &request.parent);
            let round = match request.round.as_str() {
                "" => Some(None),
                name => fields
                    .resource_name::<Key>("round", name, "rounds")
                    .map(Some),
            };
            if let (Some(program), Some(Some((owner, _)))) = (&program, &round)
                && owner != program
            {
                fields.refuse("round", "program", "must be a round of the parent");
            }
            let order = listing::order(&request.order_by, listing::BY_ROUND, fields);
            let filter = listing::runs(&request.filter, fields).zip(round);
            let filter = filter.map(|(filter, round)| RunFilter {
                round: round.map(|(_, key)| key),
                ..filter
            });
            let (size, token) = (request.page_size, &request.page_token);
            let list = list(size, token, &scope, (order, filter), fields);
            Some((program?, list?))
        })?;
        let found = self.app.list_runs(&actor, &program, &list).await?;
        let message = |record| runs::message(&program, record);
        Ok(Response::new(pb::ListRunsResponse {
            runs: found.items.iter().map(message).collect(),
            next_page_token: next_token(&found, &scope),
        }))
    }

    async fn cancel_run(
        &self,
        request: Request<pb::CancelRunRequest>,
    ) -> Result<Response<pb::CancelRunResponse>, Status> {
        let (actor, request) = opened(request)?;
        let (caller, (program, key)) = read(|fields| {
            let caller = caller(actor, "CancelRun", &request.request_id, &request, fields);
            let name = fields.resource_name::<Key>("name", &request.name, "runs");
            Some((caller?, name?))
        })?;
        let owner = program.clone();
        let answer = move |record: &Versioned<Run>| pb::CancelRunResponse {
            run: Some(runs::message(&owner, record)),
        };
        let cancel =
            |actor: Actor| async move { Ok(self.app.cancel_run(&actor, &program, &key).await?) };
        once(&self.app, caller, answer, cancel).await
    }

    async fn watch_run(
        &self,
        request: Request<pb::WatchRunRequest>,
    ) -> Result<Response<Events>, Status> {
        let (actor, request) = opened(request)?;
        let ((program, key), after) = read(|fields| {
            let name = fields.resource_name::<Key>("name", &request.name, "runs");
            if request.after_sequence < 0 {
                fields.refuse("after_sequence", "range", "must not be negative");
            }
            Some((name?, request.after_sequence))
        })?;
        // A run that is not there is told before the stream begins.
        let found = self.app.get_run(&actor, &program, &key).await;
        found.map_err(status)?;
        let is_stopping = self.is_stopping.clone();
        let events = follow(self.app.clone(), actor, program, key, after, is_stopping);
        Ok(Response::new(events))
    }
}
