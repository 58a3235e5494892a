//! Writes `docs/api.md`: services with their methods and an example of each,
//! then the messages and the enums that they share.

use std::collections::BTreeSet;

use prost_reflect::{EnumDescriptor, FieldDescriptor, MessageDescriptor, MethodDescriptor};

use super::source::Source;
use super::story::{Exchange, Story};
use super::written::Writer;

const INTRODUCTION: &str = "\
# The methods of `practicum.v1`

Written by `make docs-api` from the comments of `proto/practicum/v1` and from calls that a test makes; do not edit.
[contract.md](contract.md) says what holds for all of them, [errors.md](errors.md) what each reason means.

The examples were answered by a service that had imported the roster `clinic-12`, and were sent by an administrator who
signed in by a key, in the header `authorization: Bearer KEY`. They are in the JSON of protobuf, with the field names of the proto files: fields at their default are left out, 64-bit numbers are texts, bytes are in base64, and a
field mask is one text of names in camel case. Of a list two items are shown, and long texts are cut. Identifiers that the
service made stand as `0198c0de-0000-7000-8000-...`.

Every call may also fail for the caller's sign-in (`UNAUTHENTICATED`, `FORBIDDEN`) or the state of the server
(`CONTENDED`, `RATE_LIMITED`, `TOO_MANY_STREAMS`, `OVERLOADED`, `UNAVAILABLE`, `DEADLINE_EXCEEDED`, `INTERNAL`), and where
a message is larger than the server takes or sends (`TOO_LARGE`).
";

/// Returns the page.
pub(super) fn page(story: &Story) -> String {
    let source = &story.source;
    let mut writer = Writer::default();
    let mut out = INTRODUCTION.to_owned();
    let mut told = BTreeSet::new();
    for service in source.services() {
        out += &format!("\n## {}\n\n", service.name());
        out += source.about(&service.parent_file(), service.path());
        out.push('\n');
        for method in service.methods() {
            told.extend([method.input(), method.output()].map(|it| it.full_name().to_owned()));
            let mut examples = story.exchanges.iter();
            let example = examples.find(|one| one.is_example && one.method == method);
            out += &about_method(source, &method, example, &mut writer);
        }
    }
    out += "\n## Messages\n";
    for message in source.messages() {
        if !told.contains(message.full_name()) {
            let name = message.name();
            out += &format!("\n### {name}\n\n{}\n", about_message(source, &message));
        }
    }
    out += "\n## Enums\n";
    for known in source.enums() {
        out += &format!("\n### {}\n\n{}", known.name(), about_enum(source, &known));
    }
    out
}

fn about_method(
    source: &Source,
    method: &MethodDescriptor,
    example: Option<&Exchange>,
    writer: &mut Writer,
) -> String {
    let stream = |is: bool| if is { "stream " } else { "" };
    let mut out = format!(
        "\n### {}\n\n`rpc {}({}{}) returns ({}{})`\n\n{}\n",
        method.name(),
        method.name(),
        stream(method.is_client_streaming()),
        method.input().name(),
        stream(method.is_server_streaming()),
        method.output().name(),
        source.about_method(method),
    );
    for message in [method.input(), method.output()] {
        let name = message.name();
        out += &format!("\n**{name}**: {}\n", about_message(source, &message));
    }
    if let Some(example) = example {
        out += "\n**Example**";
        if !example.about.is_empty() {
            out += &format!(": {}", example.about);
        }
        out += "\n";
        for (name, value) in &example.headers {
            out += &format!("\nHeader `{name}: {value}`\n");
        }
        out += &told(&example.requests, &[], writer);
        out += "\nanswers\n";
        out += &told(&example.answers, &example.hidden, writer);
    }
    out
}

/// Returns the first messages of a stream, or the only one.
fn told(
    messages: &[prost_reflect::DynamicMessage],
    hidden: &[String],
    writer: &mut Writer,
) -> String {
    const SHOWN: usize = 2;
    let shown = messages.iter().take(SHOWN);
    let mut out = String::new();
    for message in shown {
        out += &format!("\n```json\n{}\n```\n", writer.write(message, hidden));
    }
    if messages.len() > SHOWN {
        out += "\nand further messages\n";
    }
    out
}

fn about_message(source: &Source, message: &MessageDescriptor) -> String {
    let about = source.about(&message.parent_file(), message.path());
    let mut out = format!("{about}\n");
    let mut fields: Vec<FieldDescriptor> = message.fields().collect();
    fields.sort_by_key(|field| field.path().last().copied());
    if fields.is_empty() {
        return out.trim_end().to_owned();
    }
    out += "\n| field | type | meaning |\n| --- | --- | --- |\n";
    for field in &fields {
        let mut about = in_a_cell(source.about_field(field));
        let choice = field
            .containing_oneof()
            .filter(|choice| choice.fields().len() > 1);
        if let Some(choice) = choice {
            about = format!("One of `{}`. {about}", choice.name());
        }
        out += &format!("| `{}` | {} | {about} |\n", field.name(), kind(field));
    }
    out.trim_end().to_owned()
}

fn about_enum(source: &Source, known: &EnumDescriptor) -> String {
    let file = known.parent_file();
    let mut out = format!("{}\n\n", source.about(&file, known.path()));
    out += "| value | number | meaning |\n| --- | --- | --- |\n";
    for value in known.values() {
        let about = in_a_cell(source.about(&file, value.path()));
        out += &format!("| `{}` | {} | {about} |\n", value.name(), value.number());
    }
    out
}

/// Returns a comment as one line of a table.
fn in_a_cell(comment: &str) -> String {
    comment.replace('\n', " ").replace('|', "\\|")
}

/// Returns the type of a field, with a link where it is of the contract.
fn kind(field: &FieldDescriptor) -> String {
    let linked = |name: &str, full_name: &str| {
        if full_name.starts_with("practicum.") {
            format!("[{name}](#{})", name.to_lowercase())
        } else {
            full_name.trim_start_matches("google.protobuf.").to_owned()
        }
    };
    let scalar = field.kind();
    let kind = if let Some(message) = scalar.as_message() {
        linked(message.name(), message.full_name())
    } else if let Some(known) = scalar.as_enum() {
        linked(known.name(), known.full_name())
    } else {
        format!("{scalar:?}").to_lowercase()
    };
    if field.is_list() {
        format!("list of {kind}")
    } else if field.field_descriptor_proto().proto3_optional() {
        format!("{kind}, may be absent")
    } else {
        kind
    }
}
