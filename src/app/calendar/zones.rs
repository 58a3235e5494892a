//! The rules of a zone as a VTIMEZONE, written from our own zone rules.

use super::lines::Lines;
use crate::domain::ZoneName;
use crate::domain::time::{Interval, UtcSecond, WallClock, ZoneRules};

/// Seconds beyond what is told of a zone: so that a clock change just before
/// the first event is told as well.
const MARGIN: i64 = 2 * 86_400;

/// Writes the offsets that a zone has over a stretch of time. Each change is an
/// observance of its own, begun at what the clock showed before it, so that no
/// rule has to be guessed. Nobody tells which offset is that of summer: a clock
/// that goes forward begins `DAYLIGHT`, one that goes back `STANDARD`, and
/// calendar programs use the two alike.
pub(super) fn write(lines: &mut Lines, zone: ZoneName, rules: &ZoneRules, during: Interval) {
    let from = UtcSecond(during.start.0 - MARGIN);
    let until = UtcSecond(during.end.0 + MARGIN);
    let mut offset = rules.offset_at(from);
    lines.add("BEGIN", "VTIMEZONE");
    lines.add("TZID", zone.as_str());
    observance(lines, "STANDARD", "19700101T000000", offset, offset);
    let changes = rules.changes().iter();
    for (at, next) in changes.filter(|(at, _)| from < *at && *at < until) {
        let kind = if *next > offset {
            "DAYLIGHT"
        } else {
            "STANDARD"
        };
        let onset = date_time(WallClock::at_offset(*at, offset));
        observance(lines, kind, &onset, offset, *next);
        offset = *next;
    }
    lines.add("END", "VTIMEZONE");
}

fn observance(lines: &mut Lines, kind: &str, onset: &str, before: i32, after: i32) {
    lines.add("BEGIN", kind);
    lines.add("DTSTART", onset);
    lines.add("TZOFFSETFROM", &offset_text(before));
    lines.add("TZOFFSETTO", &offset_text(after));
    lines.add("END", kind);
}

/// Returns a reading as `20270314T033000`.
pub(super) fn date_time(wall: WallClock) -> String {
    let time = wall.time().get();
    let (hours, minutes) = (time / 60, time % 60);
    format!("{}T{hours:02}{minutes:02}00", wall.day().format("%Y%m%d"))
}

/// Returns `+0545`, with seconds only where an old offset has them.
fn offset_text(offset: i32) -> String {
    let sign = if offset < 0 { '-' } else { '+' };
    let seconds = offset.abs();
    let (hours, minutes, rest) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    if rest == 0 {
        format!("{sign}{hours:02}{minutes:02}")
    } else {
        format!("{sign}{hours:02}{minutes:02}{rest:02}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tells_each_change_once_by_what_the_clock_showed_before_it() {
        // 2027-03-14 07:00 UTC: New York goes from -5 h to -4 h.
        let change = UtcSecond(1_805_007_600);
        let rules = ZoneRules::new(-18_000, vec![(change, -14_400)]);
        let mut lines = Lines::default();
        let during = Interval {
            start: UtcSecond(change.0 - 86_400),
            end: UtcSecond(change.0 + 86_400),
        };
        write(
            &mut lines,
            "America/New_York".parse().unwrap(),
            &rules,
            during,
        );
        let wanted = [
            "BEGIN:VTIMEZONE",
            "TZID:America/New_York",
            "BEGIN:STANDARD",
            "DTSTART:19700101T000000",
            "TZOFFSETFROM:-0500",
            "TZOFFSETTO:-0500",
            "END:STANDARD",
            "BEGIN:DAYLIGHT",
            "DTSTART:20270314T020000",
            "TZOFFSETFROM:-0500",
            "TZOFFSETTO:-0400",
            "END:DAYLIGHT",
            "END:VTIMEZONE",
            "",
        ];
        assert_eq!(lines.into_text(), wanted.join("\r\n"));
    }

    #[test]
    fn writes_offsets_of_quarters_and_of_seconds() {
        assert_eq!(offset_text(20_700), "+0545");
        assert_eq!(offset_text(-2_670), "-004430");
    }
}
