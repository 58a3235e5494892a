//! What is taken as meant: the largest numbers and longest texts of a record,
//! for every door alike.

/// Minutes in a week, the most that anybody can spend or offer.
pub const MINUTES_OF_WEEK: u32 = 7 * 24 * 60;
/// Most people whom a limit may admit.
pub const MOST_PEOPLE: u32 = 100_000;
/// Smallest limit of a group's size.
pub const GROUP_SIZE_LEAST: u32 = 3;
/// Largest limit of a group's size.
pub const GROUP_SIZE_MOST: u32 = 1000;
/// Largest priority of a trainee.
pub const PRIORITY_MOST: u32 = 10_000;
/// Most occurrences of a session that a round may let people miss.
pub const MISSED_MOST: u32 = 1000;
/// Largest step of session starts, in minutes.
pub const STEP_MOST: u32 = 1440;
/// Largest rank of a wish or of a site's ranking.
pub const RANK_MOST: u32 = 100_000;
/// Longest weekly session of a supervision line, in minutes.
pub const LINE_MINUTES_MOST: u32 = 600;
/// Most characters of a name.
pub const LONGEST_NAME: usize = 200;
/// Most characters of a remark.
pub const LONGEST_REMARK: usize = 2000;

/// Says whether a text is of one line and at most so many characters.
pub fn is_one_line(text: &str, longest: usize) -> bool {
    !text.chars().any(char::is_control) && text.chars().count() <= longest
}

/// Says whether a text can be the name of a person or place.
pub fn is_name(text: &str) -> bool {
    !text.is_empty() && is_one_line(text, LONGEST_NAME)
}

/// Says whether a text is shaped like an e-mail address: one `@` between other
/// characters, and no blanks.
pub fn is_email(text: &str) -> bool {
    text.split('@').count() == 2
        && !text.starts_with('@')
        && !text.ends_with('@')
        && !text.contains(char::is_whitespace)
        && is_one_line(text, LONGEST_NAME)
}
