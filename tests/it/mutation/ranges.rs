//! Every field of every request, set out of its range one at a time, is refused
//! with its path; and what is too large is refused as that. The fields are
//! those that reflection names: only what the contract calls set by the
//! server, truth values and the bytes of files may hold anything.

use std::collections::BTreeSet;

use prost_types::FieldDescriptorProto;
use prost_types::field_descriptor_proto::Type;
use tonic::{Code, Status};
use tonic_types::StatusExt;

use super::Target;
use super::contract::{Method, is_list};
use super::wire::{Node, Tree, encoded};
use crate::support::dice::Dice;
use crate::support::service::{reason, served_by_both};

served_by_both!(
    every_field_out_of_range_is_refused_with_its_path,
    every_list_too_long_is_refused_in_few_words,
    every_message_too_large_is_refused_as_that,
    every_message_nested_too_deep_is_refused,
);

/// A field of a request, and how it got a value that it must not have.
struct Wrong {
    /// As a violation names it.
    path: String,
    messages: Vec<Tree>,
    how: &'static str,
}

/// Returns the methods of the contract with messages whose every field is in
/// its range.
async fn accepted(target: &Target) -> Vec<(Method, Vec<Tree>)> {
    let methods = target.contract.methods.iter();
    let mut accepted = Vec::new();
    for method in methods.filter(|method| method.path.starts_with("/practicum.")) {
        let mut samples: Vec<Vec<Tree>> =
            (0..120).map(|seed| sample(target, method, seed)).collect();
        // The largest has the most fields set.
        let size = |messages: &Vec<Tree>| messages.iter().map(|tree| encoded(tree).len()).sum();
        samples.sort_by_key(|messages| std::cmp::Reverse::<usize>(size(messages)));
        let mut taken = None;
        for messages in samples {
            let bytes = messages.iter().map(|tree| encoded(tree)).collect();
            let answer = target.call(method, bytes).await;
            if !matches!(answer, Err(status) if status.code() == Code::InvalidArgument) {
                taken = Some(messages);
                break;
            }
        }
        let taken = taken.unwrap_or_else(|| panic!("{} takes nothing", method.path));
        accepted.push((method.clone(), taken));
    }
    accepted
}

fn sample(target: &Target, method: &Method, seed: u64) -> Vec<Tree> {
    let dice = &mut Dice::new(seed);
    let many = method.takes_many;
    let mut messages = target
        .stock
        .messages(&target.contract, &method.input, many, dice);
    // A mask would leave the field out that is tried, and an identifier that
    // was used is refused before anything else.
    for tree in &mut messages {
        tree.retain(|(number, _)| {
            let field = target.contract.field(&method.input, *number);
            field.is_none_or(|field| !matches!(field.name(), "update_mask" | "request_id"))
        });
    }
    messages
}

/// Returns each field of a message, also of those inside it, with a value out
/// of range.
fn wrongs(
    target: &Target,
    message: &str,
    tree: &Tree,
    is_update: bool,
) -> Vec<(String, Tree, &'static str)> {
    let mut wrongs = Vec::new();
    for field in target.contract.fields(message) {
        let says = |what: &str| target.contract.says(message, field.name(), what);
        if says("Set by the server") {
            continue;
        }
        let number = u32::try_from(field.number()).unwrap();
        let path = if is_list(field) {
            format!("{}[0]", field.name())
        } else {
            field.name().to_owned()
        };
        let value = |node: Node| with(target, message, tree, field, Some(node));
        match field.r#type() {
            Type::Message => {
                let there = tree.iter().find(|(known, _)| *known == number);
                let inner = match there {
                    Some((_, Node::Message(inner))) => inner.clone(),
                    _ => Tree::new(),
                };
                for (below, wrong, how) in wrongs_inside(target, field, &inner, is_update) {
                    // Such as "`name`, times and `etag` are ignored".
                    if says("ignored") && says(&format!("`{below}`")) {
                        continue;
                    }
                    wrongs.push((format!("{path}.{below}"), value(Node::Message(wrong)), how));
                }
            }
            Type::String => {
                let odd = b"no\0such\nthing".to_vec();
                wrongs.push((path.clone(), value(Node::Bytes(odd)), "text"));
                let long = vec![b'a'; 100_000];
                wrongs.push((path, value(Node::Bytes(long)), "long text"));
            }
            Type::Enum => wrongs.push((path, value(Node::Varint(99)), "enum")),
            Type::Int32 | Type::Int64 => {
                let number = |number: i64| value(Node::Varint(number.cast_unsigned()));
                wrongs.push((path.clone(), number(i32::MIN.into()), "number"));
                // Of a page, the most is given; events may be any number.
                if !["page_size", "after_sequence"].contains(&field.name()) {
                    let largest = if field.r#type() == Type::Int32 {
                        i32::MAX.into()
                    } else {
                        i64::MAX
                    };
                    wrongs.push((path, number(largest), "large number"));
                }
            }
            Type::Bool | Type::Bytes => {}
            other @ (Type::Double
            | Type::Float
            | Type::Uint64
            | Type::Uint32
            | Type::Fixed64
            | Type::Fixed32
            | Type::Sfixed32
            | Type::Sfixed64
            | Type::Sint32
            | Type::Sint64
            | Type::Group) => panic!(
                "{message}.{} is of {other:?}: say what its range is",
                field.name()
            ),
        }
        if says("Required") && !is_update {
            let without = with(target, message, tree, field, None);
            wrongs.push((field.name().to_owned(), without, "absent"));
        }
    }
    wrongs
}

fn wrongs_inside(
    target: &Target,
    field: &FieldDescriptorProto,
    inner: &Tree,
    is_update: bool,
) -> Vec<(String, Tree, &'static str)> {
    // Times and masks are of no package of ours: a mask is refused by itself.
    match field.type_name() {
        ".google.protobuf.Timestamp" => Vec::new(),
        message => wrongs(target, message, inner, is_update),
    }
}

/// Returns a message whose field holds one value, or none; others of its
/// choice go.
fn with(
    target: &Target,
    message: &str,
    tree: &Tree,
    field: &FieldDescriptorProto,
    value: Option<Node>,
) -> Tree {
    let goes = |number: u32| {
        let other = target.contract.field(message, number);
        let shares = |other: &FieldDescriptorProto| {
            field.oneof_index.is_some() && other.oneof_index == field.oneof_index
        };
        other.is_some_and(|other| other.number() == field.number() || shares(other))
    };
    let mut changed: Tree = tree
        .iter()
        .filter(|(number, _)| !goes(*number))
        .cloned()
        .collect();
    let number = u32::try_from(field.number()).unwrap();
    changed.extend(value.map(|value| (number, value)));
    changed
}

/// Returns every way in which a request can be wrong in one field.
fn wrong_requests(target: &Target, method: &Method, messages: &[Tree]) -> Vec<Wrong> {
    let is_update = method.path.contains("/Update");
    let mut wrong = Vec::new();
    // Of a stream, the header and the first piece are tried.
    for place in 0..messages.len().min(2) {
        for (path, tree, how) in wrongs(target, &method.input, &messages[place], is_update) {
            // What belongs to the other message of the stream is no change of this one.
            if method.takes_many
                && tree
                    .iter()
                    .any(|(number, _)| messages[place].iter().all(|(own, _)| own != number))
            {
                continue;
            }
            let mut changed = messages.to_vec();
            changed[place] = tree;
            wrong.push(Wrong {
                path,
                messages: changed,
                how,
            });
        }
    }
    wrong
}

/// Returns what is wrong with the answer to a wrong request.
fn complaint(
    method: &Method,
    wrong: &Wrong,
    answer: &Result<Vec<Vec<u8>>, Status>,
) -> Option<String> {
    let told = format!("{} {} {}", method.path, wrong.path, wrong.how);
    let Err(status) = answer else {
        return Some(format!("{told}: was taken"));
    };
    // An etag is opaque: one that nobody gave is stale, or not looked at where
    // the record is not there.
    if wrong.path.ends_with("etag") && matches!(status.code(), Code::Aborted | Code::NotFound) {
        return None;
    }
    let is_told = status.code() == Code::InvalidArgument && {
        let fields = status
            .get_details_bad_request()
            .map_or_else(Vec::new, |request| request.field_violations);
        let is_of = |field: &str| {
            field.len() > 1
                && (wrong.path == field
                    || wrong.path.starts_with(&format!("{field}."))
                    || wrong.path.starts_with(&format!("{field}[")))
        };
        fields.iter().any(|violation| is_of(&violation.field))
    };
    (!is_told).then(|| format!("{told}: {:?} {}", status.code(), status.message()))
}

async fn every_field_out_of_range_is_refused_with_its_path() {
    let target = Target::start().await;
    let mut complaints = Vec::new();
    let mut tried = 0;
    for (method, messages) in accepted(&target).await {
        for wrong in wrong_requests(&target, &method, &messages) {
            let bytes = wrong.messages.iter().map(|tree| encoded(tree)).collect();
            let answer = target.call(&method, bytes).await;
            complaints.extend(complaint(&method, &wrong, &answer));
            tried += 1;
        }
    }
    assert!(tried > 200, "{tried}");
    assert!(
        complaints.is_empty(),
        "{tried} tried:\n{}",
        complaints.join("\n")
    );
}

async fn every_list_too_long_is_refused_in_few_words() {
    let target = Target::start().await;
    let mut tried = 0;
    for (method, messages) in accepted(&target).await {
        for (outer, inner) in lists(&target, &method.input, &messages[0]) {
            let mut tree = messages[0].clone();
            let Node::Message(holder) = &mut tree[outer].1 else {
                panic!("a list is in a message");
            };
            let field = holder[inner].clone();
            holder.extend(std::iter::repeat_n(field, 2_000));
            let answer = target.call(&method, vec![encoded(&tree)]).await;
            let status = answer.unwrap_err();
            assert_eq!(
                status.code(),
                Code::InvalidArgument,
                "{}: {status:?}",
                method.path
            );
            let details = status.details().len() * 4 / 3;
            assert!(details < 8 << 10, "{}: {details}", method.path);
            tried += 1;
        }
    }
    assert!(tried > 10, "{tried}");
}

/// Returns where lists begin in the messages inside a request.
fn lists(target: &Target, message: &str, tree: &Tree) -> Vec<(usize, usize)> {
    let mut found = Vec::new();
    for (outer, (number, node)) in tree.iter().enumerate() {
        let field = target.contract.field(message, *number);
        let (Some(field), Node::Message(holder)) = (field, node) else {
            continue;
        };
        let mut seen = BTreeSet::new();
        for (inner, (number, _)) in holder.iter().enumerate() {
            let list = target.contract.field(field.type_name(), *number);
            if list.is_some_and(is_list) && seen.insert(*number) {
                found.push((outer, inner));
            }
        }
    }
    found
}

async fn every_message_too_large_is_refused_as_that() {
    let target = Target::start().await;
    for (method, mut messages) in accepted(&target).await {
        messages[0].push((500, Node::Bytes(vec![b'a'; 5 << 20])));
        let bytes: Vec<Vec<u8>> = messages.iter().map(|tree| encoded(tree)).collect();
        let answer = target.call_until_answered(&method, &bytes).await;
        let status = answer.unwrap_err();
        assert_eq!(
            status.code(),
            Code::ResourceExhausted,
            "{}: {status:?}",
            method.path
        );
        assert_eq!(reason(&status), "TOO_LARGE");
        let metadata = status.get_details_error_info().unwrap().metadata;
        assert_eq!(metadata["limit"], (4 << 20).to_string());
    }
}

/// No message of the contract holds itself; only a group that nobody knows can
/// be nested at will.
async fn every_message_nested_too_deep_is_refused() {
    const DEEP: usize = 100_000;
    let target = Target::start().await;
    for (method, messages) in accepted(&target).await {
        let mut bytes: Vec<Vec<u8>> = messages.iter().map(|tree| encoded(tree)).collect();
        // Field 15 as a group: its start, and its end.
        bytes[0].extend([15 << 3 | 3; DEEP]);
        bytes[0].extend([15 << 3 | 4; DEEP]);
        let answer = target.call_until_answered(&method, &bytes).await;
        let status = answer.unwrap_err();
        assert_eq!(
            (status.code(), reason(&status).as_str()),
            (Code::InvalidArgument, "INVALID_FIELDS"),
            "{}: {status:?}",
            method.path
        );
    }
}
