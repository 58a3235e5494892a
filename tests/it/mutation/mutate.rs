//! What is done to a message: to its fields, and to its bytes.

use proptest::collection::vec;
use proptest::prelude::*;

use super::wire::{Node, Tree, encoded};

/// Longest text, in bytes: more than a whole message may have.
const LONGEST: usize = 5 << 20;

/// A change of a message.
#[derive(Clone, Debug)]
pub(super) enum Mutation {
    /// The field goes.
    Drop,
    /// The field is there so many times.
    Repeat(usize),
    /// The field holds a number.
    Number(u64),
    /// The field holds a text.
    Text(Vec<u8>),
    /// Only so much of the text is left, in thousandths.
    Cut(usize),
    /// Something follows the text.
    Append(Vec<u8>),
    /// The field holds itself so many levels deep.
    Nest(u32),
    /// A field of a number that nobody knows follows.
    Unknown(u32),
    /// The field takes the place of another.
    Renumber(u32),
}

/// A change of the bytes of a message, at a place in thousandths.
#[derive(Clone, Debug)]
pub(super) enum Damage {
    Flip(usize, u8),
    Cut(usize),
    Insert(usize, Vec<u8>),
    Double(usize),
}

/// What is called, and how.
#[derive(Clone, Debug)]
pub(super) struct Case {
    pub(super) method: prop::sample::Index,
    /// Decides the message before it is changed.
    pub(super) seed: u64,
    /// Which field, and how.
    pub(super) mutations: Vec<(prop::sample::Index, Mutation)>,
    pub(super) damages: Vec<Damage>,
    /// Messages that are sent to a method that takes one: seldom another
    /// number.
    pub(super) copies: usize,
}

pub(super) fn case() -> impl Strategy<Value = Case> {
    let mutations = prop_oneof![
        1 => Just(Vec::new()),
        6 => vec((any::<prop::sample::Index>(), mutation()), 1..4),
    ];
    let damages = prop_oneof![4 => Just(Vec::new()), 1 => vec(damage(), 1..4)];
    let copies = prop_oneof![40 => Just(1_usize), 1 => Just(0), 1 => Just(2)];
    (
        any::<prop::sample::Index>(),
        any::<u64>(),
        mutations,
        damages,
        copies,
    )
        .prop_map(|(method, seed, mutations, damages, copies)| Case {
            method,
            seed,
            mutations,
            damages,
            copies,
        })
}

fn mutation() -> impl Strategy<Value = Mutation> {
    prop_oneof![
        3 => Just(Mutation::Drop),
        2 => prop_oneof![2..5_usize, Just(501), Just(5_000)].prop_map(Mutation::Repeat),
        6 => number().prop_map(Mutation::Number),
        8 => text().prop_map(Mutation::Text),
        3 => (0..1000_usize).prop_map(Mutation::Cut),
        3 => text().prop_map(Mutation::Append),
        1 => prop_oneof![1..5_u32, 90..120_u32, Just(20_000)].prop_map(Mutation::Nest),
        1 => prop_oneof![20..40_u32, Just((1 << 29) - 1)].prop_map(Mutation::Unknown),
        2 => (1..20_u32).prop_map(Mutation::Renumber),
    ]
}

fn number() -> impl Strategy<Value = u64> {
    let signed = |value: i64| value.cast_unsigned();
    prop_oneof![
        prop::sample::select(vec![
            0,
            1,
            2,
            7,
            99,
            1440,
            1441,
            10_080,
            1 << 31,
            (1 << 31) - 1,
            (1 << 32) - 1,
            1 << 32,
            u64::MAX,
            signed(-1),
            signed(i64::MIN),
            signed(i64::MAX),
            signed(i64::from(i32::MIN)),
            253_402_300_800,
        ]),
        any::<u64>(),
    ]
}

fn text() -> impl Strategy<Value = Vec<u8>> {
    let known = [
        "",
        " ",
        "*",
        "**",
        "name",
        "display_name",
        "no.such.path",
        "display_name,time_zone",
        "a",
        "漢",
        "é",
        "e\u{301}",
        "\u{202e}abc",
        "\u{0}",
        "a\u{0}b",
        "\n",
        "\u{7f}",
        "\u{feff}",
        "🦀🦀🦀",
        "00",
        "ff",
        "c0",
        "-1",
        "9223372036854775808",
        "1e999",
        "NaN",
        "UTC",
        "Europe/Lisbon ",
        "europe/lisbon",
        "../../etc/passwd",
        "programs/-",
        "programs//sites/",
        "programs/x/sites/y/z",
        "' OR 1=1 --",
        "$1",
        "%s%n",
        "{}",
        "=1+1",
        "00000000-0000-0000-0000-000000000000",
    ];
    prop_oneof![
        8 => prop::sample::select(known.map(|text| text.as_bytes().to_vec()).to_vec()),
        2 => "\\PC{0,80}".prop_map(String::into_bytes),
        1 => vec(any::<u8>(), 0..40),
        2 => prop_oneof![Just(63_usize), Just(64), Just(201), Just(2001), Just(70_000)]
            .prop_map(|count| vec![b'a'; count]),
    ]
}

fn damage() -> impl Strategy<Value = Damage> {
    let place = || 0..1000_usize;
    prop_oneof![
        4 => (place(), any::<u8>()).prop_map(|(at, with)| Damage::Flip(at, with)),
        1 => place().prop_map(Damage::Cut),
        2 => (place(), vec(any::<u8>(), 1..12)).prop_map(|(at, what)| Damage::Insert(at, what)),
        1 => place().prop_map(Damage::Double),
    ]
}

/// Changes one field of a message, counted through all that it holds.
pub(super) fn mutate(tree: &mut Tree, field: prop::sample::Index, mutation: &Mutation) {
    let fields = count(tree);
    if fields > 0 {
        let mut place = field.index(fields);
        mutate_at(tree, &mut place, mutation);
    }
}

fn count(tree: &Tree) -> usize {
    let inside = |node: &Node| match node {
        Node::Message(inner) => count(inner),
        Node::Varint(_) | Node::Fixed64(_) | Node::Fixed32(_) | Node::Bytes(_) => 0,
    };
    tree.iter().map(|(_, node)| 1 + inside(node)).sum()
}

/// Says whether the field was in this message.
fn mutate_at(tree: &mut Tree, place: &mut usize, mutation: &Mutation) -> bool {
    for index in 0..tree.len() {
        if *place == 0 {
            apply(tree, index, mutation);
            return true;
        }
        *place -= 1;
        if let Node::Message(inner) = &mut tree[index].1
            && mutate_at(inner, place, mutation)
        {
            return true;
        }
    }
    false
}

fn apply(tree: &mut Tree, index: usize, mutation: &Mutation) {
    let number = tree[index].0;
    match mutation {
        Mutation::Drop => drop(tree.remove(index)),
        Mutation::Repeat(times) => {
            let field = tree[index].clone();
            let times = (*times).min(LONGEST / (encoded(std::slice::from_ref(&field)).len() + 1));
            tree.extend(std::iter::repeat_n(field, times));
        }
        Mutation::Number(value) => tree[index].1 = Node::Varint(*value),
        Mutation::Text(text) => tree[index].1 = Node::Bytes(text.clone()),
        Mutation::Cut(thousandths) => {
            if let Node::Bytes(bytes) = &mut tree[index].1 {
                bytes.truncate(bytes.len() * thousandths / 1000);
            }
        }
        Mutation::Append(text) => {
            if let Node::Bytes(bytes) = &mut tree[index].1 {
                bytes.extend(text);
            }
        }
        Mutation::Nest(levels) => {
            let inner = std::mem::replace(&mut tree[index].1, Node::Varint(0));
            tree[index].1 = nested(number, inner, *levels);
        }
        Mutation::Unknown(unknown) => tree.push((*unknown, Node::Bytes(b"unknown".to_vec()))),
        Mutation::Renumber(other) => tree[index].0 = *other,
    }
}

/// Returns a node within fields of its own number, as bytes: so deep a tree
/// would be too deep to drop.
fn nested(number: u32, inner: Node, levels: u32) -> Node {
    let mut bytes = encoded(&[(number, inner)]);
    for _ in 0..levels.min(2_000) {
        bytes = encoded(&[(number, Node::Bytes(bytes))]);
    }
    Node::Bytes(bytes)
}

/// Damages the bytes of a message.
pub(super) fn damage_bytes(bytes: &mut Vec<u8>, damage: &Damage) {
    let place = |thousandths: &usize| bytes.len() * thousandths / 1000;
    match damage {
        Damage::Flip(at, with) => {
            let at = place(at);
            if let Some(byte) = bytes.get_mut(at) {
                *byte ^= with;
            }
        }
        Damage::Cut(at) => bytes.truncate(place(at)),
        Damage::Insert(at, what) => {
            let at = place(at);
            bytes.splice(at..at, what.iter().copied());
        }
        Damage::Double(at) => {
            let rest = bytes[place(at)..].to_vec();
            bytes.extend(rest);
        }
    }
}
