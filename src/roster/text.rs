//! The text of a file: UTF-8 of a bounded size, its separator and its lines.

use super::error::{RosterError, RosterErrors};
use super::files::MAX_FILE_BYTES;

/// Returns the contents of a file as text, without a byte-order mark.
pub(super) fn text<'a>(file: &str, bytes: &'a [u8], errors: &mut RosterErrors) -> Option<&'a str> {
    if u64::try_from(bytes.len()).unwrap_or(u64::MAX) > MAX_FILE_BYTES {
        errors.push_file(file, "the file is over 64 MiB");
        return None;
    }
    if bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) {
        errors.push_file(file, "the file is in UTF-16; save it as UTF-8");
        return None;
    }
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    match std::str::from_utf8(bytes) {
        Ok(text) => Some(text),
        Err(error) => {
            errors.mark_incomplete(file);
            let before = &bytes[..error.valid_up_to()];
            let lines = before.iter().filter(|byte| **byte == b'\n').count();
            errors.push(RosterError {
                file: file.to_owned(),
                row: u64::try_from(lines + 1).ok(),
                column: None,
                found: None,
                message: "the text is not UTF-8; save the file as UTF-8".to_owned(),
            });
            None
        }
    }
}

/// Returns the separator that the first line holds most often.
pub(super) fn delimiter(text: &str) -> u8 {
    let first = text.trim_start().lines().next().unwrap_or_default();
    let count = |wanted: u8| first.bytes().filter(|byte| *byte == wanted).count();
    let mut best = b',';
    for other in [b';', b'\t'] {
        if count(other) > count(best) {
            best = other;
        }
    }
    best
}

/// Turns ascending byte offsets into line numbers.
pub(super) struct LineCounter<'a> {
    bytes: &'a [u8],
    at: usize,
    line: u64,
}

impl<'a> LineCounter<'a> {
    /// Starts at the first line.
    pub(super) fn new(text: &'a str) -> Self {
        Self {
            bytes: text.as_bytes(),
            at: 0,
            line: 1,
        }
    }

    /// Returns the line of the first text at or after the offset. The offset
    /// of a record may lie before the line ends that precede it.
    pub(super) fn line_at(&mut self, offset: u64) -> u64 {
        let offset = usize::try_from(offset).unwrap_or(usize::MAX);
        while let Some(&byte) = self.bytes.get(self.at) {
            let is_line_end = matches!(byte, b'\n' | b'\r');
            if self.at >= offset && !is_line_end {
                break;
            }
            let is_pair = byte == b'\r' && self.bytes.get(self.at + 1) == Some(&b'\n');
            if is_line_end && !is_pair {
                self.line += 1;
            }
            self.at += 1;
        }
        self.line
    }
}
