//! A plan as a workbook and as one JSON document: both say what the folder
//! says.

use std::io::Cursor;

use calamine::{Data, Reader, Xlsx};
use practicum::domain::Plan;
use practicum::roster::{PlanContext, plan_document, plan_workbook, read_plan, write_plan};
use serde_json::{Value, json};

use super::plan_folder::{context, plan};

/// The sheets that show tables, and the tables.
const TABLES: [(&str, &str); 4] = [
    ("Placements", "placements.csv"),
    ("Sessions", "sessions.csv"),
    ("Members", "session_members.csv"),
    ("Unmatched", "unmatched.csv"),
];

/// A plan whose free texts and words a spreadsheet could take for formulas.
fn risky() -> Plan {
    let mut plan = plan();
    plan.sessions[0].members[0].line = "=cmd|' /C calc'!A0".parse().unwrap();
    plan.sessions[1].members[0].line = "'quoted".parse().unwrap();
    plan.sessions[1].members[1].line = "'=both".parse().unwrap();
    plan.placements[0].trainee = "0012".parse().unwrap();
    plan.placements[1].trainee = "2e3".parse().unwrap();
    plan.unmatched[0].detail = "@site-1\nis full".to_owned();
    plan
}

fn workbook(plan: &Plan, context: &PlanContext) -> Xlsx<Cursor<Vec<u8>>> {
    let bytes = plan_workbook(plan, context).unwrap();
    Xlsx::new(Cursor::new(bytes)).unwrap()
}

/// Returns the cells of a sheet, with which of them are numbers.
fn cells(book: &mut Xlsx<Cursor<Vec<u8>>>, sheet: &str) -> Vec<Vec<(String, bool)>> {
    let range = book.worksheet_range(sheet).unwrap();
    let cell = |data: &Data| match data {
        Data::Empty => (String::new(), false),
        Data::String(text) => (text.clone(), false),
        Data::Float(number) => (number.to_string(), true),
        Data::Int(number) => (number.to_string(), true),
        Data::Bool(_)
        | Data::DateTime(_)
        | Data::DateTimeIso(_)
        | Data::DurationIso(_)
        | Data::Error(_) => panic!("{sheet} holds {data:?}"),
    };
    range
        .rows()
        .map(|row| row.iter().map(cell).collect())
        .collect()
}

#[test]
fn the_sheets_of_a_workbook_are_the_tables_of_the_folder() {
    let plan = risky();
    let files = write_plan(&plan, &context());
    let mut book = workbook(&plan, &context());
    let names: Vec<&str> = TABLES.iter().map(|(sheet, _)| *sheet).collect();
    assert_eq!(book.sheet_names(), [&names[..], &["Summary"]].concat());
    for (sheet, file) in TABLES {
        let mut table = csv::ReaderBuilder::new()
            .has_headers(false)
            .from_reader(files.get(file).unwrap());
        let expected: Vec<Vec<String>> = table
            .records()
            .map(|row| row.unwrap().iter().map(str::to_owned).collect())
            .collect();
        let found = cells(&mut book, sheet);
        assert_eq!(found.len(), expected.len(), "{sheet}");
        for (row, wanted) in found.iter().zip(&expected) {
            let texts: Vec<&str> = row.iter().map(|(text, _)| text.as_str()).collect();
            assert_eq!(texts, *wanted, "{sheet}");
        }
        assert!(book.worksheet_formula(sheet).unwrap().is_empty(), "{sheet}");
    }
}

#[test]
fn ids_stay_text_and_amounts_are_numbers() {
    let mut book = workbook(&risky(), &context());
    let placements = cells(&mut book, "Placements");
    let row: Vec<(&str, bool)> = placements[1]
        .iter()
        .map(|(text, is_number)| (text.as_str(), *is_number))
        .collect();
    assert_eq!(
        row,
        [
            ("0012", false),
            ("site-1", false),
            ("495", true),
            ("1", true)
        ]
    );
    assert_eq!(placements[2][0], ("2e3".to_owned(), false));
    for row in cells(&mut book, "Members").iter().skip(1) {
        for (text, _) in row {
            assert!(
                !text.starts_with(['=', '+', '-', '@', '\t', '\r']),
                "{text}"
            );
        }
    }
    let summary = cells(&mut book, "Summary");
    let fact = |name: &str| {
        let found = summary.iter().find(|row| row[0].0 == name);
        found.unwrap()[1].clone()
    };
    assert_eq!(fact("solver"), ("HiGHS".to_owned(), false));
    assert_eq!(fact("placements"), ("2".to_owned(), true));
    assert_eq!(fact("matched"), ("2".to_owned(), true));
}

#[test]
fn risky_words_come_back_from_the_folder_as_they_were() {
    let plan = risky();
    let files = write_plan(&plan, &context());
    let members = std::str::from_utf8(files.get("session_members.csv").unwrap()).unwrap();
    assert!(members.contains(",'=cmd|"), "{members}");
    assert_eq!(read_plan(&files).unwrap().0.sessions, plan.sessions);
}

#[test]
fn the_same_plan_gives_the_same_bytes() {
    let (plan, context) = (risky(), context());
    assert_eq!(
        plan_workbook(&plan, &context).unwrap(),
        plan_workbook(&plan, &context).unwrap()
    );
    assert_eq!(
        plan_document(&plan, &context),
        plan_document(&plan, &context)
    );
}

#[test]
fn the_document_says_what_the_plan_holds_without_neutralising_it() {
    let document: Value = serde_json::from_slice(&plan_document(&risky(), &context())).unwrap();
    let keys: Vec<&String> = document.as_object().unwrap().keys().collect();
    assert_eq!(
        keys,
        [
            "format",
            "placements",
            "sessions",
            "summary",
            "unmatched",
            "version"
        ]
    );
    assert_eq!(document["format"], "practicum-plan");
    assert_eq!(document["version"], 1);
    let files = write_plan(&risky(), &context());
    let summary: Value = serde_json::from_slice(files.get("summary.json").unwrap()).unwrap();
    assert_eq!(document["summary"], summary);
    assert_eq!(
        document["placements"][0],
        json!({
            "trainee_id": "0012",
            "site_id": "site-1",
            "contact_minutes_per_week": 495,
            "preference_rank": 1,
        })
    );
    let sessions = document["sessions"].as_array().unwrap();
    assert_eq!(
        sessions[0],
        json!({
            "session_id": "session-0001",
            "supervisor_id": "sup-1",
            "kind": "triadic",
            "weekday": "thu",
            "start": "10:00",
            "minutes": 60,
            "time_zone": "UTC",
            "delivery": "in_person",
            "site_id": "site-1",
            "members": [{ "trainee_id": "tr-001", "line": "=cmd|' /C calc'!A0" }],
        })
    );
    assert_eq!(sessions[1]["site_id"], Value::Null);
    assert_eq!(
        (&sessions[2]["weekday"], &sessions[2]["start"]),
        (&Value::Null, &Value::Null)
    );
    assert_eq!(document["unmatched"][0]["detail"], "@site-1\nis full");
}

#[test]
fn a_plan_of_nobody_is_a_workbook_with_headings_alone() {
    let mut book = workbook(&Plan::default(), &PlanContext::default());
    for (sheet, _) in TABLES {
        assert_eq!(cells(&mut book, sheet).len(), 1, "{sheet}");
    }
}
