//! What each trainee of a plan will have collected by the day it is due.

use super::analysis::unmatchable;
use super::listing::{limit, page_of};
use super::{Actor, App, AppError};
use crate::domain::{EntityKind, Key, Page, PageRequest, ProgramKey, Roster, TraineeKey};
use crate::matching::forecast::forecast_some;
pub use crate::matching::forecast::{
    Forecast, MissedBecause, Outlook, RuleOutlook, RuleShortfall, Standing, Verdict,
};

impl App {
    /// Returns what a plan gives each trainee, by key of the trainee.
    ///
    /// # Errors
    /// [`AppError::NotFound`]; [`AppError::FailedPrecondition`] when there is
    /// no plan; [`AppError::Unavailable`] without the zone data.
    pub async fn list_forecasts(
        &self,
        actor: &Actor,
        program: &ProgramKey,
        run: &Key,
        page: &PageRequest,
    ) -> Result<Page<Forecast>, AppError> {
        let most = usize::try_from(limit(page)?).unwrap_or(usize::MAX);
        let after = page.after.clone();
        let found = self.forecasts(actor, program, run, move |roster| {
            let people = &roster.trainees;
            let start = after.map_or(0, |after| {
                people.partition_point(|one| one.key.as_str() <= after.as_str())
            });
            let end = people.len().min(start.saturating_add(most));
            start..end
        });
        let found = found.await?;
        Ok(page_of(found, page, |one| one.trainee.to_string()))
    }

    /// Returns what a plan gives one trainee.
    ///
    /// # Errors
    /// As [`App::list_forecasts`]; [`AppError::NotFound`] as well for a trainee
    /// who took no part.
    pub async fn get_forecast(
        &self,
        actor: &Actor,
        program: &ProgramKey,
        run: &Key,
        trainee: &TraineeKey,
    ) -> Result<Forecast, AppError> {
        let wanted = trainee.clone();
        let found = self.forecasts(actor, program, run, move |roster| {
            let people = &roster.trainees;
            let found = people.binary_search_by(|one| one.key.cmp(&wanted));
            found.map_or(0..0, |at| at..at + 1)
        });
        found.await?.pop().ok_or_else(|| AppError::NotFound {
            kind: EntityKind::Trainee,
            key: trainee.to_string(),
        })
    }

    /// Returns the forecasts of some trainees, by their places in the roster.
    async fn forecasts(
        &self,
        actor: &Actor,
        program: &ProgramKey,
        run: &Key,
        places: impl FnOnce(&Roster) -> std::ops::Range<usize> + Send + 'static,
    ) -> Result<Vec<Forecast>, AppError> {
        let (stored, roster) = self.plan_with_roster(actor, program, run).await?;
        let zones = self.zones_of(&roster)?;
        let found = self.on_a_core(move || {
            let trainees = &roster.trainees[places(&roster)];
            forecast_some(&roster, &zones, &stored.plan, trainees)
        });
        found.await?.map_err(unmatchable)
    }
}
