//! Keys: the names that coordinators give to people and places.
//!
//! A key is immutable and case-sensitive; files, plans, resource names and
//! every ordering use it. A [`Tag`] is a looser word for things that are only
//! compared, such as a language or a modality.

use std::fmt;
use std::str::FromStr;

/// Longest key or tag, in bytes of a key and in characters of a tag.
const LONGEST: usize = 63;

/// An identifier `[A-Za-z0-9][A-Za-z0-9._-]{0,62}`, compared byte by byte.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key(Box<str>);

/// The text is not a [`Key`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a key is 1 to 63 of A-Z a-z 0-9 . _ - and starts with a letter or digit")]
pub struct InvalidKey;

impl Key {
    /// Returns the text of the key.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Key {
    type Err = InvalidKey;

    fn from_str(text: &str) -> Result<Self, InvalidKey> {
        let starts_well = text
            .bytes()
            .next()
            .is_some_and(|b| b.is_ascii_alphanumeric());
        let is_allowed = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-');
        if starts_well && text.len() <= LONGEST && text.bytes().all(is_allowed) {
            Ok(Self(text.into()))
        } else {
            Err(InvalidKey)
        }
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

macro_rules! keys {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Key);

        impl $name {
            /// Returns the text of the key.
            pub fn as_str(&self) -> &str {
                self.0.as_str()
            }
        }

        impl FromStr for $name {
            type Err = InvalidKey;

            fn from_str(text: &str) -> Result<Self, InvalidKey> {
                text.parse().map(Self)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    )+};
}

keys! {
    /// Key of a program, the tenant that owns everything else.
    ProgramKey,
    /// Key of a placement site.
    SiteKey,
    /// Key of a supervisor.
    SupervisorKey,
    /// Key of a trainee.
    TraineeKey,
    /// Key of a user, unique in the program or among those of every program.
    UserKey,
}

/// A word that is only compared: a language, modality, jurisdiction, setting,
/// level or the name of a supervision line. One to 63 characters, without
/// semicolons, control characters, or blanks at the ends.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Tag(Box<str>);

/// The text is not a [`Tag`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a word is 1 to 63 characters without semicolons or control characters")]
pub struct InvalidTag;

impl Tag {
    /// Returns the text of the tag.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Tag {
    type Err = InvalidTag;

    fn from_str(text: &str) -> Result<Self, InvalidTag> {
        let sized = !text.is_empty() && text.chars().count() <= LONGEST;
        let clean = text.trim() == text && !text.chars().any(|c| c == ';' || c.is_control());
        if sized && clean {
            Ok(Self(text.into()))
        } else {
            Err(InvalidTag)
        }
    }
}

impl fmt::Display for Tag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_keeps_to_its_alphabet_and_length() {
        for good in ["a", "tr-00001", "9.b_C", &"x".repeat(63)] {
            assert!(good.parse::<Key>().is_ok(), "{good}");
        }
        for bad in ["", "-a", ".a", "a b", "é", "a/b", &"x".repeat(64)] {
            assert!(bad.parse::<Key>().is_err(), "{bad}");
        }
    }

    #[test]
    fn keys_are_ordered_by_bytes() {
        let keys: Vec<Key> = ["B", "a", "A"].iter().map(|k| k.parse().unwrap()).collect();
        let mut sorted = keys.clone();
        sorted.sort();
        let texts: Vec<&str> = sorted.iter().map(Key::as_str).collect();
        assert_eq!(texts, ["A", "B", "a"]);
    }

    #[test]
    fn a_tag_may_hold_blanks_but_no_separator() {
        assert!("group therapy".parse::<Tag>().is_ok());
        for bad in ["", " en", "en ", "a;b", "a\nb"] {
            assert!(bad.parse::<Tag>().is_err(), "{bad:?}");
        }
    }
}
