//! `program.toml`: the program, the round and the ratio.

use chrono::NaiveDate;
use toml::de::DeValue;

use super::super::FolderFiles;
use super::super::cells::{DAY, KEY, NAME, OneOf, ZONE, find_word, name_text};
use super::super::error::RosterErrors;
use super::super::text;
use super::super::toml_document::{Document, Section, decimal, find, whole};
use super::super::words::{BLOCKING_PAIRS, UNRANKED_SITES};
use crate::domain::limits::{MISSED_MOST, STEP_MOST};
use crate::domain::rule_set::RULE_SETS_MAX;
use crate::domain::{
    BlockingPairs, DayRange, Key, MAX_TERM_DAYS, Minutes, Objective, Policy, Program, QUARTER_HOUR,
    Ratio, Round, ZoneName, calendar_day,
};

const FILE: &str = "program.toml";

const PROGRAM_KEYS: [&str; 3] = ["id", "name", "time_zone"];
const ROUND_KEYS: [&str; 9] = [
    "id",
    "name",
    "first_day",
    "last_day",
    "session_start_step_minutes",
    "missed_sessions_max",
    "unranked_sites",
    "excluded_supervisor_closes_sites",
    "rule_sets",
];
const RATIO_KEYS: [&str; 2] = ["contact_per_supervision_max", "group_credit"];
const POLICY_KEYS: [&str; 2] = ["levels", "blocking_pairs"];
const SECTIONS: [(&str, &[&str]); 4] = [
    ("program", &PROGRAM_KEYS),
    ("round", &ROUND_KEYS),
    ("ratio", &RATIO_KEYS),
    ("policy", &POLICY_KEYS),
];

/// A rule set that the round asks for, and the line that does.
pub(super) type Asked = (u64, Key);

/// Reads the program, the round and the rule sets that it asks for.
pub(super) fn read_program(
    files: &FolderFiles,
    errors: &mut RosterErrors,
) -> Option<(Program, Round, Vec<Asked>)> {
    let bytes = files.get(FILE)?;
    let text = text::text(FILE, bytes, errors)?;
    let (mut document, root) = Document::open(FILE, text, errors)?;
    document.refuse_unknown_sections(&root, &SECTIONS);
    let mut section = |name| document.section(&root, name);
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
    let asked = match &round {
        Some(section) => document.rule_sets(section),
        None => None,
    };
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
    Some((program??, round, asked?))
}

const MISSING_SECTION: &str = "the section is missing";

impl Document<'_, '_> {
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

    /// Reads the rule sets that the round asks for, each once.
    fn rule_sets(&mut self, section: &Section<'_>) -> Option<Vec<Asked>> {
        let allowed = format!(
            "a list of at most {RULE_SETS_MAX} rule sets, each once, such as [\"cacrep-practicum\"]"
        );
        let mut places = Vec::new();
        let keys = self.read_optional(section, "rule_sets", &allowed, |value| {
            let mut keys: Vec<Key> = Vec::new();
            for item in value.as_array()?.iter() {
                let key = item.get_ref().as_str()?.parse().ok()?;
                if keys.contains(&key) {
                    return None;
                }
                keys.push(key);
                places.push(item.span().start);
            }
            (keys.len() <= RULE_SETS_MAX).then_some(keys)
        })?;
        let lines = places.into_iter().map(|at| self.line_at(at));
        Some(lines.zip(keys.unwrap_or_default()).collect())
    }

    fn levels(&mut self, section: &Section<'_>) -> Option<Policy> {
        let [key, _] = POLICY_KEYS;
        if find(section, key).is_none() {
            return Some(Policy::default());
        }
        let names = Objective::ALL.map(Objective::name).join(", ");
        let allowed =
            format!("a list of objectives, each once and one besides changes, of: {names}");
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

fn day(value: &DeValue<'_>) -> Option<NaiveDate> {
    match value.as_str() {
        Some(text) => calendar_day(text),
        None => calendar_day(&value.as_datetime()?.to_string()),
    }
}
