//! What the comments of the contract must say: errors with their reasons, and
//! numbers with their unit or range. Each scanner is shown planted faults.

use std::collections::{BTreeMap, BTreeSet};

use prost_reflect::{FieldDescriptor, Kind, MessageDescriptor};

use super::source::{Source, short_name};

/// Words that say what a number counts or measures, as comments use them.
const UNITS: &[&str] = &[
    "bytes",
    "how many",
    "event",
    "line in",
    "meetings",
    "minutes",
    "number of",
    "places",
    "priorities",
    "priority",
    "rank",
    "rows",
    "seconds",
    "sequence",
    "share of",
    "sites",
    "starts",
    "supervisors",
    "thousandths",
    "trainees",
    "unit of the level",
    "in its unit",
    "workers",
];

/// Numbers that callers send and that have no range of their own, each with
/// its reason.
const WITHOUT_RANGE: &[(&str, &str)] = &[];

/// What is known of reasons: their codes, by name, as docs/errors.md tells.
fn codes() -> BTreeMap<String, String> {
    let docs = include_str!("../../../docs/errors.md");
    let mut codes = BTreeMap::new();
    for section in docs.split("\n## ").skip(1) {
        let (reason, text) = section.split_once('\n').unwrap();
        let text = text.trim_start();
        if text.starts_with("Not an error") {
            continue;
        }
        let code = text.strip_prefix("Code `").unwrap();
        let (code, _) = code.split_once('`').unwrap();
        codes.insert(reason.trim().to_owned(), code.to_owned());
    }
    codes
}

/// Returns the errors of a comment: a code and the reasons in brackets.
fn listed(comment: &str) -> Vec<(String, Vec<String>)> {
    let Some((_, list)) = comment.split_once("Errors include:") else {
        return Vec::new();
    };
    let entries = format!("\n{}", list.trim_start());
    let entries = entries.split("\n- ").skip(1);
    entries
        .map(|entry| {
            let (code, text) = entry.split_once(':').unwrap_or((entry, ""));
            let text = text.replace('\n', " ");
            let brackets = text.split('(').skip(1);
            let named = brackets.filter_map(|rest| rest.split_once(')'));
            let is_reason = |name: &&str| {
                name.len() > 3 && name.chars().all(|c| c.is_ascii_uppercase() || c == '_')
            };
            let reasons = named.map(|(name, _)| name).filter(is_reason);
            (code.trim().to_owned(), reasons.map(str::to_owned).collect())
        })
        .collect()
}

/// Returns what is wrong with the errors that a comment lists.
fn errors_amiss(
    comment: &str,
    takes: &BTreeSet<String>,
    codes: &BTreeMap<String, String>,
) -> Vec<String> {
    let listed = listed(comment);
    let mut amiss = Vec::new();
    if listed.is_empty() {
        amiss.push("lists no errors".to_owned());
    }
    for (code, reasons) in &listed {
        if reasons.is_empty() {
            amiss.push(format!("{code} has no reason"));
        }
        for reason in reasons {
            match codes.get(reason) {
                None => amiss.push(format!("{reason} is no reason")),
                Some(right) if right != code => {
                    amiss.push(format!("{reason} comes with {right}, not {code}"));
                }
                Some(_) => {}
            }
        }
    }
    let has = |reason: &str| {
        let mut reasons = listed.iter().flat_map(|(_, reasons)| reasons);
        reasons.any(|known| known == reason)
    };
    if !takes.is_empty() && !has("INVALID_FIELDS") {
        amiss.push("does not list INVALID_FIELDS".to_owned());
    }
    if takes.contains("etag") && !has("STALE_ETAG") {
        amiss.push("takes an etag and does not list STALE_ETAG".to_owned());
    }
    amiss
}

/// Returns the names of the fields of a request, and of the records in it that
/// may carry an etag.
fn taken(request: &MessageDescriptor, is_write: bool) -> BTreeSet<String> {
    let mut names: BTreeSet<String> = request.fields().map(|it| it.name().to_owned()).collect();
    for field in request.fields() {
        if let Some(record) = field.kind().as_message()
            && is_write
            && record.get_field_by_name("etag").is_some()
        {
            names.insert("etag".to_owned());
        }
    }
    names
}

/// Says whether a comment tells what a number means; of one that callers send
/// also which values it may have.
fn tells_of_a_number(comment: &str, is_sent: bool) -> bool {
    let lower = comment.to_lowercase();
    let has_number = lower.bytes().any(|byte| byte.is_ascii_digit());
    let has_unit = UNITS.iter().any(|unit| lower.contains(unit));
    has_number || (has_unit && !is_sent)
}

/// Says whether a comment tells how long a list may be.
fn tells_of_a_length(comment: &str) -> bool {
    let lower = comment.to_lowercase();
    let mut parts = lower.split("at most ").skip(1);
    let is_number = |part: &str| part.starts_with(|c: char| c.is_ascii_digit());
    lower.contains("1 to 1,000 ") || parts.any(is_number)
}

fn is_number(field: &FieldDescriptor) -> bool {
    !matches!(
        field.kind(),
        Kind::Bool | Kind::String | Kind::Bytes | Kind::Message(_) | Kind::Enum(_)
    )
}

/// Returns the messages that callers send, with those inside them.
fn sent(source: &Source) -> BTreeSet<String> {
    let mut waiting: Vec<MessageDescriptor> = source
        .methods()
        .iter()
        .map(|method| method.input())
        .collect();
    let mut sent = BTreeSet::new();
    while let Some(message) = waiting.pop() {
        if sent.insert(message.full_name().to_owned()) {
            let inner = message.fields().map(|field| field.kind());
            waiting.extend(inner.filter_map(|kind| kind.as_message().cloned()));
        }
    }
    sent
}

#[test]
fn every_rpc_lists_its_errors_with_code_and_reason() {
    let (source, codes) = (Source::load(), codes());
    let mut amiss = Vec::new();
    for method in source.methods() {
        let name = short_name(&method);
        // What is created, or replaced whole, has no etag to be held against.
        let is_write = name.contains("/Update") || name.contains("/Replace");
        let takes = taken(&method.input(), is_write);
        let wrong = errors_amiss(source.about_method(&method), &takes, &codes);
        amiss.extend(wrong.into_iter().map(|what| format!("{name} {what}")));
    }
    assert!(amiss.is_empty(), "{}", amiss.join("\n"));
}

#[test]
fn every_number_has_a_unit_and_every_number_that_is_sent_a_range() {
    let source = Source::load();
    let sent = sent(&source);
    let mut amiss = Vec::new();
    let mut numbers = BTreeSet::new();
    for field in source
        .messages()
        .iter()
        .flat_map(MessageDescriptor::fields)
        .filter(is_number)
    {
        let name = field
            .full_name()
            .trim_start_matches("practicum.v1.")
            .to_owned();
        let is_sent = sent.contains(field.parent_message().full_name());
        let about = source.about_field(&field);
        let is_excepted = WITHOUT_RANGE.iter().any(|(known, _)| *known == name);
        if !tells_of_a_number(about, is_sent && !is_excepted) {
            amiss.push(format!("{name}: {about}"));
        }
        numbers.insert(name);
    }
    assert!(amiss.is_empty(), "{}", amiss.join("\n"));
    assert!(numbers.len() > 50, "{numbers:?}");
    for (name, _) in WITHOUT_RANGE {
        assert!(numbers.contains(*name), "{name} is no number");
    }
}

#[test]
fn every_list_that_is_sent_has_a_greatest_length() {
    let source = Source::load();
    let sent = sent(&source);
    let mut amiss = Vec::new();
    for message in source.messages() {
        let lists = message.fields().filter(|field| field.is_list());
        for field in lists.filter(|_| sent.contains(message.full_name())) {
            let about = source.about_field(&field);
            if !tells_of_a_length(about) {
                amiss.push(format!("{}: {about}", field.full_name()));
            }
        }
    }
    assert!(amiss.is_empty(), "{}", amiss.join("\n"));
}

#[test]
fn the_scanners_of_comments_find_planted_faults() {
    let codes = codes();
    let takes = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
    let good = "Does it.\n\nErrors include:\n- INVALID_ARGUMENT: fields are wrong, such as\n  \
                `a` (of all) (INVALID_FIELDS).\n- ABORTED: too late (STALE_ETAG).";
    assert_eq!(
        errors_amiss(good, &takes(&["name", "etag"]), &codes),
        Vec::<String>::new()
    );
    for (planted, what) in [
        ("Does it.".to_owned(), "lists no errors"),
        (
            good.replace(" (INVALID_FIELDS)", ""),
            "INVALID_ARGUMENT has no reason",
        ),
        (
            good.replace("STALE_ETAG", "STALE_TAG"),
            "STALE_TAG is no reason",
        ),
        (
            good.replace("ABORTED", "NOT_FOUND"),
            "STALE_ETAG comes with ABORTED, not NOT_FOUND",
        ),
        (
            good.replace("INVALID_FIELDS", "INVALID_ROSTER"),
            "does not list INVALID_FIELDS",
        ),
        (
            good.replace("STALE_ETAG", "CONTENDED"),
            "takes an etag and does not list STALE_ETAG",
        ),
    ] {
        let amiss = errors_amiss(&planted, &takes(&["name", "etag"]), &codes);
        assert!(amiss.iter().any(|it| it == what), "{what}: {amiss:?}");
    }
    assert!(
        errors_amiss(
            "Errors include:\n- INTERNAL: (INTERNAL)",
            &takes(&[]),
            &codes
        )
        .is_empty()
    );
    assert!(tells_of_a_number("Weekly minutes.", false));
    assert!(!tells_of_a_number("Weekly minutes.", true));
    assert!(tells_of_a_number("Weekly minutes, 0 to 10,080.", true));
    assert!(!tells_of_a_number("How far it is.", false));
    assert!(tells_of_a_length(
        "Sites, at most 500 of 1 to 63 characters."
    ));
    assert!(tells_of_a_length("1 to 1,000 sites."));
    assert!(!tells_of_a_length("Words of 1 to 63 characters."));
}
