//! What is said of a database that cannot be used: what happened, where, and
//! what to do; never a password.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use practicum::store::Db;
use sqlx::{ConnectOptions, Executor};

use crate::cli_match::shipped;
use crate::support::command::{Ran, practicum, ran, without_settings};

/// Asserts how a command over a database fails, and that it says so.
fn assert_says(ran: &Ran, code: i32, parts: &[&str]) {
    assert_eq!(ran.code, code, "{}{}", ran.stdout, ran.stderr);
    for part in parts {
        assert!(ran.stderr.contains(part), "{part}: {}", ran.stderr);
    }
    assert!(!ran.stderr.contains("hush"), "{}", ran.stderr);
}

fn import(database: &str) -> Ran {
    let roster = shipped("clinic-12");
    practicum(&["import", roster.to_str().unwrap(), "--database", database])
}

fn file(folder: &Path, name: &str) -> String {
    folder.join(name).display().to_string()
}

#[test]
fn a_file_that_is_no_database_is_told_and_left_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let garbage = file(folder.path(), "garbage.db");
    let text = "trainee_id,name\n".repeat(1000);
    fs::write(&garbage, &text).unwrap();
    let parts = [
        garbage.as_str(),
        "no database, or a damaged one",
        "practicum backup",
    ];
    assert_says(&import(&garbage), 4, &parts);
    assert_eq!(fs::read_to_string(&garbage).unwrap(), text);
}

#[test]
fn a_truncated_file_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let cut = file(folder.path(), "cut.db");
    assert_eq!(import(&cut).code, 0);
    let bytes = fs::read(&cut).unwrap();
    for length in [bytes.len() / 2, 5000] {
        fs::write(&cut, &bytes[..length]).unwrap();
        let parts = [cut.as_str(), "damaged"];
        assert_says(&import(&cut), 4, &parts);
    }
}

#[test]
fn a_folder_is_no_database() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().display().to_string();
    let inside = file(folder.path(), "practicum.db");
    assert_says(
        &import(&path),
        4,
        &["is a folder", "a database is a file", &inside],
    );
}

#[test]
fn a_folder_that_is_not_there_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let missing = folder.path().join("missing");
    let database = missing.join("p.db").display().to_string();
    let what = format!("the folder {} is not there", missing.display());
    assert_says(&import(&database), 4, &[&database, &what]);
}

#[test]
fn a_database_of_a_newer_practicum_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let newer = file(folder.path(), "newer.db");
    assert_eq!(import(&newer).code, 0);
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let db = Db::open(&newer).await.unwrap();
        let Db::Sqlite { writer, .. } = &db else {
            panic!("not a file");
        };
        let sql = "INSERT INTO _sqlx_migrations (version, description, success, checksum, \
                   execution_time) VALUES (9999, 'later', TRUE, x'00', 0)";
        writer.execute(sql).await.unwrap();
        db.close().await;
    });
    let parts = [
        newer.as_str(),
        "of a newer Practicum",
        "migration 9999",
        "use the newer one",
    ];
    assert_says(&import(&newer), 4, &parts);
    assert_says(&practicum(&["migrate", "--database", &newer]), 4, &parts);
    let doctor = practicum(&["doctor", "--database", &newer]);
    assert_eq!(doctor.code, 4, "{}", doctor.stdout);
    assert!(
        doctor.stdout.contains("migration 9999"),
        "{}",
        doctor.stdout
    );
}

#[test]
fn wrong_urls_are_told_by_what_is_wrong_with_them() {
    for (url, code, part) in [
        ("mysql://app:hush@db/x", 2, "\"mysql:\" names no database"),
        ("postgres:app:hush@db/x", 2, "lacks //"),
        ("postgres://app:hush@db:x/y", 2, "cannot be read"),
        (
            "postgres://app@db/x?passwort=hush",
            2,
            "a parameter \"passwort\"",
        ),
        (
            "postgres://app:hush@127.0.0.1:1/x",
            4,
            "postgres://app@127.0.0.1:1/x cannot be reached",
        ),
    ] {
        assert_says(&import(url), code, &[part]);
        assert_says(&practicum(&["migrate", "--database", url]), code, &[part]);
        let doctor = practicum(&["doctor", "--database", url]);
        assert_eq!(doctor.code, 4, "{}", doctor.stdout);
        assert!(doctor.stdout.contains(part), "{}", doctor.stdout);
        assert!(!doctor.stdout.contains("hush"), "{}", doctor.stdout);
    }
}

#[test]
fn a_server_that_refuses_role_password_or_database_is_told() {
    let Ok(server) = std::env::var("TEST_POSTGRES_URL") else {
        assert!(std::env::var("CI").is_err(), "TEST_POSTGRES_URL is not set");
        eprintln!("SKIPPED: TEST_POSTGRES_URL is not set; scripts/test sets it");
        return;
    };
    let options: sqlx::postgres::PgConnectOptions = server.parse().unwrap();
    let url = |options: sqlx::postgres::PgConnectOptions| options.to_url_lossy().to_string();
    let missing = url(options.clone().database("no_such_database"));
    let parts = ["no such database", "no_such_database", "createdb"];
    assert_says(&import(&missing), 4, &parts);
    let stranger = url(options.clone().username("no_such_role").password("hush"));
    assert_says(&import(&stranger), 4, &["the role no_such_role"]);
    // with-postgres has this one asked for its password.
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let mut connection = options.connect().await.unwrap();
        connection
            .execute("DROP ROLE IF EXISTS practicum_asked")
            .await
            .unwrap();
        let made = "CREATE ROLE practicum_asked LOGIN PASSWORD 'right'";
        connection.execute(made).await.unwrap();
    });
    let asked = url(options.username("practicum_asked").password("hush"));
    let parts = [
        "refuses the password of the role practicum_asked",
        "PGPASSWORD",
    ];
    assert_says(&import(&asked), 4, &parts);
}

/// A copy of the binary in a folder that everybody may read, run as somebody
/// whom the rights of files hold for: as root they hold for nobody.
struct Nobody {
    folder: tempfile::TempDir,
    is_root: bool,
}

impl Nobody {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        set_mode(folder.path(), 0o755);
        let copy = folder.path().join("practicum");
        fs::copy(env!("CARGO_BIN_EXE_practicum"), copy).unwrap();
        let id = Command::new("id").arg("-u").output().unwrap().stdout;
        Self {
            is_root: id.trim_ascii() == b"0",
            folder,
        }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn run(&self, arguments: &[&str]) -> Ran {
        let program = self.path("practicum").display().to_string();
        if !self.is_root {
            return ran(&mut without_settings(&program, arguments));
        }
        let nobody = ["--reuid", "65534", "--regid", "65534", "--clear-groups"];
        let arguments = [&nobody[..], &[program.as_str()], arguments].concat();
        ran(&mut without_settings("setpriv", &arguments))
    }
}

fn set_mode(path: &Path, mode: u32) {
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

#[test]
fn a_folder_or_a_file_that_cannot_be_written_is_told() {
    let nobody = Nobody::new();
    let roster = nobody.path("roster");
    let files = practicum::roster::read_folder(&shipped("clinic-12")).unwrap();
    practicum::roster::write_roster(&files)
        .write_dir(&roster)
        .unwrap();
    set_mode(&roster, 0o755);
    let roster = roster.display().to_string();

    let folder = nobody.path("locked");
    fs::create_dir(&folder).unwrap();
    set_mode(&folder, 0o555);
    let absent = folder.join("p.db").display().to_string();
    let shown = folder.display().to_string();
    let says = nobody.run(&["import", &roster, "--database", &absent]);
    assert_says(&says, 4, &[&absent, "cannot be opened", &shown]);

    let open = nobody.path("open");
    fs::create_dir(&open).unwrap();
    let database = open.join("p.db").display().to_string();
    assert_eq!(import(&database).code, 0);
    set_mode(&open, 0o777);
    set_mode(Path::new(&database), 0o444);
    let says = nobody.run(&["import", &roster, "--database", &database]);
    assert_says(
        &says,
        4,
        &[&database, "can be read and not be written", "writable"],
    );
    let doctor = nobody.run(&["doctor", "--database", &database]);
    assert_eq!(doctor.code, 4, "{}", doctor.stdout);
    assert!(doctor.stdout.contains("not writable"), "{}", doctor.stdout);
}

#[test]
fn a_disk_that_takes_no_more_is_told_and_nothing_is_changed() {
    let folder = tempfile::tempdir().unwrap();
    let database = file(folder.path(), "p.db");
    assert_eq!(import(&database).code, 0);
    let before = practicum(&["doctor", "--database", &database, "--json"]).json();
    // No file may be written beyond its first 64 KiB.
    let roster = shipped("metro-120").display().to_string();
    let program = env!("CARGO_BIN_EXE_practicum");
    let script = "trap '' XFSZ; ulimit -f 128; exec \"$@\"";
    let arguments = [
        "-c",
        script,
        "sh",
        program,
        "import",
        &roster,
        "--database",
        &database,
    ];
    let says = ran(&mut without_settings("sh", &arguments));
    assert_says(&says, 4, &[&database, "disk"]);
    let after = practicum(&["doctor", "--database", &database, "--json"]).json();
    assert_eq!(after["database"]["records"], before["database"]["records"]);
    assert_eq!(after["problems"], before["problems"]);
}
