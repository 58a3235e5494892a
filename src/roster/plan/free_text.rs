//! Free text and words in files that people open in a spreadsheet, where a cell that
//! starts with `=` would be run as a formula.

/// Returns the text with an apostrophe before it when a spreadsheet would take
/// it for a formula, or when it could be mistaken for such a text.
pub(super) fn neutralised(text: &str) -> String {
    if text.starts_with(is_marked) {
        format!("'{text}")
    } else {
        text.to_owned()
    }
}

/// Returns the text that [`neutralised`] was given.
pub(super) fn restored(cell: &str) -> String {
    match cell.strip_prefix('\'') {
        Some(text) if text.starts_with(is_marked) => text.to_owned(),
        Some(_) | None => cell.to_owned(),
    }
}

fn is_marked(first: char) -> bool {
    matches!(first, '=' | '+' | '-' | '@' | '\t' | '\r' | '\'')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_formula_is_neutralised_and_comes_back() {
        for text in [
            "=1+1", "+1", "-1", "@x", "\tx", "\rx", "'=1", "'x", "plain", "", "'",
        ] {
            let cell = neutralised(text);
            assert!(
                !cell.starts_with(['=', '+', '-', '@', '\t', '\r']),
                "{text:?}"
            );
            assert_eq!(restored(&cell), text);
        }
        assert_eq!(neutralised("plain"), "plain");
    }
}
