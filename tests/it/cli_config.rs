//! The configuration file: where it is looked for, what counts more, and what
//! is said about mistakes.

use std::fs;
use std::path::Path;

use crate::support::command::{Ran, command, ran};

/// Returns which database `export` looks for, which is told when it is not
/// there, with these variables set.
fn database_of(folder: &Path, arguments: &[&str], variables: &[(&str, &str)]) -> String {
    let ran = export(folder, arguments, variables);
    assert_eq!(ran.code, 4, "{}", ran.stderr);
    let after = ran
        .stderr
        .split("no database at ")
        .nth(1)
        .unwrap_or_default();
    after.split(';').next().unwrap_or_default().to_owned()
}

fn export(folder: &Path, arguments: &[&str], variables: &[(&str, &str)]) -> Ran {
    let mut export = command(&[&["export", "out"], arguments].concat());
    ran(export.current_dir(folder).envs(variables.iter().copied()))
}

fn write(folder: &Path, name: &str, url: &str) {
    let text = format!("[database]\nurl = \"{url}\"\n");
    fs::write(folder.join(name), text).unwrap();
}

#[test]
fn a_flag_counts_more_than_the_environment_the_environment_more_than_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    assert_eq!(database_of(folder, &[], &[]), "practicum.db");
    write(folder, "practicum.toml", "from-usual.db");
    assert_eq!(database_of(folder, &[], &[]), "from-usual.db");
    write(folder, "mine.toml", "from-file.db");
    let config = ("PRACTICUM_CONFIG", "mine.toml");
    assert_eq!(database_of(folder, &[], &[config]), "from-file.db");
    let flag = ["--config", "mine.toml"];
    assert_eq!(database_of(folder, &flag, &[]), "from-file.db");
    let environment = ("PRACTICUM_DATABASE", "from-environment.db");
    assert_eq!(
        database_of(folder, &flag, &[environment]),
        "from-environment.db"
    );
    let database = ["--database", "from-flag.db"];
    assert_eq!(
        database_of(folder, &database, &[config, environment]),
        "from-flag.db"
    );
}

#[test]
fn refuses_a_file_with_mistakes_and_tells_them_all() {
    let folder = tempfile::tempdir().unwrap();
    let text = "[database]\nurll = \"p.db\"\n[serve]\nlisten = \"localhost:1\"\n";
    fs::write(folder.path().join("practicum.toml"), text).unwrap();
    let ran = export(folder.path(), &[], &[]);
    assert_eq!(ran.code, 2, "{}", ran.stderr);
    for part in [
        "practicum.toml, line 2: database.urll: unknown; the keys of [database] are url",
        "practicum.toml, line 4: serve.listen: must be an address and a port",
    ] {
        assert!(ran.stderr.contains(part), "{}", ran.stderr);
    }
}

#[test]
fn a_file_that_was_named_must_be_there() {
    let folder = tempfile::tempdir().unwrap();
    let ran = export(folder.path(), &["--config", "none.toml"], &[]);
    assert_eq!(ran.code, 2, "{}", ran.stderr);
    assert!(
        ran.stderr.contains("none.toml cannot be read"),
        "{}",
        ran.stderr
    );
}

#[test]
fn no_help_shows_what_the_environment_or_the_file_says() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "practicum.toml", "postgres://app:hush@db/x");
    for arguments in [
        ["export", "--help"],
        ["serve", "--help"],
        ["doctor", "--help"],
    ] {
        let mut help = command(&arguments);
        let help = help
            .current_dir(folder.path())
            .env("PRACTICUM_DATABASE", "postgres://app:hush@db/x");
        let help = ran(help);
        assert_eq!(help.code, 0);
        assert!(help.stdout.contains("--config"), "{}", help.stdout);
        assert!(!help.stdout.contains("hush"), "{}", help.stdout);
    }
}

#[test]
fn a_log_level_that_cannot_be_read_is_told_and_changes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let told = |asked: &str| {
        let ran = export(folder.path(), &[], &[("PRACTICUM_LOG", asked)]);
        assert_eq!(ran.code, 4, "{}", ran.stderr);
        ran.stderr
    };
    let wrong = told("practicum=loud");
    assert!(wrong.contains("PRACTICUM_LOG cannot be read"), "{wrong}");
    assert!(wrong.contains("practicum=debug,warn"), "{wrong}");
    for right in ["", "warn", "practicum=debug,warn", "off"] {
        let told = told(right);
        assert!(!told.contains("PRACTICUM_LOG"), "{told}");
    }
}
