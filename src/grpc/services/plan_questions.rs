//! What is asked of a plan and answered by solving anew, or by counting its
//! weeks: the longer methods of `PlanService`.

use std::time::Instant;

use prost::Message;
use tonic::Status;

use super::super::convert::{forecasts, worths};
use super::super::pb;
use super::super::request::{UNKNOWN_PAGE, next_token, page, page_of, read};
use super::super::status::{invalid_field, status};
use super::plans::PlanCalls;
use crate::app::{Actor, SolveTime};
use crate::domain::{Key, Page};

/// Seconds of an answer that is found by solving, where none are named.
const SOLVE_SECONDS: u32 = 60;
/// Most seconds of such an answer.
const SOLVE_SECONDS_MAX: u32 = 3_600;
/// Worths that are confirmed where no number is named.
const CONFIRMED: u32 = 10;
/// Most worths that are confirmed.
const CONFIRMED_MAX: u32 = 100;
/// Bytes of forecasts after which a page ends.
const FORECAST_BYTES: usize = 2 << 20;

impl PlanCalls {
    pub(super) async fn price(
        &self,
        actor: &Actor,
        request: &pb::PriceStabilityRequest,
        until: Option<Instant>,
    ) -> Result<pb::PriceStabilityResponse, Status> {
        let ((program, run), most) = read(|fields| {
            let plan = fields.resource_name::<Key>("plan", &request.plan, "plans");
            let most = fields.seconds(request.time_limit_seconds, SOLVE_SECONDS, SOLVE_SECONDS_MAX);
            Some((plan?, most?))
        })?;
        let priced = self
            .app
            .price_stability(actor, &program, &run, SolveTime { most, until });
        let priced = Box::pin(priced).await.map_err(status)?;
        Ok(worths::price(&priced))
    }

    pub(super) async fn worths(
        &self,
        actor: &Actor,
        request: &pb::ListWorthsRequest,
        until: Option<Instant>,
    ) -> Result<pb::ListWorthsResponse, Status> {
        let scope = format!("{}/worths", request.parent);
        let ((program, run), page, most, confirmed) = read(|fields| {
            let parent = fields.resource_name::<Key>("parent", &request.parent, "plans");
            let page = page(request.page_size, &request.page_token, &scope, fields);
            let most = fields.seconds(request.time_limit_seconds, SOLVE_SECONDS, SOLVE_SECONDS_MAX);
            let confirmed = match request.confirmed_count {
                None => Some(CONFIRMED),
                Some(given) => fields.whole("confirmed_count", given, 0, CONFIRMED_MAX),
            };
            Some((parent?, page?, most?, confirmed?))
        })?;
        let unknown = || invalid_field("page_token", "page_token", UNKNOWN_PAGE);
        let after = page.after.as_deref().unwrap_or("0");
        let start: usize = after.parse().map_err(|_| unknown())?;
        let wide = |number: u32| usize::try_from(number).unwrap_or(usize::MAX);
        let end = start.saturating_add(wide(page.size)).min(wide(confirmed));
        let found =
            self.app
                .list_worths(actor, &program, &run, start..end, SolveTime { most, until });
        let found = Box::pin(found).await.map_err(status)?;
        // Fewer than before are known where the time ran out.
        let places = page_of(&found.worths, &page).unwrap_or(Page {
            items: Vec::new(),
            next_after: None,
        });
        let on_page = places.items.iter().filter_map(|at| found.worths.get(*at));
        Ok(pb::ListWorthsResponse {
            worths: on_page.map(worths::message).collect(),
            next_page_token: next_token(&places, &scope),
            complete: found.is_complete,
        })
    }

    pub(super) async fn forecast(
        &self,
        actor: &Actor,
        request: &pb::GetForecastRequest,
    ) -> Result<pb::GetForecastResponse, Status> {
        let ((program, run), trainee) = read(|fields| {
            let plan = fields.resource_name::<Key>("plan", &request.plan, "plans");
            let trainee = fields.parse("trainee_id", &request.trainee_id);
            Some((plan?, trainee?))
        })?;
        let found = self.app.get_forecast(actor, &program, &run, &trainee);
        let found = Box::pin(found).await.map_err(status)?;
        Ok(pb::GetForecastResponse {
            forecast: Some(forecasts::message(&found)),
        })
    }

    pub(super) async fn forecasts(
        &self,
        actor: &Actor,
        request: &pb::ListForecastsRequest,
    ) -> Result<pb::ListForecastsResponse, Status> {
        let scope = format!("{}/forecasts", request.parent);
        let ((program, run), page) = read(|fields| {
            let parent = fields.resource_name::<Key>("parent", &request.parent, "plans");
            let page = page(request.page_size, &request.page_token, &scope, fields);
            Some((parent?, page?))
        })?;
        let found = self.app.list_forecasts(actor, &program, &run, &page);
        let found = Box::pin(found).await.map_err(status)?;
        let (forecasts, next_after) = within_bytes(found.items.iter().map(forecasts::message));
        let rest = Page {
            items: Vec::<()>::new(),
            next_after: next_after.or(found.next_after),
        };
        Ok(pb::ListForecastsResponse {
            forecasts,
            next_page_token: next_token(&rest, &scope),
        })
    }
}

/// Takes forecasts up to a number of bytes, at least one. Returns the key of
/// the last one taken where not all are.
fn within_bytes(
    messages: impl Iterator<Item = pb::Forecast>,
) -> (Vec<pb::Forecast>, Option<String>) {
    let mut taken: Vec<pb::Forecast> = Vec::new();
    let mut bytes = 0;
    for message in messages {
        bytes += message.encoded_len();
        if bytes > FORECAST_BYTES
            && let Some(last) = taken.last()
        {
            let after = last.trainee_id.clone();
            return (taken, Some(after));
        }
        taken.push(message);
    }
    (taken, None)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn forecast(trainee: &str, weeks: usize) -> pb::Forecast {
        pb::Forecast {
            trainee_id: trainee.to_owned(),
            weeks: vec![pb::ForecastWeek::default(); weeks],
            ..pb::Forecast::default()
        }
    }

    #[test]
    fn a_page_of_large_forecasts_ends_before_it_is_too_large() {
        let large = FORECAST_BYTES / 3;
        let three = ["a", "b", "c"].map(|trainee| forecast(trainee, large));
        let (taken, after) = within_bytes(three.into_iter());
        assert_eq!((taken.len(), after.as_deref()), (1, Some("a")));
        let (taken, after) = within_bytes([forecast("a", FORECAST_BYTES)].into_iter());
        assert_eq!((taken.len(), after), (1, None));
        let (taken, after) = within_bytes([forecast("a", 1), forecast("b", 1)].into_iter());
        assert_eq!((taken.len(), after), (2, None));
    }
}
