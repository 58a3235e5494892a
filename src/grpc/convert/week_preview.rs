//! A week of availability on the wall of any zone.

use super::super::pb;
use super::availability::{absence, window};
use super::fields::{date, day_range};
use super::local_time::{local_time, span};
use super::records::timestamp;
use super::words;
use crate::app::ShownWeek;
use crate::domain::{ClockChange, PreviewedAway, PreviewedWindow};

/// Returns a week as a message.
pub(in super::super) fn message(week: &ShownWeek) -> pb::PreviewWeekResponse {
    let preview = &week.preview;
    let change = |change: &ClockChange| pb::ClockChange {
        time_zone: if change.is_owners {
            week.owner_zone.to_string()
        } else {
            week.zone.to_string()
        },
        change_time: Some(timestamp(change.at)),
        before_local: Some(local_time(change.before)),
        after_local: Some(local_time(change.after)),
    };
    pb::PreviewWeekResponse {
        days: Some(day_range(preview.days)),
        owner_time_zone: week.owner_zone.to_string(),
        time_zone: week.zone.to_string(),
        windows: preview.windows.iter().map(previewed).collect(),
        away: preview.away.iter().map(away).collect(),
        clock_changes: preview.clock_changes.iter().map(change).collect(),
        tzdb_version: week.tzdb_version.clone(),
    }
}

fn previewed(one: &PreviewedWindow) -> pb::PreviewedWindow {
    let effects = one.effects.iter().copied();
    pb::PreviewedWindow {
        window: Some(window(one.window)),
        owner_day: Some(date(one.day)),
        span: one.span.map(span),
        effects: effects.map(words::window_effect).collect(),
        is_away: one.is_away,
    }
}

fn away(one: &PreviewedAway) -> pb::PreviewedAway {
    pb::PreviewedAway {
        away: Some(absence(&one.away)),
        span: one.span.map(span),
    }
}
