//! `program.toml`: the program, the round and the ratio.

use chrono::NaiveDate;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::super::FolderFiles;
use super::super::cells::{DAY, KEY, NAME, OneOf, ZONE, find_word, name_text};
use super::super::error::{RosterError, RosterErrors};
use super::super::names::nearest;
use super::super::text;
use super::super::words::{BLOCKING_PAIRS, UNRANKED_SITES};
use crate::domain::limits::{MISSED_MOST, STEP_MOST};
use crate::domain::{
    BlockingPairs, DayRange, MAX_TERM_DAYS, Minutes, Objective, Policy, Program, QUARTER_HOUR,
    Ratio, Round, Thousandths, ZoneName, calendar_day,
};

const FILE: &str = "program.toml";

const PROGRAM_KEYS: [&str; 3] = ["id", "name", "time_zone"];
const ROUND_KEYS: [&str; 8] = [
    "id",
    "name",
    "first_day",
    "last_day",
    "session_start_step_minutes",
    "missed_sessions_max",
    "unranked_sites",
    "excluded_supervisor_closes_sites",
];
const RATIO_KEYS: [&str; 2] = ["contact_per_supervision_max", "group_credit"];
const POLICY_KEYS: [&str; 2] = ["levels", "blocking_pairs"];
const SECTIONS: [(&str, &[&str]); 4] = [
    ("program", &PROGRAM_KEYS),
    ("round", &ROUND_KEYS),
    ("ratio", &RATIO_KEYS),
    ("policy", &POLICY_KEYS),
];

/// Reads the program and the round.
pub(super) fn read_program(
    files: &FolderFiles,
    errors: &mut RosterErrors,
) -> Option<(Program, Round)> {
    let bytes = files.get(FILE)?;
    let text = text::text(FILE, bytes, errors)?;
    let mut document = Document { text, errors };
    let (root, faults) = DeTable::parse_recoverable(text);
    for fault in &faults {
        let at = fault.span().map_or(0, |span| span.start);
        document.refuse(at, None, None, fault.message().to_owned());
    }
    if !faults.is_empty() {
        return None;
    }
    document.refuse_unknown_keys(root.get_ref());
    let mut section = |name| document.section(root.get_ref(), name);
    let (program, round, ratio) = (section("program"), section("round"), section("ratio"));
    let policy = section("policy");
    if program.is_none() {
        document.refuse(0, Some("program"), None, MISSING_SECTION.to_owned());
    }
    if round.is_none() {
        document.refuse(0, Some("round"), None, MISSING_SECTION.to_owned());
    }
    let program = program.map(|section| document.program(&section));
    let ratio = ratio.map(|section| document.ratio(&section));
    let (levels, blocking) = match &policy {
        Some(section) => (document.levels(section), document.blocking_pairs(section)),
        None => (Some(Policy::default()), Some(BlockingPairs::default())),
    };
    let round = round.map(|section| document.round(&section));
    let round = Round {
        ratio: match ratio {
            Some(ratio) => Some(ratio?),
            None => None,
        },
        policy: levels?,
        blocking_pairs: blocking?,
        ..round??
    };
    Some((program??, round))
}

const MISSING_SECTION: &str = "the section is missing";

/// A section and where it starts.
struct Section<'a> {
    name: &'static str,
    at: usize,
    table: &'a DeTable<'a>,
}

struct Document<'a, 'e> {
    text: &'a str,
    errors: &'e mut RosterErrors,
}

impl Document<'_, '_> {
    /// Adds a mistake at a byte of the text.
    fn refuse(&mut self, at: usize, key: Option<&str>, found: Option<&str>, message: String) {
        let before = self.text.get(..at).unwrap_or_default();
        let lines = before.bytes().filter(|byte| *byte == b'\n').count();
        self.errors.push(RosterError {
            file: FILE.to_owned(),
            row: u64::try_from(lines + 1).ok(),
            column: key.map(str::to_owned),
            found: found.map(str::to_owned),
            message,
        });
    }

    fn refuse_unknown_keys(&mut self, root: &DeTable<'_>) {
        let sections = SECTIONS.map(|(name, _)| name);
        for (name, value) in root {
            let (at, name) = (name.span().start, name.get_ref().as_ref());
            let Some((_, keys)) = SECTIONS.iter().find(|(section, _)| *section == name) else {
                self.refuse(at, Some(name), None, unknown("section", name, &sections));
                continue;
            };
            for key in value
                .get_ref()
                .as_table()
                .into_iter()
                .flat_map(|table| table.keys())
            {
                let (at, key) = (key.span().start, key.get_ref().as_ref());
                if !keys.contains(&key) {
                    let place = format!("{name}.{key}");
                    self.refuse(at, Some(&place), None, unknown("key", key, keys));
                }
            }
        }
    }

    fn section<'a>(&mut self, root: &'a DeTable<'a>, name: &'static str) -> Option<Section<'a>> {
        let (key, value) = root.iter().find(|(key, _)| key.get_ref() == name)?;
        let at = key.span().start;
        let table = value.get_ref().as_table();
        if table.is_none() {
            self.refuse(at, Some(name), None, format!("must be a section [{name}]"));
        }
        Some(Section {
            name,
            at,
            table: table?,
        })
    }

    /// Reads a value that must be there.
    fn read<T>(
        &mut self,
        section: &Section<'_>,
        key: &str,
        allowed: &str,
        parse: impl FnOnce(&DeValue<'_>) -> Option<T>,
    ) -> Option<T> {
        let place = format!("{}.{key}", section.name);
        let Some(value) = find(section, key) else {
            let message = format!("the key is missing; it must hold {allowed}");
            self.refuse(section.at, Some(&place), None, message);
            return None;
        };
        let parsed = parse(value.get_ref());
        if parsed.is_none() {
            let span = value.span();
            let found = match value.get_ref().as_str() {
                Some(text) => text,
                None => self.text.get(span.clone()).unwrap_or_default(),
            };
            self.refuse(
                span.start,
                Some(&place),
                Some(found),
                format!("is not {allowed}"),
            );
        }
        parsed
    }

    fn program(&mut self, section: &Section<'_>) -> Option<Program> {
        let key = self.read(section, "id", KEY, |value| value.as_str()?.parse().ok());
        let name = self.read(section, "name", NAME, |value| name_text(value.as_str()?));
        let typed = find(section, "time_zone").and_then(|value| value.get_ref().as_str());
        let allowed = match typed.map(str::parse::<ZoneName>) {
            Some(Err(unknown)) => unknown.to_string(),
            Some(Ok(_)) | None => ZONE.to_owned(),
        };
        let time_zone = self.read(section, "time_zone", &allowed, |value| {
            value.as_str()?.parse().ok()
        });
        Some(Program {
            key: key?,
            name: name?,
            time_zone: time_zone?,
        })
    }

    /// Reads the round, still without its ratio and its policy.
    fn round(&mut self, section: &Section<'_>) -> Option<Round> {
        let key = match find(section, "id") {
            None => Some(None),
            Some(_) => self
                .read(section, "id", KEY, |value| value.as_str()?.parse().ok())
                .map(Some),
        };
        let name = self.read(section, "name", NAME, |value| name_text(value.as_str()?));
        let term = self.term(section);
        let step_allowed = "a multiple of 15 minutes from 15 to 1440";
        let step = self.read(
            section,
            "session_start_step_minutes",
            step_allowed,
            |value| {
                let step = whole(value, STEP_MOST)?;
                let fits = step > 0 && step.is_multiple_of(QUARTER_HOUR);
                Minutes::new(step).filter(|_| fits)
            },
        );
        let missed_allowed = "a whole number from 0 to 1000";
        let missed_sessions_max = self.read(section, "missed_sessions_max", missed_allowed, |v| {
            whole(v, MISSED_MOST)
        });
        let words = OneOf(&UNRANKED_SITES).to_string();
        let unranked_sites = self.read(section, "unranked_sites", &words, |value| {
            find_word(value.as_str()?, &UNRANKED_SITES)
        });
        let closes = "excluded_supervisor_closes_sites";
        let closes = self.read(section, closes, "true or false", |value| value.as_bool());
        Some(Round {
            key: key?,
            name: name?,
            term: term?,
            session_start_step: step?,
            missed_sessions_max: missed_sessions_max?,
            unranked_sites: unranked_sites?,
            excluded_supervisor_closes_sites: closes?,
            ratio: None,
            policy: Policy::default(),
            blocking_pairs: BlockingPairs::default(),
        })
    }

    fn term(&mut self, section: &Section<'_>) -> Option<DayRange> {
        let first = self.read(section, "first_day", DAY, day);
        let last = self.read(section, "last_day", DAY, day);
        let (first, last) = (first?, last?);
        let at = find(section, "last_day").map_or(section.at, |value| value.span().start);
        let (place, found) = (Some("round.last_day"), last.to_string());
        let Some(term) = DayRange::new(first, last) else {
            let message = format!("is before round.first_day {first}");
            self.refuse(at, place, Some(&found), message);
            return None;
        };
        if term.days() > MAX_TERM_DAYS {
            let message = format!(
                "makes a term of {} days; at most {MAX_TERM_DAYS} are allowed",
                term.days()
            );
            self.refuse(at, place, Some(&found), message);
            return None;
        }
        Some(term)
    }

    fn levels(&mut self, section: &Section<'_>) -> Option<Policy> {
        let [key, _] = POLICY_KEYS;
        if find(section, key).is_none() {
            return Some(Policy::default());
        }
        let names = Objective::ALL.map(Objective::name).join(", ");
        let allowed = format!("a list of objectives, at least one and each once, of: {names}");
        self.read(section, key, &allowed, policy)
    }

    fn blocking_pairs(&mut self, section: &Section<'_>) -> Option<BlockingPairs> {
        let [_, key] = POLICY_KEYS;
        if find(section, key).is_none() {
            return Some(BlockingPairs::default());
        }
        let words = OneOf(&BLOCKING_PAIRS).to_string();
        self.read(section, key, &words, |value| {
            find_word(value.as_str()?, &BLOCKING_PAIRS)
        })
    }

    fn ratio(&mut self, section: &Section<'_>) -> Option<Ratio> {
        let allowed = "a number from 0 to 1000 with at most three decimals";
        let [contact, credit] = RATIO_KEYS;
        let contact_per_supervision_max = self.read(section, contact, allowed, decimal);
        let group_credit = self.read(section, credit, allowed, decimal);
        Some(Ratio {
            contact_per_supervision_max: contact_per_supervision_max?,
            group_credit: group_credit?,
        })
    }
}

/// Reads names of objectives, each once.
fn policy(value: &DeValue<'_>) -> Option<Policy> {
    let names = value.as_array()?.iter();
    let objectives = names.map(|name| Objective::from_name(name.get_ref().as_str()?));
    Policy::new(objectives.collect::<Option<_>>()?)
}

fn unknown(what: &str, name: &str, allowed: &[&str]) -> String {
    match nearest(name, allowed) {
        Some(meant) => format!("unknown {what}; did you mean {meant}?"),
        None => format!("unknown {what}; allowed are {}", allowed.join(", ")),
    }
}

fn find<'a>(section: &Section<'a>, key: &str) -> Option<&'a Spanned<DeValue<'a>>> {
    let (_, value) = section
        .table
        .iter()
        .find(|(name, _)| name.get_ref() == key)?;
    Some(value)
}

fn whole(value: &DeValue<'_>, most: u32) -> Option<u32> {
    let integer = value.as_integer()?;
    let number = u32::from_str_radix(integer.as_str(), integer.radix()).ok()?;
    (number <= most).then_some(number)
}

fn day(value: &DeValue<'_>) -> Option<NaiveDate> {
    match value.as_str() {
        Some(text) => calendar_day(text),
        None => calendar_day(&value.as_datetime()?.to_string()),
    }
}

/// Reads a decimal from its own digits, so that nothing is rounded.
fn decimal(value: &DeValue<'_>) -> Option<Thousandths> {
    if let Some(integer) = value.as_integer() {
        return integer
            .as_str()
            .parse()
            .ok()
            .filter(|_| integer.radix() == 10);
    }
    let digits = value.as_float()?.as_str();
    let digits = match digits.split_once('.') {
        Some((_, decimals)) if decimals.bytes().any(|byte| !byte.is_ascii_digit()) => digits,
        Some(_) => digits.trim_end_matches('0').trim_end_matches('.'),
        None => digits,
    };
    digits.parse().ok()
}
