//! Reads an iCalendar text back, by the rules of RFC 5545 alone: what a
//! calendar program makes of it, without anything of Practicum.

use std::collections::BTreeMap;

use chrono::{NaiveDateTime, TimeDelta};

/// A component: its properties by name with parameters, and its parts.
#[derive(Debug, Default)]
struct Component {
    properties: Vec<(String, String)>,
    parts: Vec<(String, Component)>,
}

impl Component {
    fn get(&self, name: &str) -> Option<&str> {
        let mut found = self.properties.iter().filter(|(known, _)| known == name);
        let value = found.next().map(|(_, value)| value.as_str());
        assert!(found.next().is_none(), "{name} is there twice");
        value
    }
}

/// An event, as a calendar program shows it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Event {
    /// Seconds since 1970 in UTC.
    pub(crate) start: i64,
    pub(crate) minutes: i64,
    pub(crate) zone: String,
    pub(crate) uid: String,
    pub(crate) sequence: u32,
    pub(crate) summary: String,
    pub(crate) location: String,
}

/// Returns the events of a calendar by start.
pub(crate) fn events(text: &str) -> Vec<Event> {
    let calendar = parsed(text);
    let zones: BTreeMap<&str, Zone> = calendar
        .parts
        .iter()
        .filter(|(kind, _)| kind == "VTIMEZONE")
        .map(|(_, zone)| (zone.get("TZID").unwrap(), Zone::of(zone)))
        .collect();
    let events = calendar.parts.iter().filter(|(kind, _)| kind == "VEVENT");
    let mut events: Vec<Event> = events.map(|(_, one)| event(one, &zones)).collect();
    events.sort();
    events
}

fn parsed(text: &str) -> Component {
    assert!(text.ends_with("\r\n") && !text.replace("\r\n", "").contains(['\r', '\n']));
    assert!(text.split("\r\n").all(|line| line.len() <= 75), "{text}");
    let unfolded = text.replace("\r\n ", "");
    let mut open: Vec<(String, Component)> = vec![(String::new(), Component::default())];
    for line in unfolded.trim_end().split("\r\n") {
        let (name, value) = line.split_once(':').unwrap();
        match name {
            "BEGIN" => open.push((value.to_owned(), Component::default())),
            "END" => {
                let (kind, done) = open.pop().unwrap();
                assert_eq!(kind, value);
                open.last_mut().unwrap().1.parts.push((kind, done));
            }
            _ => {
                let properties = &mut open.last_mut().unwrap().1.properties;
                properties.push((name.to_owned(), value.to_owned()));
            }
        }
    }
    assert_eq!(open.len(), 1);
    let mut calendars = open.pop().unwrap().1.parts;
    let (kind, calendar) = calendars.pop().unwrap();
    assert!(calendars.is_empty() && kind == "VCALENDAR");
    assert_eq!(calendar.get("VERSION"), Some("2.0"));
    assert!(calendar.get("PRODID").is_some());
    calendar
}

fn local(text: &str) -> NaiveDateTime {
    NaiveDateTime::parse_from_str(text, "%Y%m%dT%H%M%S").unwrap()
}

/// The offsets of a zone: since which UTC instant which offset holds.
struct Zone(Vec<(NaiveDateTime, TimeDelta)>);

impl Zone {
    fn of(zone: &Component) -> Self {
        let mut offsets: Vec<(NaiveDateTime, TimeDelta)> = zone
            .parts
            .iter()
            .map(|(kind, observance)| {
                assert!(kind == "STANDARD" || kind == "DAYLIGHT", "{kind}");
                let before = offset(observance.get("TZOFFSETFROM").unwrap());
                let onset = local(observance.get("DTSTART").unwrap()) - before;
                (onset, offset(observance.get("TZOFFSETTO").unwrap()))
            })
            .collect();
        assert!(zone.parts.iter().any(|(kind, _)| kind == "STANDARD"));
        offsets.sort();
        Self(offsets)
    }

    fn offset_at(&self, utc: NaiveDateTime) -> TimeDelta {
        let begun = self.0.iter().rev().find(|(onset, _)| *onset <= utc);
        begun.unwrap().1
    }

    /// Returns the instant of a reading: the first, where it exists twice. One
    /// that does not exist is not understood by every program.
    fn instant(&self, wall: NaiveDateTime) -> NaiveDateTime {
        let readings = self.0.iter().map(|(_, offset)| wall - *offset);
        let real = readings.filter(|utc| *utc + self.offset_at(*utc) == wall);
        real.min()
            .unwrap_or_else(|| panic!("{wall} does not exist"))
    }
}

fn offset(text: &str) -> TimeDelta {
    let (sign, digits) = text.split_at(1);
    let hours: i64 = digits[..2].parse().unwrap();
    let minutes: i64 = digits[2..4].parse().unwrap();
    let seconds = hours * 3600 + minutes * 60;
    TimeDelta::seconds(if sign == "-" { -seconds } else { seconds })
}

fn event(one: &Component, zones: &BTreeMap<&str, Zone>) -> Event {
    let mut starts = one.properties.iter().filter_map(|(name, value)| {
        let zone = name.strip_prefix("DTSTART;TZID=")?;
        Some((zone, local(value)))
    });
    let (zone, wall) = starts.next().unwrap();
    let duration = one.get("DURATION").unwrap();
    let minutes = duration.strip_prefix("PT").unwrap().strip_suffix('M');
    assert!(one.get("DTSTAMP").unwrap().ends_with('Z'));
    assert!(one.get("RRULE").is_none());
    Event {
        start: zones[zone].instant(wall).and_utc().timestamp(),
        minutes: minutes.unwrap().parse().unwrap(),
        zone: zone.to_owned(),
        uid: one.get("UID").unwrap().to_owned(),
        sequence: one.get("SEQUENCE").unwrap().parse().unwrap(),
        summary: one.get("SUMMARY").unwrap().to_owned(),
        location: one.get("LOCATION").unwrap().to_owned(),
    }
}
