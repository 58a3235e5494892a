//! What clocks on walls show.

use chrono::Datelike;

use super::super::pb;
use super::fields::{date, number};
use super::records::timestamp;
use super::words;
use crate::domain::ShownSpan;
use crate::domain::time::LocalReading;

/// Returns what a clock shows as a message.
pub(super) fn local_time(reading: LocalReading) -> pb::LocalTime {
    let day = reading.wall.day();
    pb::LocalTime {
        day: Some(date(day)),
        weekday: words::weekday(day.weekday()),
        minute_of_day: i32::from(reading.wall.time().get()),
        utc_offset_seconds: reading.offset,
    }
}

/// Returns a stretch of time as a message.
pub(super) fn span(span: ShownSpan) -> pb::LocalSpan {
    pb::LocalSpan {
        start_time: Some(timestamp(span.at.start)),
        end_time: Some(timestamp(span.at.end)),
        start_local: Some(local_time(span.start)),
        end_local: Some(local_time(span.end)),
        elapsed_minutes: number(span.minutes.get()),
    }
}
