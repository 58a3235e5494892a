//! Weekdays as they are written in files: `mon` to `sun`.

use chrono::Weekday;

/// Returns the word for a weekday, `mon` to `sun`.
pub const fn weekday_word(weekday: Weekday) -> &'static str {
    match weekday {
        Weekday::Mon => "mon",
        Weekday::Tue => "tue",
        Weekday::Wed => "wed",
        Weekday::Thu => "thu",
        Weekday::Fri => "fri",
        Weekday::Sat => "sat",
        Weekday::Sun => "sun",
    }
}

/// Reads `mon` to `sun`; nothing else is a weekday.
pub fn parse_weekday(text: &str) -> Option<Weekday> {
    (0..7)
        .map_while(|day| Weekday::try_from(day).ok())
        .find(|day| weekday_word(*day) == text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_weekday_is_read_as_it_is_written() {
        for weekday in [Weekday::Mon, Weekday::Wed, Weekday::Sun] {
            assert_eq!(parse_weekday(weekday_word(weekday)), Some(weekday));
        }
        assert_eq!(parse_weekday("Monday"), None);
    }
}
