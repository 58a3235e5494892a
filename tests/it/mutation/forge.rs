//! Makes messages that a method may well take: out of the descriptors, and out
//! of what the service answered before, so that names, keys, tokens and whole
//! records are those of real ones.

use std::collections::BTreeMap;

use prost_types::FieldDescriptorProto;
use prost_types::field_descriptor_proto::Type;

use super::contract::{Contract, is_list, is_message};
use super::wire::{Node, Tree, decoded};
use crate::support::dice::Dice;

/// Messages of one kind, or texts of one field, that are kept.
const KEPT: usize = 200;
/// How deep a message is made that holds itself.
const DEPTH: u32 = 4;

/// Returns the kind of a collection as comments name it: `rule_set` of
/// `ruleSet`.
fn snake(kind: &str) -> String {
    let mut name = String::new();
    for c in kind.chars() {
        if c.is_ascii_uppercase() {
            name.push('_');
        }
        name.push(c.to_ascii_lowercase());
    }
    name
}

/// What the service answered before.
#[derive(Debug, Default)]
pub(super) struct Stock {
    /// By name of the message.
    messages: BTreeMap<String, Vec<Tree>>,
    /// By name of the field; names of resources also by the kind of resource,
    /// such as `site`, and their keys by `site_id`; tokens by their list.
    texts: BTreeMap<String, Vec<String>>,
}

impl Stock {
    /// Keeps what is in an answer.
    pub(super) fn keep(&mut self, contract: &Contract, message: &str, bytes: &[u8]) {
        if let Some(tree) = decoded(bytes) {
            self.understood(contract, message, tree);
        }
    }

    /// Keeps a message and returns it with the messages inside it as such.
    fn understood(&mut self, contract: &Contract, message: &str, tree: Tree) -> Tree {
        let mut whole = Tree::new();
        for (number, node) in tree {
            let field = contract.field(message, number);
            let node = match (field, node) {
                (Some(field), Node::Bytes(bytes)) if is_message(field) => match decoded(&bytes) {
                    Some(inner) => {
                        Node::Message(self.understood(contract, field.type_name(), inner))
                    }
                    None => Node::Bytes(bytes),
                },
                (Some(field), Node::Bytes(bytes)) if field.r#type() == Type::String => {
                    let text = String::from_utf8(bytes).unwrap();
                    self.keep_text(message, field.name(), &text);
                    Node::Bytes(text.into_bytes())
                }
                (_, node) => node,
            };
            whole.push((number, node));
        }
        let kept = self.messages.entry(message.to_owned()).or_default();
        if kept.len() < KEPT && !kept.contains(&whole) {
            kept.push(whole.clone());
        }
        whole
    }

    fn keep_text(&mut self, message: &str, field: &str, text: &str) {
        let mut add = |field: &str, text: &str| {
            let kept = self.texts.entry(field.to_owned()).or_default();
            if kept.len() < KEPT && !kept.iter().any(|known| known == text) {
                kept.push(text.to_owned());
            }
        };
        if let Some(list) = message.strip_suffix("Response")
            && field == "next_page_token"
            && !text.is_empty()
        {
            return add(&format!("{list} page_token"), text);
        }
        let parts: Vec<&str> = text.split('/').collect();
        if parts.len().is_multiple_of(2)
            && let [.., collection, key] = parts[..]
        {
            let kind = snake(collection.strip_suffix('s').unwrap_or(collection));
            add(&kind, text);
            add(&format!("{kind}_id"), key);
        }
        add(field, text);
    }

    /// Returns a message of a kind.
    pub(super) fn message(&self, contract: &Contract, name: &str, dice: &mut Dice) -> Tree {
        self.message_at(contract, name, dice, 0)
    }

    fn message_at(&self, contract: &Contract, name: &str, dice: &mut Dice, depth: u32) -> Tree {
        if let Some(kept) = self.messages.get(name)
            && !dice.one_in(4)
        {
            return dice.pick(kept).clone();
        }
        let mut tree = Tree::new();
        let mut chosen: BTreeMap<i32, i32> = BTreeMap::new();
        for field in contract.fields(name) {
            if let Some(one_of) = field.oneof_index {
                let group: Vec<i32> = contract
                    .fields(name)
                    .iter()
                    .filter(|other| other.oneof_index == Some(one_of))
                    .map(FieldDescriptorProto::number)
                    .collect();
                let taken = *chosen.entry(one_of).or_insert_with(|| *dice.pick(&group));
                if taken != field.number() {
                    continue;
                }
            }
            let count = match (is_list(field), is_message(field) && depth >= DEPTH) {
                (_, true) => 0,
                (true, _) => dice.below(4),
                (false, _) => u32::from(!dice.one_in(12)),
            };
            for _ in 0..count {
                let number = u32::try_from(field.number()).unwrap();
                tree.push((number, self.value(contract, name, field, dice, depth)));
            }
        }
        tree
    }

    fn value(
        &self,
        contract: &Contract,
        message: &str,
        field: &FieldDescriptorProto,
        dice: &mut Dice,
        depth: u32,
    ) -> Node {
        match field.r#type() {
            Type::Message => {
                Node::Message(self.message_at(contract, field.type_name(), dice, depth + 1))
            }
            Type::String => Node::Bytes(
                self.text(contract, message, field.name(), dice)
                    .into_bytes(),
            ),
            Type::Bytes => Node::Bytes(b"\xff\x00some bytes".to_vec()),
            Type::Enum => {
                let number = *dice.pick(&contract.enums[field.type_name()]);
                Node::Varint(u64::from(number.unsigned_abs()))
            }
            Type::Bool => Node::Varint(u64::from(dice.one_in(2))),
            Type::Double | Type::Fixed64 | Type::Sfixed64 => Node::Fixed64(1.5_f64.to_bits()),
            Type::Float | Type::Fixed32 | Type::Sfixed32 => Node::Fixed32(1),
            // What is tried is the door, not the solver.
            Type::Int32 if field.name() == "time_limit_seconds" => {
                Node::Varint(*dice.pick(&[1, 2]))
            }
            Type::Int32
            | Type::Int64
            | Type::Uint32
            | Type::Uint64
            | Type::Sint32
            | Type::Sint64
            | Type::Group => Node::Varint(*dice.pick(&[0, 1, 2, 5, 15, 60, 600])),
        }
    }

    /// Returns a text that a field may hold.
    fn text(&self, contract: &Contract, message: &str, field: &str, dice: &mut Dice) -> String {
        if let Some((kind, suffix)) = contract.named_by(message, field) {
            let name = self.one_of(kind, dice).unwrap_or_default();
            return name + suffix;
        }
        let fresh = |dice: &mut Dice| format!("new-{}", dice.below(1_000_000));
        match field {
            "request_id" | "page_token" | "etag" if !dice.one_in(6) => String::new(),
            "request_id" => uuid::Uuid::from_u128(u128::from(dice.below(50))).to_string(),
            "page_token" => {
                let list = message.trim_end_matches("Request");
                let token = self.one_of(&format!("{list} page_token"), dice);
                token.unwrap_or_default()
            }
            "order_by" => (*dice.pick(&["", "", "key", "key desc", "update_time asc"])).to_owned(),
            "filter" if !dice.one_in(6) => String::new(),
            "filter" => "time_zone = America/New_York".to_owned(),
            "paths" => (*dice.pick(&["display_name", "time_zone", "languages", "*"])).to_owned(),
            _ if field.ends_with("_id") && dice.one_in(3) => fresh(dice),
            _ => self.one_of(field, dice).unwrap_or_else(|| fresh(dice)),
        }
    }

    fn one_of(&self, field: &str, dice: &mut Dice) -> Option<String> {
        self.texts.get(field).map(|kept| dice.pick(kept).clone())
    }

    /// Returns the messages of a call. A stream is a whole one: the first
    /// alternative once, then all that is known of the second, as an import is.
    pub(super) fn messages(
        &self,
        contract: &Contract,
        name: &str,
        is_many: bool,
        dice: &mut Dice,
    ) -> Vec<Tree> {
        let first = self.message(contract, name, dice);
        if !is_many {
            return vec![first];
        }
        let parts: Vec<&FieldDescriptorProto> = contract
            .fields(name)
            .iter()
            .filter(|field| is_message(field))
            .collect();
        let [head, .., rest] = parts.as_slice() else {
            return vec![first, self.message(contract, name, dice)];
        };
        let number = |field: &FieldDescriptorProto| u32::try_from(field.number()).unwrap();
        let head_value = self.value(contract, name, head, dice, 0);
        let known = self.messages.get(rest.type_name()).into_iter().flatten();
        let mut messages = vec![vec![(number(head), head_value)]];
        messages.extend(known.map(|piece| vec![(number(rest), Node::Message(piece.clone()))]));
        messages
    }
}
