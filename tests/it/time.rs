//! Local time: every case of `tests/data/tz_cases.csv`, and properties of the
//! core against an independent oracle.

use chrono::{Days, NaiveDate, Offset, TimeZone as _, Utc};
use jiff::tz::{AmbiguousOffset, TimeZoneDatabase};
use practicum::domain::time::{
    LocalKind, OccurrenceFlag, UtcSecond, WallClock, WallWindow, ZoneRules, ZoneTable,
    window_overlaps,
};
use practicum::domain::{DayRange, MinuteOfDay, Minutes, ZoneName, calendar_day};
use practicum::zone_data::ZoneData;
use proptest::prelude::*;

use crate::support::tz_cases::{Case, cases};

/// Returns the rules of a zone as the named version of the tz database has
/// them: the embedded one, or the old one that chrono-tz carries.
fn rules_of(version: &str, zone: ZoneName, days: DayRange) -> ZoneRules {
    let embedded = ZoneData::embedded();
    if version == embedded.version() {
        let table = embedded.table([zone], days).unwrap();
        assert_eq!(table.version(), version);
        return table.rules(zone).unwrap().clone();
    }
    assert_eq!(
        version,
        chrono_tz::IANA_TZDB_VERSION,
        "no zone data of this version is at hand"
    );
    old_rules(zone, days)
}

/// Returns the rules that chrono-tz has, found by looking at every quarter of
/// an hour.
#[expect(
    clippy::disallowed_methods,
    reason = "cases that name an old version are answered with old rules"
)]
fn old_rules(zone: ZoneName, days: DayRange) -> ZoneRules {
    let tz: chrono_tz::Tz = zone.as_str().parse().unwrap();
    let first = days.first() - Days::new(14);
    let quarters = (days.days() + 28) * 96;
    let start = Utc.from_utc_datetime(&first.and_time(chrono::NaiveTime::MIN));
    let offsets: Vec<(UtcSecond, i32)> = (0..quarters)
        .map(|quarter| {
            let at = start + chrono::TimeDelta::minutes(15 * quarter);
            let offset = tz.offset_from_utc_datetime(&at.naive_utc());
            (UtcSecond(at.timestamp()), offset.fix().local_minus_utc())
        })
        .collect();
    ZoneRules::new(offsets[0].1, offsets)
}

fn answer(case: &Case) -> String {
    let rules = rules_of(&case.tzdb, case.zone_a, case.days);
    match case.kind.as_str() {
        "resolve" => {
            let resolved = rules.resolve(WallClock::new(case.days.first(), case.start));
            format!(
                "kind={} earlier={} later={} compatible={}",
                resolved.kind.as_str(),
                resolved.earlier,
                resolved.later,
                resolved.chosen()
            )
        }
        "session" => rules
            .occurrences(case.days, case.weekday, case.start)
            .iter()
            .map(|occurrence| match occurrence.flag {
                OccurrenceFlag::None => occurrence.start.to_string(),
                OccurrenceFlag::Gap => format!("{}!gap", occurrence.start),
                OccurrenceFlag::Fold => format!("{}!fold", occurrence.start),
                OccurrenceFlag::Skipped => format!("{}=SKIPPED", occurrence.local_date),
            })
            .collect::<Vec<_>>()
            .join(" "),
        "overlap_minutes" => {
            let b = case.b.as_ref().unwrap();
            let rules_b = rules_of(&case.tzdb, b.zone, case.days);
            let window = |weekday, start, minutes| WallWindow::new(weekday, start, minutes);
            window_overlaps(
                (
                    &rules,
                    window(case.weekday, case.start, case.minutes).unwrap(),
                ),
                (&rules_b, window(b.weekday, b.start, b.minutes).unwrap()),
                case.days,
            )
            .iter()
            .map(|overlap| format!("{}={}", overlap.local_date, overlap.minutes))
            .collect::<Vec<_>>()
            .join(" ")
        }
        "session_span" => {
            let start = rules
                .resolve(WallClock::new(case.days.first(), case.start))
                .chosen();
            let end = start.plus(case.minutes);
            // The file writes offsets as -0500.
            let local = rules.local(end).to_string();
            let (reading, minutes) = local.rsplit_once(':').unwrap();
            format!("{start}/{end} local_end={reading}{minutes}")
        }
        other => panic!("{}: a kind of case that is not known: {other}", case.name),
    }
}

#[test]
fn answers_every_case_of_the_file() {
    let cases = cases();
    assert!(cases.len() >= 45, "only {} cases were read", cases.len());
    let wrong: Vec<String> = cases
        .iter()
        .filter_map(|case| {
            let answer = answer(case);
            (answer != case.expected).then(|| {
                format!(
                    "{}: expected {:?}, got {answer:?}",
                    case.name, case.expected
                )
            })
        })
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn old_zone_data_gives_other_answers() {
    let cases: Vec<Case> = cases()
        .into_iter()
        .filter(|case| case.name.contains("2026f"))
        .collect();
    assert!(cases.len() >= 4, "only {} cases are left", cases.len());
    for mut case in cases {
        chrono_tz::IANA_TZDB_VERSION.clone_into(&mut case.tzdb);
        assert_ne!(answer(&case), case.expected, "{}", case.name);
    }
}

fn day(text: &str) -> NaiveDate {
    calendar_day(text).unwrap()
}

fn embedded(name: &str, first: &str, last: &str) -> ZoneRules {
    let days = DayRange::new(day(first), day(last)).unwrap();
    rules_of(ZoneData::embedded().version(), name.parse().unwrap(), days)
}

#[test]
fn a_whole_day_ends_where_the_next_begins_though_midnight_comes_twice() {
    // Havana went back at 01:00 on Sunday 2025-11-02: midnight came twice.
    let havana = embedded("America/Havana", "2025-11-01", "2025-11-03");
    let saturday = havana.whole_day(day("2025-11-01")).unwrap();
    let sunday = havana.whole_day(day("2025-11-02")).unwrap();
    assert_eq!(saturday.end, sunday.start);
    assert_eq!(saturday.end.0 - saturday.start.0, 24 * 3600);
    assert_eq!(sunday.end.0 - sunday.start.0, 25 * 3600);
}

#[test]
fn a_date_that_a_zone_left_out_has_no_day_and_no_window() {
    let apia = embedded("Pacific/Apia", "2011-12-29", "2011-12-31");
    assert_eq!(apia.whole_day(day("2011-12-30")), None);
    let (before, after) = (
        apia.whole_day(day("2011-12-29")).unwrap(),
        apia.whole_day(day("2011-12-31")).unwrap(),
    );
    assert_eq!(before.end, after.start);
    let morning = WallClock::new(day("2011-12-30"), MinuteOfDay::parse("09:00").unwrap());
    let noon = morning.plus(Minutes::new(180).unwrap());
    assert_eq!(apia.interval(morning, noon), None);
}

#[test]
fn a_window_that_ends_in_a_gap_ends_at_the_change() {
    let new_york = embedded("America/New_York", "2027-03-14", "2027-03-14");
    let one = WallClock::new(day("2027-03-14"), MinuteOfDay::parse("01:00").unwrap());
    let window = new_york
        .interval(one, one.plus(Minutes::new(90).unwrap()))
        .unwrap();
    assert_eq!(window.end.to_string(), "2027-03-14T07:00:00Z");
    assert_eq!(window.end.0 - window.start.0, 3600);
}

#[test]
fn finds_a_window_that_lies_three_local_dates_away() {
    let early = embedded("Pacific/Kiritimati", "2027-03-04", "2027-03-04");
    let late = embedded("Etc/GMT+12", "2027-03-04", "2027-03-04");
    let window = |weekday, start: &str, minutes| {
        let start = MinuteOfDay::parse(start).unwrap();
        WallWindow::new(weekday, start, Minutes::new(minutes).unwrap()).unwrap()
    };
    // Thursday 00:00 at +14:00 is Tuesday 22:00 at -12:00.
    let thursday = window(chrono::Weekday::Thu, "00:00", 60);
    let monday = window(chrono::Weekday::Mon, "22:30", 1440);
    let term = DayRange::new(day("2027-03-01"), day("2027-03-04")).unwrap();
    let ahead = window_overlaps((&early, thursday), (&late, monday), term);
    let back = window_overlaps((&late, monday), (&early, thursday), term);
    assert_eq!((ahead[0].minutes.get(), back[0].minutes.get()), (30, 30));
}

/// The rules of every zone from 1970 to 2199, loaded once.
fn all_rules() -> &'static ZoneTable {
    static TABLE: std::sync::OnceLock<ZoneTable> = std::sync::OnceLock::new();
    TABLE.get_or_init(|| {
        let calendar = DayRange::new(day("1970-01-01"), day("2199-12-31")).unwrap();
        ZoneData::embedded()
            .table(ZoneName::all(), calendar)
            .unwrap()
    })
}

fn any_zone() -> impl Strategy<Value = ZoneName> {
    prop::sample::select(ZoneName::all().collect::<Vec<_>>())
}

/// A zone and a wall-clock reading, half of the time within a day and a half
/// of a clock change, where there is one.
fn zone_and_reading() -> impl Strategy<Value = (ZoneName, WallClock)> {
    (
        any_zone(),
        any::<prop::sample::Index>(),
        any::<bool>(),
        0..84_000_u64,
        -36 * 60..36 * 60_i64,
    )
        .prop_map(|(zone, index, near_a_change, days, minutes)| {
            let changes = all_rules().rules(zone).unwrap().changes();
            let anywhere = 86_400 * i64::try_from(days).unwrap();
            let around = if near_a_change && !changes.is_empty() {
                index.get(changes).0.0.clamp(0, 84_000 * 86_400)
            } else {
                anywhere
            };
            let minute = (around + 60 * minutes).max(0) / 60;
            let date = day("1970-01-01") + Days::new(u64::try_from(minute / 1440).unwrap());
            let time = MinuteOfDay::new(u16::try_from(minute % 1440).unwrap()).unwrap();
            (zone, WallClock::new(date, time))
        })
}

/// What jiff's own civil time says: kind, earlier, later, chosen.
fn oracle(zone: ZoneName, reading: WallClock) -> (LocalKind, UtcSecond, UtcSecond, UtcSecond) {
    let zone = TimeZoneDatabase::bundled().get(zone.as_str()).unwrap();
    let civil: jiff::civil::DateTime = reading.to_string().parse().unwrap();
    let ambiguous = zone.to_ambiguous_timestamp(civil);
    let kind = match ambiguous.offset() {
        AmbiguousOffset::Unambiguous { .. } => LocalKind::Unique,
        AmbiguousOffset::Gap { .. } => LocalKind::Gap,
        AmbiguousOffset::Fold { .. } => LocalKind::Overlap,
    };
    let second = |at: jiff::Timestamp| UtcSecond(at.as_second());
    (
        kind,
        second(ambiguous.earlier().unwrap()),
        second(ambiguous.later().unwrap()),
        second(ambiguous.compatible().unwrap()),
    )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4096, ..ProptestConfig::default() })]

    #[test]
    fn a_reading_means_what_an_independent_oracle_says((zone, reading) in zone_and_reading()) {
        let resolved = all_rules().rules(zone).unwrap().resolve(reading);
        let ours = (resolved.kind, resolved.earlier, resolved.later, resolved.chosen());
        prop_assert_eq!(ours, oracle(zone, reading), "{} {}", zone, reading);
    }

    #[test]
    fn readings_and_instants_agree((zone, reading) in zone_and_reading()) {
        let rules = all_rules().rules(zone).unwrap();
        let resolved = rules.resolve(reading);
        prop_assert!(resolved.earlier <= resolved.later);
        prop_assert_eq!(
            resolved.earlier == resolved.later,
            resolved.kind == LocalKind::Unique
        );
        if resolved.kind != LocalKind::Gap {
            prop_assert_eq!(rules.wall_clock(resolved.earlier), reading);
            prop_assert_eq!(rules.wall_clock(resolved.later), reading);
        }
    }

    #[test]
    fn whole_days_lie_side_by_side((zone, reading) in zone_and_reading(), length in 1..60_u64) {
        let rules = all_rules().rules(zone).unwrap();
        let days = DayRange::new(reading.day(), reading.day() + Days::new(length)).unwrap();
        let whole: Vec<_> = days.iter().filter_map(|day| rules.whole_day(day)).collect();
        for pair in whole.windows(2) {
            prop_assert_eq!(pair[0].end, pair[1].start);
        }
    }

    #[test]
    fn rules_cut_to_a_term_say_the_same_as_rules_of_all_time(
        (zone, reading) in zone_and_reading(),
    ) {
        let term = DayRange::new(reading.day(), reading.day()).unwrap();
        let table = ZoneData::embedded().table([zone], term).unwrap();
        let cut = table.rules(zone).unwrap().resolve(reading);
        prop_assert_eq!(cut, all_rules().rules(zone).unwrap().resolve(reading));
    }

    #[test]
    fn two_windows_share_as_long_whichever_is_named_first(
        (zone_a, reading) in zone_and_reading(),
        zone_b in any_zone(),
        (weekday, start, length_a, length_b) in (0..7_u8, 0..1440_u16, 1..1440_u32, 1..1440_u32),
    ) {
        let table = all_rules();
        let (rules_a, rules_b) = (table.rules(zone_a).unwrap(), table.rules(zone_b).unwrap());
        let window = |weekday, start, length| {
            WallWindow::new(weekday, start, Minutes::new(length).unwrap()).unwrap()
        };
        let weekday = chrono::Weekday::try_from(weekday).unwrap();
        let a = window(chrono::Datelike::weekday(&reading.day()), reading.time(), length_a);
        let b = window(weekday, MinuteOfDay::new(start).unwrap(), length_b);
        let on = |day: NaiveDate| DayRange::new(day, day).unwrap();
        let forward = window_overlaps((rules_a, a), (rules_b, b), on(reading.day()));
        let wide = DayRange::new(reading.day() - Days::new(3), reading.day() + Days::new(3));
        let backward = window_overlaps((rules_b, b), (rules_a, a), wide.unwrap());
        for ahead in forward.iter().filter(|ahead| ahead.minutes.get() > 0) {
            prop_assert!(
                backward.iter().any(|back| {
                    (back.b, back.a, back.minutes) == (ahead.a, ahead.b, ahead.minutes)
                }),
                "{} {} and {}: {:?}", reading, zone_a, zone_b, ahead
            );
        }
    }
}
