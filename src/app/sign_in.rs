//! Who somebody is that sends a key, and who has to send one.
//!
//! What was found out is kept for some seconds, so that a call does not cost
//! a read more. A change made in this process forgets all of it at once;
//! another process hears of the change when those seconds are over.

use std::collections::HashMap;
use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use sha2::{Digest, Sha256};
use tokio::sync::Notify;
use tokio::sync::futures::Notified;
use uuid::Uuid;

use super::actor::Credential;
use super::api_keys::PresentedKey;
use super::{Actor, App, AppError, Grant};
use crate::domain::UserKey;
use crate::domain::time::UtcSecond;
use crate::store::KnownKey;

/// How long something stays known, in seconds.
pub(super) const FRESH: i64 = 3;
/// Callers that are known at a time.
const KNOWN_MOST: usize = 4096;

/// The hash of what a caller sends; the secret itself is not kept.
type Sent = [u8; 32];

/// What is known of callers.
#[derive(Default)]
pub(super) struct SignIns {
    /// Whether there is a user. Users are never removed, so that this never
    /// becomes wrong.
    has_user: AtomicBool,
    state: Mutex<State>,
    /// Wakes whoever looks after open streams when all is forgotten.
    forgotten: Notify,
}

#[derive(Default)]
struct State {
    /// Counts how often everything was forgotten: what was read before is not
    /// kept after.
    generation: u64,
    callers: HashMap<Sent, Known>,
    /// When the database was seen without a user.
    no_user_at: Option<UtcSecond>,
}

struct Known {
    actor: Actor,
    since: UtcSecond,
    expires_at: Option<UtcSecond>,
}

impl Known {
    fn holds(&self, now: UtcSecond) -> bool {
        is_fresh(self.since, now) && self.expires_at.is_none_or(|end| now < end)
    }
}

impl fmt::Debug for SignIns {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SignIns").finish_non_exhaustive()
    }
}

/// A clock that was set back makes nothing fresh.
fn is_fresh(since: UtcSecond, now: UtcSecond) -> bool {
    (0..FRESH).contains(&(now.0 - since.0))
}

impl SignIns {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn keep(&self, sent: Sent, known: Known, generation: u64, now: UtcSecond) {
        let mut state = self.state();
        if state.generation != generation {
            return;
        }
        if state.callers.len() >= KNOWN_MOST {
            state.callers.retain(|_, known| known.holds(now));
        }
        if state.callers.len() >= KNOWN_MOST {
            state.callers.clear();
        }
        state.callers.insert(sent, known);
    }

    /// Returns what is ready once everything that is known now is forgotten.
    pub(super) fn forgotten(&self) -> Notified<'_> {
        self.forgotten.notified()
    }
}

/// Tells the log why somebody is not let in, and the caller nothing.
fn refused(why: &'static str) -> AppError {
    tracing::info!(why, "refused a sign-in");
    AppError::Unauthenticated
}

fn hash(bearer: &str) -> Sent {
    Sha256::digest(bearer).into()
}

impl App {
    /// Says whether there is or ever was a user.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn has_user(&self) -> Result<bool, AppError> {
        Ok(self.inner.db.glance().await?.user_any().await?)
    }

    /// Says whether callers must sign in: where the settings say so, and from
    /// the first user of the database on. This is the only place that decides.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn sign_in_needed(&self) -> Result<bool, AppError> {
        if !self.is_known_to_need_sign_in() && self.is_without_user(self.now()) {
            return Ok(false);
        }
        self.sign_in_needed_now().await
    }

    /// Says the same as [`App::sign_in_needed`], from no older knowledge.
    async fn sign_in_needed_now(&self) -> Result<bool, AppError> {
        if self.is_known_to_need_sign_in() {
            return Ok(true);
        }
        let sign_ins = &self.inner.sign_ins;
        let now = self.now();
        let generation = sign_ins.state().generation;
        let has_user = self.has_user().await?;
        let mut state = sign_ins.state();
        if has_user {
            sign_ins.has_user.store(true, Ordering::Release);
        } else if state.generation == generation {
            state.no_user_at = Some(now);
        }
        Ok(has_user)
    }

    /// Says whether callers must sign in, as far as that is known for good.
    fn is_known_to_need_sign_in(&self) -> bool {
        let has_user = &self.inner.sign_ins.has_user;
        self.inner.settings.require_sign_in || has_user.load(Ordering::Acquire)
    }

    fn is_without_user(&self, now: UtcSecond) -> bool {
        let seen = self.inner.sign_ins.state().no_user_at;
        seen.is_some_and(|since| is_fresh(since, now))
    }

    /// Returns who sends a key, or nothing, where that is known without a look
    /// into the database.
    pub fn known_caller(&self, bearer: Option<&str>) -> Option<Actor> {
        let now = self.now();
        let sign_ins = &self.inner.sign_ins;
        let Some(bearer) = bearer else {
            let is_needed = self.is_known_to_need_sign_in();
            return (!is_needed && self.is_without_user(now)).then(Actor::operator);
        };
        let sent = hash(bearer);
        let state = sign_ins.state();
        let known = state.callers.get(&sent)?;
        known.holds(now).then(|| known.actor.clone())
    }

    /// Returns who sends a key or a token: its user, and the operator where
    /// nothing is sent and nobody has to sign in. A token has the roles of all
    /// users of its name.
    ///
    /// # Errors
    /// [`AppError::Unauthenticated`] for a key or token that is malformed,
    /// unknown, wrong, revoked or over, all alike, and for none where one is
    /// needed.
    pub async fn sign_in(&self, bearer: Option<&str>) -> Result<Actor, AppError> {
        let Some(bearer) = bearer else {
            return if self.sign_in_needed().await? {
                Err(AppError::Unauthenticated)
            } else {
                Ok(Actor::operator())
            };
        };
        if let Some(actor) = self.known_caller(Some(bearer)) {
            return Ok(actor);
        }
        let now = self.now();
        let generation = self.inner.sign_ins.state().generation;
        let (actor, expires_at) = self.look_up(bearer, now).await?;
        let known = Known {
            actor: actor.clone(),
            since: now,
            expires_at,
        };
        let sign_ins = &self.inner.sign_ins;
        sign_ins.keep(hash(bearer), known, generation, now);
        Ok(actor)
    }

    /// Returns who a caller is now that was let in before. What is kept of
    /// callers is passed by, so that the answer is of this moment.
    ///
    /// # Errors
    /// As [`App::sign_in`].
    pub(super) async fn sign_in_again(&self, by: &Credential) -> Result<Actor, AppError> {
        match by {
            Credential::Nothing if self.sign_in_needed_now().await? => {
                Err(AppError::Unauthenticated)
            }
            Credential::Nothing => Ok(Actor::operator()),
            // The secret was shown when the key let the caller in, and stays; so
            // does the signature of a token.
            Credential::Key(id) => {
                let found = self.find_key(*id).await?;
                holder(*id, found, self.now())
            }
            Credential::Token(_, until) if *until <= self.now() => {
                Err(refused("a token that is over"))
            }
            Credential::Token(user, until) => self.find_users(user, *until).await,
        }
    }

    async fn look_up(
        &self,
        bearer: &str,
        now: UtcSecond,
    ) -> Result<(Actor, Option<UtcSecond>), AppError> {
        match &self.inner.settings.tokens {
            // No key has a dot, and every token has two.
            Some(tokens) if bearer.contains('.') => {
                let (user, until) = tokens.verify(bearer).map_err(refused)?;
                Ok((self.find_users(&user, until).await?, Some(until)))
            }
            _ => {
                let presented = PresentedKey::read(bearer).ok_or_else(|| refused("malformed"))?;
                let found = self.find_key(presented.id).await?;
                if !presented.is_of(&found.secret_sha256) {
                    return Err(refused("wrong secret"));
                }
                let until = found.expires_at;
                Ok((holder(presented.id, found, now)?, until))
            }
        }
    }

    async fn find_key(&self, id: Uuid) -> Result<KnownKey, AppError> {
        let found = self.inner.db.glance().await?.sign_in_key(id).await?;
        found.ok_or_else(|| refused("unknown or revoked"))
    }

    /// Returns whom a token that holds until then names: all users of a key.
    async fn find_users(&self, key: &UserKey, until: UtcSecond) -> Result<Actor, AppError> {
        let users = self.inner.db.glance().await?.sign_in_users(key).await?;
        if users.is_empty() {
            return Err(refused("a token of an unknown or revoked user"));
        }
        let grants = users.into_iter().map(|user| Grant {
            realm: user.name.realm,
            role: user.role,
        });
        let credential = Credential::Token(key.clone(), until);
        let name = Actor::name_by_token(key);
        Ok(Actor::let_in(name, grants.collect(), credential))
    }

    /// Forgets who is who, after a change of users or keys.
    pub(super) fn forget_sign_ins(&self) {
        let mut state = self.inner.sign_ins.state();
        state.generation += 1;
        state.callers.clear();
        state.no_user_at = None;
        drop(state);
        self.inner.sign_ins.forgotten.notify_waiters();
    }
}

/// Returns the user of a key that is not over.
fn holder(id: Uuid, found: KnownKey, now: UtcSecond) -> Result<Actor, AppError> {
    if found.expires_at.is_some_and(|end| end <= now) {
        return Err(refused("expired"));
    }
    let name = found.user.name.to_string();
    let grant = Grant {
        realm: found.user.name.realm,
        role: found.user.role,
    };
    Ok(Actor::let_in(name, vec![grant], Credential::Key(id)))
}
