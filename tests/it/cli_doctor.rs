//! `practicum doctor` over a database, whole and not.

use practicum::store::Db;
use serde_json::{Value, json};
use sqlx::{AssertSqlSafe, Executor};

use crate::cli_match::shipped;
use crate::support::command::{command, practicum, ran};

struct Clinic {
    folder: tempfile::TempDir,
}

impl Clinic {
    fn new() -> Self {
        let clinic = Self {
            folder: tempfile::tempdir().unwrap(),
        };
        let roster = shipped("clinic-12").display().to_string();
        let ran = practicum(&["import", &roster, "--database", &clinic.database()]);
        assert_eq!(ran.code, 0, "{}", ran.stderr);
        clinic
    }

    fn database(&self) -> String {
        self.folder.path().join("p.db").display().to_string()
    }

    fn change(&self, sql: &str) {
        tokio::runtime::Runtime::new().unwrap().block_on(async {
            let db = Db::open(&self.database()).await.unwrap();
            let Db::Sqlite {
                writer, readers, ..
            } = &db
            else {
                panic!("not a file");
            };
            // Only who is alone may change the journal mode.
            readers.close().await;
            writer.execute(AssertSqlSafe(sql.to_owned())).await.unwrap();
            db.close().await;
        });
    }

    /// Returns the report, and whether it ended well.
    fn doctor(&self) -> (Value, bool) {
        let ran = practicum(&["doctor", "--json", "--database", &self.database()]);
        assert!(
            ran.code == 0 || ran.code == 4,
            "{}{}",
            ran.stdout,
            ran.stderr
        );
        (ran.json(), ran.code == 0)
    }
}

#[test]
fn tells_what_a_whole_database_holds() {
    let clinic = Clinic::new();
    let (report, is_well) = clinic.doctor();
    assert!(is_well, "{report}");
    assert_eq!(report["problems"], json!([]));
    let database = &report["database"];
    assert_eq!(database["kind"], "sqlite");
    assert_eq!(database["journal_mode"], "wal");
    assert_eq!(database["writable"], true);
    assert_eq!(
        database["schema_migration"],
        database["schema_migration_known"]
    );
    assert_eq!(database["programs_with_whole_chain"], 1);
    assert!(database["disk_free_bytes"].as_u64().unwrap() > 0);
    let records = database["records"].as_array().unwrap();
    assert!(records.contains(&json!(["trainees", 12])), "{records:?}");
    let lines = practicum(&["doctor", "--database", &clinic.database()]).stdout;
    for part in [
        "SQLite",
        "trainees 12",
        "whole in programs: 1",
        "0 queued",
        "free",
    ] {
        assert!(lines.contains(part), "{part}: {lines}");
    }
}

#[test]
fn finds_a_chain_that_was_changed() {
    let clinic = Clinic::new();
    clinic.change("UPDATE event SET actor = 'somebody' WHERE sequence = 1");
    let (report, is_well) = clinic.doctor();
    assert!(!is_well);
    let problem = report["problems"][0].as_str().unwrap();
    assert!(
        problem.contains("clinic-12") && problem.contains("from event 1 on"),
        "{problem}"
    );
}

#[test]
fn finds_records_that_refer_to_nothing() {
    let clinic = Clinic::new();
    clinic.change("PRAGMA foreign_keys = OFF; DELETE FROM round; PRAGMA foreign_keys = ON");
    let (report, is_well) = clinic.doctor();
    assert!(!is_well);
    let problems = report["problems"].to_string();
    assert!(
        problems.contains("rows of participant refer to records"),
        "{problems}"
    );
}

#[test]
fn finds_runs_that_wait_and_runs_whose_worker_is_gone() {
    let clinic = Clinic::new();
    for _ in 0..2 {
        let started = ["run", "start", "--detach", "--database", &clinic.database()];
        assert_eq!(practicum(&started).code, 0);
    }
    clinic.change("UPDATE run SET created_at = created_at - 600");
    clinic.change(
        "UPDATE run SET state = 'running', lease_until = 1 WHERE key = (SELECT MAX(key) FROM run)",
    );
    let (report, is_well) = clinic.doctor();
    assert!(is_well, "{report}");
    assert_eq!(report["database"]["runs_queued"], 1);
    assert_eq!(report["database"]["runs_with_lease_over"], 1);
    let warnings = report["warnings"].to_string();
    for part in [
        "wait for a worker: 1",
        "lost their worker: 1",
        "practicum serve",
    ] {
        assert!(warnings.contains(part), "{warnings}");
    }
}

#[test]
fn looks_without_changing_anything() {
    let clinic = Clinic::new();
    clinic.change("PRAGMA journal_mode = DELETE");
    let before = std::fs::read(clinic.database()).unwrap();
    let (report, _) = clinic.doctor();
    assert_eq!(report["database"]["journal_mode"], "delete");
    assert!(
        report["warnings"]
            .to_string()
            .contains("the journal mode is delete")
    );
    assert!(std::fs::read(clinic.database()).unwrap() == before);
}

#[test]
fn a_database_that_is_not_there_is_a_problem_only_when_it_was_named() {
    let folder = tempfile::tempdir().unwrap();
    let none = ran(command(&["doctor"]).current_dir(folder.path()));
    assert_eq!(none.code, 0, "{}", none.stdout);
    assert!(none.stdout.contains("none here"), "{}", none.stdout);
    let named = ["doctor", "--database", "mine.db"];
    let named = ran(command(&named).current_dir(folder.path()));
    assert_eq!(named.code, 4, "{}", named.stdout);
    assert!(
        named.stdout.contains("no database at mine.db"),
        "{}",
        named.stdout
    );
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
}
