//! Reads a rule set from its TOML text.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use toml::de::{DeTable, DeValue};

use super::super::cells::{DAY, KEY, NAME, OneOf, TAG, find_word, name_text};
use super::super::error::RosterErrors;
use super::super::toml_document::{Document, Section, decimal, find, whole};
use crate::domain::limits::{GROUP_SIZE_LEAST, GROUP_SIZE_MOST, LINE_MINUTES_MOST, LONGEST_REMARK};
use crate::domain::rule_set::{AppliesTo, Credit, GroupCredit, Portion, Trust};
use crate::domain::{Minutes, RuleSet, Tag, Thousandths, calendar_day};

const TOP_KEYS: [&str; 14] = [
    "id",
    "title",
    "body",
    "jurisdiction",
    "effective_from",
    "effective_until",
    "source",
    "trust",
    "verified_on",
    "unverified",
    "note",
    "applies_to",
    "credit",
    "rule",
];
const APPLIES_TO_KEYS: [&str; 3] = ["levels", "jurisdictions", "settings"];
const CREDIT_KEYS: [&str; 5] = [
    "individual",
    "triadic",
    "group",
    "session_minutes_min",
    "supervisor_credentials",
];
const GROUP_KEYS: [&str; 3] = ["from", "share", "divided_by_members"];

/// What is allowed as a share.
pub(super) const SHARE: &str = "a share from 0 to 1 with at most three decimals";
/// What is allowed as a list of words.
pub(super) const WORDS: &str = "a list of words, each of 1 to 63 characters without semicolons";
const TEXT: &str = "a text of 1 to 2000 characters";

/// Reads a rule set from the text of a file of that name.
///
/// # Errors
/// Every mistake in it, with line, key and what is allowed.
pub fn read_rule_set(file: &str, text: &str) -> Result<RuleSet, RosterErrors> {
    let mut errors = RosterErrors::default();
    let set = read_text(file, text, &mut errors);
    super::super::finish(set, errors)
}

/// Reads a rule set, adding every mistake; `None` when there is any.
pub(super) fn read_text(file: &str, text: &str, errors: &mut RosterErrors) -> Option<RuleSet> {
    let before = errors.count();
    let set = {
        let (mut document, root) = Document::open(file, text, errors)?;
        document.rule_set(&root, text)
    };
    set.filter(|_| errors.count() == before)
}

impl Document<'_, '_> {
    fn rule_set(&mut self, root: &DeTable<'_>, text: &str) -> Option<RuleSet> {
        let top = Section {
            name: String::new(),
            at: 0,
            table: root,
        };
        self.refuse_unknown_keys(&top, &TOP_KEYS);
        let key = self.read(&top, "id", KEY, |value| value.as_str()?.parse().ok());
        let title = self.read(&top, "title", NAME, |value| name_text(value.as_str()?));
        let body = self.read(&top, "body", NAME, |value| name_text(value.as_str()?));
        let jurisdiction = self.read_optional(&top, "jurisdiction", TAG, |value| {
            value.as_str()?.parse().ok()
        });
        let from = self.read_optional(&top, "effective_from", DAY, day);
        let until = self.read_optional(&top, "effective_until", DAY, day);
        if let (Some(Some(from)), Some(Some(until))) = (from, until)
            && until < from
        {
            let message = format!("is before effective_from {from}");
            let until = until.to_string();
            self.refuse(
                at(&top, "effective_until"),
                Some("effective_until"),
                Some(&until),
                message,
            );
        }
        let source = self.read(&top, "source", TEXT, long_text);
        let trusted = self.trust(&top);
        let note = self.read_optional(&top, "note", TEXT, long_text);
        let applies_to = self.applies_to(root);
        let credit = self.credit(root);
        let clauses = self.clauses(&top);
        let (trust, verified_on) = trusted?;
        Some(RuleSet {
            key: key?,
            title: title?,
            body: body?,
            jurisdiction: jurisdiction?,
            effective_from: from?,
            effective_until: until?,
            source: source?,
            trust,
            verified_on,
            note: note?.unwrap_or_default(),
            applies_to: applies_to?,
            credit: credit?,
            clauses: clauses?,
            text: text.to_owned(),
        })
    }

    /// Reads how far the numbers can be trusted: only those of the text itself
    /// can have been verified.
    fn trust(&mut self, top: &Section<'_>) -> Option<(Trust, Option<NaiveDate>)> {
        let letters = Trust::ALL.map(|trust| (trust.letter(), trust));
        let words = OneOf(&letters).to_string();
        let trust = self.read(top, "trust", &words, |value| {
            find_word(value.as_str()?, &letters)
        });
        let verified_on = self.read_optional(top, "verified_on", DAY, day);
        let unverified = self.read_optional(top, "unverified", "true, or left out", |value| {
            value.as_bool().filter(|is_set| *is_set)
        });
        let (trust, verified_on, unverified) = (trust?, verified_on?, unverified?);
        let amiss = match (verified_on, unverified) {
            (Some(_), Some(_)) => Some("is there beside unverified; one of the two is allowed"),
            (None, None) => Some(
                "the key is missing; it must hold the day on which the numbers were compared with the source, or unverified = true must say that nobody has",
            ),
            (Some(_), None) if trust != Trust::Text => {
                Some("is allowed with trust A only; otherwise write unverified = true")
            }
            (Some(_), None) | (None, Some(_)) => None,
        };
        if let Some(message) = amiss {
            let found = verified_on.map(|day| day.to_string());
            let place = at(top, "verified_on");
            self.refuse(
                place,
                Some("verified_on"),
                found.as_deref(),
                message.to_owned(),
            );
            return None;
        }
        Some((trust, verified_on))
    }

    fn applies_to(&mut self, root: &DeTable<'_>) -> Option<AppliesTo> {
        if !root.iter().any(|(key, _)| key.get_ref() == "applies_to") {
            return Some(AppliesTo::default());
        }
        let section = self.section(root, "applies_to")?;
        self.refuse_unknown_keys(&section, &APPLIES_TO_KEYS);
        let mut read = |key| self.read_optional(&section, key, WORDS, tags);
        let [levels, jurisdictions, settings] = APPLIES_TO_KEYS.map(&mut read);
        Some(AppliesTo {
            levels: levels?.unwrap_or_default(),
            jurisdictions: jurisdictions?.unwrap_or_default(),
            settings: settings?.unwrap_or_default(),
        })
    }

    fn credit(&mut self, root: &DeTable<'_>) -> Option<Credit> {
        if !root.iter().any(|(key, _)| key.get_ref() == "credit") {
            return Some(Credit::default());
        }
        let section = self.section(root, "credit")?;
        self.refuse_unknown_keys(&section, &CREDIT_KEYS);
        let individual = self.read_optional(&section, "individual", SHARE, share);
        let triadic = self.read_optional(&section, "triadic", SHARE, share);
        let groups = self.group_credit(&section);
        let minutes = format!("a whole number of minutes from 0 to {LINE_MINUTES_MOST}");
        let shortest = self.read_optional(&section, "session_minutes_min", &minutes, |value| {
            Minutes::new(whole(value, LINE_MINUTES_MOST)?)
        });
        let credentials = "a list of credentials as licences.csv has them";
        let credentials =
            self.read_optional(&section, "supervisor_credentials", credentials, |v| {
                let names = v.as_array()?.iter();
                names
                    .map(|name| name_text(name.get_ref().as_str()?))
                    .collect::<Option<BTreeSet<_>>>()
            });
        Some(Credit {
            individual: individual?.unwrap_or(Thousandths::ONE),
            triadic: triadic?.unwrap_or(Thousandths::ONE),
            groups: groups?,
            session_minutes_min: shortest?.unwrap_or_default(),
            supervisor_credentials: credentials?.unwrap_or_default(),
        })
    }

    /// Reads what groups count: one share for all, or a table for each size
    /// from which another one holds.
    fn group_credit(&mut self, credit: &Section<'_>) -> Option<Vec<GroupCredit>> {
        let Some(value) = find(credit, "group") else {
            return Some(Vec::new());
        };
        let Some(tables) = value.get_ref().as_array() else {
            let allowed = format!("{SHARE}, or tables [[credit.group]]");
            let portion = Portion::Share(self.read(credit, "group", &allowed, share)?);
            let from = GROUP_SIZE_LEAST;
            return Some(vec![GroupCredit { from, portion }]);
        };
        let mut groups: Vec<GroupCredit> = Vec::new();
        for (place, table) in tables.iter().enumerate() {
            let name = format!("credit.group[{place}]");
            let Some(table) = table.get_ref().as_table() else {
                let message = "must be a table [[credit.group]]".to_owned();
                self.refuse(table.span().start, Some(&name), None, message);
                return None;
            };
            let at = value.span().start;
            let section = Section { name, at, table };
            groups.push(self.one_group_credit(&section)?);
        }
        let ascends = groups.windows(2).all(|two| two[0].from < two[1].from);
        let begins = groups
            .first()
            .is_some_and(|first| first.from == GROUP_SIZE_LEAST);
        if ascends && begins {
            return Some(groups);
        }
        let message =
            format!("must begin with from = {GROUP_SIZE_LEAST} and go on with larger sizes");
        self.refuse(value.span().start, Some("credit.group"), None, message);
        None
    }

    fn one_group_credit(&mut self, section: &Section<'_>) -> Option<GroupCredit> {
        self.refuse_unknown_keys(section, &GROUP_KEYS);
        let size = format!("a group size from {GROUP_SIZE_LEAST} to {GROUP_SIZE_MOST}");
        let from = self.read(section, "from", &size, |value| {
            whole(value, GROUP_SIZE_MOST).filter(|size| *size >= GROUP_SIZE_LEAST)
        });
        let fixed = self.read_optional(section, "share", SHARE, share);
        let divided = self.read_optional(section, "divided_by_members", "true", |value| {
            value.as_bool().filter(|is_set| *is_set)
        });
        let portion = match (fixed?, divided?) {
            (Some(share), None) => Portion::Share(share),
            (None, Some(_)) => Portion::DividedByMembers,
            (None, None) | (Some(_), Some(_)) => {
                let message = "must hold either share or divided_by_members = true".to_owned();
                self.refuse(section.at, Some(&section.name), None, message);
                return None;
            }
        };
        Some(GroupCredit {
            from: from?,
            portion,
        })
    }
}

/// Returns where a key stands, or where its section does.
fn at(section: &Section<'_>, key: &str) -> usize {
    find(section, key).map_or(section.at, |value| value.span().start)
}

fn day(value: &DeValue<'_>) -> Option<NaiveDate> {
    match value.as_str() {
        Some(text) => calendar_day(text),
        None => calendar_day(&value.as_datetime()?.to_string()),
    }
}

fn long_text(value: &DeValue<'_>) -> Option<String> {
    let text = value.as_str()?.trim();
    let is_clean = !text.chars().any(|c| c.is_control() && c != '\n');
    (!text.is_empty() && is_clean && text.chars().count() <= LONGEST_REMARK)
        .then(|| text.to_owned())
}

/// Reads a share of at most one.
pub(super) fn share(value: &DeValue<'_>) -> Option<Thousandths> {
    decimal(value).filter(|share| *share <= Thousandths::ONE)
}

/// Reads a list of words.
pub(super) fn tags(value: &DeValue<'_>) -> Option<BTreeSet<Tag>> {
    let words = value.as_array()?.iter();
    words
        .map(|word| word.get_ref().as_str()?.parse().ok())
        .collect()
}
