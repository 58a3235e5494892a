//! `AvailabilityService`: the windows and days away of supervisors, trainees
//! and sites, which are part of their records.

use tonic::{Request, Response, Status};

use super::super::convert::fields::Fields;
use super::super::convert::names::{name, split};
use super::super::convert::{availability, records};
use super::super::pb;
use super::super::request::{actor, read};
use super::super::status::status;
use super::{done_before, is_overtaken};
use crate::app::{Actor, App, AppError};
use crate::domain::{
    Availability, Key, ProgramKey, Site, SiteKey, Supervisor, SupervisorKey, Trainee, TraineeKey,
    Versioned,
};

/// Answers the calls on availability.
#[derive(Clone, Debug)]
pub(in super::super) struct AvailabilityCalls {
    pub(in super::super) app: App,
}

/// Whose availability is meant.
#[derive(Clone, Debug)]
enum Owner {
    Site(SiteKey),
    Supervisor(SupervisorKey),
    Trainee(TraineeKey),
}

/// The record of an owner.
enum Record {
    Site(Versioned<Site>),
    Supervisor(Versioned<Supervisor>),
    Trainee(Versioned<Trainee>),
}

#[tonic::async_trait]
impl pb::availability_service_server::AvailabilityService for AvailabilityCalls {
    async fn get_availability(
        &self,
        request: Request<pb::GetAvailabilityRequest>,
    ) -> Result<Response<pb::GetAvailabilityResponse>, Status> {
        let request = request.into_inner();
        let (program, owner) = read(|fields| owner("name", &request.name, fields))?;
        let record = self.fetch(&Actor::operator(), &program, &owner).await;
        Ok(Response::new(pb::GetAvailabilityResponse {
            availability: Some(record.map_err(status)?.message(&program)),
        }))
    }

    async fn replace_availability(
        &self,
        request: Request<pb::ReplaceAvailabilityRequest>,
    ) -> Result<Response<pb::ReplaceAvailabilityResponse>, Status> {
        let request = request.into_inner();
        let (actor, (program, owner), new, etag) = read(|fields| {
            let actor = actor("ReplaceAvailability", &request.request_id, &request, fields);
            let given = fields.required("availability", request.availability)?;
            let owner = owner("availability.name", &given.name, fields);
            let etag = records::version(&given.etag);
            let mut within = fields.at("availability");
            let new = availability::read(&given.windows, given.away, &mut within);
            Some((actor?, owner?, new?, etag))
        })?;
        let mut tries = 0;
        loop {
            let current = self.fetch(&actor, &program, &owner).await.map_err(status)?;
            let replacing = self.replace(&actor, &program, current, new.clone(), etag);
            let mut replaced = Box::pin(replacing).await;
            if is_overtaken(&mut replaced, etag, &mut tries).await {
                continue;
            }
            let record = match done_before::<_, Key>(&replaced) {
                Some(_) => self.fetch(&actor, &program, &owner).await,
                None => replaced,
            };
            return Ok(Response::new(pb::ReplaceAvailabilityResponse {
                availability: Some(record.map_err(status)?.message(&program)),
            }));
        }
    }
}

impl AvailabilityCalls {
    async fn fetch(
        &self,
        actor: &Actor,
        program: &ProgramKey,
        owner: &Owner,
    ) -> Result<Record, AppError> {
        let app = &self.app;
        Ok(match owner {
            Owner::Site(key) => Record::Site(app.get_site(actor, program, key).await?),
            Owner::Supervisor(key) => {
                Record::Supervisor(app.get_supervisor(actor, program, key).await?)
            }
            Owner::Trainee(key) => Record::Trainee(app.get_trainee(actor, program, key).await?),
        })
    }

    async fn replace(
        &self,
        actor: &Actor,
        program: &ProgramKey,
        current: Record,
        new: Availability,
        etag: Option<i64>,
    ) -> Result<Record, AppError> {
        let app = &self.app;
        Ok(match current {
            Record::Site(record) => {
                let held = Some(etag.unwrap_or(record.version));
                let site = Site {
                    opening: new,
                    ..record.value
                };
                Record::Site(app.update_site(actor, program, site, held).await?)
            }
            Record::Supervisor(record) => {
                let held = Some(etag.unwrap_or(record.version));
                let supervisor = Supervisor {
                    availability: new,
                    ..record.value
                };
                Record::Supervisor(
                    app.update_supervisor(actor, program, supervisor, held)
                        .await?,
                )
            }
            Record::Trainee(record) => {
                let held = Some(etag.unwrap_or(record.version));
                let trainee = Trainee {
                    availability: new,
                    ..record.value
                };
                Record::Trainee(app.update_trainee(actor, program, trainee, held).await?)
            }
        })
    }
}

/// Reads the name of an availability.
fn owner(field: &str, given: &str, fields: &mut Fields<'_>) -> Option<(ProgramKey, Owner)> {
    let found = given.strip_suffix("/availability").and_then(|name| {
        let site = || split(name, "sites").map(|(program, key)| (program, Owner::Site(key)));
        let supervisor =
            || split(name, "supervisors").map(|(program, key)| (program, Owner::Supervisor(key)));
        let trainee =
            || split(name, "trainees").map(|(program, key)| (program, Owner::Trainee(key)));
        site().or_else(supervisor).or_else(trainee)
    });
    if found.is_none() {
        let message = "must be programs/{program}/supervisors/{supervisor}/availability, \
                       or the same under trainees or sites";
        fields.refuse(field, "name", message);
    }
    found
}

impl Record {
    fn message(&self, program: &ProgramKey) -> pb::Availability {
        let (collection, key, zone, own, version, updated_at) = match self {
            Self::Site(record) => {
                let site = &record.value;
                let key = site.key.as_str();
                (
                    "sites",
                    key,
                    site.time_zone,
                    &site.opening,
                    record.version,
                    record.updated_at,
                )
            }
            Self::Supervisor(record) => {
                let Supervisor {
                    key,
                    time_zone,
                    availability,
                    ..
                } = &record.value;
                let (version, at) = (record.version, record.updated_at);
                (
                    "supervisors",
                    key.as_str(),
                    *time_zone,
                    availability,
                    version,
                    at,
                )
            }
            Self::Trainee(record) => {
                let Trainee {
                    key,
                    time_zone,
                    availability,
                    ..
                } = &record.value;
                let (version, at) = (record.version, record.updated_at);
                (
                    "trainees",
                    key.as_str(),
                    *time_zone,
                    availability,
                    version,
                    at,
                )
            }
        };
        pb::Availability {
            name: format!("{}/availability", name(program, collection, key)),
            time_zone: zone.to_string(),
            windows: availability::windows(own),
            away: availability::away(own),
            update_time: Some(records::timestamp(updated_at)),
            etag: records::etag(version),
        }
    }
}
