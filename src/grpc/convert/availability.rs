//! Weekly windows and days away.

use super::super::pb;
use super::fields::{Fields, day_range};
use super::words;
use crate::domain::{Availability, Away, MinuteOfDay, WeeklyWindow};

/// Reads windows and days away.
pub(in super::super) fn read(
    windows: &[pb::WeeklyWindow],
    away: Vec<pb::Away>,
    fields: &mut Fields<'_>,
) -> Option<Availability> {
    let is_short = fields.count("windows", windows.len());
    let is_short = fields.count("away", away.len()).and(is_short);
    is_short?;
    let windows: Vec<Option<WeeklyWindow>> = windows
        .iter()
        .enumerate()
        .map(|(index, window)| read_window(window, &mut fields.item("windows", index)))
        .collect();
    let away: Vec<Option<Away>> = away
        .into_iter()
        .enumerate()
        .map(|(index, away)| read_away(away, &mut fields.item("away", index)))
        .collect();
    let mut windows: Vec<WeeklyWindow> = windows.into_iter().collect::<Option<_>>()?;
    let mut away: Vec<Away> = away.into_iter().collect::<Option<_>>()?;
    windows.sort_by_key(|window| window.order());
    windows.dedup();
    away.sort();
    away.dedup();
    Some(Availability { windows, away })
}

fn read_window(window: &pb::WeeklyWindow, fields: &mut Fields<'_>) -> Option<WeeklyWindow> {
    let weekday = fields.choice("weekday", window.weekday, words::read_weekday);
    let start = read_minute("start_minute_of_day", window.start_minute_of_day, fields);
    let end = read_minute("end_minute_of_day", window.end_minute_of_day, fields);
    let (start, end) = (start?, end?);
    let window = WeeklyWindow::new(weekday?, start, end);
    if window.is_none() {
        let message = format_args!(
            "is not after start_minute_of_day {}; an overnight window is two, split at 1440",
            start.get()
        );
        fields.refuse("end_minute_of_day", "range", message);
    }
    window
}

fn read_minute(field: &str, value: i32, fields: &mut Fields<'_>) -> Option<MinuteOfDay> {
    let minute = u16::try_from(value)
        .ok()
        .and_then(MinuteOfDay::new)
        .filter(|minute| minute.is_on_grid());
    if minute.is_none() {
        let message = format_args!("must be a multiple of 15 from 0 to 1440, not {value}");
        fields.refuse(field, "minute_of_day", message);
    }
    minute
}

fn read_away(away: pb::Away, fields: &mut Fields<'_>) -> Option<Away> {
    let days = fields.days("days", away.days);
    let reason = fields.remark("reason", away.reason);
    Some(Away {
        days: days?,
        reason: reason?,
    })
}

/// Returns weekly windows as messages.
pub(in super::super) fn windows(availability: &Availability) -> Vec<pb::WeeklyWindow> {
    availability.windows.iter().copied().map(window).collect()
}

/// Returns a weekly window as a message.
pub(super) fn window(window: WeeklyWindow) -> pb::WeeklyWindow {
    pb::WeeklyWindow {
        weekday: words::weekday(window.weekday()),
        start_minute_of_day: i32::from(window.start().get()),
        end_minute_of_day: i32::from(window.end().get()),
    }
}

/// Returns days away as messages.
pub(in super::super) fn away(availability: &Availability) -> Vec<pb::Away> {
    availability.away.iter().map(absence).collect()
}

/// Returns days away as a message.
pub(super) fn absence(away: &Away) -> pb::Away {
    pb::Away {
        days: Some(day_range(away.days)),
        reason: away.reason.clone(),
    }
}
