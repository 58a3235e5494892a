//! `AvailabilityService`: the windows and days away of supervisors, trainees
//! and sites, which are part of their records.

use tonic::{Request, Response, Status};

use super::super::convert::fields::Fields;
use super::super::convert::names::{name, split};
use super::super::convert::{availability, records, week_preview};
use super::super::pb;
use super::super::request::{Caller, caller, once, opened, read};
use super::is_overtaken;
use crate::app::{Actor, App};
use crate::domain::{
    Availability, Participant, ProgramKey, Site, SiteKey, Supervisor, SupervisorKey, Trainee,
    TraineeKey, Versioned, ZoneName,
};

/// Answers the calls on availability.
#[derive(Clone, Debug)]
pub(in super::super) struct AvailabilityCalls {
    pub(in super::super) app: App,
}

/// A record that has windows and days away.
trait Available {
    /// The collection of its name.
    const COLLECTION: &'static str;

    /// Returns its key, its zone, and its windows and days away.
    fn parts(&self) -> (&str, ZoneName, &Availability);
}

macro_rules! available {
    ($($kind:ident $collection:literal $calendar:ident,)+) => {$(
        impl Available for $kind {
            const COLLECTION: &'static str = $collection;

            fn parts(&self) -> (&str, ZoneName, &Availability) {
                (self.key.as_str(), self.time_zone, &self.$calendar)
            }
        }
    )+};
}

available! {
    Site "sites" opening,
    Supervisor "supervisors" availability,
    Trainee "trainees" availability,
}

#[tonic::async_trait]
impl pb::availability_service_server::AvailabilityService for AvailabilityCalls {
    async fn get_availability(
        &self,
        request: Request<pb::GetAvailabilityRequest>,
    ) -> Result<Response<pb::GetAvailabilityResponse>, Status> {
        let (actor, request) = opened(request)?;
        let (program, owner) = read(|fields| owner("name", &request.name, fields))?;
        let availability = match &owner {
            Participant::Site(key) => {
                message(&program, &self.app.whole_site(&actor, &program, key).await?)
            }
            Participant::Supervisor(key) => {
                let record = self.app.whole_supervisor(&actor, &program, key).await?;
                message(&program, &record)
            }
            Participant::Trainee(key) => {
                let record = self.app.whole_trainee(&actor, &program, key).await?;
                message(&program, &record)
            }
        };
        Ok(Response::new(pb::GetAvailabilityResponse {
            availability: Some(availability),
        }))
    }

    async fn replace_availability(
        &self,
        request: Request<pb::ReplaceAvailabilityRequest>,
    ) -> Result<Response<pb::ReplaceAvailabilityResponse>, Status> {
        let (actor, request) = opened(request)?;
        let (caller, (program, owner), new, etag) = read(|fields| {
            let caller = caller(
                actor,
                "ReplaceAvailability",
                &request.request_id,
                &request,
                fields,
            );
            let given = fields.required("availability", request.availability)?;
            let owner = owner("availability.name", &given.name, fields);
            let etag = records::version(&given.etag);
            let mut within = fields.at("availability");
            let new = availability::read(&given.windows, given.away, &mut within);
            Some((caller?, owner?, new?, etag))
        })?;
        match owner {
            Participant::Site(key) => self.replace_site(caller, program, key, new, etag).await,
            Participant::Supervisor(key) => {
                self.replace_supervisor(caller, program, key, new, etag)
                    .await
            }
            Participant::Trainee(key) => {
                self.replace_trainee(caller, program, key, new, etag).await
            }
        }
    }

    async fn preview_week(
        &self,
        request: Request<pb::PreviewWeekRequest>,
    ) -> Result<Response<pb::PreviewWeekResponse>, Status> {
        let (actor, request) = opened(request)?;
        let ((program, owner), day, zone) = read(|fields| {
            let owner = owner("name", &request.name, fields);
            let day = fields.day("day", request.day);
            let zone = fields.optional_zone("time_zone", &request.time_zone);
            Some((owner?, day?, zone?))
        })?;
        let week = self.app.preview_week(&actor, &program, &owner, day, zone);
        Ok(Response::new(week_preview::message(&week.await?)))
    }
}

macro_rules! replace {
    ($replace:ident: $kind:ident, $key:ty, $calendar:ident, $whole:ident, $update:ident) => {
        impl AvailabilityCalls {
            async fn $replace(
                &self,
                caller: Caller,
                program: ProgramKey,
                key: $key,
                new: Availability,
                etag: Option<i64>,
            ) -> Result<Response<pb::ReplaceAvailabilityResponse>, Status> {
                let owner = program.clone();
                let answer = move |record: &Versioned<$kind>| pb::ReplaceAvailabilityResponse {
                    availability: Some(message(&owner, record)),
                };
                let replace = |actor: Actor| async move {
                    let mut tries = 0;
                    loop {
                        let current = self.app.$whole(&actor, &program, &key).await?;
                        let held = Some(etag.unwrap_or(current.version));
                        let changed = $kind {
                            $calendar: new.clone(),
                            ..current.value
                        };
                        let mut updated = self.app.$update(&actor, &program, changed, held).await;
                        if !is_overtaken(&mut updated, etag, &mut tries).await {
                            return Ok(updated?);
                        }
                    }
                };
                once(&self.app, caller, answer, replace).await
            }
        }
    };
}

replace!(replace_site: Site, SiteKey, opening, whole_site, update_site);
replace!(replace_supervisor: Supervisor, SupervisorKey, availability, whole_supervisor,
    update_supervisor);
replace!(replace_trainee: Trainee, TraineeKey, availability, whole_trainee, update_trainee);

/// Reads the name of an availability.
fn owner(field: &str, given: &str, fields: &mut Fields<'_>) -> Option<(ProgramKey, Participant)> {
    let found = given.strip_suffix("/availability").and_then(|name| {
        let site = || split(name, "sites").map(|(program, key)| (program, Participant::Site(key)));
        let supervisor = || {
            split(name, "supervisors").map(|(program, key)| (program, Participant::Supervisor(key)))
        };
        let trainee =
            || split(name, "trainees").map(|(program, key)| (program, Participant::Trainee(key)));
        site().or_else(supervisor).or_else(trainee)
    });
    if found.is_none() {
        let message = "must be programs/{program}/supervisors/{supervisor}/availability, \
                       or the same under trainees or sites";
        fields.refuse(field, "name", message);
    }
    found
}

/// Returns the availability of a record as a message.
fn message<T: Available>(program: &ProgramKey, record: &Versioned<T>) -> pb::Availability {
    let (key, zone, own) = record.value.parts();
    pb::Availability {
        name: format!("{}/availability", name(program, T::COLLECTION, key)),
        time_zone: zone.to_string(),
        windows: availability::windows(own),
        away: availability::away(own),
        update_time: Some(records::timestamp(record.updated_at)),
        etag: records::etag(record.version),
    }
}
