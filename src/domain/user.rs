//! Users, and the keys by which they sign in.

use std::fmt;
use std::str::FromStr;

use uuid::Uuid;

use super::time::UtcSecond;
use super::{AccessRole, InvalidKey, Realm, UserKey};

/// Names a user: `ada` has a role in every program, `north/ada` in the program
/// `north`. They are two users.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UserName {
    /// Where the user has a role.
    pub realm: Realm,
    /// The key, unique in the realm.
    pub key: UserKey,
}

impl fmt::Display for UserName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.realm {
            Realm::EveryProgram => write!(f, "{}", self.key),
            Realm::Program(program) => write!(f, "{program}/{}", self.key),
        }
    }
}

impl FromStr for UserName {
    type Err = InvalidKey;

    fn from_str(text: &str) -> Result<Self, InvalidKey> {
        Ok(match text.split_once('/') {
            None => Self {
                realm: Realm::EveryProgram,
                key: text.parse()?,
            },
            Some((program, key)) => Self {
                realm: Realm::Program(program.parse()?),
                key: key.parse()?,
            },
        })
    }
}

/// Somebody who may sign in: a person or a system.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User {
    /// The key, immutable, and never given to another user.
    pub key: UserKey,
    /// What the user is, in the realm that the user belongs to.
    pub role: AccessRole,
    /// When the user was shut out for good; `None` for one who may sign in.
    pub revoked_at: Option<UtcSecond>,
}

/// A key by which a user signs in, without its secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApiKey {
    /// The public part of the key; a UUID of version 7.
    pub id: Uuid,
    /// The user who signs in with it.
    pub user: UserKey,
    /// When it was made.
    pub created_at: UtcSecond,
    /// The first instant at which it no longer holds; `None` for never.
    pub expires_at: Option<UtcSecond>,
    /// When it was revoked; `None` for a key that holds.
    pub revoked_at: Option<UtcSecond>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_read_as_it_is_written() {
        for text in ["ada", "north/ada", "north/a.b-c_9"] {
            assert_eq!(text.parse::<UserName>().unwrap().to_string(), text);
        }
        for bad in ["", "/ada", "north/", "a/b/c", "-ada", "~every-program/ada"] {
            assert!(bad.parse::<UserName>().is_err(), "{bad}");
        }
    }
}
