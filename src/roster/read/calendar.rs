//! `availability.csv` and `away.csv`.

use std::collections::HashMap;

use super::super::keys::Keys;
use super::super::table::{Columns, Row, read_table};
use super::super::words::WEEKDAYS;
use super::super::{FolderFiles, RosterErrors};
use super::{KnownKeys, sites, supervisors, trainees};
use crate::domain::{
    Availability, Away, MinuteOfDay, SiteKey, SupervisorKey, TraineeKey, WeeklyWindow,
};

const WINDOW_COLUMNS: Columns = Columns {
    required: &["owner", "owner_id", "weekday", "start", "end"],
    optional: &[],
    multiline: &[],
};

const AWAY_COLUMNS: Columns = Columns {
    required: &["owner", "owner_id", "first_day", "last_day"],
    optional: &["reason"],
    multiline: &[],
};

const OWNERS: [(&str, OwnerKind); 3] = [
    ("site", OwnerKind::Site),
    ("supervisor", OwnerKind::Supervisor),
    ("trainee", OwnerKind::Trainee),
];

#[derive(Clone, Copy)]
enum OwnerKind {
    Site,
    Supervisor,
    Trainee,
}

#[derive(PartialEq, Eq, Hash)]
enum Owner {
    Site(SiteKey),
    Supervisor(SupervisorKey),
    Trainee(TraineeKey),
}

/// Windows and away days by owner.
#[derive(Default)]
pub(super) struct Calendars {
    by_owner: HashMap<Owner, Availability>,
}

impl Calendars {
    /// Takes out the opening hours and closed days of a site.
    pub(super) fn take_site(&mut self, key: &SiteKey) -> Availability {
        self.take(&Owner::Site(key.clone()))
    }

    /// Takes out the windows and away days of a supervisor.
    pub(super) fn take_supervisor(&mut self, key: &SupervisorKey) -> Availability {
        self.take(&Owner::Supervisor(key.clone()))
    }

    /// Takes out the windows and away days of a trainee.
    pub(super) fn take_trainee(&mut self, key: &TraineeKey) -> Availability {
        self.take(&Owner::Trainee(key.clone()))
    }

    fn take(&mut self, owner: &Owner) -> Availability {
        let mut availability = self.by_owner.remove(owner).unwrap_or_default();
        availability.windows.sort_by_key(|window| window.order());
        availability.windows.dedup();
        availability.away.sort();
        availability.away.dedup();
        availability
    }
}

/// Reads windows and away days.
pub(super) fn read_calendars(
    files: &FolderFiles,
    keys: &KnownKeys,
    errors: &mut RosterErrors,
) -> Calendars {
    let mut calendars = Calendars::default();
    read_table(files, "availability.csv", &WINDOW_COLUMNS, errors, |row| {
        let owner = read_owner(row, keys);
        let window = read_window(row)?;
        let own = calendars.by_owner.entry(owner?).or_default();
        own.windows.push(window);
        None::<()>
    });
    read_table(files, "away.csv", &AWAY_COLUMNS, errors, |row| {
        let owner = read_owner(row, keys);
        let days = row.days("first_day", "last_day");
        let reason = row.remark("reason");
        let away = Away {
            days: days?,
            reason: reason?,
        };
        calendars
            .by_owner
            .entry(owner?)
            .or_default()
            .away
            .push(away);
        None::<()>
    });
    calendars
}

fn read_owner(row: &mut Row<'_>, keys: &KnownKeys) -> Option<Owner> {
    fn key<K: std::str::FromStr>(row: &mut Row<'_>, keys: &Keys, file: &str) -> Option<K> {
        row.reference("owner_id", keys, file)
    }
    Some(match row.word("owner", &OWNERS)? {
        OwnerKind::Site => Owner::Site(key(row, &keys.sites, sites::FILE)?),
        OwnerKind::Supervisor => Owner::Supervisor(key(row, &keys.supervisors, supervisors::FILE)?),
        OwnerKind::Trainee => Owner::Trainee(key(row, &keys.trainees, trainees::FILE)?),
    })
}

fn read_window(row: &mut Row<'_>) -> Option<WeeklyWindow> {
    let weekday = row.word("weekday", &WEEKDAYS);
    let start = read_wall_clock(row, "start");
    let end = read_wall_clock(row, "end");
    let (weekday, start, end) = (weekday?, start?, end?);
    let window = WeeklyWindow::new(weekday, start, end);
    if window.is_none() {
        let message = format!(
            "is not after start {start}; an overnight window is written as two, split at 24:00"
        );
        row.refuse("end", message);
    }
    window
}

fn read_wall_clock(row: &mut Row<'_>, column: &str) -> Option<MinuteOfDay> {
    let allowed = "a time written as HH:MM on a quarter of an hour, from 00:00 to 24:00";
    row.read(column, allowed, |cell| {
        MinuteOfDay::parse(cell).filter(|time| time.is_on_grid())
    })
}
