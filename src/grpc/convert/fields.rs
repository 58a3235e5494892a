//! Reads the fields of a message: each broken one is noted with its path and
//! what is allowed, and reading goes on, so that all are told at once.

use std::collections::BTreeSet;
use std::fmt::Display;
use std::str::FromStr;
use std::time::Duration;

use chrono::{Datelike, NaiveDate};

use super::super::pb;
use crate::domain::limits::{LONGEST_REMARK, MINUTES_OF_WEEK, is_email, is_name, is_one_line};
use crate::domain::{
    CALENDAR_FIRST_YEAR, CALENDAR_LAST_YEAR, DayRange, Minutes, MinutesRange, QUARTER_HOUR, Tag,
    Violations, ZoneName,
};

/// Most items of a list.
pub(super) const MOST_ITEMS: usize = 500;

/// Where broken fields are gathered, with the path of the message that is
/// read.
#[derive(Debug)]
pub(in super::super) struct Fields<'v> {
    path: String,
    violations: &'v mut Violations,
}

impl<'v> Fields<'v> {
    /// Returns the reader of a request itself.
    pub(in super::super) fn new(violations: &'v mut Violations) -> Self {
        Self {
            path: String::new(),
            violations,
        }
    }

    /// Returns the reader of the message in a field.
    pub(in super::super) fn at(&mut self, field: &str) -> Fields<'_> {
        Fields {
            path: self.path_of(field),
            violations: self.violations,
        }
    }

    /// Returns the reader of a message in a list.
    pub(in super::super) fn item(&mut self, field: &str, index: usize) -> Fields<'_> {
        self.at(&format!("{field}[{index}]"))
    }

    fn path_of(&self, field: &str) -> String {
        match (self.path.is_empty(), field.is_empty()) {
            (true, _) => field.to_owned(),
            (false, true) => self.path.clone(),
            (false, false) => format!("{}.{field}", self.path),
        }
    }

    /// Notes that a field is broken.
    pub(in super::super) fn refuse(
        &mut self,
        field: &str,
        rule: &'static str,
        message: impl Display,
    ) {
        let path = self.path_of(field);
        self.violations.add(path, rule, message.to_string());
    }

    /// Returns the message in a field that must be set.
    pub(in super::super) fn required<T>(&mut self, field: &str, value: Option<T>) -> Option<T> {
        if value.is_none() {
            self.refuse(field, "required", "is required");
        }
        value
    }

    /// Reads a text with its own rule.
    pub(in super::super) fn parse<T: FromStr<Err: Display>>(
        &mut self,
        field: &str,
        text: &str,
    ) -> Option<T> {
        match text.parse() {
            Ok(value) => Some(value),
            Err(_) if text.is_empty() => self.required(field, None),
            Err(error) => {
                self.refuse(
                    field,
                    "format",
                    format_args!("is not allowed; it must be {error}"),
                );
                None
            }
        }
    }

    /// Reads a name shown to people.
    pub(in super::super) fn name(&mut self, field: &str, text: String) -> Option<String> {
        if is_name(&text) && text.trim() == text {
            return Some(text);
        }
        let allowed =
            "must be a text of 1 to 200 characters on one line, without blanks at its ends";
        self.refuse(field, "name", allowed);
        None
    }

    /// Reads a remark, which may be empty.
    pub(in super::super) fn remark(&mut self, field: &str, text: String) -> Option<String> {
        if is_one_line(&text, LONGEST_REMARK) && text.trim() == text {
            return Some(text);
        }
        let allowed =
            "must be a text of at most 2000 characters on one line, without blanks at its ends";
        self.refuse(field, "remark", allowed);
        None
    }

    /// Reads an e-mail address, which may be empty.
    pub(in super::super) fn email(&mut self, field: &str, text: String) -> Option<String> {
        if text.is_empty() || is_email(&text) {
            return Some(text);
        }
        let allowed = "must be an e-mail address with one @ and no blanks, or empty";
        self.refuse(field, "email", allowed);
        None
    }

    /// Reads the name of a zone.
    pub(in super::super) fn zone(&mut self, field: &str, text: &str) -> Option<ZoneName> {
        match text.parse() {
            Ok(zone) => Some(zone),
            Err(_) if text.is_empty() => self.required(field, None),
            Err(unknown) => {
                self.refuse(field, "time_zone", format_args!("must be {unknown}"));
                None
            }
        }
    }

    /// Reads the name of a zone that may be left out.
    pub(in super::super) fn optional_zone(
        &mut self,
        field: &str,
        text: &str,
    ) -> Option<Option<ZoneName>> {
        if text.is_empty() {
            return Some(None);
        }
        self.zone(field, text).map(Some)
    }

    /// Reads a list of words or keys.
    pub(in super::super) fn set<T>(&mut self, field: &str, texts: &[String]) -> Option<BTreeSet<T>>
    where
        T: FromStr<Err: Display> + Ord,
    {
        self.count(field, texts.len())?;
        let values: Vec<Option<T>> = texts
            .iter()
            .enumerate()
            .map(|(index, text)| self.parse(&format!("{field}[{index}]"), text))
            .collect();
        values.into_iter().collect()
    }

    /// Reads a list of words.
    pub(in super::super) fn tags(
        &mut self,
        field: &str,
        texts: &[String],
    ) -> Option<BTreeSet<Tag>> {
        self.set(field, texts)
    }

    /// Refuses a list that is too long.
    pub(in super::super) fn count(&mut self, field: &str, count: usize) -> Option<()> {
        self.count_up_to(field, count, MOST_ITEMS)
    }

    /// Reads a whole number in a range, both ends included.
    pub(in super::super) fn whole(
        &mut self,
        field: &str,
        value: i32,
        least: u32,
        most: u32,
    ) -> Option<u32> {
        let number = u32::try_from(value).ok();
        let fits = number.filter(|number| (least..=most).contains(number));
        if fits.is_none() {
            let message = format_args!("must be from {least} to {most}, not {value}");
            self.refuse(field, "range", message);
        }
        fits
    }

    /// Reads the `time_limit_seconds` of an answer; 0 means the usual ones.
    pub(in super::super) fn seconds(
        &mut self,
        value: i32,
        usual: u32,
        most: u32,
    ) -> Option<Duration> {
        let seconds = match value {
            0 => Some(usual),
            given => self.whole("time_limit_seconds", given, 1, most),
        };
        seconds.map(|seconds| Duration::from_secs(seconds.into()))
    }

    /// Reads minutes on the 15-minute grid.
    pub(in super::super) fn minutes(
        &mut self,
        field: &str,
        value: i32,
        most: u32,
    ) -> Option<Minutes> {
        let fits = u32::try_from(value)
            .ok()
            .filter(|number| *number <= most && number.is_multiple_of(QUARTER_HOUR))
            .and_then(Minutes::new);
        if fits.is_none() {
            let message =
                format_args!("must be a multiple of 15 minutes from 0 to {most}, not {value}");
            self.refuse(field, "minutes", message);
        }
        fits
    }

    /// Reads a range of weekly contact.
    pub(in super::super) fn contact(&mut self, least: i32, most: i32) -> Option<MinutesRange> {
        let min = self.minutes("contact_minutes_min", least, MINUTES_OF_WEEK);
        let max = self.minutes("contact_minutes_max", most, MINUTES_OF_WEEK);
        let range = MinutesRange::new(min?, max?);
        if range.is_none() {
            let message = format_args!("is less than contact_minutes_min {least}");
            self.refuse("contact_minutes_max", "range", message);
        }
        range
    }

    /// Reads a least number and a most number.
    pub(in super::super) fn least_and_most(
        &mut self,
        (least, min): (&str, i32),
        (most, max): (&str, i32),
        limit: u32,
    ) -> Option<(u32, u32)> {
        let min = self.whole(least, min, 0, limit);
        let max = self.whole(most, max, 0, limit);
        let (min, max) = (min?, max?);
        if min > max {
            self.refuse(least, "range", format_args!("is more than {most} {max}"));
            return None;
        }
        Some((min, max))
    }

    /// Reads a day.
    pub(in super::super) fn day(
        &mut self,
        field: &str,
        day: Option<pb::Date>,
    ) -> Option<NaiveDate> {
        let given = self.required(field, day)?;
        let month_and_day = u32::try_from(given.month)
            .ok()
            .zip(u32::try_from(given.day).ok());
        let day = month_and_day
            .and_then(|(month, day)| NaiveDate::from_ymd_opt(given.year, month, day))
            .filter(|day| (CALENDAR_FIRST_YEAR..=CALENDAR_LAST_YEAR).contains(&day.year()));
        if day.is_none() {
            let message = "must be a day of the calendar in the years 1970 to 2199";
            self.refuse(field, "day", message);
        }
        day
    }

    /// Reads a range of days.
    pub(in super::super) fn days(
        &mut self,
        field: &str,
        days: Option<pb::DayRange>,
    ) -> Option<DayRange> {
        let days = self.required(field, days)?;
        let mut within = self.at(field);
        let first = within.day("first_day", days.first_day);
        let last = within.day("last_day", days.last_day);
        let (first, last) = (first?, last?);
        let range = DayRange::new(first, last);
        if range.is_none() {
            within.refuse(
                "last_day",
                "range",
                format_args!("is before first_day {first}"),
            );
        }
        range
    }

    /// Reads an enum; `known` gives the value of a name that is allowed.
    pub(in super::super) fn choice<M, T>(
        &mut self,
        field: &str,
        number: i32,
        known: impl Fn(M) -> Option<T>,
    ) -> Option<T>
    where
        M: TryFrom<i32>,
    {
        let value = M::try_from(number).ok().and_then(known);
        if value.is_none() {
            if number == 0 {
                return self.required(field, None);
            }
            self.refuse(field, "enum", format_args!("is an unknown value {number}"));
        }
        value
    }
}

/// Returns a day as a message.
pub(in super::super) fn date(day: NaiveDate) -> pb::Date {
    let small = |number: u32| i32::try_from(number).unwrap_or_default();
    pb::Date {
        year: day.year(),
        month: small(day.month()),
        day: small(day.day()),
    }
}

/// Returns a range of days as a message.
pub(in super::super) fn day_range(days: DayRange) -> pb::DayRange {
    pb::DayRange {
        first_day: Some(date(days.first())),
        last_day: Some(date(days.last())),
    }
}

/// Returns a number as the contract has it; every limit lies far below.
pub(in super::super) fn number(value: u32) -> i32 {
    i32::try_from(value).unwrap_or(i32::MAX)
}

/// Returns the number of things as the contract has it.
pub(in super::super) fn count(value: usize) -> i32 {
    i32::try_from(value).unwrap_or(i32::MAX)
}

/// Returns words or keys as texts.
pub(in super::super) fn texts<T: Display>(values: impl IntoIterator<Item = T>) -> Vec<String> {
    values.into_iter().map(|value| value.to_string()).collect()
}
