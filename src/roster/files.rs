//! The files of a folder, in memory: what is read from a disk, an upload or a
//! snapshot, and what is written to one.

use std::collections::BTreeMap;
use std::path::PathBuf;

use super::RULES_FOLDER;

/// Most bytes of one file: 64 MiB.
pub const MAX_FILE_BYTES: u64 = 64 * 1024 * 1024;

/// First line of a snapshot.
const SNAPSHOT_HEADER: &[u8] = b"practicum folder 1\n";

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
    /// The name is no plain file name.
    #[error("\"{0}\" is not a plain file name")]
    Name(String),
    /// The bytes are not a snapshot of a folder.
    #[error("the bytes are not a snapshot of a folder: {0}")]
    Snapshot(&'static str),
}

impl FolderFiles {
    /// Adds a file, in place of one of the same name.
    pub fn insert(&mut self, name: &str, bytes: Vec<u8>) {
        self.files.insert(name.to_owned(), bytes);
    }

    /// Takes a file out and returns its contents.
    pub fn remove(&mut self, name: &str) -> Option<Vec<u8>> {
        self.files.remove(name)
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

    /// Returns all files as one canonical string of bytes: a header line, then
    /// for each file, by name, a line of name and length, the contents and a
    /// line feed.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = SNAPSHOT_HEADER.to_vec();
        for (name, contents) in self.iter() {
            bytes.extend_from_slice(format!("{name}\t{}\n", contents.len()).as_bytes());
            bytes.extend_from_slice(contents);
            bytes.push(b'\n');
        }
        bytes
    }

    /// Reads what [`FolderFiles::to_bytes`] gives.
    ///
    /// # Errors
    /// [`FolderError::Snapshot`] for anything else.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, FolderError> {
        let mut rest = bytes
            .strip_prefix(SNAPSHOT_HEADER)
            .ok_or(FolderError::Snapshot("it has no header"))?;
        let mut files = Self::default();
        let mut last_name = String::new();
        while !rest.is_empty() {
            let (name, contents, after) =
                next_file(rest).ok_or(FolderError::Snapshot("a file in it is cut off"))?;
            if !is_plain_name(name) || name <= last_name.as_str() {
                return Err(FolderError::Snapshot("its file names are not in order"));
            }
            name.clone_into(&mut last_name);
            files.insert(name, contents.to_vec());
            rest = after;
        }
        Ok(files)
    }
}

/// Returns the name and the contents of the first file of a snapshot, and what
/// comes after it.
fn next_file(bytes: &[u8]) -> Option<(&str, &[u8], &[u8])> {
    let line_end = bytes.iter().position(|byte| *byte == b'\n')?;
    let (name, length) = std::str::from_utf8(&bytes[..line_end])
        .ok()?
        .split_once('\t')?;
    let is_canonical = length == "0" || !length.starts_with(['0', '+']);
    let length: usize = length.parse().ok().filter(|_| is_canonical)?;
    let (contents, after) = bytes[line_end + 1..].split_at_checked(length)?;
    Some((name, contents, after.strip_prefix(b"\n")?))
}

/// Says whether a name is of a visible file inside the folder itself, or in
/// its folder of rule sets.
pub(super) fn is_plain_name(name: &str) -> bool {
    let name = name.strip_prefix(RULES_FOLDER).unwrap_or(name);
    let starts_well = !name.is_empty() && !name.starts_with('.');
    starts_well && !name.contains(|c: char| matches!(c, '/' | '\\' | ':') || c.is_control())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample() -> FolderFiles {
        let mut files = FolderFiles::default();
        files.insert("b.csv", b"x\n1\n".to_vec());
        files.insert("a.toml", Vec::new());
        files
    }

    #[test]
    fn a_snapshot_gives_back_the_same_files() {
        let files = sample();
        assert_eq!(FolderFiles::from_bytes(&files.to_bytes()).unwrap(), files);
        let none = FolderFiles::default();
        assert_eq!(FolderFiles::from_bytes(&none.to_bytes()).unwrap(), none);
    }

    #[test]
    fn refuses_a_snapshot_that_was_cut_anywhere() {
        let bytes = sample().to_bytes();
        let a_whole_file_ends = [
            SNAPSHOT_HEADER.len(),
            SNAPSHOT_HEADER.len() + 10,
            bytes.len(),
        ];
        for end in 0..bytes.len() {
            let read = FolderFiles::from_bytes(&bytes[..end]);
            assert_eq!(read.is_ok(), a_whole_file_ends.contains(&end), "{end}");
        }
    }

    #[test]
    fn refuses_a_snapshot_whose_names_lead_elsewhere() {
        for name in [
            "../a",
            "/a",
            "a/b",
            ".a",
            "",
            "a\\b",
            "c:a",
            "rules/",
            "rules/../a",
            "rules/a/b",
        ] {
            let mut files = FolderFiles::default();
            files.insert(name, Vec::new());
            assert!(
                FolderFiles::from_bytes(&files.to_bytes()).is_err(),
                "{name}"
            );
        }
    }
}
