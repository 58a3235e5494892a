//! `RoundService`: rounds, pins and forbids; the parts of a round are in
//! `round_lines` and its neighbours.

use tonic::{Request, Response, Status};

use super::super::convert::fields::Fields;
use super::super::convert::mask::merge;
use super::super::convert::{pairs, records, rounds};
use super::super::pb;
use super::super::request::{actor, next_token, page, read};
use super::super::status::status;
use super::{done_before, is_overtaken, new_key, once_is_enough};
use super::{round_lines, round_participants, round_preferences, round_rankings};
use crate::app::{Actor, App};
use crate::domain::{Forbid, Key, Pin, ProgramKey, SiteOrSupervisor, TraineeKey};

/// Answers the calls on rounds.
#[derive(Clone, Debug)]
pub(in super::super) struct RoundCalls {
    pub(in super::super) app: App,
}

type Pair = (TraineeKey, SiteOrSupervisor);

/// Reads who is pinned or forbidden where.
fn decision(
    round: &str,
    pair: Option<pb::Pair>,
    fields: &mut Fields<'_>,
) -> Option<((ProgramKey, Key), Pair)> {
    let round = fields.resource_name("round", round, "rounds");
    let pair = pairs::read(pair, fields);
    Some((round?, pair?))
}

#[tonic::async_trait]
impl pb::round_service_server::RoundService for RoundCalls {
    async fn create_round(
        &self,
        request: Request<pb::CreateRoundRequest>,
    ) -> Result<Response<pb::CreateRoundResponse>, Status> {
        let request = request.into_inner();
        let (actor, program, new) = read(|fields| {
            let actor = actor("CreateRound", &request.request_id, &request, fields);
            let program = fields.program_name("parent", &request.parent);
            let key = fields.parse("round_id", &new_key(request.round_id));
            let message = fields.required("round", request.round.clone())?;
            let new = rounds::read(message, key, &mut fields.at("round"));
            Some((actor?, program?, new?))
        })?;
        let mut record = self.app.create_round(&actor, &program, new).await;
        if let Some(key) = done_before(&record) {
            record = self.app.get_round(&actor, &program, &key).await;
        }
        Ok(Response::new(pb::CreateRoundResponse {
            round: Some(rounds::message(&program, &record.map_err(status)?)),
        }))
    }

    async fn get_round(
        &self,
        request: Request<pb::GetRoundRequest>,
    ) -> Result<Response<pb::GetRoundResponse>, Status> {
        let request = request.into_inner();
        let (program, key) = read(|fields| fields.resource_name("name", &request.name, "rounds"))?;
        let record = self.app.get_round(&Actor::operator(), &program, &key).await;
        Ok(Response::new(pb::GetRoundResponse {
            round: Some(rounds::message(&program, &record.map_err(status)?)),
        }))
    }

    async fn list_rounds(
        &self,
        request: Request<pb::ListRoundsRequest>,
    ) -> Result<Response<pb::ListRoundsResponse>, Status> {
        let request = request.into_inner();
        let scope = format!("{}/rounds", request.parent);
        let (program, page) = read(|fields| {
            let program = fields.program_name("parent", &request.parent);
            let page = page(request.page_size, &request.page_token, &scope, fields);
            Some((program?, page?))
        })?;
        let found = self
            .app
            .list_rounds(&Actor::operator(), &program, &page)
            .await;
        let found = found.map_err(status)?;
        let message = |record| rounds::message(&program, record);
        Ok(Response::new(pb::ListRoundsResponse {
            rounds: found.items.iter().map(message).collect(),
            next_page_token: next_token(&found, &scope),
        }))
    }

    async fn update_round(
        &self,
        request: Request<pb::UpdateRoundRequest>,
    ) -> Result<Response<pb::UpdateRoundResponse>, Status> {
        let request = request.into_inner();
        let (actor, new, (program, key)) = read(|fields| {
            let actor = actor("UpdateRound", &request.request_id, &request, fields);
            let new = fields.required("round", request.round.clone())?;
            let name = fields.resource_name::<Key>("round.name", &new.name, "rounds");
            Some((actor?, new, name?))
        })?;
        let etag = records::version(&new.etag);
        let mask = request.update_mask.as_ref();
        let mut tries = 0;
        loop {
            let current = self.app.get_round(&actor, &program, &key).await;
            let current = current.map_err(status)?;
            let changed = read(|fields| {
                let old = rounds::message(&program, &current);
                let merged = merge(old, new.clone(), mask, fields);
                rounds::read(merged, Some(key.clone()), &mut fields.at("round"))
            })?;
            let held = Some(etag.unwrap_or(current.version));
            let mut updated = self.app.update_round(&actor, &program, changed, held).await;
            if is_overtaken(&mut updated, etag, &mut tries).await {
                continue;
            }
            let record = match done_before::<_, Key>(&updated) {
                Some(key) => self.app.get_round(&actor, &program, &key).await,
                None => updated,
            };
            return Ok(Response::new(pb::UpdateRoundResponse {
                round: Some(rounds::message(&program, &record.map_err(status)?)),
            }));
        }
    }

    async fn pin(
        &self,
        request: Request<pb::PinRequest>,
    ) -> Result<Response<pb::PinResponse>, Status> {
        let request = request.into_inner();
        let (actor, ((program, round), (trainee, target))) = read(|fields| {
            let actor = actor("Pin", &request.request_id, &request, fields);
            let decision = decision(&request.round, request.pair, fields);
            Some((actor?, decision?))
        })?;
        let decision = Pin { trainee, target };
        let done = self.app.pin(&actor, &program, &round, decision).await;
        once_is_enough(done).map_err(status)?;
        Ok(Response::new(pb::PinResponse {}))
    }

    async fn unpin(
        &self,
        request: Request<pb::UnpinRequest>,
    ) -> Result<Response<pb::UnpinResponse>, Status> {
        let request = request.into_inner();
        let (actor, ((program, round), (trainee, target))) = read(|fields| {
            let actor = actor("Unpin", &request.request_id, &request, fields);
            let decision = decision(&request.round, request.pair, fields);
            Some((actor?, decision?))
        })?;
        let decision = Pin { trainee, target };
        let done = self.app.unpin(&actor, &program, &round, &decision).await;
        once_is_enough(done).map_err(status)?;
        Ok(Response::new(pb::UnpinResponse {}))
    }

    async fn forbid(
        &self,
        request: Request<pb::ForbidRequest>,
    ) -> Result<Response<pb::ForbidResponse>, Status> {
        let request = request.into_inner();
        let (actor, ((program, round), (trainee, target))) = read(|fields| {
            let actor = actor("Forbid", &request.request_id, &request, fields);
            let decision = decision(&request.round, request.pair, fields);
            Some((actor?, decision?))
        })?;
        let decision = Forbid { trainee, target };
        let done = self.app.forbid(&actor, &program, &round, decision).await;
        once_is_enough(done).map_err(status)?;
        Ok(Response::new(pb::ForbidResponse {}))
    }

    async fn unforbid(
        &self,
        request: Request<pb::UnforbidRequest>,
    ) -> Result<Response<pb::UnforbidResponse>, Status> {
        let request = request.into_inner();
        let (actor, ((program, round), (trainee, target))) = read(|fields| {
            let actor = actor("Unforbid", &request.request_id, &request, fields);
            let decision = decision(&request.round, request.pair, fields);
            Some((actor?, decision?))
        })?;
        let decision = Forbid { trainee, target };
        let done = self.app.unforbid(&actor, &program, &round, &decision).await;
        once_is_enough(done).map_err(status)?;
        Ok(Response::new(pb::UnforbidResponse {}))
    }

    async fn list_pins(
        &self,
        request: Request<pb::ListPinsRequest>,
    ) -> Result<Response<pb::ListPinsResponse>, Status> {
        let request = request.into_inner();
        let (program, round) =
            read(|fields| fields.resource_name("round", &request.round, "rounds"))?;
        let found = self
            .app
            .list_pins(&Actor::operator(), &program, &round)
            .await;
        let (pins, forbids) = found.map_err(status)?;
        let pin = |pin: &Pin| pairs::message(&pin.trainee, &pin.target);
        let forbid = |forbid: &Forbid| pairs::message(&forbid.trainee, &forbid.target);
        Ok(Response::new(pb::ListPinsResponse {
            pins: pins.iter().map(pin).collect(),
            forbids: forbids.iter().map(forbid).collect(),
        }))
    }

    // What belongs to a round is answered in a file for each part.

    async fn list_supervision_lines(
        &self,
        request: Request<pb::ListSupervisionLinesRequest>,
    ) -> Result<Response<pb::ListSupervisionLinesResponse>, Status> {
        let answer = round_lines::list(&self.app, request.into_inner()).await;
        answer.map(Response::new)
    }

    async fn replace_supervision_lines(
        &self,
        request: Request<pb::ReplaceSupervisionLinesRequest>,
    ) -> Result<Response<pb::ReplaceSupervisionLinesResponse>, Status> {
        let answer = round_lines::replace(&self.app, request.into_inner()).await;
        answer.map(Response::new)
    }

    async fn list_participants(
        &self,
        request: Request<pb::ListParticipantsRequest>,
    ) -> Result<Response<pb::ListParticipantsResponse>, Status> {
        let answer = round_participants::list(&self.app, request.into_inner()).await;
        answer.map(Response::new)
    }

    async fn add_participants(
        &self,
        request: Request<pb::AddParticipantsRequest>,
    ) -> Result<Response<pb::AddParticipantsResponse>, Status> {
        let answer = round_participants::add(&self.app, request.into_inner()).await;
        answer.map(Response::new)
    }

    async fn remove_participants(
        &self,
        request: Request<pb::RemoveParticipantsRequest>,
    ) -> Result<Response<pb::RemoveParticipantsResponse>, Status> {
        let answer = round_participants::remove(&self.app, request.into_inner()).await;
        answer.map(Response::new)
    }

    async fn get_preferences(
        &self,
        request: Request<pb::GetPreferencesRequest>,
    ) -> Result<Response<pb::GetPreferencesResponse>, Status> {
        let answer = round_preferences::get(&self.app, request.into_inner()).await;
        answer.map(Response::new)
    }

    async fn list_preferences(
        &self,
        request: Request<pb::ListPreferencesRequest>,
    ) -> Result<Response<pb::ListPreferencesResponse>, Status> {
        let answer = round_preferences::list(&self.app, request.into_inner()).await;
        answer.map(Response::new)
    }

    async fn replace_preferences(
        &self,
        request: Request<pb::ReplacePreferencesRequest>,
    ) -> Result<Response<pb::ReplacePreferencesResponse>, Status> {
        let answer = round_preferences::replace(&self.app, request.into_inner()).await;
        answer.map(Response::new)
    }

    async fn batch_replace_preferences(
        &self,
        request: Request<pb::BatchReplacePreferencesRequest>,
    ) -> Result<Response<pb::BatchReplacePreferencesResponse>, Status> {
        let answer = round_preferences::batch_replace(&self.app, request.into_inner()).await;
        answer.map(Response::new)
    }

    async fn get_site_ranking(
        &self,
        request: Request<pb::GetSiteRankingRequest>,
    ) -> Result<Response<pb::GetSiteRankingResponse>, Status> {
        let answer = round_rankings::get(&self.app, request.into_inner()).await;
        answer.map(Response::new)
    }

    async fn replace_site_ranking(
        &self,
        request: Request<pb::ReplaceSiteRankingRequest>,
    ) -> Result<Response<pb::ReplaceSiteRankingResponse>, Status> {
        let answer = round_rankings::replace(&self.app, request.into_inner()).await;
        answer.map(Response::new)
    }
}
