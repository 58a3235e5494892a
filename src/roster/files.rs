//! The files of a folder, in memory: what is read from a disk, an upload or a
//! snapshot, and what is written to one.

use std::collections::BTreeMap;

/// File names and contents, by name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FolderFiles {
    files: BTreeMap<String, Vec<u8>>,
}
