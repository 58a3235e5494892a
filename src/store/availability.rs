//! Weekly windows and days away, of people and of sites.

use std::collections::HashMap;

use serde_json::{Value, json};

use super::dispatch::{on, statements};
use super::rows::{Place, write_rows};
use super::{KeyRange, ProgramScope, StoreError, Tx};
use crate::domain::{
    Availability, Away, EntityKind, MinuteOfDay, WeeklyWindow, parse_weekday, weekday_word,
};

statements! {
    WINDOW_LIST = "SELECT owner_key, weekday, start_local, end_local FROM weekly_window \
        WHERE program_id = $1 AND owner = $2 AND owner_key >= $3 AND owner_key <= $4 \
        ORDER BY owner_key, position";
    WINDOW_LIST_OF = "SELECT owner_key, weekday, start_local, end_local FROM weekly_window \
        WHERE program_id = $1 AND owner = $2 AND $4 = '' \
        AND owner_key IN (SELECT value ->> 0 FROM json_each($3)) ORDER BY owner_key, position";
    WINDOW_DELETE = "DELETE FROM weekly_window WHERE program_id = $1 AND owner = $3 \
        AND owner_key IN (SELECT value ->> 0 FROM json_each($2))";
    WINDOW_INSERT = "INSERT INTO weekly_window \
        (program_id, owner, owner_key, position, weekday, start_local, end_local) \
        SELECT $1, $3, value ->> 0, CAST(value ->> 1 AS BIGINT), value ->> 2, value ->> 3, \
        value ->> 4 FROM json_each($2)";
    AWAY_LIST = "SELECT owner_key, first_day, last_day, reason FROM away \
        WHERE program_id = $1 AND owner = $2 AND owner_key >= $3 AND owner_key <= $4 \
        ORDER BY owner_key, position";
    AWAY_LIST_OF = "SELECT owner_key, first_day, last_day, reason FROM away \
        WHERE program_id = $1 AND owner = $2 AND $4 = '' \
        AND owner_key IN (SELECT value ->> 0 FROM json_each($3)) ORDER BY owner_key, position";
    AWAY_DELETE = "DELETE FROM away WHERE program_id = $1 AND owner = $3 \
        AND owner_key IN (SELECT value ->> 0 FROM json_each($2))";
    AWAY_INSERT = "INSERT INTO away \
        (program_id, owner, owner_key, position, first_day, last_day, reason) \
        SELECT $1, $3, value ->> 0, CAST(value ->> 1 AS BIGINT), value ->> 2, value ->> 3, \
        value ->> 4 FROM json_each($2)";
}

/// Windows and days away by owner.
pub(super) struct Calendars {
    by_owner: HashMap<String, Availability>,
}

impl Calendars {
    /// Takes out the windows and days away of an owner.
    pub(super) fn take(&mut self, owner: &str) -> Availability {
        self.by_owner.remove(owner).unwrap_or_default()
    }
}

/// Returns the windows and days away of some owners of a kind.
pub(super) async fn list(
    tx: &mut Tx,
    scope: ProgramScope,
    kind: EntityKind,
    owners: &KeyRange,
) -> Result<Calendars, StoreError> {
    let windows = owners.pick(WINDOW_LIST, WINDOW_LIST_OF);
    let away = owners.pick(AWAY_LIST, AWAY_LIST_OF);
    let mut by_owner: HashMap<String, Availability> = HashMap::new();
    for (owner, weekday, start, end) in rows_of(tx, windows, scope, kind, owners).await? {
        let place = Place {
            table: "weekly_window",
            key: &owner,
        };
        let weekday = place.some(parse_weekday(&weekday))?;
        let start = place.some(MinuteOfDay::parse(&start))?;
        let end = place.some(MinuteOfDay::parse(&end))?;
        let window = place.some(WeeklyWindow::new(weekday, start, end))?;
        by_owner.entry(owner).or_default().windows.push(window);
    }
    for (owner, first, last, reason) in rows_of(tx, away, scope, kind, owners).await? {
        let place = Place {
            table: "away",
            key: &owner,
        };
        let days = place.days(&first, &last)?;
        by_owner
            .entry(owner)
            .or_default()
            .away
            .push(Away { days, reason });
    }
    Ok(Calendars { by_owner })
}

/// Returns the rows of some owners of a kind: the owner, and three
/// columns more.
async fn rows_of(
    tx: &mut Tx,
    sql: &'static str,
    scope: ProgramScope,
    kind: EntityKind,
    owners: &KeyRange,
) -> Result<Vec<(String, String, String, String)>, StoreError> {
    Ok(on!(tx, |connection| {
        sqlx::query_as(sql)
            .bind(scope.program_id)
            .bind(kind.as_str())
            .bind(owners.from.as_str())
            .bind(owners.until.as_str())
            .fetch_all(connection)
            .await
    })?)
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
