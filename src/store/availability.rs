//! Weekly windows and days away, of people and of sites. They are read with the
//! record's row.

use serde_json::{Value, json};
use sqlx::FromRow;

use super::dispatch::statements;
use super::rows::{Place, write_rows};
use super::{ProgramScope, StoreError, Tx};
use crate::domain::{
    Availability, Away, EntityKind, MinuteOfDay, WeeklyWindow, parse_weekday, weekday_word,
};

statements! {
    WINDOW_DELETE = "DELETE FROM weekly_window WHERE program_id = $1 AND owner = $3 \
        AND owner_key IN (SELECT value ->> 0 FROM json_each($2))";
    WINDOW_INSERT = "INSERT INTO weekly_window \
        (program_id, owner, owner_key, position, weekday, start_local, end_local) \
        SELECT $1, $3, value ->> 0, CAST(value ->> 1 AS BIGINT), value ->> 2, value ->> 3, \
        value ->> 4 FROM json_each($2)";
    AWAY_DELETE = "DELETE FROM away WHERE program_id = $1 AND owner = $3 \
        AND owner_key IN (SELECT value ->> 0 FROM json_each($2))";
    AWAY_INSERT = "INSERT INTO away \
        (program_id, owner, owner_key, position, first_day, last_day, reason) \
        SELECT $1, $3, value ->> 0, CAST(value ->> 1 AS BIGINT), value ->> 2, value ->> 3, \
        value ->> 4 FROM json_each($2)";
}

/// Writes the columns of a record's windows and days away, as
/// [`CalendarColumns`] reads them. Windows have semicolons between them; days
/// away have line breaks, since their reasons are free text of one line.
macro_rules! calendar_columns {
    ($owner:literal) => {
        concat!(
            "(SELECT string_agg(weekday || ' ' || start_local || ' ' || end_local, ';' \
                ORDER BY position) FROM weekly_window WHERE program_id = ",
            $owner,
            ".program_id AND owner = '",
            $owner,
            "' AND owner_key = ",
            $owner,
            ".key) AS windows, (SELECT string_agg(first_day || ' ' || last_day || ' ' || reason, \
                '\n' ORDER BY position) FROM away WHERE program_id = ",
            $owner,
            ".program_id AND owner = '",
            $owner,
            "' AND owner_key = ",
            $owner,
            ".key) AS away"
        )
    };
}

pub(super) use calendar_columns;

/// What of its windows and days away comes with a record's row.
pub(super) trait Calendar {
    fn read(&self, place: Place<'_>) -> Result<Availability, StoreError>;
}

/// Nothing: pages of lists leave them out.
#[derive(FromRow)]
pub(super) struct NoCalendar {}

impl Calendar for NoCalendar {
    fn read(&self, _place: Place<'_>) -> Result<Availability, StoreError> {
        Ok(Availability::default())
    }
}

/// All of them.
#[derive(FromRow)]
pub(super) struct CalendarColumns {
    windows: Option<String>,
    away: Option<String>,
}

impl Calendar for CalendarColumns {
    fn read(&self, place: Place<'_>) -> Result<Availability, StoreError> {
        let windows = self.windows.iter().flat_map(|windows| windows.split(';'));
        let away = self.away.iter().flat_map(|away| away.split('\n'));
        Ok(Availability {
            windows: windows
                .map(|window| read_window(place.of("weekly_window"), window))
                .collect::<Result<_, _>>()?,
            away: away
                .map(|away| read_away(place.of("away"), away))
                .collect::<Result<_, _>>()?,
        })
    }
}

fn read_window(place: Place<'_>, text: &str) -> Result<WeeklyWindow, StoreError> {
    let (weekday, times) = place.some(text.split_once(' '))?;
    let (start, end) = place.some(times.split_once(' '))?;
    let weekday = place.some(parse_weekday(weekday))?;
    let start = place.some(MinuteOfDay::parse(start))?;
    let end = place.some(MinuteOfDay::parse(end))?;
    place.some(WeeklyWindow::new(weekday, start, end))
}

fn read_away(place: Place<'_>, text: &str) -> Result<Away, StoreError> {
    let (first, rest) = place.some(text.split_once(' '))?;
    let (last, reason) = place.some(rest.split_once(' '))?;
    Ok(Away {
        days: place.days(first, last)?,
        reason: reason.to_owned(),
    })
}

/// Replaces the windows and days away of some owners of a kind.
pub(super) async fn replace<'a>(
    tx: &mut Tx,
    scope: ProgramScope,
    kind: EntityKind,
    owners: impl Iterator<Item = (&'a str, &'a Availability)>,
) -> Result<(), StoreError> {
    let (mut keys, mut windows, mut away): (Vec<Value>, Vec<Value>, Vec<Value>) =
        Default::default();
    for (owner, availability) in owners {
        keys.push(json!([owner]));
        for (position, window) in availability.windows.iter().enumerate() {
            windows.push(json!([
                owner,
                position,
                weekday_word(window.weekday()),
                window.start().to_string(),
                window.end().to_string()
            ]));
        }
        for (position, absence) in availability.away.iter().enumerate() {
            away.push(json!([
                owner,
                position,
                absence.days.first().to_string(),
                absence.days.last().to_string(),
                absence.reason
            ]));
        }
    }
    let program_id = scope.program_id;
    write_rows(tx, WINDOW_DELETE, program_id, kind.as_str(), &keys).await?;
    write_rows(tx, AWAY_DELETE, program_id, kind.as_str(), &keys).await?;
    write_rows(tx, WINDOW_INSERT, program_id, kind.as_str(), &windows).await?;
    write_rows(tx, AWAY_INSERT, program_id, kind.as_str(), &away).await
}
