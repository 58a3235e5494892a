//! `ProgramService`.

use tonic::{Request, Response, Status};

use super::super::convert::mask::{self, merge};
use super::super::convert::{programs, records};
use super::super::pb;
use super::super::request::{caller, next_token, once, opened, page, read};
use super::super::status::status;
use super::is_overtaken;
use crate::app::{Actor, App, NewProgram};
use crate::domain::{Program, Versioned};

/// Answers the calls on programs.
#[derive(Clone, Debug)]
pub(in super::super) struct ProgramCalls {
    pub(in super::super) app: App,
}

#[tonic::async_trait]
impl pb::program_service_server::ProgramService for ProgramCalls {
    async fn get_program(
        &self,
        request: Request<pb::GetProgramRequest>,
    ) -> Result<Response<pb::GetProgramResponse>, Status> {
        let (actor, request) = opened(request)?;
        let key = read(|fields| fields.program_name("name", &request.name))?;
        let record = self.app.get_program(&actor, &key).await;
        Ok(Response::new(pb::GetProgramResponse {
            program: Some(programs::message(&record.map_err(status)?)),
        }))
    }

    async fn list_programs(
        &self,
        request: Request<pb::ListProgramsRequest>,
    ) -> Result<Response<pb::ListProgramsResponse>, Status> {
        let (actor, request) = opened(request)?;
        let scope = "programs";
        let page = read(|fields| page(request.page_size, &request.page_token, scope, fields))?;
        let found = self.app.list_programs(&actor, &page).await;
        let found = found.map_err(status)?;
        Ok(Response::new(pb::ListProgramsResponse {
            programs: found.items.iter().map(programs::message).collect(),
            next_page_token: next_token(&found, scope),
        }))
    }

    async fn create_program(
        &self,
        request: Request<pb::CreateProgramRequest>,
    ) -> Result<Response<pb::CreateProgramResponse>, Status> {
        let (actor, request) = opened(request)?;
        let (caller, new) = read(|fields| {
            let caller = caller(
                actor,
                "CreateProgram",
                &request.request_id,
                &request,
                fields,
            );
            let key = match request.program_id.as_str() {
                "" => Some(None),
                given => fields.parse("program_id", given).map(Some),
            };
            let message = fields.required("program", request.program);
            let program = programs::read(message?, &mut fields.at("program"));
            let (name, time_zone) = program?;
            Some((
                caller?,
                NewProgram {
                    key: key?,
                    name,
                    time_zone,
                },
            ))
        })?;
        let answer = |record: &Versioned<Program>| pb::CreateProgramResponse {
            program: Some(programs::message(record)),
        };
        let create = |actor: Actor| async move { Ok(self.app.create_program(&actor, new).await?) };
        once(&self.app, caller, answer, create).await
    }

    async fn update_program(
        &self,
        request: Request<pb::UpdateProgramRequest>,
    ) -> Result<Response<pb::UpdateProgramResponse>, Status> {
        let (actor, request) = opened(request)?;
        let (caller, new, key) = read(|fields| {
            let caller = caller(
                actor,
                "UpdateProgram",
                &request.request_id,
                &request,
                fields,
            );
            mask::check::<pb::Program>(request.update_mask.as_ref(), fields);
            let new = fields.required("program", request.program.clone())?;
            let key = fields.program_name("program.name", &new.name);
            Some((caller?, new, key?))
        })?;
        let answer = |record: &Versioned<Program>| pb::UpdateProgramResponse {
            program: Some(programs::message(record)),
        };
        let update = |actor: Actor| async move {
            let etag = records::version(&new.etag);
            let mask = request.update_mask.as_ref();
            let mut tries = 0;
            loop {
                let current = self.app.get_program(&actor, &key).await?;
                let (name, time_zone) = read(|fields| {
                    let merged = merge(programs::message(&current), new.clone(), mask, fields);
                    programs::read(merged, &mut fields.at("program"))
                })?;
                let key = key.clone();
                let program = Program {
                    key,
                    name,
                    time_zone,
                };
                let held = Some(etag.unwrap_or(current.version));
                let mut updated = self.app.update_program(&actor, program, held).await;
                if !is_overtaken(&mut updated, etag, &mut tries).await {
                    return Ok(updated?);
                }
            }
        };
        once(&self.app, caller, answer, update).await
    }
}
