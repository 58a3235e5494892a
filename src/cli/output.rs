//! Standard output and standard error: the only place that writes to them. A
//! closed pipe ends the output quietly.

use std::io::{IsTerminal, Write};

/// Writes a line to standard output.
pub(super) fn line(text: &str) {
    let _ = writeln!(std::io::stdout(), "{text}");
}

/// Writes text to standard output as it is.
pub(super) fn text(text: &str) {
    let _ = std::io::stdout().write_all(text.as_bytes());
}

/// Writes a line to standard error.
pub(super) fn error_line(text: &str) {
    let _ = writeln!(std::io::stderr(), "{text}");
}

/// Says whether standard output is a terminal that wants colours.
pub(super) fn has_colour() -> bool {
    std::io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|v| v.is_empty())
}
