//! TOML files: a document that refuses what it does not know and names the
//! line, the key and what is allowed for everything that is wrong.

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::error::{RosterError, RosterErrors};
use super::names::nearest;
use crate::domain::Thousandths;

/// A table of a document and where it starts.
pub(super) struct Section<'a> {
    /// Its name, such as `round` or `rule[2]`; empty for the top of the file.
    pub(super) name: String,
    pub(super) at: usize,
    pub(super) table: &'a DeTable<'a>,
}

impl Section<'_> {
    /// Returns what a key of the section is called in messages.
    fn place(&self, key: &str) -> String {
        if self.name.is_empty() {
            key.to_owned()
        } else {
            format!("{}.{key}", self.name)
        }
    }
}

/// A TOML file that is being read.
pub(super) struct Document<'a, 'e> {
    file: String,
    text: &'a str,
    errors: &'e mut RosterErrors,
}

impl<'a, 'e> Document<'a, 'e> {
    /// Returns the document and its top table; `None` when the text is no
    /// TOML, which is then among the mistakes.
    pub(super) fn open(
        file: &str,
        text: &'a str,
        errors: &'e mut RosterErrors,
    ) -> Option<(Self, DeTable<'a>)> {
        let mut document = Self {
            file: file.to_owned(),
            text,
            errors,
        };
        let (root, faults) = DeTable::parse_recoverable(text);
        for fault in &faults {
            let at = fault.span().map_or(0, |span| span.start);
            document.refuse(at, None, None, fault.message().to_owned());
        }
        faults.is_empty().then(|| (document, root.into_inner()))
    }
}

impl Document<'_, '_> {
    /// Returns the line of a byte of the text.
    pub(super) fn line_at(&self, at: usize) -> u64 {
        let before = self.text.get(..at).unwrap_or_default();
        let lines = before.bytes().filter(|byte| *byte == b'\n').count();
        u64::try_from(lines + 1).unwrap_or(u64::MAX)
    }

    /// Adds a mistake at a byte of the text.
    pub(super) fn refuse(
        &mut self,
        at: usize,
        key: Option<&str>,
        found: Option<&str>,
        message: String,
    ) {
        let row = Some(self.line_at(at));
        self.errors.push(RosterError {
            file: self.file.clone(),
            row,
            column: key.map(str::to_owned),
            found: found.map(str::to_owned),
            message,
        });
    }

    /// Refuses the sections that are not listed, and in each section the keys
    /// that are not.
    pub(super) fn refuse_unknown_sections(
        &mut self,
        root: &DeTable<'_>,
        sections: &[(&str, &[&str])],
    ) {
        let names: Vec<&str> = sections.iter().map(|(name, _)| *name).collect();
        for (name, value) in root {
            let (at, name) = (name.span().start, name.get_ref().as_ref());
            let Some((_, keys)) = sections.iter().find(|(section, _)| *section == name) else {
                self.refuse(at, Some(name), None, unknown("section", name, &names));
                continue;
            };
            if let Some(table) = value.get_ref().as_table() {
                let name = name.to_owned();
                self.refuse_unknown_keys(&Section { name, at, table }, keys);
            }
        }
    }

    /// Refuses the keys of a section that are not listed.
    pub(super) fn refuse_unknown_keys(&mut self, section: &Section<'_>, keys: &[&str]) {
        for key in section.table.keys() {
            let (at, key) = (key.span().start, key.get_ref().as_ref());
            if !keys.contains(&key) {
                let place = section.place(key);
                self.refuse(at, Some(&place), None, unknown("key", key, keys));
            }
        }
    }

    /// Returns a section of the document, if it is there.
    pub(super) fn section<'t>(&mut self, root: &'t DeTable<'t>, name: &str) -> Option<Section<'t>> {
        let (key, value) = root.iter().find(|(key, _)| key.get_ref() == name)?;
        let at = key.span().start;
        let table = value.get_ref().as_table();
        if table.is_none() {
            self.refuse(at, Some(name), None, format!("must be a section [{name}]"));
        }
        Some(Section {
            name: name.to_owned(),
            at,
            table: table?,
        })
    }

    /// Reads a value that must be there.
    pub(super) fn read<T>(
        &mut self,
        section: &Section<'_>,
        key: &str,
        allowed: &str,
        parse: impl FnOnce(&DeValue<'_>) -> Option<T>,
    ) -> Option<T> {
        let place = section.place(key);
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

    /// Reads a value that may be left out.
    pub(super) fn read_optional<T>(
        &mut self,
        section: &Section<'_>,
        key: &str,
        allowed: &str,
        parse: impl FnOnce(&DeValue<'_>) -> Option<T>,
    ) -> Option<Option<T>> {
        match find(section, key) {
            None => Some(None),
            Some(_) => self.read(section, key, allowed, parse).map(Some),
        }
    }
}

/// Says that a name is not known, and what is.
pub(super) fn unknown(what: &str, name: &str, allowed: &[&str]) -> String {
    match nearest(name, allowed) {
        Some(meant) => format!("unknown {what}; did you mean {meant}?"),
        None => format!("unknown {what}; allowed are {}", allowed.join(", ")),
    }
}

/// Returns the value of a key.
pub(super) fn find<'a>(section: &Section<'a>, key: &str) -> Option<&'a Spanned<DeValue<'a>>> {
    let (_, value) = section
        .table
        .iter()
        .find(|(name, _)| name.get_ref() == key)?;
    Some(value)
}

/// Reads a whole number up to `most`.
pub(super) fn whole(value: &DeValue<'_>, most: u32) -> Option<u32> {
    let integer = value.as_integer()?;
    let number = u32::from_str_radix(integer.as_str(), integer.radix()).ok()?;
    (number <= most).then_some(number)
}

/// Reads a decimal from its own digits, so that nothing is rounded.
pub(super) fn decimal(value: &DeValue<'_>) -> Option<Thousandths> {
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
