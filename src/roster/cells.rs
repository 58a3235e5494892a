//! What a cell may hold: typed getters that add what is wrong and what is
//! allowed. Each returns `None` when the cell cannot be used.

use std::collections::BTreeSet;
use std::fmt::{self, Display};

use chrono::NaiveDate;

use super::table::Row;
use crate::domain::limits::{LONGEST_REMARK, MINUTES_OF_WEEK, is_email, is_name, is_one_line};
use crate::domain::{DayRange, Minutes, MinutesRange, QUARTER_HOUR, Tag, ZoneName, calendar_day};

/// What is allowed as a key.
pub(super) const KEY: &str =
    "a key: 1 to 63 of A-Z a-z 0-9 . _ - that start with a letter or digit";
/// What is allowed as a tag.
pub(super) const TAG: &str = "a word of 1 to 63 characters without semicolons";
/// What is allowed as a day.
pub(super) const DAY: &str = "a day written as YYYY-MM-DD in the years 1970 to 2199";
/// What is allowed as the name of a zone.
pub(super) const ZONE: &str = "an IANA time zone name such as America/New_York";
/// Most different unknown zones of a file that are looked up.
const MOST_UNKNOWN_ZONES: usize = 1000;
/// What is allowed as a name.
pub(super) const NAME: &str = "a text of 1 to 200 characters on one line";

impl Row<'_> {
    /// Reads a cell that must not be empty.
    pub(super) fn read<T>(
        &mut self,
        column: &str,
        allowed: impl Display,
        parse: impl FnOnce(&str) -> Option<T>,
    ) -> Option<T> {
        let cell = self.cell(column)?;
        let value = if cell.is_empty() { None } else { parse(cell) };
        if value.is_none() {
            self.refuse_cell(column, cell, allowed);
        }
        value
    }

    /// Reads a cell that may be empty, in a column that may be left out.
    pub(super) fn read_optional<T>(
        &mut self,
        column: &str,
        allowed: impl Display,
        parse: impl FnOnce(&str) -> Option<T>,
    ) -> Option<Option<T>> {
        match self.cell(column) {
            None | Some("") => Some(None),
            Some(_) => self.read(column, allowed, parse).map(Some),
        }
    }

    fn refuse_cell(&mut self, column: &str, cell: &str, allowed: impl Display) {
        let message = if cell.is_empty() {
            format!("the cell is empty; it must hold {allowed}")
        } else {
            format!("is not {allowed}")
        };
        self.refuse(column, message);
    }

    /// Reads a text of one line that must not be empty.
    pub(super) fn name(&mut self, column: &str) -> Option<String> {
        self.read(column, NAME, name_text)
    }

    /// Reads a text of one line that may be empty.
    pub(super) fn remark(&mut self, column: &str) -> Option<String> {
        let allowed = "a text of at most 2000 characters on one line";
        let remark = self.read_optional(column, allowed, |cell| {
            is_one_line(cell, LONGEST_REMARK).then(|| cell.to_owned())
        })?;
        Some(remark.unwrap_or_default())
    }

    /// Reads an e-mail address, which may be empty.
    pub(super) fn email(&mut self, column: &str) -> Option<String> {
        let allowed = "an e-mail address with one @ and no blanks, or nothing";
        let email = self.read_optional(column, allowed, |cell| {
            is_email(cell).then(|| cell.to_owned())
        })?;
        Some(email.unwrap_or_default())
    }

    /// Reads a word that is only compared.
    pub(super) fn tag(&mut self, column: &str) -> Option<Tag> {
        self.read(column, TAG, |cell| cell.parse().ok())
    }

    /// Reads a list separated by semicolons; an empty cell is an empty list.
    pub(super) fn list<T: Ord>(
        &mut self,
        column: &str,
        allowed: impl Display,
        parse: impl Fn(&str) -> Option<T>,
    ) -> Option<BTreeSet<T>> {
        let cell = self.cell(column)?;
        let mut list = BTreeSet::new();
        for item in cell.split(';').map(str::trim) {
            if item.is_empty() {
                continue;
            }
            match parse(item) {
                Some(value) => {
                    list.insert(value);
                }
                None => {
                    let item = super::error::shown(item);
                    self.refuse(column, format!("holds \"{item}\", which is not {allowed}"));
                    return None;
                }
            }
        }
        Some(list)
    }

    /// Reads a list of words.
    pub(super) fn tags(&mut self, column: &str) -> Option<BTreeSet<Tag>> {
        self.list(column, TAG, |item| item.parse().ok())
    }

    /// Reads one of the words of an enum.
    pub(super) fn word<T: Copy>(&mut self, column: &str, words: &[(&str, T)]) -> Option<T> {
        self.read(column, OneOf(words), |cell| find_word(cell, words))
    }

    /// Reads a list of words of an enum that must not be empty.
    pub(super) fn words<T: Copy + Ord>(
        &mut self,
        column: &str,
        words: &[(&str, T)],
    ) -> Option<BTreeSet<T>> {
        let list = self.list(column, OneOf(words), |item| find_word(item, words))?;
        if list.is_empty() {
            self.refuse_cell(
                column,
                "",
                format_args!("{}, or several of them", OneOf(words)),
            );
            return None;
        }
        Some(list)
    }

    /// Reads a least number, zero where it is not given, and a most number.
    pub(super) fn least_and_most(
        &mut self,
        least: &str,
        most: &str,
        limit: u32,
    ) -> Option<(u32, u32)> {
        let (min, max) = (self.whole_or_zero(least, limit), self.whole(most, 0, limit));
        let (min, max) = (min?, max?);
        if min > max {
            self.refuse(least, format!("is more than {most} {max}"));
            return None;
        }
        Some((min, max))
    }

    /// Reads a whole number in a range, both ends included.
    pub(super) fn whole(&mut self, column: &str, least: u32, most: u32) -> Option<u32> {
        let allowed = format_args!("a whole number from {least} to {most}");
        self.read(column, allowed, |cell| whole_number(cell, least, most))
    }

    /// Reads a whole number that is zero where the cell is empty or absent.
    pub(super) fn whole_or_zero(&mut self, column: &str, most: u32) -> Option<u32> {
        let allowed = format_args!("a whole number from 0 to {most}");
        let number = self.read_optional(column, allowed, |cell| whole_number(cell, 0, most))?;
        Some(number.unwrap_or(0))
    }

    /// Reads minutes on the 15-minute grid.
    pub(super) fn minutes(&mut self, column: &str, most: u32) -> Option<Minutes> {
        let allowed = format_args!("a multiple of 15 minutes from 0 to {most}");
        self.read(column, allowed, |cell| grid_minutes(cell, most))
    }

    /// Reads a range of weekly contact on the 15-minute grid.
    pub(super) fn contact_range(&mut self) -> Option<MinutesRange> {
        let (min, max) = ("contact_minutes_min", "contact_minutes_max");
        let least = self.minutes(min, MINUTES_OF_WEEK);
        let most = self.minutes(max, MINUTES_OF_WEEK);
        let range = MinutesRange::new(least?, most?);
        if range.is_none() {
            self.refuse(
                max,
                format!("is less than {min} {}", least.unwrap_or_default()),
            );
        }
        range
    }

    /// Reads the name of a zone; the nearest names are offered for another.
    pub(super) fn zone(&mut self, column: &str) -> Option<ZoneName> {
        let cell = self.cell(column)?;
        if cell.is_empty() {
            self.refuse_cell(column, cell, ZONE);
            return None;
        }
        let message = match self.unknown_zones.get(cell) {
            Some(message) => message.clone(),
            // Looking for the nearest names takes long.
            None if self.unknown_zones.len() >= MOST_UNKNOWN_ZONES => {
                let known = ZoneName::all().find(|zone| zone.as_str() == cell);
                if known.is_some() {
                    return known;
                }
                format!("is not {ZONE}")
            }
            None => match cell.parse::<ZoneName>() {
                Ok(zone) => return Some(zone),
                Err(unknown) => {
                    let message = format!("is not {unknown}");
                    self.unknown_zones.insert(cell.to_owned(), message.clone());
                    message
                }
            },
        };
        self.refuse(column, message);
        None
    }

    /// Reads a day of the calendar.
    pub(super) fn day(&mut self, column: &str) -> Option<NaiveDate> {
        self.read(column, DAY, calendar_day)
    }

    /// Reads the first and the last day of a range.
    pub(super) fn days(&mut self, first: &str, last: &str) -> Option<DayRange> {
        let (first_day, last_day) = (self.day(first), self.day(last));
        let (first_day, last_day) = (first_day?, last_day?);
        let days = DayRange::new(first_day, last_day);
        if days.is_none() {
            self.refuse(last, format!("is before {first} {first_day}"));
        }
        days
    }
}

/// Returns a name when it is one.
pub(super) fn name_text(text: &str) -> Option<String> {
    is_name(text).then(|| text.to_owned())
}

/// The words of an enum, as a message lists them.
pub(super) struct OneOf<'a, T>(pub(super) &'a [(&'a str, T)]);

impl<T> Display for OneOf<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, (word, _)) in self.0.iter().enumerate() {
            let separator = match place {
                0 => "",
                _ if place + 1 == self.0.len() => " or ",
                _ => ", ",
            };
            write!(f, "{separator}{word}")?;
        }
        Ok(())
    }
}

/// Returns the value of a word.
pub(super) fn find_word<T: Copy>(text: &str, words: &[(&str, T)]) -> Option<T> {
    words
        .iter()
        .find(|(word, _)| *word == text)
        .map(|(_, value)| *value)
}

fn whole_number(text: &str, least: u32, most: u32) -> Option<u32> {
    // `parse` alone would take a sign.
    let is_digits = text.bytes().all(|byte| byte.is_ascii_digit());
    let number = text.parse().ok().filter(|_| is_digits)?;
    (least..=most).contains(&number).then_some(number)
}

fn grid_minutes(text: &str, most: u32) -> Option<Minutes> {
    let number = whole_number(text, 0, most)?;
    number
        .is_multiple_of(QUARTER_HOUR)
        .then(|| Minutes::new(number))
        .flatten()
}
