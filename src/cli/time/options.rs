//! Reads the options of `practicum time`, gathering every wrong one, so that a
//! long command line is mended in one go.

use std::cell::RefCell;
use std::str::FromStr;

use chrono::{NaiveDate, Weekday};

use crate::cli::Failure;
use crate::domain::time::WallClock;
use crate::domain::{DayRange, MinuteOfDay, Minutes, ZoneName, calendar_day, parse_weekday};

/// Longest session or window, in minutes.
const LONGEST: u32 = 1440;

/// Options as they are read; holds a line for each wrong one.
#[derive(Debug, Default)]
pub(super) struct Options {
    wrong: RefCell<Vec<String>>,
}

impl Options {
    pub(super) fn zone(&self, option: &str, text: &str) -> Option<ZoneName> {
        match ZoneName::from_str(text) {
            Ok(zone) => Some(zone),
            Err(unknown) => self.refuse(option, text, &unknown.to_string()),
        }
    }

    pub(super) fn reading(&self, option: &str, text: &str) -> Option<WallClock> {
        match WallClock::from_str(text) {
            Ok(reading) => Some(reading),
            Err(invalid) => self.refuse(option, text, &invalid.to_string()),
        }
    }

    pub(super) fn weekday(&self, option: &str, text: &str) -> Option<Weekday> {
        parse_weekday(&text.to_ascii_lowercase()).or_else(|| {
            self.refuse(
                option,
                text,
                "a weekday: mon, tue, wed, thu, fri, sat or sun",
            )
        })
    }

    pub(super) fn start(&self, option: &str, text: &str) -> Option<MinuteOfDay> {
        MinuteOfDay::parse(text)
            .filter(|start| *start != MinuteOfDay::END_OF_DAY)
            .or_else(|| {
                self.refuse(
                    option,
                    text,
                    "a time of day written as HH:MM, from 00:00 to 23:59",
                )
            })
    }

    pub(super) fn minutes(&self, option: &str, text: &str) -> Option<Minutes> {
        let digits = text.bytes().all(|byte| byte.is_ascii_digit());
        text.parse()
            .ok()
            .filter(|minutes| digits && (1..=LONGEST).contains(minutes))
            .and_then(Minutes::new)
            .or_else(|| self.refuse(option, text, "whole minutes from 1 to 1440"))
    }

    /// Reads `--from` and `--to`.
    pub(super) fn days(&self, from: &str, to: &str) -> Option<DayRange> {
        let (first, last) = (self.day("--from", from), self.day("--to", to));
        let (first, last) = (first?, last?);
        DayRange::new(first, last)
            .or_else(|| self.refuse("--to", to, &format!("a day not before --from ({first})")))
    }

    fn day(&self, option: &str, text: &str) -> Option<NaiveDate> {
        calendar_day(text).or_else(|| {
            self.refuse(
                option,
                text,
                "a day written as YYYY-MM-DD, in the years 1970 to 2199",
            )
        })
    }

    fn refuse<T>(&self, option: &str, text: &str, wanted: &str) -> Option<T> {
        self.wrong
            .borrow_mut()
            .push(format!("  {option} '{text}': wanted is {wanted}"));
        None
    }

    /// Returns the failure that lists every wrong option.
    pub(super) fn failure(self) -> Failure {
        let wrong = self.wrong.into_inner();
        Failure::Usage(format!("wrong options:\n{}", wrong.join("\n")))
    }
}
