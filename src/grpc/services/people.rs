//! `SiteService`, `SupervisorService` and `TraineeService`, which differ in
//! names only.

use tonic::{Request, Response, Status};

use super::super::convert::fields::Fields;
use super::super::convert::mask::{self, merge};
use super::super::convert::names::name;
use super::super::convert::{batch, listing, records, sites, supervisors, trainees};
use super::super::pb;
use super::super::request::{caller, list, next_token, once, opened, read};
use super::super::status::status;
use super::{is_overtaken, new_key};
use crate::app::{Actor, App, Upsert, Upserted};
use crate::domain::{
    Availability, Site, SiteKey, Supervisor, SupervisorKey, Trainee, TraineeKey, Versioned,
};

macro_rules! people_service {
    (
        $(#[$doc:meta])*
        $calls:ident: $service:path;
        $kind:ident, $one:ident, $one_id:ident, $many:ident, $key:ty, $calendar:ident;
        $create:ident $create_name:literal ($create_request:ident -> $create_response:ident),
        $get:ident ($get_request:ident -> $get_response:ident),
        $list:ident ($list_request:ident -> $list_response:ident),
        $whole:ident;
        $update:ident $update_name:literal ($update_request:ident -> $update_response:ident),
        $delete:ident $delete_name:literal ($delete_request:ident -> $delete_response:ident),
        $batch:ident $batch_name:literal ($batch_request:ident -> $batch_response:ident) $upsert:ident
    ) => {
        $(#[$doc])*
        #[derive(Clone, Debug)]
        pub(in super::super) struct $calls {
            pub(in super::super) app: App,
        }

        #[tonic::async_trait]
        impl $service for $calls {
            async fn $create(
                &self,
                request: Request<pb::$create_request>,
            ) -> Result<Response<pb::$create_response>, Status> {
                let (actor, request) = opened(request)?;
                let (caller, program, new) = read(|fields| {
                    let caller = caller(actor, $create_name, &request.request_id, &request, fields);
                    let program = fields.program_name("parent", &request.parent);
                    let key: Option<$key> =
                        fields.parse(stringify!($one_id), &new_key(request.$one_id));
                    let message = fields.required(stringify!($one), request.$one.clone())?;
                    let mut within = fields.at(stringify!($one));
                    let new = $many::read(message, key, Availability::default(), &mut within);
                    Some((caller?, program?, new?))
                })?;
                let owner = program.clone();
                let answer = move |record: &Versioned<$kind>| pb::$create_response {
                    $one: Some($many::message(&owner, record)),
                };
                let create = |actor: Actor| async move {
                    Ok(self.app.$create(&actor, &program, new).await?)
                };
                once(&self.app, caller, answer, create).await
            }

            async fn $get(
                &self,
                request: Request<pb::$get_request>,
            ) -> Result<Response<pb::$get_response>, Status> {
                let (actor, request) = opened(request)?;
                let (program, key) = read(|fields| {
                    fields.resource_name::<$key>("name", &request.name, stringify!($many))
                })?;
                let record = self.app.$get(&actor, &program, &key).await;
                Ok(Response::new(pb::$get_response {
                    $one: Some($many::message(&program, &record.map_err(status)?)),
                }))
            }

            async fn $list(
                &self,
                request: Request<pb::$list_request>,
            ) -> Result<Response<pb::$list_response>, Status> {
                let (actor, request) = opened(request)?;
                let scope = format!("{}/{}", request.parent, stringify!($many));
                let (program, (list, scope)) = read(|fields| {
                    let program = fields.program_name("parent", &request.parent);
                    let order = listing::order(&request.order_by, listing::BY_NAME, fields);
                    let through = (order, listing::$many(&request.filter, fields));
                    let (size, token) = (request.page_size, &request.page_token);
                    let list = list(size, token, &scope, through, fields);
                    Some((program?, list?))
                })?;
                let found = self.app.$list(&actor, &program, &list).await?;
                let message = |record| $many::message(&program, record);
                Ok(Response::new(pb::$list_response {
                    $many: found.items.iter().map(message).collect(),
                    next_page_token: next_token(&found, &scope),
                }))
            }

            async fn $update(
                &self,
                request: Request<pb::$update_request>,
            ) -> Result<Response<pb::$update_response>, Status> {
                let (actor, request) = opened(request)?;
                let (caller, new, (program, key)) = read(|fields| {
                    let caller = caller(actor, $update_name, &request.request_id, &request, fields);
                    mask::check::<pb::$kind>(request.update_mask.as_ref(), fields);
                    let new = fields.required(stringify!($one), request.$one.clone())?;
                    let field = concat!(stringify!($one), ".name");
                    let name =
                        fields.resource_name::<$key>(field, &new.name, stringify!($many));
                    Some((caller?, new, name?))
                })?;
                let owner = program.clone();
                let answer = move |record: &Versioned<$kind>| pb::$update_response {
                    $one: Some($many::message(&owner, record)),
                };
                let update = |actor: Actor| async move {
                    let etag = records::version(&new.etag);
                    let mask = request.update_mask.as_ref();
                    let mut tries = 0;
                    loop {
                        let current = self.app.$whole(&actor, &program, &key).await?;
                        let changed = read(|fields| {
                            let old = $many::message(&program, &current);
                            let merged = merge(old, new.clone(), mask, fields);
                            let calendar = current.value.$calendar.clone();
                            let mut within = fields.at(stringify!($one));
                            $many::read(merged, Some(key.clone()), calendar, &mut within)
                        })?;
                        let held = Some(etag.unwrap_or(current.version));
                        let mut updated =
                            self.app.$update(&actor, &program, changed, held).await;
                        if !is_overtaken(&mut updated, etag, &mut tries).await {
                            return Ok(updated?);
                        }
                    }
                };
                once(&self.app, caller, answer, update).await
            }

            async fn $delete(
                &self,
                request: Request<pb::$delete_request>,
            ) -> Result<Response<pb::$delete_response>, Status> {
                let (actor, request) = opened(request)?;
                let (caller, (program, key)) = read(|fields| {
                    let caller = caller(actor, $delete_name, &request.request_id, &request, fields);
                    let name =
                        fields.resource_name::<$key>("name", &request.name, stringify!($many));
                    Some((caller?, name?))
                })?;
                let etag = records::version(&request.etag);
                let delete = |actor: Actor| async move {
                    Ok(self.app.$delete(&actor, &program, &key, etag).await?)
                };
                once(&self.app, caller, |(): &()| pb::$delete_response {}, delete).await
            }

            async fn $batch(
                &self,
                request: Request<pb::$batch_request>,
            ) -> Result<Response<pb::$batch_response>, Status> {
                let (actor, request) = opened(request)?;
                let (caller, program, records) = read(|fields| {
                    let caller = caller(actor, $batch_name, &request.request_id, &request, fields);
                    let program = fields.program_name("parent", &request.parent);
                    let record = |message: pb::$kind, fields: &mut Fields<'_>| {
                        let collection = stringify!($many);
                        let name = fields.resource_name::<$key>("name", &message.name, collection);
                        let etag = records::version(&message.etag);
                        let key = name.as_ref().map(|(_, key)| key.clone());
                        let value = $many::read(message, key, Availability::default(), fields);
                        (name, value.map(|value| Upsert { value, etag }))
                    };
                    let (collection, messages) = (stringify!($many), request.$many);
                    let records =
                        batch::records(collection, program.as_ref(), messages, fields, record);
                    Some((caller?, program?, records?))
                })?;
                let owner = program.clone();
                let answer = move |all: &Vec<Upserted<$kind>>| {
                    let result = |one: &Upserted<$kind>| {
                        let name = name(&owner, stringify!($many), &one.record.value.key);
                        batch::result(name, one.outcome, &one.record)
                    };
                    pb::$batch_response {
                        results: all.iter().map(result).collect(),
                    }
                };
                let upsert = |actor: Actor| async move {
                    Ok(self.app.$upsert(&actor, &program, records).await?)
                };
                once(&self.app, caller, answer, upsert).await
            }
        }
    };
}

people_service! {
    /// Answers the calls on sites.
    SiteCalls: pb::site_service_server::SiteService;
    Site, site, site_id, sites, SiteKey, opening;
    create_site "CreateSite" (CreateSiteRequest -> CreateSiteResponse),
    get_site (GetSiteRequest -> GetSiteResponse),
    list_sites (ListSitesRequest -> ListSitesResponse),
    whole_site;
    update_site "UpdateSite" (UpdateSiteRequest -> UpdateSiteResponse),
    delete_site "DeleteSite" (DeleteSiteRequest -> DeleteSiteResponse),
    batch_upsert_sites "BatchUpsertSites"
        (BatchUpsertSitesRequest -> BatchUpsertSitesResponse) upsert_sites
}

people_service! {
    /// Answers the calls on supervisors.
    SupervisorCalls: pb::supervisor_service_server::SupervisorService;
    Supervisor, supervisor, supervisor_id, supervisors, SupervisorKey, availability;
    create_supervisor "CreateSupervisor" (CreateSupervisorRequest -> CreateSupervisorResponse),
    get_supervisor (GetSupervisorRequest -> GetSupervisorResponse),
    list_supervisors (ListSupervisorsRequest -> ListSupervisorsResponse),
    whole_supervisor;
    update_supervisor "UpdateSupervisor" (UpdateSupervisorRequest -> UpdateSupervisorResponse),
    delete_supervisor "DeleteSupervisor" (DeleteSupervisorRequest -> DeleteSupervisorResponse),
    batch_upsert_supervisors "BatchUpsertSupervisors"
        (BatchUpsertSupervisorsRequest -> BatchUpsertSupervisorsResponse) upsert_supervisors
}

people_service! {
    /// Answers the calls on trainees.
    TraineeCalls: pb::trainee_service_server::TraineeService;
    Trainee, trainee, trainee_id, trainees, TraineeKey, availability;
    create_trainee "CreateTrainee" (CreateTraineeRequest -> CreateTraineeResponse),
    get_trainee (GetTraineeRequest -> GetTraineeResponse),
    list_trainees (ListTraineesRequest -> ListTraineesResponse),
    whole_trainee;
    update_trainee "UpdateTrainee" (UpdateTraineeRequest -> UpdateTraineeResponse),
    delete_trainee "DeleteTrainee" (DeleteTraineeRequest -> DeleteTraineeResponse),
    batch_upsert_trainees "BatchUpsertTrainees"
        (BatchUpsertTraineesRequest -> BatchUpsertTraineesResponse) upsert_trainees
}
