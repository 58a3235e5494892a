//! One week of somebody's availability on the wall of any zone.

use chrono::{Days, NaiveDate};

use super::{Actor, App, AppError, Permission};
use crate::domain::time::ZoneTable;
use crate::domain::{
    Availability, DayRange, EntityKind, Participant, ProgramKey, Violations, WeekPreview, ZoneName,
};
use crate::store::{KeyRange, ProgramScope, Tx};

/// Days before and after the day that is asked for, whose zone rules are
/// loaded: the rest of its week, and the week before.
const DAYS_AROUND: u64 = 16;

/// A week of availability, and in which zones.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShownWeek {
    /// The owner's zone.
    pub owner_zone: ZoneName,
    /// The zone in which the week is shown.
    pub zone: ZoneName,
    /// The week.
    pub preview: WeekPreview,
    /// Version of the zone data.
    pub tzdb_version: String,
}

impl App {
    /// Returns the week that holds a day of the owner's calendar, shown in a
    /// zone, or in the owner's own. A supervisor may see her own.
    ///
    /// # Errors
    /// [`AppError::NotFound`]; [`AppError::Hidden`] for a supervisor who asks
    /// for that of others; [`AppError::Invalid`] at `time_zone` when the
    /// zone data has no rules for a zone.
    pub async fn preview_week(
        &self,
        actor: &Actor,
        program: &ProgramKey,
        owner: &Participant,
        day: NaiveDate,
        zone: Option<ZoneName>,
    ) -> Result<ShownWeek, AppError> {
        actor.check_own_or(program, owner, Permission::RosterRead)?;
        let (mut tx, scope) = self.glance_as_allowed(program).await?;
        let (owner_zone, availability) = availability_of(&mut tx, scope, owner).await?;
        drop(tx);
        let zone = zone.unwrap_or(owner_zone);
        let around = Days::new(DAYS_AROUND);
        let days = DayRange::between(
            day.checked_sub_days(around).unwrap_or(day),
            day.checked_add_days(around).unwrap_or(day),
        );
        self.check_has_rules(zone, days)?;
        let zones = self.zone_table([owner_zone, zone], days)?;
        let rules = |zone| {
            let rules = zones.rules(zone);
            rules.ok_or_else(|| AppError::Internal(format!("no rules for {zone}").into()))
        };
        Ok(ShownWeek {
            owner_zone,
            zone,
            preview: WeekPreview::new(&availability, rules(owner_zone)?, rules(zone)?, day),
            tzdb_version: zones.version().to_owned(),
        })
    }

    /// Returns the rules of some zones over some days.
    pub(super) fn zone_table(
        &self,
        zones: impl IntoIterator<Item = ZoneName>,
        days: DayRange,
    ) -> Result<ZoneTable, AppError> {
        let table = self.inner.zone_data.table(zones, days);
        table.map_err(|error| AppError::Unavailable(Box::new(error)))
    }

    /// Refuses a zone in which something is to be shown when the zone data has
    /// no rules for it: a folder of zone files may lack some.
    pub(super) fn check_has_rules(&self, zone: ZoneName, days: DayRange) -> Result<(), AppError> {
        match self.inner.zone_data.table([zone], days) {
            Ok(_) => Ok(()),
            Err(error) => Err(AppError::Invalid(Violations::one(
                "time_zone",
                "time_zone",
                error.to_string(),
            ))),
        }
    }
}

/// Returns the zone, and the windows and days away, of a person or a site.
async fn availability_of(
    tx: &mut Tx,
    scope: ProgramScope,
    owner: &Participant,
) -> Result<(ZoneName, Availability), AppError> {
    let range = KeyRange::one(owner.key());
    let found = match owner {
        Participant::Site(_) => {
            let found = tx.site_list(scope, &range).await?.pop();
            found.map(|one| (one.value.time_zone, one.value.opening))
        }
        Participant::Supervisor(_) => {
            let found = tx.supervisor_list(scope, &range).await?.pop();
            found.map(|one| (one.value.time_zone, one.value.availability))
        }
        Participant::Trainee(_) => {
            let found = tx.trainee_list(scope, &range).await?.pop();
            found.map(|one| (one.value.time_zone, one.value.availability))
        }
    };
    let kind: EntityKind = owner.kind();
    found.ok_or_else(|| AppError::NotFound {
        kind,
        key: owner.key().to_owned(),
    })
}
