//! Messages as trees of fields, without a schema: what the wire can carry,
//! also what no client library would send.

/// What a field holds.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Node {
    Varint(u64),
    Fixed64(u64),
    Fixed32(u32),
    Bytes(Vec<u8>),
    Message(Tree),
}

/// A message: field numbers and what they hold, in order.
pub(super) type Tree = Vec<(u32, Node)>;

/// Returns a message as bytes.
pub(super) fn encoded(tree: &[(u32, Node)]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for (number, node) in tree {
        let mut key = |wire_type: u64| varint(u64::from(*number) << 3 | wire_type, &mut bytes);
        match node {
            Node::Varint(value) => {
                key(0);
                varint(*value, &mut bytes);
            }
            Node::Fixed64(value) => {
                key(1);
                bytes.extend(value.to_le_bytes());
            }
            Node::Bytes(value) => {
                key(2);
                length_and(value, &mut bytes);
            }
            Node::Message(inner) => {
                key(2);
                length_and(&encoded(inner), &mut bytes);
            }
            Node::Fixed32(value) => {
                key(5);
                bytes.extend(value.to_le_bytes());
            }
        }
    }
    bytes
}

fn length_and(value: &[u8], bytes: &mut Vec<u8>) {
    varint(u64::try_from(value.len()).unwrap(), bytes);
    bytes.extend(value);
}

fn varint(mut value: u64, bytes: &mut Vec<u8>) {
    while value >= 0x80 {
        bytes.push(u8::try_from(value & 0x7f).unwrap() | 0x80);
        value >>= 7;
    }
    bytes.push(u8::try_from(value).unwrap());
}

/// Reads a message one level deep: what has a length stays bytes.
pub(super) fn decoded(mut bytes: &[u8]) -> Option<Tree> {
    let mut tree = Tree::new();
    while !bytes.is_empty() {
        let key = take_varint(&mut bytes)?;
        let number = u32::try_from(key >> 3).ok()?;
        let node = match key & 7 {
            0 => Node::Varint(take_varint(&mut bytes)?),
            1 => Node::Fixed64(u64::from_le_bytes(take(&mut bytes, 8)?.try_into().ok()?)),
            2 => {
                let length = usize::try_from(take_varint(&mut bytes)?).ok()?;
                Node::Bytes(take(&mut bytes, length)?.to_vec())
            }
            5 => Node::Fixed32(u32::from_le_bytes(take(&mut bytes, 4)?.try_into().ok()?)),
            _ => return None,
        };
        tree.push((number, node));
    }
    Some(tree)
}

fn take<'b>(bytes: &mut &'b [u8], count: usize) -> Option<&'b [u8]> {
    let (taken, rest) = bytes.split_at_checked(count)?;
    *bytes = rest;
    Some(taken)
}

fn take_varint(bytes: &mut &[u8]) -> Option<u64> {
    let mut value = 0;
    for shift in (0..64).step_by(7) {
        let byte = take(bytes, 1)?[0];
        value |= u64::from(byte & 0x7f) << shift;
        if byte < 0x80 {
            return Some(value);
        }
    }
    None
}
