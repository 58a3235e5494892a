//! Whether whoever follows a stream still may. While it is open a key may be
//! revoked or end, a user be revoked, a role be changed: somebody has to ask
//! sign-in again, but not each stream by itself.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::watch;

use super::actor::Credential;
use super::sign_in::FRESH;
use super::{Actor, App, AppError, Permission};
use crate::domain::ProgramKey;

/// How often sign-in is asked again who a caller is: another process may be the
/// one that changes users and keys, and it cannot wake us.
const LOOK_AGAIN: Duration = Duration::from_secs(FRESH.unsigned_abs());

/// Who a caller is now; `None` once nobody is let in by that.
type Standing = Option<Actor>;

/// The callers who follow streams, by what let them in.
#[derive(Debug, Default)]
pub(super) struct Followers {
    callers: Mutex<HashMap<Credential, watch::Sender<Standing>>>,
}

impl Followers {
    fn callers(&self) -> MutexGuard<'_, HashMap<Credential, watch::Sender<Standing>>> {
        self.callers.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl App {
    /// Waits until a caller may no longer follow something of a program, and
    /// returns why: [`AppError::Unauthenticated`] once the caller is let in no
    /// more, and what [`Actor::check`] says where the permission is gone.
    pub(super) async fn barred(
        &self,
        actor: &Actor,
        program: &ProgramKey,
        permission: Permission,
    ) -> AppError {
        let mut standing = self.standing(actor);
        loop {
            let now = standing.borrow_and_update().clone();
            let allowed = match now {
                Some(actor) => actor.check(program, permission),
                None => Err(AppError::Unauthenticated),
            };
            if let Err(why) = allowed {
                return why;
            }
            if standing.changed().await.is_err() {
                return AppError::Internal("nobody looks after a stream".into());
            }
        }
    }

    /// Returns what changes whenever a caller is let in no more, or with other
    /// roles.
    fn standing(&self, actor: &Actor) -> watch::Receiver<Standing> {
        let credential = actor.credential();
        let mut callers = self.inner.followers.callers();
        if let Some(standing) = callers.get(credential) {
            return standing.subscribe();
        }
        let (standing, follower) = watch::channel(Some(actor.clone()));
        callers.insert(credential.clone(), standing.clone());
        let (app, credential) = (self.clone(), credential.clone());
        tokio::spawn(async move { app.look_after(&credential, &standing).await });
        follower
    }

    /// Asks who a caller is until that is nobody, or nobody follows any more.
    async fn look_after(&self, by: &Credential, standing: &watch::Sender<Standing>) {
        loop {
            let forgotten = self.inner.sign_ins.forgotten();
            match self.sign_in_again(by).await {
                Ok(now) => {
                    standing.send_if_modified(|known| {
                        let is_news = known.as_ref().is_none_or(|known| !known.has_roles_of(&now));
                        *known = Some(now);
                        is_news
                    });
                }
                Err(AppError::Unauthenticated) => {
                    self.inner.followers.callers().remove(by);
                    standing.send_replace(None);
                    return;
                }
                // The stream reads the same database, and tells what is wrong.
                Err(error) => tracing::debug!(%error, "cannot tell whether a stream may go on"),
            }
            tokio::select! {
                () = standing.closed() => {}
                _ = tokio::time::timeout(LOOK_AGAIN, forgotten) => {}
            }
            let mut callers = self.inner.followers.callers();
            if standing.receiver_count() == 0 {
                callers.remove(by);
                return;
            }
        }
    }
}
