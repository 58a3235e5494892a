//! The order and the filter of a list, as callers write them: `update_time
//! desc`, and `level = "practicum" AND jurisdiction = "US-NY"`.

use std::collections::BTreeMap;
use std::fmt::Display;
use std::str::FromStr;

use chrono::NaiveDate;

use super::fields::Fields;
use crate::domain::{
    ListOrder, OrderBy, Role, RoundFilter, RuleSetFilter, RunFilter, RunState, SiteFilter,
    SupervisorFilter, TraineeFilter, calendar_day,
};

/// The fields that order people and rounds, as [`OrderBy::ALL`] has them.
pub(in super::super) const BY_NAME: [&str; 3] = ["key", "display_name", "update_time"];
/// The fields that order runs.
pub(in super::super) const BY_ROUND: [&str; 3] = ["key", "round", "update_time"];

/// Reads an order by one of some fields.
pub(in super::super) fn order(
    text: &str,
    names: [&str; 3],
    fields: &mut Fields<'_>,
) -> Option<ListOrder> {
    let words: Vec<&str> = text.split_whitespace().collect();
    let (name, is_descending) = match words.as_slice() {
        [] => return Some(ListOrder::default()),
        [name] | [name, "asc"] => (*name, false),
        [name, "desc"] => (*name, true),
        _ => ("", false),
    };
    let known = names
        .iter()
        .zip(OrderBy::ALL)
        .find(|(one, _)| **one == name);
    let Some((_, by)) = known else {
        let [first, second, third] = names;
        let message =
            format_args!("must be {first}, {second} or {third}, alone or followed by asc or desc");
        fields.refuse("order_by", "order_by", message);
        return None;
    };
    Some(ListOrder { by, is_descending })
}

/// Reads which sites are listed.
pub(in super::super) fn sites(text: &str, fields: &mut Fields<'_>) -> Option<SiteFilter> {
    let mut terms = Terms::read(text, &["jurisdiction", "setting", "time_zone"], fields)?;
    let jurisdiction = terms.parse("jurisdiction");
    let setting = terms.parse("setting");
    let time_zone = terms.parse("time_zone");
    Some(SiteFilter {
        jurisdiction: jurisdiction?,
        setting: setting?,
        time_zone: time_zone?,
    })
}

/// Reads which supervisors are listed.
pub(in super::super) fn supervisors(
    text: &str,
    fields: &mut Fields<'_>,
) -> Option<SupervisorFilter> {
    let mut terms = Terms::read(text, &["role", "site", "time_zone"], fields)?;
    let role = terms.choose("role", &Role::ALL, Role::as_str);
    let site = terms.parse("site");
    let time_zone = terms.parse("time_zone");
    Some(SupervisorFilter {
        role: role?,
        site: site?,
        time_zone: time_zone?,
    })
}

/// Reads which trainees are listed.
pub(in super::super) fn trainees(text: &str, fields: &mut Fields<'_>) -> Option<TraineeFilter> {
    let mut terms = Terms::read(text, &["level", "jurisdiction", "time_zone"], fields)?;
    let level = terms.parse("level");
    let jurisdiction = terms.parse("jurisdiction");
    let time_zone = terms.parse("time_zone");
    Some(TraineeFilter {
        level: level?,
        jurisdiction: jurisdiction?,
        time_zone: time_zone?,
    })
}

/// Reads which rounds are listed.
pub(in super::super) fn rounds(text: &str, fields: &mut Fields<'_>) -> Option<RoundFilter> {
    let mut terms = Terms::read(text, &["day"], fields)?;
    let day = terms.day("day");
    Some(RoundFilter { day: day? })
}

/// Reads which rule sets are listed.
pub(in super::super) fn rule_sets(text: &str, fields: &mut Fields<'_>) -> Option<RuleSetFilter> {
    let mut terms = Terms::read(text, &["jurisdiction", "day"], fields)?;
    let jurisdiction = terms.parse("jurisdiction");
    let day = terms.day("day");
    Some(RuleSetFilter {
        jurisdiction: jurisdiction?,
        day: day?,
    })
}

/// Reads which runs are listed, of whichever round.
pub(in super::super) fn runs(text: &str, fields: &mut Fields<'_>) -> Option<RunFilter> {
    let mut terms = Terms::read(text, &["state", "has_plan"], fields)?;
    let state = terms.choose("state", &RunState::ALL, RunState::as_str);
    let has_plan = terms.choose("has_plan", &[true, false], |has_plan| {
        if has_plan { "true" } else { "false" }
    });
    Some(RunFilter {
        round: None,
        state: state?,
        has_plan: has_plan?,
    })
}

/// Reads which events are listed: those of a kind, or all.
pub(in super::super) fn events(text: &str, fields: &mut Fields<'_>) -> Option<Option<String>> {
    let mut terms = Terms::read(text, &["kind"], fields)?;
    terms.value("kind", |text| {
        let is_word = !text.is_empty() && text.bytes().all(|b| b == b'_' || b.is_ascii_lowercase());
        let word = is_word.then(|| text.to_owned());
        word.ok_or("lowercase letters and _, such as import_roster")
    })
}

/// The terms of a filter, by field.
struct Terms<'f, 'v> {
    terms: BTreeMap<String, String>,
    fields: &'f mut Fields<'v>,
}

impl<'f, 'v> Terms<'f, 'v> {
    /// Reads the terms of a filter, which may name some fields, each once.
    fn read(text: &str, names: &[&str], fields: &'f mut Fields<'v>) -> Option<Self> {
        let Some(given) = split(text) else {
            let message = format_args!(
                "must be terms such as {} = \"...\", joined by AND; fields are {}",
                names.first().unwrap_or(&""),
                names.join(", ")
            );
            fields.refuse("filter", "filter", message);
            return None;
        };
        let mut terms = BTreeMap::new();
        for (name, value) in given {
            if !names.contains(&name.as_str()) {
                let message = format_args!(
                    "names an unknown field {name}; allowed are {}",
                    names.join(", ")
                );
                fields.refuse("filter", "filter", message);
                return None;
            }
            if terms.insert(name.clone(), value).is_some() {
                fields.refuse("filter", "filter", format_args!("names {name} twice"));
                return None;
            }
        }
        Some(Self { terms, fields })
    }

    /// Reads the value of a field; the inner `None` when no term has it.
    fn value<T, E: Display>(
        &mut self,
        name: &str,
        read: impl FnOnce(&str) -> Result<T, E>,
    ) -> Option<Option<T>> {
        let Some(text) = self.terms.get(name) else {
            return Some(None);
        };
        match read(text) {
            Ok(value) => Some(Some(value)),
            Err(allowed) => {
                let message =
                    format_args!("has a {name} that is not allowed; it must be {allowed}");
                self.fields.refuse("filter", "filter", message);
                None
            }
        }
    }

    fn day(&mut self, name: &str) -> Option<Option<NaiveDate>> {
        self.value(name, |text| {
            calendar_day(text).ok_or("a day such as 2031-03-01, in the years 1970 to 2199")
        })
    }

    fn parse<T: FromStr<Err: Display>>(&mut self, name: &str) -> Option<Option<T>> {
        self.value(name, str::parse)
    }

    /// Reads a word of an enum, in capitals or not.
    fn choose<T: Copy>(
        &mut self,
        name: &str,
        all: &[T],
        word: impl Fn(T) -> &'static str,
    ) -> Option<Option<T>> {
        self.value(name, |text| {
            let chosen = all
                .iter()
                .find(|one| word(**one).eq_ignore_ascii_case(text));
            chosen.copied().ok_or_else(|| {
                let words: Vec<&str> = all.iter().map(|one| word(*one)).collect();
                words.join(" or ")
            })
        })
    }
}

/// Splits a filter into fields and values; `None` when it is malformed.
fn split(text: &str) -> Option<Vec<(String, String)>> {
    let mut terms = Vec::new();
    let mut rest = text.trim();
    if rest.is_empty() {
        return Some(terms);
    }
    loop {
        let (name, after) = word(rest)?;
        let after = after.trim_start().strip_prefix('=')?.trim_start();
        let (value, after) = match after.strip_prefix('"') {
            Some(quoted) => until_quote(quoted)?,
            None => word(after)?,
        };
        terms.push((name, value));
        rest = after.trim_start();
        if rest.is_empty() {
            return Some(terms);
        }
        let next = rest.strip_prefix("AND")?;
        rest = next.trim_start();
        if rest.len() == next.len() {
            return None;
        }
    }
}

/// Returns the word at the start of a text, and the rest.
fn word(text: &str) -> Option<(String, &str)> {
    let is_in = |c: char| c.is_alphanumeric() || "-_./:+".contains(c);
    let end = text.find(|c| !is_in(c)).unwrap_or(text.len());
    let (word, rest) = text.split_at_checked(end)?;
    (!word.is_empty()).then(|| (word.to_owned(), rest))
}

/// Returns the text up to the closing quote, and the rest.
fn until_quote(text: &str) -> Option<(String, &str)> {
    let mut value = String::new();
    let mut characters = text.chars();
    loop {
        match characters.next()? {
            '"' => return Some((value, characters.as_str())),
            '\\' => match characters.next()? {
                escaped @ ('"' | '\\') => value.push(escaped),
                _ => return None,
            },
            other => value.push(other),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Violations;

    fn refused<T: std::fmt::Debug>(
        reading: impl FnOnce(&mut Fields<'_>) -> Option<T>,
    ) -> (String, String) {
        let mut violations = Violations::default();
        assert!(reading(&mut Fields::new(&mut violations)).is_none());
        let [only] = violations.as_slice() else {
            panic!("{violations}");
        };
        (only.path.clone(), only.message.clone())
    }

    #[test]
    fn splits_words_and_quoted_texts() {
        let term = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        for (text, terms) in [
            ("", vec![]),
            ("  ", vec![]),
            ("a=b", vec![term("a", "b")]),
            (
                " zone = Asia/Ho_Chi_Minh AND b=\"x AND y\" ",
                vec![term("zone", "Asia/Ho_Chi_Minh"), term("b", "x AND y")],
            ),
            (
                r#"a = "say \"so\" \\ 漢" AND b=AND"#,
                vec![term("a", r#"say "so" \ 漢"#), term("b", "AND")],
            ),
        ] {
            assert_eq!(split(text), Some(terms), "{text}");
        }
    }

    #[test]
    fn refuses_what_is_malformed() {
        for text in [
            "a",
            "=",
            "a=",
            "a = b c = d",
            "a = b AND",
            "a = b ANDc = d",
            "a = b and c = d",
            "a = \"b",
            r#"a = "\n""#,
            "a == b",
            "a = b OR c = d",
            "(a = b)",
            "a != b",
        ] {
            let (path, message) = refused(|fields| trainees(text, fields));
            assert_eq!(path, "filter", "{text}");
            assert!(
                message.contains("level, jurisdiction, time_zone"),
                "{message}"
            );
        }
    }

    #[test]
    fn says_which_fields_and_values_are_allowed() {
        let (_, unknown) = refused(|fields| sites("level = x", fields));
        assert!(
            unknown.contains("jurisdiction, setting, time_zone"),
            "{unknown}"
        );
        let (_, twice) = refused(|fields| sites("setting = a AND setting = b", fields));
        assert!(twice.contains("setting twice"), "{twice}");
        let (_, zone) = refused(|fields| sites("time_zone = Europe/Lisbonn", fields));
        assert!(zone.contains("did you mean Europe/Lisbon"), "{zone}");
        let (_, state) = refused(|fields| runs("state = RUNING", fields));
        assert!(state.contains("queued or running"), "{state}");
        let (path, order) = refused(|fields| order("name down", BY_NAME, fields));
        assert_eq!(path, "order_by");
        assert!(
            order.contains("key, display_name or update_time"),
            "{order}"
        );
    }
}
