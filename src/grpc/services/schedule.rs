//! `ScheduleService`: what a supervisor sees of published plans, and her
//! answers to them.

use secrecy::ExposeSecret;
use tonic::{Request, Response, Status};

use super::super::convert::fields::Fields;
use super::super::convert::names::split;
use super::super::convert::{publications, schedule, words};
use super::super::pb;
use super::super::request::{caller, next_token, once, once_shown, opened, page, read};
use crate::app::{
    Actor, App, FeedPath, NewResponse, OccurrenceRange, RotatedFeed, which_supervisor,
};
use crate::domain::{Key, Participant, ProgramKey, SupervisorKey, SupervisorResponse};

/// Answers the calls on schedules.
#[derive(Clone, Debug)]
pub(in super::super) struct ScheduleCalls {
    pub(in super::super) app: App,
}

#[tonic::async_trait]
impl pb::schedule_service_server::ScheduleService for ScheduleCalls {
    async fn list_my_trainees(
        &self,
        request: Request<pb::ListMyTraineesRequest>,
    ) -> Result<Response<pb::ListMyTraineesResponse>, Status> {
        let (actor, request) = opened(request)?;
        let scope = format!("{}/mine/{}/trainees", request.parent, request.supervisor_id);
        let (program, named, page) = read(|fields| {
            let program = fields.program_name("parent", &request.parent);
            let named = supervisor(&request.supervisor_id, fields);
            let page = page(request.page_size, &request.page_token, &scope, fields);
            Some((program?, named?, page?))
        })?;
        let listing = self
            .app
            .list_supervised_trainees(&actor, &program, named.as_ref(), &page);
        let found = listing.await?;
        let trainees = found.items.iter();
        Ok(Response::new(pb::ListMyTraineesResponse {
            trainees: trainees
                .map(|one| schedule::trainee(&program, one))
                .collect(),
            next_page_token: next_token(&found, &scope),
        }))
    }

    async fn list_my_sessions(
        &self,
        request: Request<pb::ListMySessionsRequest>,
    ) -> Result<Response<pb::ListMySessionsResponse>, Status> {
        let (actor, request) = opened(request)?;
        let scope = format!("{}/mine/{}/sessions", request.parent, request.supervisor_id);
        let (program, named, zone, page) = read(|fields| {
            let program = fields.program_name("parent", &request.parent);
            let named = supervisor(&request.supervisor_id, fields);
            let zone = fields.optional_zone("time_zone", &request.time_zone);
            let page = page(request.page_size, &request.page_token, &scope, fields);
            Some((program?, named?, zone?, page?))
        })?;
        let listing =
            self.app
                .list_scheduled_sessions(&actor, &program, named.as_ref(), zone, &page);
        let found = listing.await?;
        let sessions = found.value.items.iter();
        Ok(Response::new(pb::ListMySessionsResponse {
            sessions: sessions
                .map(|one| schedule::session(&program, one))
                .collect(),
            time_zone: found.zone.to_string(),
            tzdb_version: found.tzdb_version,
            next_page_token: next_token(&found.value, &scope),
        }))
    }

    async fn list_occurrences(
        &self,
        request: Request<pb::ListOccurrencesRequest>,
    ) -> Result<Response<pb::ListOccurrencesResponse>, Status> {
        let (actor, request) = opened(request)?;
        let scope = format!(
            "{}/occurrences {} {:?} {}",
            request.parent, request.owner, request.days, request.time_zone
        );
        let (program, named, range, page) = read(|fields| {
            let program = fields.program_name("parent", &request.parent);
            let named = owner(program.as_ref(), &request.owner, fields);
            let days = fields.days("days", request.days);
            let zone = fields.optional_zone("time_zone", &request.time_zone);
            let page = page(request.page_size, &request.page_token, &scope, fields);
            let range = OccurrenceRange {
                days: Some(days?),
                zone: zone?,
            };
            Some((program?, named?, range, page?))
        })?;
        let listing = self
            .app
            .list_occurrences(&actor, &program, named.as_ref(), range, &page);
        let found = listing.await?;
        let occurrences = found.value.items.iter();
        Ok(Response::new(pb::ListOccurrencesResponse {
            occurrences: occurrences
                .map(|one| schedule::occurrence(&program, one))
                .collect(),
            time_zone: found.zone.to_string(),
            tzdb_version: found.tzdb_version,
            next_page_token: next_token(&found.value, &scope),
        }))
    }

    async fn respond(
        &self,
        request: Request<pb::RespondRequest>,
    ) -> Result<Response<pb::RespondResponse>, Status> {
        let (actor, request) = opened(request)?;
        let who = actor.clone();
        let (caller, (program, round), named, new) = read(|fields| {
            let caller = caller(actor, "Respond", &request.request_id, &request, fields);
            let round = fields.resource_name::<Key>("round", &request.round, "rounds");
            let named = supervisor(&request.supervisor_id, fields);
            let trainee = fields.parse("trainee_id", &request.trainee_id);
            let answer = fields.choice("answer", request.answer, words::read_response_answer);
            let plan = plan(round.as_ref(), &request.plan, fields);
            let (trainee, answer, plan) = (trainee?, answer?, plan?);
            let new = move |supervisor: SupervisorKey| NewResponse {
                plan,
                supervisor,
                trainee,
                answer,
                reason: request.reason,
            };
            Some((caller?, round?, named?, new))
        })?;
        // Who may act for the one who is named is for the use case to say.
        let new = new(match named {
            Some(named) => named,
            None => which_supervisor(&who, &program, None)?,
        });
        let of = program.clone();
        let answer = move |said: &SupervisorResponse| pb::RespondResponse {
            response: Some(publications::response(&of, &said.run, said)),
        };
        let respond = |actor: Actor| async move {
            let said = self.app.respond(&actor, &program, &round, &new).await;
            Ok(said?)
        };
        once(&self.app, caller, answer, respond).await
    }

    async fn get_calendar_feed(
        &self,
        request: Request<pb::GetCalendarFeedRequest>,
    ) -> Result<Response<pb::GetCalendarFeedResponse>, Status> {
        let (actor, request) = opened(request)?;
        let wanted = read(|fields| Some(wanted_feed(&request, fields)?))?;
        let calendar = match &wanted {
            WantedFeed::Of(program, supervisor) => {
                let named = Some(supervisor);
                self.app.get_calendar(&actor, program, named).await?
            }
            WantedFeed::At(path) => self.app.calendar_at(path).await?,
        };
        Ok(Response::new(pb::GetCalendarFeedResponse {
            feed: Some(schedule::feed(&calendar.program, &calendar.feed)),
            calendar: calendar.text,
        }))
    }

    async fn rotate_calendar_feed(
        &self,
        request: Request<pb::RotateCalendarFeedRequest>,
    ) -> Result<Response<pb::RotateCalendarFeedResponse>, Status> {
        let (actor, request) = opened(request)?;
        let (caller, (program, supervisor)) = read(|fields| {
            let id = &request.request_id;
            let caller = caller(actor, "RotateCalendarFeed", id, &request, fields);
            Some((caller?, feed_name("name", &request.name, fields)?))
        })?;
        let of = program.clone();
        let kept = move |rotated: &RotatedFeed| pb::RotateCalendarFeedResponse {
            feed: Some(schedule::feed(&of, &rotated.feed)),
            path: String::new(),
            path_withheld: pb::ErrorReason::SecretAlreadyShown.into(),
        };
        let show = |rotated: &RotatedFeed, answer: &mut pb::RotateCalendarFeedResponse| {
            rotated.path.expose_secret().clone_into(&mut answer.path);
            answer.path_withheld = pb::ErrorReason::Unspecified.into();
        };
        let rotate = |actor: Actor| async move {
            let rotated = self.app.rotate_calendar_feed(&actor, &program, &supervisor);
            Ok(rotated.await?)
        };
        once_shown(&self.app, caller, kept, show, rotate).await
    }
}

/// Which calendar is wanted.
enum WantedFeed {
    Of(ProgramKey, SupervisorKey),
    At(FeedPath),
}

fn wanted_feed(
    request: &pb::GetCalendarFeedRequest,
    fields: &mut Fields<'_>,
) -> Option<WantedFeed> {
    if request.path.is_empty() {
        let (program, supervisor) = feed_name("name", &request.name, fields)?;
        return Some(WantedFeed::Of(program, supervisor));
    }
    if !request.name.is_empty() {
        feed_name("name", &request.name, fields);
        fields.refuse("path", "either", "must be empty where name is given");
        return None;
    }
    let path = FeedPath::parse(&request.path);
    if path.is_none() {
        let message = "is not a path that RotateCalendarFeed gave";
        fields.refuse("path", "path", message);
    }
    path.map(WantedFeed::At)
}

/// Reads the name of a calendar feed.
fn feed_name(
    field: &str,
    given: &str,
    fields: &mut Fields<'_>,
) -> Option<(ProgramKey, SupervisorKey)> {
    let owner = given.strip_suffix("/calendarFeed");
    let keys = owner.and_then(|owner| split(owner, "supervisors"));
    if keys.is_none() {
        let message = "must be programs/{program}/supervisors/{supervisor}/calendarFeed";
        fields.refuse(field, "name", message);
    }
    keys
}

/// Reads the key of a supervisor; the caller's own where none is given.
fn supervisor(given: &str, fields: &mut Fields<'_>) -> Option<Option<SupervisorKey>> {
    if given.is_empty() {
        return Some(None);
    }
    fields.parse("supervisor_id", given).map(Some)
}

/// Reads the plan that an answer is about; whichever holds where none is given.
fn plan(
    round: Option<&(ProgramKey, Key)>,
    given: &str,
    fields: &mut Fields<'_>,
) -> Option<Option<Key>> {
    if given.is_empty() {
        return Some(None);
    }
    let (program, plan) = fields.resource_name::<Key>("plan", given, "plans")?;
    if round.is_some_and(|(own, _)| *own != program) {
        fields.refuse("plan", "program", "must be of the same program as round");
        return None;
    }
    Some(Some(plan))
}

/// Reads whose meetings are wanted; the caller's own where nobody is named.
fn owner(
    program: Option<&ProgramKey>,
    given: &str,
    fields: &mut Fields<'_>,
) -> Option<Option<Participant>> {
    if given.is_empty() {
        return Some(None);
    }
    let site = split(given, "sites").map(|(own, key)| (own, Participant::Site(key)));
    let supervisor =
        || split(given, "supervisors").map(|(own, key)| (own, Participant::Supervisor(key)));
    let trainee = || split(given, "trainees").map(|(own, key)| (own, Participant::Trainee(key)));
    let Some((own, owner)) = site.or_else(supervisor).or_else(trainee) else {
        let message = "must be programs/{program}/supervisors/{supervisor}, \
                       or the same under trainees or sites";
        fields.refuse("owner", "name", message);
        return None;
    };
    if program.is_some_and(|program| *program != own) {
        fields.refuse("owner", "program", "must be of the program that is parent");
        return None;
    }
    Some(Some(owner))
}
