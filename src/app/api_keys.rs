//! Keys by which users sign in: `prk_<id>_<secret>`, of whose secret nobody
//! but the one who asked for the key ever sees more than the hash.

use std::fmt::Write;

use secrecy::{ExposeSecret, SecretString};
use serde_json::json;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;
use uuid::Uuid;

use super::actor::Credential;
use super::listing::{limit, page_of};
use super::transact::commit;
use super::users::{check_not_revoked, fetch};
use super::{Actor, App, AppError, Permission, Reason};
use crate::domain::time::UtcSecond;
use crate::domain::{ApiKey, EntityKind, Page, PageRequest, Realm, UserKey, UserName, Violations};

/// How every key begins, so that one that went astray is found.
const PREFIX: &str = "prk_";
/// Bytes of a secret.
const SECRET_BYTES: usize = 32;

/// A new key, and the only time that its text is at hand.
#[derive(Debug)]
pub struct IssuedKey {
    /// The key, as it is stored.
    pub key: ApiKey,
    /// What its holder sends.
    pub text: SecretString,
}

/// What a caller sends that looks like a key.
pub(super) struct PresentedKey<'a> {
    pub(super) id: Uuid,
    secret: &'a str,
}

impl<'a> PresentedKey<'a> {
    /// Reads a text; `None` for one that no key can be.
    pub(super) fn read(text: &'a str) -> Option<Self> {
        let is_hexadecimal =
            |text: &str| text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
        let (id, secret) = text.strip_prefix(PREFIX)?.split_once('_')?;
        let fits = id.len() == 32 && secret.len() == 2 * SECRET_BYTES;
        (fits && is_hexadecimal(id) && is_hexadecimal(secret)).then_some(())?;
        Some(Self {
            id: Uuid::try_parse(id).ok()?,
            secret,
        })
    }

    /// Says whether the secret is the one with a hash, in the same time
    /// whatever the secret is.
    pub(super) fn is_of(&self, secret_sha256: &str) -> bool {
        let own = hexadecimal(&Sha256::digest(self.secret));
        own.as_bytes().ct_eq(secret_sha256.as_bytes()).into()
    }
}

/// Returns bytes in lowercase hexadecimal.
pub(super) fn hexadecimal(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(2 * bytes.len());
    for byte in bytes {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
    }
    text
}

/// Returns a secret of 256 bits from the operating system.
pub(super) fn new_secret() -> Result<SecretString, AppError> {
    let mut bytes = [0; SECRET_BYTES];
    getrandom::fill(&mut bytes).map_err(|error| AppError::Unavailable(error.to_string().into()))?;
    Ok(hexadecimal(&bytes).into())
}

impl App {
    /// Makes a key for a user, which holds until an instant or for ever. Its
    /// text is returned this once; a request that takes effect once must not
    /// keep it.
    ///
    /// # Errors
    /// [`AppError::NotFound`] when there is no such user;
    /// [`Reason::AlreadyRevoked`] for one who was shut out;
    /// [`AppError::Invalid`] for an end that has passed.
    pub async fn create_api_key(
        &self,
        actor: &Actor,
        name: &UserName,
        expires_at: Option<UtcSecond>,
    ) -> Result<IssuedKey, AppError> {
        let now = self.now();
        if expires_at.is_some_and(|end| end <= now) {
            let message = "must lie in the future";
            return Err(AppError::Invalid(Violations::one(
                "api_key.expire_time",
                "range",
                message,
            )));
        }
        let mut write = self
            .write_realm(actor, &name.realm, Permission::AccessWrite)
            .await?;
        let scope = write.scope();
        check_not_revoked(&fetch(write.tx(), scope, &name.key).await?.value)?;
        let key = ApiKey {
            id: Uuid::now_v7(),
            user: name.key.clone(),
            created_at: now,
            expires_at,
            revoked_at: None,
        };
        let secret = new_secret()?;
        let secret_sha256 = hexadecimal(&Sha256::digest(secret.expose_secret()));
        write.api_key_insert(&key, &secret_sha256).await?;
        let subject = format!("users/{}/keys/{}", key.user, key.id);
        let payload = json!({ "expires_at": expires_at.map(|at| at.0) }).to_string();
        let text = format!("{PREFIX}{}_{}", key.id.simple(), secret.expose_secret());
        let issued = IssuedKey {
            key,
            text: text.into(),
        };
        commit(write, actor, "create_api_key", &subject, &payload, &issued).await?;
        Ok(issued)
    }

    /// Returns the keys of a user, or of all users of a realm, the oldest
    /// first, those that no longer hold included.
    ///
    /// # Errors
    /// [`AppError::NotFound`] when there is no such user;
    /// [`AppError::Invalid`] for a page of no or too many records.
    pub async fn list_api_keys(
        &self,
        actor: &Actor,
        realm: &Realm,
        user: Option<&UserKey>,
        page: &PageRequest,
    ) -> Result<Page<ApiKey>, AppError> {
        let limit = limit(page)?;
        let after = page.after.as_deref().unwrap_or_default();
        let after = match after {
            "" => Uuid::nil(),
            text => Uuid::try_parse(text).map_err(|_| {
                let message = "is no place in this list";
                AppError::Invalid(Violations::one("page_token", "page_token", message))
            })?,
        };
        let reading = self.read_realm(actor, realm, Permission::AccessWrite);
        let (mut tx, scope) = reading.await?;
        if let Some(user) = user {
            fetch(&mut tx, scope, user).await?;
        }
        let found = tx.api_key_list(scope, user, after, limit).await?;
        Ok(page_of(found, page, |key| key.id.to_string()))
    }

    /// Revokes a key for good: it does not hold from the next call on in this
    /// process, and within seconds in others.
    ///
    /// # Errors
    /// [`AppError::NotFound`]; [`Reason::AlreadyRevoked`];
    /// [`Reason::OwnAccess`] for the key by which the caller is signed in.
    pub async fn revoke_api_key(
        &self,
        actor: &Actor,
        name: &UserName,
        id: Uuid,
    ) -> Result<ApiKey, AppError> {
        let mut write = self
            .write_realm(actor, &name.realm, Permission::AccessWrite)
            .await?;
        let scope = write.scope();
        let found = write.tx().api_key_fetch(scope, id).await?;
        let own = found.filter(|key| key.user == name.key);
        let key = own.ok_or_else(|| AppError::NotFound {
            kind: EntityKind::ApiKey,
            key: id.to_string(),
        })?;
        if *actor.credential() == Credential::Key(id) {
            return Err(AppError::FailedPrecondition(Reason::OwnAccess));
        }
        if key.revoked_at.is_some() {
            return Err(AppError::FailedPrecondition(Reason::AlreadyRevoked {
                kind: EntityKind::ApiKey,
                key: id.to_string(),
            }));
        }
        write.api_key_revoke(id).await?;
        let after = ApiKey {
            revoked_at: Some(write.now()),
            ..key
        };
        let subject = format!("users/{}/keys/{id}", after.user);
        let done = commit(write, actor, "revoke_api_key", &subject, "{}", &after).await;
        self.forget_sign_ins();
        done?;
        Ok(after)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_read_only_as_it_was_written() {
        let id = Uuid::now_v7();
        let secret = new_secret().unwrap();
        let secret = secret.expose_secret();
        let text = format!("{PREFIX}{}_{secret}", id.simple());
        let read = PresentedKey::read(&text).unwrap();
        assert_eq!(read.id, id);
        assert!(read.is_of(&hexadecimal(&Sha256::digest(secret))));
        assert!(!read.is_of(&hexadecimal(&Sha256::digest(&text))));
        assert!(!read.is_of(""));
        for wrong in [
            text.to_uppercase(),
            text.replace(PREFIX, ""),
            format!("{text}0"),
            format!("{text} "),
            text[..text.len() - 1].to_owned(),
            format!("{PREFIX}{id}_{secret}"),
        ] {
            assert!(PresentedKey::read(&wrong).is_none(), "{wrong}");
        }
    }

    #[test]
    fn no_two_secrets_are_alike_and_none_is_shown_by_debug() {
        let (one, other) = (new_secret().unwrap(), new_secret().unwrap());
        assert_ne!(one.expose_secret(), other.expose_secret());
        assert_eq!(one.expose_secret().len(), 64);
        assert!(!format!("{one:?}").contains(one.expose_secret()));
    }
}
