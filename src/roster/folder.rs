//! Folders on a disk: reads the files of one into memory and writes them back
//! so that nothing is half-written.

use std::fs;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};

use tempfile::{Builder, NamedTempFile};

use super::error::RosterErrors;
use super::files::{FolderError, FolderFiles, MAX_FILE_BYTES, is_plain_name};
use super::names::nearest;
use super::{PLAN_FOLDER_FILES, ROSTER_FILES, RULES_FOLDER};

impl FolderFiles {
    /// Reads those files of a folder that are named.
    ///
    /// # Errors
    /// No such folder, an empty one, a file over [`MAX_FILE_BYTES`], and a CSV
    /// file of another name, which is likely a misspelt one.
    pub fn read_dir(dir: &Path, names: &[&str]) -> Result<Self, RosterErrors> {
        let mut errors = RosterErrors::default();
        let files = gather(dir, names, &mut errors);
        errors.sort();
        match files {
            Some(files) if errors.is_empty() => Ok(files),
            _ => Err(errors),
        }
    }

    /// Writes all files into a folder, which is created when absent: first
    /// beside their places, then renamed, so that nothing is half-written.
    ///
    /// # Errors
    /// [`FolderError::Write`] when the folder cannot be written; it is then as
    /// it was. [`FolderError::Name`] for a name that leads elsewhere.
    pub fn write_dir(&self, dir: &Path) -> Result<(), FolderError> {
        self.replace_dir(dir, &[])
    }

    /// Writes all files into a folder as [`FolderFiles::write_dir`] does, then
    /// removes those of the named files that are not among them, so that no
    /// stale one survives.
    ///
    /// # Errors
    /// As [`FolderFiles::write_dir`].
    pub fn replace_dir(&self, dir: &Path, names: &[&str]) -> Result<(), FolderError> {
        if let Some((name, _)) = self.iter().find(|(name, _)| !is_plain_name(name)) {
            return Err(FolderError::Name(name.to_owned()));
        }
        let first_made = dir.ancestors().take_while(|part| !part.exists()).last();
        let written = write_files(self, dir);
        if written.is_err()
            && let Some(made) = first_made
        {
            // What was made for nothing goes again; it is empty.
            for part in dir.ancestors().take_while(|part| part.starts_with(made)) {
                let _ = fs::remove_dir(part);
            }
        }
        written?;
        for name in names.iter().filter(|name| self.get(name).is_none()) {
            let path = dir.join(name);
            if path.is_file() {
                fs::remove_file(&path).map_err(|source| FolderError::Write { path, source })?;
            }
        }
        Ok(())
    }
}

fn write_files(files: &FolderFiles, dir: &Path) -> Result<(), FolderError> {
    let failed = |path: &Path| {
        let path = path.to_owned();
        |source| FolderError::Write { path, source }
    };
    fs::create_dir_all(dir).map_err(failed(dir))?;
    let mut written = Vec::new();
    for (name, bytes) in files.iter() {
        let path = dir.join(name);
        if path.is_dir() {
            let source = std::io::Error::from(std::io::ErrorKind::IsADirectory);
            return Err(failed(&path)(source));
        }
        let place = path.parent().unwrap_or(dir);
        fs::create_dir_all(place).map_err(failed(place))?;
        let file = write_beside(place, bytes).map_err(failed(&path))?;
        written.push((path, file));
    }
    put_in_place(written)
}

/// A file that was put in its place, and where the one before it is kept.
struct Placed {
    path: PathBuf,
    before: Option<PathBuf>,
}

impl Placed {
    /// Keeps what is in the place, then puts the file there.
    fn new(path: PathBuf, file: NamedTempFile) -> Result<Self, FolderError> {
        let mut placed = Self { path, before: None };
        let put = placed
            .keep_before()
            .and_then(|()| match file.persist(&placed.path) {
                Ok(_) => Ok(()),
                Err(error) => Err(error.error),
            });
        match put {
            Ok(()) => Ok(placed),
            Err(source) => {
                let path = placed.path.clone();
                placed.forget_before();
                Err(FolderError::Write { path, source })
            }
        }
    }

    fn keep_before(&mut self) -> std::io::Result<()> {
        if self.path.exists() {
            let name = self.path.file_name().unwrap_or_default().to_string_lossy();
            let kept = self
                .path
                .with_file_name(format!(".practicum-before-{name}"));
            let _ = fs::remove_file(&kept);
            if fs::hard_link(&self.path, &kept).is_err() {
                fs::copy(&self.path, &kept)?;
            }
            self.before = Some(kept);
        }
        Ok(())
    }

    fn forget_before(self) {
        if let Some(before) = self.before {
            let _ = fs::remove_file(before);
        }
    }

    fn take_back(self) {
        let _ = match self.before {
            Some(before) => fs::rename(before, &self.path),
            None => fs::remove_file(&self.path),
        };
    }
}

/// Renames every file into its place, or none: when one cannot be, those
/// before it are taken back.
fn put_in_place(written: Vec<(PathBuf, NamedTempFile)>) -> Result<(), FolderError> {
    let mut done = Vec::with_capacity(written.len());
    for (path, file) in written {
        match Placed::new(path, file) {
            Ok(placed) => done.push(placed),
            Err(error) => {
                done.into_iter().for_each(Placed::take_back);
                return Err(error);
            }
        }
    }
    done.into_iter().for_each(Placed::forget_before);
    Ok(())
}

fn write_beside(dir: &Path, bytes: &[u8]) -> std::io::Result<NamedTempFile> {
    let mut builder = Builder::new();
    builder.prefix(".practicum-");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        // What a plain file gets; the system takes away what the user's mask says.
        builder.permissions(fs::Permissions::from_mode(0o666));
    }
    let mut file = builder.tempfile_in(dir)?;
    file.write_all(bytes)?;
    file.as_file().sync_all()?;
    Ok(file)
}

/// Reads the named files of a folder, adding every mistake; `None` when there
/// is no folder to read.
pub(super) fn gather(dir: &Path, names: &[&str], errors: &mut RosterErrors) -> Option<FolderFiles> {
    let folder = dir.display().to_string();
    let entries = match fs::read_dir(dir) {
        Ok(entries) => entries,
        Err(error) => {
            errors.push_file(&folder, format!("the folder cannot be read: {error}"));
            return None;
        }
    };
    let mut present: Vec<String> = entries
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        .collect();
    present.sort();
    if present.is_empty() {
        errors.push_file(
            &folder,
            format!("the folder is empty; it needs {}", names.join(", ")),
        );
        return None;
    }
    refuse_unknown_tables(present.iter().map(String::as_str), names, errors);
    let mut files = FolderFiles::default();
    for name in names
        .iter()
        .filter(|name| present.iter().any(|p| p == *name))
    {
        match read_file(&dir.join(name)) {
            Ok(bytes) => files.insert(name, bytes),
            Err(message) => {
                errors.push_file(name, message);
                errors.mark_incomplete(name);
            }
        }
    }
    Some(files)
}

/// Adds the program's own rule sets, when the folder has any.
pub(super) fn gather_rules(dir: &Path, files: &mut FolderFiles, errors: &mut RosterErrors) {
    let Ok(entries) = fs::read_dir(dir.join(RULES_FOLDER)) else {
        return;
    };
    let mut names: Vec<String> = entries
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        .filter(|name| name.ends_with(".toml") && !name.starts_with('.'))
        .map(|name| format!("{RULES_FOLDER}{name}"))
        .collect();
    names.sort();
    for name in names {
        match read_file(&dir.join(&name)) {
            Ok(bytes) => files.insert(&name, bytes),
            Err(message) => {
                errors.push_file(&name, message);
                errors.mark_incomplete(RULES_FOLDER);
            }
        }
    }
}

pub(super) fn read_file(path: &Path) -> Result<Vec<u8>, String> {
    let unreadable = |error: std::io::Error| format!("the file cannot be read: {error}");
    let about = fs::metadata(path).map_err(unreadable)?;
    if !about.is_file() {
        return Err("is not a file".to_owned());
    }
    let mut bytes = Vec::new();
    if about.len() <= MAX_FILE_BYTES {
        // The file may grow while it is read.
        let file = fs::File::open(path).map_err(unreadable)?;
        file.take(MAX_FILE_BYTES + 1)
            .read_to_end(&mut bytes)
            .map_err(unreadable)?;
    }
    let length = u64::try_from(bytes.len())
        .unwrap_or(u64::MAX)
        .max(about.len());
    if length > MAX_FILE_BYTES {
        return Err(format!(
            "the file has {} MiB; at most 64 MiB are allowed",
            length.div_ceil(1024 * 1024)
        ));
    }
    Ok(bytes)
}

/// Adds a mistake for each CSV file that has no meaning here: its rows would
/// be missed in silence.
pub(super) fn refuse_unknown_tables<'a>(
    present: impl Iterator<Item = &'a str>,
    names: &[&str],
    errors: &mut RosterErrors,
) {
    for name in present {
        let is_table = name.to_lowercase().ends_with(".csv") && !name.starts_with(['.', '~']);
        let is_known = names
            .iter()
            .chain(&ROSTER_FILES)
            .chain(&PLAN_FOLDER_FILES)
            .any(|known| *known == name);
        if is_table && !is_known && !errors.concern(name) {
            let tables: Vec<&str> = names
                .iter()
                .copied()
                .filter(|n| n.ends_with(".csv"))
                .collect();
            let message = match nearest(name, &tables) {
                Some(meant) => format!("unknown file; did you mean {meant}?"),
                None => format!("unknown file; the tables are {}", tables.join(", ")),
            };
            errors.push_file(name, message);
        }
    }
}
