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

/// Returns the name by which this program was called, so that a command that
/// is printed works when it is typed.
pub(super) fn program() -> String {
    std::env::args()
        .next()
        .map_or_else(|| "practicum".to_owned(), |name| word(&name))
}

/// Returns a text as one word of a shell's command line.
pub(super) fn word(text: &impl std::fmt::Display) -> String {
    let text = text.to_string();
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "/._-+:@%".contains(c);
    if !text.is_empty() && text.chars().all(is_plain) {
        return text;
    }
    format!("'{}'", text.replace('\'', "'\\''"))
}

#[cfg(test)]
mod tests {
    use super::word;

    #[test]
    fn quotes_what_a_shell_would_take_apart() {
        assert_eq!(word(&"plans/p.db"), "plans/p.db");
        assert_eq!(word(&"my plans/p.db"), "'my plans/p.db'");
        assert_eq!(word(&"it's"), r"'it'\''s'");
    }
}
