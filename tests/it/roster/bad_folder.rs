//! Folders that cannot be read or written, and what becomes of them.

use std::fs;
use std::path::{Path, PathBuf};

use practicum::roster::{
    FolderError, FolderFiles, MAX_FILE_BYTES, ROSTER_FILES, read_folder, read_roster,
};
use tempfile::TempDir;

use super::small::files;

fn written() -> TempDir {
    let dir = TempDir::new().unwrap();
    files().write_dir(dir.path()).unwrap();
    dir
}

fn mistakes(dir: &Path) -> Vec<String> {
    let errors = read_folder(dir).unwrap_err();
    errors.as_slice().iter().map(ToString::to_string).collect()
}

fn names(dir: &Path) -> Vec<String> {
    let entries = fs::read_dir(dir).unwrap();
    let mut names: Vec<String> = entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

#[test]
fn a_written_folder_reads_back_equal() {
    let dir = written();
    assert_eq!(
        read_folder(dir.path()).unwrap(),
        read_roster(&files()).unwrap()
    );
    let again = FolderFiles::read_dir(dir.path(), &ROSTER_FILES).unwrap();
    assert_eq!(again, files());
}

#[test]
fn a_folder_that_is_not_there_is_named() {
    let [message] = &mistakes(Path::new("/no/such/folder"))[..] else {
        panic!("one mistake")
    };
    assert!(
        message.starts_with("/no/such/folder: the folder cannot be read: "),
        "{message}"
    );
}

#[test]
fn an_empty_folder_is_told_what_it_needs() {
    let dir = TempDir::new().unwrap();
    let [message] = &mistakes(dir.path())[..] else {
        panic!("one mistake")
    };
    let place = dir.path().display();
    assert!(
        message.starts_with(&format!(
            "{place}: the folder is empty; it needs program.toml, "
        )),
        "{message}"
    );
}

#[test]
fn a_folder_without_the_program_file_is_told_so() {
    let dir = written();
    fs::remove_file(dir.path().join("program.toml")).unwrap();
    assert_eq!(
        mistakes(dir.path()),
        ["program.toml: the file is missing; every roster has one"]
    );
}

#[test]
fn a_misspelt_table_is_not_passed_over() {
    let dir = written();
    fs::rename(dir.path().join("away.csv"), dir.path().join("aways.csv")).unwrap();
    fs::write(dir.path().join("README.md"), "notes").unwrap();
    fs::write(dir.path().join("summary.json"), "{}").unwrap();
    fs::write(dir.path().join("placements.csv"), "of a plan").unwrap();
    assert_eq!(
        mistakes(dir.path()),
        ["aways.csv: unknown file; did you mean away.csv?"]
    );
}

#[test]
fn a_file_over_64_mib_is_refused_unread() {
    let dir = written();
    let big = fs::File::create(dir.path().join("away.csv")).unwrap();
    big.set_len(MAX_FILE_BYTES + 1).unwrap();
    assert_eq!(
        mistakes(dir.path()),
        ["away.csv: the file has 65 MiB; at most 64 MiB are allowed"]
    );
}

#[test]
fn a_folder_in_the_place_of_a_file_is_named() {
    let dir = written();
    fs::remove_file(dir.path().join("away.csv")).unwrap();
    fs::create_dir(dir.path().join("away.csv")).unwrap();
    assert_eq!(mistakes(dir.path()), ["away.csv: is not a file"]);
}

#[test]
fn writing_makes_the_folder_and_leaves_nothing_beside_the_files() {
    let dir = TempDir::new().unwrap();
    let out = dir.path().join("a/b");
    files().write_dir(&out).unwrap();
    let wanted: Vec<String> = files().iter().map(|(name, _)| name.to_owned()).collect();
    assert_eq!(names(&out), wanted);
}

#[test]
fn a_failed_write_leaves_the_folder_as_it_was() {
    let dir = TempDir::new().unwrap();
    fs::write(dir.path().join("away.csv"), "old").unwrap();
    // The last file by name cannot be replaced, since a folder is there.
    fs::create_dir(dir.path().join("trainees.csv")).unwrap();
    let failed = files().write_dir(dir.path()).unwrap_err();
    assert!(failed.to_string().contains("trainees.csv"), "{failed}");
    assert_eq!(names(dir.path()), ["away.csv", "trainees.csv"]);
    assert_eq!(
        fs::read_to_string(dir.path().join("away.csv")).unwrap(),
        "old"
    );
}

/// Returns files of which the last by name is too long a name for the disk,
/// which shows only when all others are in their place.
fn files_with_a_last_one_that_fails() -> FolderFiles {
    let mut files = files();
    files.insert(&format!("{}.csv", "x".repeat(300)), Vec::new());
    files
}

#[test]
fn files_that_were_replaced_come_back_when_a_later_one_fails() {
    let dir = TempDir::new().unwrap();
    fs::write(dir.path().join("away.csv"), "old").unwrap();
    assert!(
        files_with_a_last_one_that_fails()
            .write_dir(dir.path())
            .is_err()
    );
    assert_eq!(names(dir.path()), ["away.csv"]);
    assert_eq!(
        fs::read_to_string(dir.path().join("away.csv")).unwrap(),
        "old"
    );
}

#[test]
fn a_folder_that_was_made_for_nothing_goes_again() {
    let dir = TempDir::new().unwrap();
    let out = dir.path().join("new/folder");
    assert!(files_with_a_last_one_that_fails().write_dir(&out).is_err());
    assert_eq!(names(dir.path()), [""; 0]);
}

#[test]
fn a_name_that_leads_elsewhere_is_not_written() {
    let dir = TempDir::new().unwrap();
    let out = dir.path().join("out");
    for name in ["../escaped.csv", "/tmp/escaped.csv", "a/b.csv", ".hidden"] {
        let mut files = FolderFiles::default();
        files.insert(name, Vec::new());
        let refused = files.write_dir(&out).unwrap_err();
        assert!(matches!(refused, FolderError::Name(_)), "{name}");
    }
    assert_eq!(names(dir.path()), [""; 0]);
}

#[test]
fn replacing_a_folder_removes_stale_files_and_no_others() {
    let dir = written();
    fs::write(dir.path().join("notes.txt"), "mine").unwrap();
    let mut fewer = files();
    fewer.remove("pins.csv").unwrap();
    fewer.replace_dir(dir.path(), &ROSTER_FILES).unwrap();
    assert!(!dir.path().join("pins.csv").exists());
    assert!(dir.path().join("notes.txt").exists());
}

/// Returns a folder in which nobody can make a file. Permissions do not bind
/// the superuser, but nobody makes files in /proc.
#[cfg(target_os = "linux")]
fn read_only(dir: &Path) -> PathBuf {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(dir, fs::Permissions::from_mode(0o555)).unwrap();
    match fs::write(dir.join("probe"), "") {
        Err(_) => dir.to_owned(),
        Ok(()) => PathBuf::from("/proc/self"),
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_read_only_folder_is_named() {
    let dir = TempDir::new().unwrap();
    let out = read_only(dir.path());
    let failed = files().write_dir(&out).unwrap_err().to_string();
    let place = format!("cannot write {}", out.display());
    assert!(failed.starts_with(&place), "{failed}");
}
