//! `PlanService`. A plan never changes, so a page of it is told by a place.

use tonic::{Request, Response, Status};

use super::super::convert::plans;
use super::super::pb;
use super::super::request::{next_token, page, page_of, read};
use super::super::status::{invalid_field, status};
use crate::app::{Actor, App, StoredPlan};
use crate::domain::{Key, PlanDifference, ProgramKey};

/// Answers the calls on plans.
#[derive(Clone, Debug)]
pub(in super::super) struct PlanCalls {
    pub(in super::super) app: App,
}

impl PlanCalls {
    async fn fetch(&self, program: &ProgramKey, run: &Key) -> Result<StoredPlan, Status> {
        let stored = self.app.get_plan(&Actor::operator(), program, run).await;
        stored.map_err(status)
    }

    /// Returns a page of a part of a plan, and the token of the next one.
    async fn part<T, M>(
        &self,
        list: List<'_>,
        part: impl Fn(&StoredPlan) -> &[T],
        message: impl Fn(&T) -> M,
    ) -> Result<(Vec<M>, String), Status> {
        let scope = format!("{}/{}", list.parent, list.part);
        let ((program, run), page) = read(|fields| {
            let name = fields.resource_name("parent", list.parent, "plans");
            let page = page(list.page_size, list.page_token, &scope, fields);
            Some((name?, page?))
        })?;
        let stored = self.fetch(&program, &run).await?;
        let items = part(&stored);
        let Some(places) = page_of(items, &page) else {
            let message = "is not a next_page_token of this list";
            return Err(invalid_field("page_token", "page_token", message));
        };
        let token = next_token(&places, &scope);
        let on_page = places.items.iter().filter_map(|place| items.get(*place));
        Ok((on_page.map(message).collect(), token))
    }
}

/// Which page of which part of a plan is wanted.
struct List<'a> {
    parent: &'a str,
    part: &'static str,
    page_size: i32,
    page_token: &'a str,
}

#[tonic::async_trait]
impl pb::plan_service_server::PlanService for PlanCalls {
    async fn get_plan(
        &self,
        request: Request<pb::GetPlanRequest>,
    ) -> Result<Response<pb::GetPlanResponse>, Status> {
        let request = request.into_inner();
        let (program, run) = read(|fields| fields.resource_name("name", &request.name, "plans"))?;
        let stored = self.fetch(&program, &run).await?;
        Ok(Response::new(pb::GetPlanResponse {
            plan: Some(plans::message(&program, &stored)),
        }))
    }

    async fn list_placements(
        &self,
        request: Request<pb::ListPlacementsRequest>,
    ) -> Result<Response<pb::ListPlacementsResponse>, Status> {
        let request = request.into_inner();
        let list = List {
            parent: &request.parent,
            part: "placements",
            page_size: request.page_size,
            page_token: &request.page_token,
        };
        let part = self.part(list, |stored| &stored.plan.placements, plans::placement);
        let (placements, next_page_token) = part.await?;
        Ok(Response::new(pb::ListPlacementsResponse {
            placements,
            next_page_token,
        }))
    }

    async fn list_sessions(
        &self,
        request: Request<pb::ListSessionsRequest>,
    ) -> Result<Response<pb::ListSessionsResponse>, Status> {
        let request = request.into_inner();
        let list = List {
            parent: &request.parent,
            part: "sessions",
            page_size: request.page_size,
            page_token: &request.page_token,
        };
        let part = self.part(list, |stored| &stored.plan.sessions, plans::session);
        let (sessions, next_page_token) = part.await?;
        Ok(Response::new(pb::ListSessionsResponse {
            sessions,
            next_page_token,
        }))
    }

    async fn list_unmatched(
        &self,
        request: Request<pb::ListUnmatchedRequest>,
    ) -> Result<Response<pb::ListUnmatchedResponse>, Status> {
        let request = request.into_inner();
        let list = List {
            parent: &request.parent,
            part: "unmatched",
            page_size: request.page_size,
            page_token: &request.page_token,
        };
        let part = self.part(list, |stored| &stored.plan.unmatched, plans::unmatched);
        let (unmatched, next_page_token) = part.await?;
        Ok(Response::new(pb::ListUnmatchedResponse {
            unmatched,
            next_page_token,
        }))
    }

    async fn compare_plans(
        &self,
        request: Request<pb::ComparePlansRequest>,
    ) -> Result<Response<pb::ComparePlansResponse>, Status> {
        let request = request.into_inner();
        let ((program, before), after) = read(|fields| {
            let before = fields.resource_name::<Key>("baseline", &request.baseline, "plans");
            let after = fields.resource_name::<Key>("plan", &request.plan, "plans");
            let (before, (program, after)) = (before?, after?);
            if before.0 != program {
                fields.refuse("plan", "program", "must be of the same program as baseline");
            }
            Some((before, after))
        })?;
        let before = self.fetch(&program, &before).await?;
        let after = self.fetch(&program, &after).await?;
        let difference = PlanDifference::between(&before.plan, &after.plan);
        Ok(Response::new(plans::difference(&difference)))
    }
}
