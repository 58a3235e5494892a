//! `ExclusionService` and `RequirementService`: what belongs to a trainee in
//! every round.

use tonic::{Request, Response, Status};

use super::super::convert::{records, trainee_rows};
use super::super::pb;
use super::super::request::{caller, once, opened, read};
use super::super::status::status;
use crate::app::{Actor, App};
use crate::domain::{Exclusion, ProgramKey, Requirement, TraineeKey, Versioned};

macro_rules! trainee_rows_service {
    (
        $(#[$doc:meta])*
        $calls:ident: $service:path;
        $row:ident, $many:ident, $read:ident;
        $get:ident ($get_request:ident -> $get_response:ident),
        $replace:ident $replace_name:literal ($replace_request:ident -> $replace_response:ident)
    ) => {
        $(#[$doc])*
        #[derive(Clone, Debug)]
        pub(in super::super) struct $calls {
            pub(in super::super) app: App,
        }

        #[tonic::async_trait]
        impl $service for $calls {
            async fn $get(
                &self,
                request: Request<pb::$get_request>,
            ) -> Result<Response<pb::$get_response>, Status> {
                let (actor, request) = opened(request)?;
                let name = request.trainee;
                let (program, trainee): (ProgramKey, TraineeKey) =
                    read(|fields| fields.resource_name("trainee", &name, "trainees"))?;
                let found = self.app.$get(&actor, &program, &trainee).await;
                let found = found.map_err(status)?;
                Ok(Response::new(pb::$get_response {
                    $many: trainee_rows::$many(&found.value),
                    etag: records::etag(found.version),
                }))
            }

            async fn $replace(
                &self,
                request: Request<pb::$replace_request>,
            ) -> Result<Response<pb::$replace_response>, Status> {
                let (actor, request) = opened(request)?;
                let (caller, (program, trainee), new) = read(|fields| {
                    let caller = caller(actor, $replace_name, &request.request_id, &request, fields);
                    let name: Option<(ProgramKey, TraineeKey)> =
                        fields.resource_name("trainee", &request.trainee, "trainees");
                    let trainee = name.as_ref().map(|(_, trainee)| trainee);
                    let new = trainee_rows::$read(&request.$many, trainee, fields);
                    Some((caller?, name?, new?))
                })?;
                let etag = records::version(&request.etag);
                let answer = |now: &Versioned<Vec<$row>>| pb::$replace_response {
                    $many: trainee_rows::$many(&now.value),
                    etag: records::etag(now.version),
                };
                let replace = |actor: Actor| async move {
                    let replaced = self.app.$replace(&actor, &program, &trainee, new, etag);
                    Ok(replaced.await?)
                };
                once(&self.app, caller, answer, replace).await
            }
        }
    };
}

trainee_rows_service! {
    /// Answers the calls on exclusions.
    ExclusionCalls: pb::exclusion_service_server::ExclusionService;
    Exclusion, exclusions, read_exclusions;
    get_exclusions (GetExclusionsRequest -> GetExclusionsResponse),
    replace_exclusions "ReplaceExclusions" (ReplaceExclusionsRequest -> ReplaceExclusionsResponse)
}

trainee_rows_service! {
    /// Answers the calls on requirements.
    RequirementCalls: pb::requirement_service_server::RequirementService;
    Requirement, requirements, read_requirements;
    get_requirements (GetRequirementsRequest -> GetRequirementsResponse),
    replace_requirements "ReplaceRequirements"
        (ReplaceRequirementsRequest -> ReplaceRequirementsResponse)
}
