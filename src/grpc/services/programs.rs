//! `ProgramService`.

use tonic::{Request, Response, Status};

use super::super::convert::mask::merge;
use super::super::convert::{programs, records};
use super::super::pb;
use super::super::request::{actor, next_token, page, read};
use super::super::status::status;
use super::{done_before, is_overtaken, new_key};
use crate::app::{Actor, App, NewProgram};
use crate::domain::ProgramKey;

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
        let request = request.into_inner();
        let key = read(|fields| fields.program_name("name", &request.name))?;
        let record = self.app.get_program(&Actor::operator(), &key).await;
        Ok(Response::new(pb::GetProgramResponse {
            program: Some(programs::message(&record.map_err(status)?)),
        }))
    }

    async fn list_programs(
        &self,
        request: Request<pb::ListProgramsRequest>,
    ) -> Result<Response<pb::ListProgramsResponse>, Status> {
        let request = request.into_inner();
        let scope = "programs";
        let page = read(|fields| page(request.page_size, &request.page_token, scope, fields))?;
        let found = self.app.list_programs(&Actor::operator(), &page).await;
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
        let request = request.into_inner();
        let (actor, program) = read(|fields| {
            let actor = actor("CreateProgram", &request.request_id, &request, fields);
            // A repeat must meet the program that the first created.
            let given = match request.program_id.as_str() {
                "" => request.request_id.to_lowercase(),
                given => given.to_owned(),
            };
            let key = fields.parse("program_id", &new_key(given));
            let message = fields.required("program", request.program);
            let program = programs::read(message?, key, &mut fields.at("program"));
            Some((actor?, program?))
        })?;
        let new = NewProgram {
            key: Some(program.key),
            name: program.name,
            time_zone: program.time_zone,
        };
        let mut record = self.app.create_program(&actor, new).await;
        if let Some(key) = done_before(&record) {
            record = self.app.get_program(&actor, &key).await;
        }
        let record = record.map_err(status)?;
        Ok(Response::new(pb::CreateProgramResponse {
            program: Some(programs::message(&record)),
        }))
    }

    async fn update_program(
        &self,
        request: Request<pb::UpdateProgramRequest>,
    ) -> Result<Response<pb::UpdateProgramResponse>, Status> {
        let request = request.into_inner();
        let (actor, new, key) = read(|fields| {
            let actor = actor("UpdateProgram", &request.request_id, &request, fields);
            let new = fields.required("program", request.program.clone())?;
            let key = fields.program_name("program.name", &new.name);
            Some((actor?, new, key?))
        })?;
        let etag = records::version(&new.etag);
        let mask = request.update_mask.as_ref();
        let mut tries = 0;
        loop {
            let current = self.app.get_program(&actor, &key).await.map_err(status)?;
            let program = read(|fields| {
                let merged = merge(programs::message(&current), new.clone(), mask, fields);
                programs::read(merged, Some(key.clone()), &mut fields.at("program"))
            })?;
            let held = Some(etag.unwrap_or(current.version));
            let mut updated = self.app.update_program(&actor, program, held).await;
            if is_overtaken(&mut updated, etag, &mut tries).await {
                continue;
            }
            let record = match done_before::<_, ProgramKey>(&updated) {
                Some(key) => self.app.get_program(&actor, &key).await,
                None => updated,
            };
            return Ok(Response::new(pb::UpdateProgramResponse {
                program: Some(programs::message(&record.map_err(status)?)),
            }));
        }
    }
}
