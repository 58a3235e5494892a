//! `PlanService`. A plan never changes, so a page of it is told by a place.

use tokio_stream::Stream;
use tonic::{Request, Response, Status};

use super::super::convert::{analysis, plans};
use super::super::pb;
use super::super::request::{UNKNOWN_PAGE, next_token, opened, page, page_of, read, solved_until};
use super::super::status::{invalid_field, status};
use super::rosters::pieces;
use crate::app::{Actor, App, SolveTime, StoredPlan};
use crate::domain::{Key, PageRequest, PlanDifference, ProgramKey};
use crate::roster::FolderFiles;

/// Seconds of an explanation that names none.
const EXPLAIN_SECONDS: u32 = 10;
/// Most seconds of an explanation.
const EXPLAIN_SECONDS_MAX: u32 = 600;

/// Answers the calls on plans.
#[derive(Clone, Debug)]
pub(in super::super) struct PlanCalls {
    pub(in super::super) app: App,
}

impl PlanCalls {
    async fn fetch(
        &self,
        actor: &Actor,
        program: &ProgramKey,
        run: &Key,
    ) -> Result<StoredPlan, Status> {
        let stored = self.app.get_plan(actor, program, run).await;
        stored.map_err(status)
    }

    /// Returns a page of a part of a plan, and the token of the next one.
    async fn part<T, M>(
        &self,
        actor: &Actor,
        list: List<'_>,
        part: impl Fn(&StoredPlan) -> &[T],
        message: impl Fn(&T) -> M,
    ) -> Result<(Vec<M>, String), Status> {
        let ((program, run), page, scope) = list.read()?;
        let stored = self.fetch(actor, &program, &run).await?;
        list_page(part(&stored), &page, &scope, message)
    }
}

/// Returns a page of some items, and the token of the next one.
pub(super) fn list_page<T, M>(
    items: &[T],
    page: &PageRequest,
    scope: &str,
    message: impl Fn(&T) -> M,
) -> Result<(Vec<M>, String), Status> {
    let Some(places) = page_of(items, page) else {
        return Err(invalid_field("page_token", "page_token", UNKNOWN_PAGE));
    };
    let token = next_token(&places, scope);
    let on_page = places.items.iter().filter_map(|place| items.get(*place));
    Ok((on_page.map(message).collect(), token))
}

/// What is written of a plan.
enum Format {
    Folder,
    Model,
    Workbook,
    Document,
}

fn plan_format(format: pb::PlanFormat) -> Option<Format> {
    match format {
        pb::PlanFormat::Unspecified => None,
        pb::PlanFormat::Csv => Some(Format::Folder),
        pb::PlanFormat::Mps => Some(Format::Model),
        pb::PlanFormat::Xlsx => Some(Format::Workbook),
        pb::PlanFormat::Json => Some(Format::Document),
    }
}

fn one_file(name: &str, contents: Vec<u8>) -> FolderFiles {
    let mut files = FolderFiles::default();
    files.insert(name, contents);
    files
}

/// Which page of which part of a plan is wanted.
struct List<'a> {
    parent: &'a str,
    part: &'static str,
    page_size: i32,
    page_token: &'a str,
}

impl List<'_> {
    /// Reads the plan, the page, and what a token of it holds for.
    fn read(&self) -> Result<((ProgramKey, Key), PageRequest, String), Status> {
        let scope = format!("{}/{}", self.parent, self.part);
        let (name, page) = read(|fields| {
            let name = fields.resource_name("parent", self.parent, "plans");
            let page = page(self.page_size, self.page_token, &scope, fields);
            Some((name?, page?))
        })?;
        Ok((name, page, scope))
    }
}

#[tonic::async_trait]
impl pb::plan_service_server::PlanService for PlanCalls {
    type ExportPlanStream =
        std::pin::Pin<Box<dyn Stream<Item = Result<pb::ExportPlanResponse, Status>> + Send>>;

    async fn get_plan(
        &self,
        request: Request<pb::GetPlanRequest>,
    ) -> Result<Response<pb::GetPlanResponse>, Status> {
        let (actor, request) = opened(request)?;
        let (program, run) = read(|fields| fields.resource_name("name", &request.name, "plans"))?;
        let stored = self.fetch(&actor, &program, &run).await?;
        Ok(Response::new(pb::GetPlanResponse {
            plan: Some(plans::message(&program, &stored)),
        }))
    }

    async fn list_placements(
        &self,
        request: Request<pb::ListPlacementsRequest>,
    ) -> Result<Response<pb::ListPlacementsResponse>, Status> {
        let (actor, request) = opened(request)?;
        let list = List {
            parent: &request.parent,
            part: "placements",
            page_size: request.page_size,
            page_token: &request.page_token,
        };
        let part = self.part(
            &actor,
            list,
            |stored| &stored.plan.placements,
            plans::placement,
        );
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
        let (actor, request) = opened(request)?;
        let list = List {
            parent: &request.parent,
            part: "sessions",
            page_size: request.page_size,
            page_token: &request.page_token,
        };
        let part = self.part(&actor, list, |stored| &stored.plan.sessions, plans::session);
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
        let (actor, request) = opened(request)?;
        let list = List {
            parent: &request.parent,
            part: "unmatched",
            page_size: request.page_size,
            page_token: &request.page_token,
        };
        let part = self.part(
            &actor,
            list,
            |stored| &stored.plan.unmatched,
            plans::unmatched,
        );
        let (unmatched, next_page_token) = part.await?;
        Ok(Response::new(pb::ListUnmatchedResponse {
            unmatched,
            next_page_token,
        }))
    }

    async fn explain_trainee(
        &self,
        request: Request<pb::ExplainTraineeRequest>,
    ) -> Result<Response<pb::ExplainTraineeResponse>, Status> {
        let until = solved_until(&request);
        let (actor, request) = opened(request)?;
        let ((program, run), trainee, most) = read(|fields| {
            let plan = fields.resource_name::<Key>("plan", &request.plan, "plans");
            let trainee = fields.parse("trainee_id", &request.trainee_id);
            let seconds = request.time_limit_seconds;
            let most = fields.seconds(seconds, EXPLAIN_SECONDS, EXPLAIN_SECONDS_MAX);
            Some((plan?, trainee?, most?))
        })?;
        let time = SolveTime { most, until };
        let explained = self
            .app
            .explain_trainee(&actor, &program, &run, &trainee, time);
        let explanation = Box::pin(explained).await.map_err(status)?;
        Ok(Response::new(pb::ExplainTraineeResponse {
            explanation: Some(analysis::explanation(&explanation)),
        }))
    }

    async fn audit_stability(
        &self,
        request: Request<pb::AuditStabilityRequest>,
    ) -> Result<Response<pb::AuditStabilityResponse>, Status> {
        let (actor, request) = opened(request)?;
        let list = List {
            parent: &request.parent,
            part: "blocking-pairs",
            page_size: request.page_size,
            page_token: &request.page_token,
        };
        let ((program, run), page, scope) = list.read()?;
        let found = self.app.audit_stability(&actor, &program, &run);
        let found = found.await.map_err(status)?;
        let (pairs, next_page_token) = list_page(&found, &page, &scope, analysis::blocking_pair)?;
        Ok(Response::new(pb::AuditStabilityResponse {
            pairs,
            next_page_token,
        }))
    }

    async fn price_stability(
        &self,
        request: Request<pb::PriceStabilityRequest>,
    ) -> Result<Response<pb::PriceStabilityResponse>, Status> {
        let until = solved_until(&request);
        let (actor, request) = opened(request)?;
        self.price(&actor, &request, until).await.map(Response::new)
    }

    async fn list_worths(
        &self,
        request: Request<pb::ListWorthsRequest>,
    ) -> Result<Response<pb::ListWorthsResponse>, Status> {
        let until = solved_until(&request);
        let (actor, request) = opened(request)?;
        self.worths(&actor, &request, until)
            .await
            .map(Response::new)
    }

    async fn get_forecast(
        &self,
        request: Request<pb::GetForecastRequest>,
    ) -> Result<Response<pb::GetForecastResponse>, Status> {
        let (actor, request) = opened(request)?;
        self.forecast(&actor, &request).await.map(Response::new)
    }

    async fn list_forecasts(
        &self,
        request: Request<pb::ListForecastsRequest>,
    ) -> Result<Response<pb::ListForecastsResponse>, Status> {
        let (actor, request) = opened(request)?;
        self.forecasts(&actor, &request).await.map(Response::new)
    }

    async fn export_plan(
        &self,
        request: Request<pb::ExportPlanRequest>,
    ) -> Result<Response<Self::ExportPlanStream>, Status> {
        let (actor, request) = opened(request)?;
        let ((program, run), format) = read(|fields| {
            let name = fields.resource_name::<Key>("name", &request.name, "plans");
            let format = fields.choice("format", request.format, plan_format);
            Some((name?, format?))
        })?;
        let files = match format {
            Format::Folder => self.fetch(&actor, &program, &run).await?.files(),
            Format::Workbook => {
                let exported = self.app.export_workbook(&actor, &program, &run);
                one_file("plan.xlsx", exported.await.map_err(status)?)
            }
            Format::Document => {
                let stored = self.fetch(&actor, &program, &run).await?;
                one_file("plan.json", stored.document())
            }
            Format::Model => {
                let model = self.app.export_model(&actor, &program, &run);
                model.await.map_err(status)?
            }
        };
        let answer = |piece| Ok(pb::ExportPlanResponse { piece: Some(piece) });
        let answers = pieces(&files).into_iter().map(answer);
        Ok(Response::new(Box::pin(tokio_stream::iter(answers))))
    }

    async fn compare_plans(
        &self,
        request: Request<pb::ComparePlansRequest>,
    ) -> Result<Response<pb::ComparePlansResponse>, Status> {
        let (actor, request) = opened(request)?;
        let ((program, before), after) = read(|fields| {
            let before = fields.resource_name::<Key>("baseline", &request.baseline, "plans");
            let after = fields.resource_name::<Key>("plan", &request.plan, "plans");
            let (before, (program, after)) = (before?, after?);
            if before.0 != program {
                fields.refuse("plan", "program", "must be of the same program as baseline");
            }
            Some((before, after))
        })?;
        let before = self.fetch(&actor, &program, &before).await?;
        let after = self.fetch(&actor, &program, &after).await?;
        let difference = PlanDifference::between(&before.plan, &after.plan);
        Ok(Response::new(plans::difference(&difference)))
    }
}
