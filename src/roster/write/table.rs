//! Writes a CSV file row by row: commas, line feeds, quotes only where they are
//! needed.

use std::fmt::Display;

use crate::roster::FolderFiles;

/// A CSV file while it is written.
pub(in crate::roster) struct TableWriter {
    bytes: Vec<u8>,
    rows: usize,
}

impl TableWriter {
    /// Starts a file with its header.
    pub(in crate::roster) fn new(header: &[&str]) -> Self {
        let mut table = Self {
            bytes: Vec::new(),
            rows: 0,
        };
        table.line(header.iter());
        table
    }

    /// Adds a row.
    pub(in crate::roster) fn row<const N: usize>(&mut self, cells: [&dyn Display; N]) {
        self.rows += 1;
        self.line(cells.iter());
    }

    /// Puts the file into a folder.
    pub(in crate::roster) fn finish(self, name: &str, files: &mut FolderFiles) {
        files.insert(name, self.bytes);
    }

    /// Puts the file into a folder when it has any row.
    pub(super) fn finish_if_any(self, name: &str, files: &mut FolderFiles) {
        if self.rows > 0 {
            self.finish(name, files);
        }
    }

    fn line(&mut self, cells: impl Iterator<Item = impl Display>) {
        for (place, cell) in cells.enumerate() {
            if place > 0 {
                self.bytes.push(b',');
            }
            let cell = cell.to_string();
            if cell.contains([',', '"', '\n', '\r', '\t']) {
                self.bytes.push(b'"');
                self.bytes
                    .extend_from_slice(cell.replace('"', "\"\"").as_bytes());
                self.bytes.push(b'"');
            } else {
                self.bytes.extend_from_slice(cell.as_bytes());
            }
        }
        self.bytes.push(b'\n');
    }
}

/// Returns a list as one cell.
pub(in crate::roster) fn list(items: impl IntoIterator<Item = impl Display>) -> String {
    let items: Vec<String> = items.into_iter().map(|item| item.to_string()).collect();
    items.join(";")
}
