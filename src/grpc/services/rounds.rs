//! `RoundService`: rounds, pins and forbids; the parts of a round are in
//! `round_lines` and its neighbours.

use tonic::{Request, Response, Status};

use super::super::convert::fields::Fields;
use super::super::convert::mask::{self, is_named, merge};
use super::super::convert::{listing, pairs, preflight, records, rounds};
use super::super::pb;
use super::super::request::{caller, list, next_token, once, opened, read};
use super::super::status::status;
use super::{is_overtaken, new_key};
use super::{round_lines, round_participants, round_preferences, round_rankings, round_states};
use crate::app::{Actor, App, RoundStart, StoredRound};
use crate::domain::{Forbid, Key, Pin, ProgramKey, SiteOrSupervisor, TraineeKey, Versioned};

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
        let (actor, request) = opened(request)?;
        let (caller, program, (new, rule_sets)) = read(|fields| {
            let caller = caller(actor, "CreateRound", &request.request_id, &request, fields);
            let program = fields.program_name("parent", &request.parent);
            let key = fields.parse("round_id", &new_key(request.round_id));
            let message = fields.required("round", request.round.clone())?;
            let new = rounds::read(message, key, &mut fields.at("round"));
            Some((caller?, program?, new?))
        })?;
        let owner = program.clone();
        let answer = move |record: &Versioned<StoredRound>| pb::CreateRoundResponse {
            round: Some(rounds::message(&owner, record)),
        };
        let start = RoundStart {
            rule_sets: Some(rule_sets),
            ..RoundStart::default()
        };
        let create = |actor: Actor| async move {
            let created = self.app.create_round_with(&actor, &program, new, &start);
            Ok(created.await?)
        };
        once(&self.app, caller, answer, create).await
    }

    async fn get_round(
        &self,
        request: Request<pb::GetRoundRequest>,
    ) -> Result<Response<pb::GetRoundResponse>, Status> {
        let (actor, request) = opened(request)?;
        let (program, key) = read(|fields| fields.resource_name("name", &request.name, "rounds"))?;
        let record = self.app.get_round(&actor, &program, &key).await;
        Ok(Response::new(pb::GetRoundResponse {
            round: Some(rounds::message(&program, &record.map_err(status)?)),
        }))
    }

    async fn list_rounds(
        &self,
        request: Request<pb::ListRoundsRequest>,
    ) -> Result<Response<pb::ListRoundsResponse>, Status> {
        let (actor, request) = opened(request)?;
        let scope = format!("{}/rounds", request.parent);
        let (program, (list, scope)) = read(|fields| {
            let program = fields.program_name("parent", &request.parent);
            let order = listing::order(&request.order_by, listing::BY_NAME, fields);
            let through = (order, listing::rounds(&request.filter, fields));
            let (size, token) = (request.page_size, &request.page_token);
            let list = list(size, token, &scope, through, fields);
            Some((program?, list?))
        })?;
        let found = self.app.list_rounds(&actor, &program, &list).await?;
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
        let (actor, request) = opened(request)?;
        let (caller, new, (program, key)) = read(|fields| {
            let caller = caller(actor, "UpdateRound", &request.request_id, &request, fields);
            mask::check::<pb::Round>(request.update_mask.as_ref(), fields);
            let new = fields.required("round", request.round.clone())?;
            let name = fields.resource_name::<Key>("round.name", &new.name, "rounds");
            Some((caller?, new, name?))
        })?;
        let owner = program.clone();
        let answer = move |record: &Versioned<StoredRound>| pb::UpdateRoundResponse {
            round: Some(rounds::message(&owner, record)),
        };
        let update = |actor: Actor| async move {
            let etag = records::version(&new.etag);
            let mask = request.update_mask.as_ref();
            let names_rule_sets = is_named(&new, mask, "rule_sets");
            let mut tries = 0;
            loop {
                let current = self.app.get_round(&actor, &program, &key).await?;
                let (changed, rule_sets) = read(|fields| {
                    let old = rounds::message(&program, &current);
                    let merged = merge(old, new.clone(), mask, fields);
                    rounds::read(merged, Some(key.clone()), &mut fields.at("round"))
                })?;
                let held = Some(etag.unwrap_or(current.version));
                let rule_sets = names_rule_sets.then_some(rule_sets.as_slice());
                let updated = self
                    .app
                    .update_round(&actor, &program, changed, rule_sets, held);
                let mut updated = updated.await;
                if !is_overtaken(&mut updated, etag, &mut tries).await {
                    return Ok(updated?);
                }
            }
        };
        once(&self.app, caller, answer, update).await
    }

    async fn check_round(
        &self,
        request: Request<pb::CheckRoundRequest>,
    ) -> Result<Response<pb::CheckRoundResponse>, Status> {
        let (actor, request) = opened(request)?;
        let (program, round) =
            read(|fields| fields.resource_name::<Key>("round", &request.round, "rounds"))?;
        let found = self.app.check_round(&actor, &program, &round);
        let found = Box::pin(found).await.map_err(status)?;
        Ok(Response::new(pb::CheckRoundResponse {
            preflight: Some(preflight::message(&found)),
        }))
    }

    async fn pin(
        &self,
        request: Request<pb::PinRequest>,
    ) -> Result<Response<pb::PinResponse>, Status> {
        let (actor, request) = opened(request)?;
        let (caller, ((program, round), (trainee, target))) = read(|fields| {
            let caller = caller(actor, "Pin", &request.request_id, &request, fields);
            let decision = decision(&request.round, request.pair, fields);
            Some((caller?, decision?))
        })?;
        let decision = Pin { trainee, target };
        let pin = |actor: Actor| async move {
            let done = self.app.pin(&actor, &program, &round, decision);
            Ok(done.await?)
        };
        once(&self.app, caller, |(): &()| pb::PinResponse {}, pin).await
    }

    async fn unpin(
        &self,
        request: Request<pb::UnpinRequest>,
    ) -> Result<Response<pb::UnpinResponse>, Status> {
        let (actor, request) = opened(request)?;
        let (caller, ((program, round), (trainee, target))) = read(|fields| {
            let caller = caller(actor, "Unpin", &request.request_id, &request, fields);
            let decision = decision(&request.round, request.pair, fields);
            Some((caller?, decision?))
        })?;
        let decision = Pin { trainee, target };
        let unpin = |actor: Actor| async move {
            let done = self.app.unpin(&actor, &program, &round, &decision);
            Ok(done.await?)
        };
        once(&self.app, caller, |(): &()| pb::UnpinResponse {}, unpin).await
    }

    async fn forbid(
        &self,
        request: Request<pb::ForbidRequest>,
    ) -> Result<Response<pb::ForbidResponse>, Status> {
        let (actor, request) = opened(request)?;
        let (caller, ((program, round), (trainee, target))) = read(|fields| {
            let caller = caller(actor, "Forbid", &request.request_id, &request, fields);
            let decision = decision(&request.round, request.pair, fields);
            Some((caller?, decision?))
        })?;
        let decision = Forbid { trainee, target };
        let forbid = |actor: Actor| async move {
            let done = self.app.forbid(&actor, &program, &round, decision);
            Ok(done.await?)
        };
        once(&self.app, caller, |(): &()| pb::ForbidResponse {}, forbid).await
    }

    async fn unforbid(
        &self,
        request: Request<pb::UnforbidRequest>,
    ) -> Result<Response<pb::UnforbidResponse>, Status> {
        let (actor, request) = opened(request)?;
        let (caller, ((program, round), (trainee, target))) = read(|fields| {
            let caller = caller(actor, "Unforbid", &request.request_id, &request, fields);
            let decision = decision(&request.round, request.pair, fields);
            Some((caller?, decision?))
        })?;
        let decision = Forbid { trainee, target };
        let unforbid = |actor: Actor| async move {
            let done = self.app.unforbid(&actor, &program, &round, &decision);
            Ok(done.await?)
        };
        once(
            &self.app,
            caller,
            |(): &()| pb::UnforbidResponse {},
            unforbid,
        )
        .await
    }

    async fn list_pins(
        &self,
        request: Request<pb::ListPinsRequest>,
    ) -> Result<Response<pb::ListPinsResponse>, Status> {
        let (actor, request) = opened(request)?;
        let (program, round) =
            read(|fields| fields.resource_name("round", &request.round, "rounds"))?;
        let found = self.app.list_pins(&actor, &program, &round).await;
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
        let answer = round_lines::list(&self.app, opened(request)?).await;
        answer.map(Response::new)
    }

    async fn replace_supervision_lines(
        &self,
        request: Request<pb::ReplaceSupervisionLinesRequest>,
    ) -> Result<Response<pb::ReplaceSupervisionLinesResponse>, Status> {
        round_lines::replace(&self.app, opened(request)?).await
    }

    async fn list_participants(
        &self,
        request: Request<pb::ListParticipantsRequest>,
    ) -> Result<Response<pb::ListParticipantsResponse>, Status> {
        let answer = round_participants::list(&self.app, opened(request)?).await;
        answer.map(Response::new)
    }

    async fn add_participants(
        &self,
        request: Request<pb::AddParticipantsRequest>,
    ) -> Result<Response<pb::AddParticipantsResponse>, Status> {
        round_participants::add(&self.app, opened(request)?).await
    }

    async fn remove_participants(
        &self,
        request: Request<pb::RemoveParticipantsRequest>,
    ) -> Result<Response<pb::RemoveParticipantsResponse>, Status> {
        round_participants::remove(&self.app, opened(request)?).await
    }

    async fn get_preferences(
        &self,
        request: Request<pb::GetPreferencesRequest>,
    ) -> Result<Response<pb::GetPreferencesResponse>, Status> {
        let answer = round_preferences::get(&self.app, opened(request)?).await;
        answer.map(Response::new)
    }

    async fn list_preferences(
        &self,
        request: Request<pb::ListPreferencesRequest>,
    ) -> Result<Response<pb::ListPreferencesResponse>, Status> {
        let answer = round_preferences::list(&self.app, opened(request)?).await;
        answer.map(Response::new)
    }

    async fn replace_preferences(
        &self,
        request: Request<pb::ReplacePreferencesRequest>,
    ) -> Result<Response<pb::ReplacePreferencesResponse>, Status> {
        round_preferences::replace(&self.app, opened(request)?).await
    }

    async fn batch_replace_preferences(
        &self,
        request: Request<pb::BatchReplacePreferencesRequest>,
    ) -> Result<Response<pb::BatchReplacePreferencesResponse>, Status> {
        round_preferences::batch_replace(&self.app, opened(request)?).await
    }

    async fn get_site_ranking(
        &self,
        request: Request<pb::GetSiteRankingRequest>,
    ) -> Result<Response<pb::GetSiteRankingResponse>, Status> {
        let answer = round_rankings::get(&self.app, opened(request)?).await;
        answer.map(Response::new)
    }

    async fn replace_site_ranking(
        &self,
        request: Request<pb::ReplaceSiteRankingRequest>,
    ) -> Result<Response<pb::ReplaceSiteRankingResponse>, Status> {
        round_rankings::replace(&self.app, opened(request)?).await
    }

    async fn open_preferences(
        &self,
        request: Request<pb::OpenPreferencesRequest>,
    ) -> Result<Response<pb::OpenPreferencesResponse>, Status> {
        round_states::open_preferences(&self.app, opened(request)?).await
    }

    async fn publish(
        &self,
        request: Request<pb::PublishRequest>,
    ) -> Result<Response<pb::PublishResponse>, Status> {
        round_states::publish(&self.app, opened(request)?).await
    }

    async fn close_round(
        &self,
        request: Request<pb::CloseRoundRequest>,
    ) -> Result<Response<pb::CloseRoundResponse>, Status> {
        round_states::close(&self.app, opened(request)?).await
    }

    async fn get_round_history(
        &self,
        request: Request<pb::GetRoundHistoryRequest>,
    ) -> Result<Response<pb::GetRoundHistoryResponse>, Status> {
        let answer = round_states::history(&self.app, opened(request)?).await;
        answer.map(Response::new)
    }

    async fn list_responses(
        &self,
        request: Request<pb::ListResponsesRequest>,
    ) -> Result<Response<pb::ListResponsesResponse>, Status> {
        let answer = round_states::responses(&self.app, opened(request)?).await;
        answer.map(Response::new)
    }
}
