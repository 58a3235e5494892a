//! Users and their roles, in a program or in every program.

use serde_json::json;

use super::listing::{page_of, page_range};
use super::transact::{check_etag, commit};
use super::{Actor, App, AppError, Permission, Reason};
use crate::domain::{
    AccessRole, EntityKind, Page, PageRequest, Realm, User, UserKey, UserName, Versioned,
    Violations,
};
use crate::store::{KeyRange, ProgramScope, Tx, WriteTx};

/// A user to be created.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewUser {
    /// Where the user has the role.
    pub realm: Realm,
    /// The key; a new UUID when `None`.
    pub key: Option<UserKey>,
    /// What the user is.
    pub role: AccessRole,
}

/// Returns a user.
///
/// # Errors
/// [`AppError::NotFound`] when there is none of that key.
pub(super) async fn fetch(
    tx: &mut Tx,
    scope: ProgramScope,
    key: &UserKey,
) -> Result<Versioned<User>, AppError> {
    let found = tx.user_list(scope, &KeyRange::one(key.as_str())).await?;
    found.into_iter().next().ok_or_else(|| AppError::NotFound {
        kind: EntityKind::User,
        key: key.to_string(),
    })
}

/// Returns [`Reason::AlreadyRevoked`] for a user who was shut out.
pub(super) fn check_not_revoked(user: &User) -> Result<(), AppError> {
    match user.revoked_at {
        None => Ok(()),
        Some(_) => Err(AppError::FailedPrecondition(Reason::AlreadyRevoked {
            kind: EntityKind::User,
            key: user.key.to_string(),
        })),
    }
}

/// Refuses a role that cannot hold in a realm, and one that names a supervisor
/// who is not there.
async fn check_role(write: &mut WriteTx, realm: &Realm, role: &AccessRole) -> Result<(), AppError> {
    match (role, realm) {
        (AccessRole::Supervisor(_), Realm::EveryProgram) => {
            let message = "supervisor is a role in one program";
            Err(AppError::Invalid(Violations::one(
                "user.role",
                "role",
                message,
            )))
        }
        (AccessRole::Supervisor(key), Realm::Program(_)) => {
            let (scope, range) = (write.scope(), KeyRange::one(key.as_str()));
            let found = write.tx().supervisor_list(scope, &range).await?;
            if found.is_empty() {
                return Err(AppError::NotFound {
                    kind: EntityKind::Supervisor,
                    key: key.to_string(),
                });
            }
            Ok(())
        }
        (AccessRole::Partner(scopes), _) => {
            let is_made_of_scopes = scopes.iter().all(|permission| permission.is_scope());
            if is_made_of_scopes && !scopes.is_empty() {
                return Ok(());
            }
            let message = format!(
                "a partner has at least one scope, and never {}",
                Permission::AccessWrite
            );
            Err(AppError::Invalid(Violations::one(
                "user.scopes",
                "scopes",
                message,
            )))
        }
        (AccessRole::Admin | AccessRole::Coordinator | AccessRole::Viewer, _) => Ok(()),
    }
}

/// Returns what an event tells of a role.
fn payload(role: &AccessRole) -> String {
    let mut payload = json!({ "role": role.word() });
    match role {
        AccessRole::Partner(scopes) => {
            let words: Vec<&str> = scopes.iter().map(|scope| scope.as_str()).collect();
            payload["scopes"] = json!(words);
        }
        AccessRole::Supervisor(key) => payload["supervisor"] = json!(key.as_str()),
        AccessRole::Admin | AccessRole::Coordinator | AccessRole::Viewer => {}
    }
    payload.to_string()
}

impl App {
    /// Creates a user, who cannot sign in before a key is made. From the first
    /// user of a database on, every caller of the service must sign in.
    ///
    /// # Errors
    /// [`AppError::Invalid`] for a role that cannot hold there;
    /// [`AppError::NotFound`] when there is no such program or supervisor;
    /// [`AppError::AlreadyExists`] when the key was ever given.
    pub async fn create_user(
        &self,
        actor: &Actor,
        new: NewUser,
    ) -> Result<Versioned<User>, AppError> {
        let key = match new.key {
            Some(key) => key,
            None => uuid::Uuid::now_v7()
                .to_string()
                .parse()
                .map_err(|error| AppError::Internal(Box::new(error)))?,
        };
        if key.as_str() == Actor::OPERATOR {
            let message = "is the name of whoever works on the database itself";
            return Err(AppError::Invalid(Violations::one(
                "user_id", "reserved", message,
            )));
        }
        let mut write = self
            .write_realm(actor, &new.realm, Permission::AccessWrite)
            .await?;
        check_role(&mut write, &new.realm, &new.role).await?;
        let (scope, range) = (write.scope(), KeyRange::one(key.as_str()));
        if !write.tx().user_list(scope, &range).await?.is_empty() {
            return Err(AppError::AlreadyExists {
                kind: EntityKind::User,
                key: key.to_string(),
            });
        }
        let subject = format!("users/{key}");
        let payload = payload(&new.role);
        let user = User {
            key,
            role: new.role,
            revoked_at: None,
        };
        let after = write.user_insert(user).await?;
        let done = commit(write, actor, "create_user", &subject, &payload, &after).await;
        self.forget_sign_ins();
        done?;
        Ok(after)
    }

    /// Returns a user.
    ///
    /// # Errors
    /// [`AppError::NotFound`].
    pub async fn get_user(
        &self,
        actor: &Actor,
        name: &UserName,
    ) -> Result<Versioned<User>, AppError> {
        let reading = self.read_realm(actor, &name.realm, Permission::AccessWrite);
        let (mut tx, scope) = reading.await?;
        fetch(&mut tx, scope, &name.key).await
    }

    /// Returns the users of a realm by key, those who were shut out included.
    ///
    /// # Errors
    /// [`AppError::Invalid`] for a page of no or too many records.
    pub async fn list_users(
        &self,
        actor: &Actor,
        realm: &Realm,
        page: &PageRequest,
    ) -> Result<Page<Versioned<User>>, AppError> {
        let reading = self.read_realm(actor, realm, Permission::AccessWrite);
        let (mut tx, scope) = reading.await?;
        let found = tx.user_list(scope, &page_range(page)?).await?;
        Ok(page_of(found, page, |record| record.value.key.to_string()))
    }

    /// Gives a user another role. It holds from the next call on in this
    /// process, and within seconds in others. With `etag`, only when that is
    /// still the version of the user.
    ///
    /// # Errors
    /// [`AppError::NotFound`], [`AppError::StaleEtag`]; [`AppError::Invalid`]
    /// as on creation; [`Reason::AlreadyRevoked`]; [`Reason::OwnAccess`] for
    /// the caller's own user.
    pub async fn update_user(
        &self,
        actor: &Actor,
        name: &UserName,
        role: AccessRole,
        etag: Option<i64>,
    ) -> Result<Versioned<User>, AppError> {
        let (mut write, before) = self.write_user(actor, name, etag).await?;
        check_role(&mut write, &name.realm, &role).await?;
        let payload = payload(&role);
        let user = User {
            role,
            ..before.value.clone()
        };
        self.replace_user(write, actor, "update_user", &payload, &before, user)
            .await
    }

    /// Shuts a user out for good, with all keys. With `etag`, only when that is
    /// still the version of the user.
    ///
    /// # Errors
    /// As [`App::update_user`].
    pub async fn revoke_user(
        &self,
        actor: &Actor,
        name: &UserName,
        etag: Option<i64>,
    ) -> Result<Versioned<User>, AppError> {
        let (write, before) = self.write_user(actor, name, etag).await?;
        let user = User {
            revoked_at: Some(self.now()),
            ..before.value.clone()
        };
        self.replace_user(write, actor, "revoke_user", "{}", &before, user)
            .await
    }

    /// Opens a write to somebody else's user.
    async fn write_user(
        &self,
        actor: &Actor,
        name: &UserName,
        etag: Option<i64>,
    ) -> Result<(WriteTx, Versioned<User>), AppError> {
        let mut write = self
            .write_realm(actor, &name.realm, Permission::AccessWrite)
            .await?;
        let scope = write.scope();
        let before = fetch(write.tx(), scope, &name.key).await?;
        check_etag(EntityKind::User, name.key.as_str(), &before, etag)?;
        if actor.is_user(name) {
            return Err(AppError::FailedPrecondition(Reason::OwnAccess));
        }
        check_not_revoked(&before.value)?;
        Ok((write, before))
    }

    async fn replace_user(
        &self,
        mut write: WriteTx,
        actor: &Actor,
        kind: &str,
        payload: &str,
        before: &Versioned<User>,
        user: User,
    ) -> Result<Versioned<User>, AppError> {
        let subject = format!("users/{}", user.key);
        let after = write.user_update(before, user).await?;
        let done = commit(write, actor, kind, &subject, payload, &after).await;
        self.forget_sign_ins();
        done?;
        Ok(after)
    }
}
