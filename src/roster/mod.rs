//! Roster and plan folders: the files that coordinators and partners exchange.

mod files;

pub use files::FolderFiles;
