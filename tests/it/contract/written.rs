//! Messages as JSON for people: fields in the order of the contract, long lists
//! and texts cut, and nothing that differs from one run to the next.

use std::collections::BTreeMap;

use prost_reflect::{DynamicMessage, MessageDescriptor, ReflectMessage};
use serde_json::Value;
use uuid::Uuid;

use super::story::json;

/// Items of a list that are shown.
const ITEMS: usize = 2;
/// Characters of a text that are shown.
const CHARACTERS: usize = 200;
/// Longest line that holds a whole object or list.
const LINE: usize = 100;

/// Writes messages, and gives each identifier that the server made a name that
/// stays.
#[derive(Debug, Default)]
pub(super) struct Writer {
    uuids: BTreeMap<String, usize>,
}

impl Writer {
    /// Returns a message; fields of the hidden names are left out.
    pub(super) fn write(&mut self, message: &DynamicMessage, hidden: &[String]) -> String {
        let mut text = String::new();
        let descriptor = message.descriptor();
        append(&json(message), Some(&descriptor), hidden, 0, &mut text);
        self.with_stable_uuids(&text)
    }

    fn with_stable_uuids(&mut self, text: &str) -> String {
        let mut out = String::new();
        let mut rest = text;
        while let Some(c) = rest.chars().next() {
            let uuid = rest.get(..36).filter(|part| is_uuid(part));
            if let Some(uuid) = uuid {
                let next = self.uuids.len() + 1;
                let number = *self.uuids.entry(uuid.to_owned()).or_insert(next);
                out += &format!("0198c0de-0000-7000-8000-{number:012}");
                rest = &rest[36..];
            } else {
                out.push(c);
                rest = &rest[c.len_utf8()..];
            }
        }
        out
    }
}

fn is_uuid(text: &str) -> bool {
    text.as_bytes()[8] == b'-' && Uuid::try_parse(text).is_ok()
}

/// Appends a value; `about` tells the order of its fields.
fn append(
    value: &Value,
    about: Option<&MessageDescriptor>,
    hidden: &[String],
    indent: usize,
    out: &mut String,
) {
    let (open, close, parts) = match value {
        Value::Object(fields) => {
            let mut names: Vec<&String> = fields.keys().collect();
            names.sort_by_key(|name| about.and_then(|about| place(about, name)));
            let parts = names.into_iter().map(|name| {
                let below = about.and_then(|about| about.get_field_by_name(name));
                let below = below.and_then(|field| field.kind().as_message().cloned());
                let is_hidden = hidden.contains(name);
                let cut = Value::String("...".to_owned());
                let value = if is_hidden { &cut } else { &fields[name] };
                let mut part = format!("{}: ", Value::String(name.clone()));
                append(value, below.as_ref(), hidden, indent + 2, &mut part);
                part
            });
            ('{', '}', parts.collect::<Vec<_>>())
        }
        Value::Array(items) => {
            let shown = items.iter().take(ITEMS).map(|item| {
                let mut part = String::new();
                append(item, about, hidden, indent + 2, &mut part);
                part
            });
            let mut parts: Vec<String> = shown.collect();
            if items.len() > ITEMS {
                parts.push(format!("\"and {} more\"", items.len() - ITEMS));
            }
            ('[', ']', parts)
        }
        Value::String(text) if text.chars().count() > CHARACTERS => {
            let cut: String = text.chars().take(CHARACTERS).collect();
            out.push_str(&Value::String(cut + "...").to_string());
            return;
        }
        scalar @ (Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_)) => {
            out.push_str(&scalar.to_string());
            return;
        }
    };
    let length: usize = parts.iter().map(|part| part.len() + 2).sum();
    let fits = indent + length <= LINE && parts.iter().all(|part| !part.contains('\n'));
    out.push(open);
    if fits {
        out.push_str(&parts.join(", "));
    } else {
        let margin = " ".repeat(indent);
        let lines: Vec<String> = parts
            .iter()
            .map(|part| format!("{margin}  {part}"))
            .collect();
        out.push_str(&format!("\n{}\n{margin}", lines.join(",\n")));
    }
    out.push(close);
}

/// Returns where a field stands in its message.
fn place(about: &MessageDescriptor, name: &str) -> Option<u32> {
    about.get_field_by_name(name).map(|field| field.number())
}

#[test]
fn identifiers_get_names_that_stay_in_the_order_of_their_first_use() {
    let mut writer = Writer::default();
    let (one, two) = (Uuid::now_v7(), Uuid::now_v7());
    let text = writer.with_stable_uuids(&format!("runs/{one}, é {two}, {one}"));
    let name = |number: u8| format!("0198c0de-0000-7000-8000-00000000000{number}");
    assert_eq!(
        text,
        format!("runs/{}, é {}, {}", name(1), name(2), name(1))
    );
}
