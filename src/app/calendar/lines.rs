//! Lines of an iCalendar text (RFC 5545, 3.1): escaped, folded, ended by CR LF.

/// Longest line, in octets, without its end.
const OCTETS_MOST: usize = 75;

/// An iCalendar text in the making.
#[derive(Default)]
pub(super) struct Lines(String);

impl Lines {
    /// Adds a property whose value holds nothing that must be escaped.
    pub(super) fn add(&mut self, name: &str, value: &str) {
        self.push(&format!("{name}:{value}"));
    }

    /// Adds a property whose value is text.
    pub(super) fn add_text(&mut self, name: &str, text: &str) {
        self.push(&format!("{name}:{}", escaped(text)));
    }

    /// Returns the text.
    pub(super) fn into_text(self) -> String {
        self.0
    }

    /// Adds a line. What is longer than a line may be goes on in the next,
    /// after a blank; no character is cut.
    fn push(&mut self, line: &str) {
        let mut room = OCTETS_MOST;
        for character in line.chars() {
            if character.len_utf8() > room {
                self.0.push_str("\r\n ");
                room = OCTETS_MOST - 1;
            }
            self.0.push(character);
            room -= character.len_utf8();
        }
        self.0.push_str("\r\n");
    }
}

/// Returns text as a value: what would end it is escaped, and what no calendar
/// may hold is a blank.
fn escaped(text: &str) -> String {
    let mut value = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '\\' | ';' | ',' => {
                value.push('\\');
                value.push(character);
            }
            '\n' => value.push_str("\\n"),
            control if control.is_control() => value.push(' '),
            other => value.push(other),
        }
    }
    value
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folds_long_lines_between_characters() {
        let mut lines = Lines::default();
        let name = "漢字 Clinic, 1; 2 \\ 3".repeat(9);
        lines.add_text("LOCATION", &name);
        let text = lines.into_text();
        assert!(text.split("\r\n").all(|line| line.len() <= OCTETS_MOST));
        assert!(text.split("\r\n").count() > 3);
        let unfolded = text.replace("\r\n ", "");
        assert_eq!(unfolded, format!("LOCATION:{}\r\n", escaped(&name)));
    }

    #[test]
    fn text_cannot_end_its_line_or_begin_another_property() {
        let hostile = "Harbour\r\nEND:VEVENT\u{7}\nBEGIN:VALARM";
        let value = escaped(hostile);
        assert!(!value.contains(char::is_control), "{value}");
        assert_eq!(value, "Harbour \\nEND:VEVENT \\nBEGIN:VALARM");
    }
}
