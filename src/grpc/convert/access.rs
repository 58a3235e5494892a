//! Users, their roles and their keys.

use std::collections::BTreeSet;

use prost_types::Timestamp;
use uuid::Uuid;

use super::super::pb;
use super::fields::Fields;
use super::mask::merge;
use super::names::program_name;
use super::records::{etag, timestamp};
use crate::domain::time::UtcSecond;
use crate::domain::{
    AccessRole, ApiKey, Permission, Realm, SupervisorKey, User, UserKey, UserName, Versioned,
};

/// Last second that a key may hold: 31 December 9999, as far as a timestamp
/// goes.
const LAST_SECOND: i64 = 253_402_300_799;

/// Returns the name of a user.
pub(in super::super) fn user_name(user: &UserName) -> String {
    match &user.realm {
        Realm::EveryProgram => format!("users/{}", user.key),
        Realm::Program(program) => format!("{}/users/{}", program_name(program), user.key),
    }
}

impl Fields<'_> {
    /// Reads the parent of users or events: a program, or nothing for every
    /// program.
    pub(in super::super) fn realm(&mut self, field: &str, name: &str) -> Option<Realm> {
        if name.is_empty() {
            return Some(Realm::EveryProgram);
        }
        self.program_name(field, name).map(Realm::Program)
    }

    /// Reads the name of a user.
    pub(in super::super) fn user_name(&mut self, field: &str, name: &str) -> Option<UserName> {
        let user = split_user(name).and_then(|(user, rest)| rest.is_none().then_some(user));
        if user.is_none() {
            let patterns = "programs/{program}/users/{user} or users/{user}";
            self.refuse(field, "name", format_args!("must be {patterns}"));
        }
        user
    }

    /// Reads the name of a key.
    pub(in super::super) fn api_key_name(
        &mut self,
        field: &str,
        name: &str,
    ) -> Option<(UserName, Uuid)> {
        let key = split_user(name).and_then(|(user, rest)| {
            let id = rest?.strip_prefix("keys/")?;
            let id = Uuid::try_parse(id)
                .ok()
                .filter(|uuid| uuid.to_string() == id)?;
            Some((user, id))
        });
        if key.is_none() {
            let patterns = "programs/{program}/users/{user}/keys/{key} or \
                            users/{user}/keys/{key}";
            self.refuse(field, "name", format_args!("must be {patterns}"));
        }
        key
    }

    /// Reads the end of a key, which may be absent.
    pub(in super::super) fn expiry(
        &mut self,
        field: &str,
        at: Option<Timestamp>,
    ) -> Option<Option<UtcSecond>> {
        let Some(at) = at else {
            return Some(None);
        };
        if at.nanos == 0 && (0..=LAST_SECOND).contains(&at.seconds) {
            return Some(Some(UtcSecond(at.seconds)));
        }
        let message = "must be a whole second from 1970 to 9999";
        self.refuse(field, "range", message);
        None
    }
}

/// Splits a name into the user that it begins with, and what follows.
fn split_user(name: &str) -> Option<(UserName, Option<&str>)> {
    let (realm, rest) = match name.strip_prefix("programs/") {
        None => (Realm::EveryProgram, name),
        Some(rest) => {
            let (program, rest) = rest.split_once('/')?;
            (Realm::Program(program.parse().ok()?), rest)
        }
    };
    let rest = rest.strip_prefix("users/")?;
    let (key, rest) = match rest.split_once('/') {
        None => (rest, None),
        Some((key, rest)) => (key, Some(rest)),
    };
    let key = key.parse().ok()?;
    Some((UserName { realm, key }, rest))
}

/// Reads what a user is.
pub(in super::super) fn read_role(
    message: &pb::User,
    realm: Option<&Realm>,
    fields: &mut Fields<'_>,
) -> Option<AccessRole> {
    let role = fields.choice("role", message.role, |role: pb::AccessRole| {
        (role != pb::AccessRole::Unspecified).then_some(role)
    })?;
    let scopes = read_scopes(&message.scopes, role, fields);
    let supervisor = read_supervisor(&message.supervisor_id, role, realm, fields);
    let (scopes, supervisor) = (scopes?, supervisor?);
    Some(match role {
        pb::AccessRole::Unspecified => return None,
        pb::AccessRole::Admin => AccessRole::Admin,
        pb::AccessRole::Coordinator => AccessRole::Coordinator,
        pb::AccessRole::Partner => AccessRole::Partner(scopes),
        pb::AccessRole::Supervisor => AccessRole::Supervisor(supervisor?),
        pb::AccessRole::Viewer => AccessRole::Viewer,
    })
}

fn read_scopes(
    texts: &[String],
    role: pb::AccessRole,
    fields: &mut Fields<'_>,
) -> Option<BTreeSet<Permission>> {
    if role != pb::AccessRole::Partner {
        if !texts.is_empty() {
            fields.refuse("scopes", "scopes", "are of a partner alone");
            return None;
        }
        return Some(BTreeSet::new());
    }
    if texts.is_empty() {
        fields.refuse("scopes", "required", "are required: at least one");
        return None;
    }
    fields.count("scopes", texts.len())?;
    let mut scopes = Some(BTreeSet::new());
    for (index, text) in texts.iter().enumerate() {
        let scope: Option<Permission> = text.parse().ok();
        match scope.filter(|scope| scope.is_scope()) {
            Some(scope) => {
                if let Some(scopes) = &mut scopes {
                    scopes.insert(scope);
                }
            }
            None => {
                let all = Permission::ALL.into_iter().filter(|one| one.is_scope());
                let all: Vec<&str> = all.map(Permission::as_str).collect();
                let message = format_args!("must be one of {}", all.join(", "));
                fields.refuse(&format!("scopes[{index}]"), "scope", message);
                scopes = None;
            }
        }
    }
    scopes
}

fn read_supervisor(
    text: &str,
    role: pb::AccessRole,
    realm: Option<&Realm>,
    fields: &mut Fields<'_>,
) -> Option<Option<SupervisorKey>> {
    if role != pb::AccessRole::Supervisor {
        if !text.is_empty() {
            let message = "is of the role supervisor alone";
            fields.refuse("supervisor_id", "supervisor_id", message);
            return None;
        }
        return Some(None);
    }
    if realm == Some(&Realm::EveryProgram) {
        let message = "supervisor is a role in one program; no user of every program has it";
        fields.refuse("role", "role", message);
        return None;
    }
    fields.parse("supervisor_id", text).map(Some)
}

/// Reads what a user is after a change. What belonged to the role before goes
/// with it, unless it is given anew.
pub(in super::super) fn read_changed_role(
    name: &UserName,
    current: &Versioned<User>,
    new: pb::User,
    mask: Option<&prost_types::FieldMask>,
    fields: &mut Fields<'_>,
) -> Option<AccessRole> {
    let old = user(&name.realm, current);
    let mut merged = merge(old.clone(), new, mask, fields);
    if merged.role != old.role {
        if merged.scopes == old.scopes {
            merged.scopes.clear();
        }
        if merged.supervisor_id == old.supervisor_id {
            merged.supervisor_id.clear();
        }
    }
    read_role(&merged, Some(&name.realm), &mut fields.at("user"))
}

/// Returns a user as a message.
pub(in super::super) fn user(realm: &Realm, record: &Versioned<User>) -> pb::User {
    let user = &record.value;
    let (mut scopes, mut supervisor_id) = (Vec::new(), String::new());
    let role = match &user.role {
        AccessRole::Admin => pb::AccessRole::Admin,
        AccessRole::Coordinator => pb::AccessRole::Coordinator,
        AccessRole::Partner(all) => {
            scopes.extend(all.iter().map(|scope| scope.as_str().to_owned()));
            pb::AccessRole::Partner
        }
        AccessRole::Supervisor(key) => {
            supervisor_id = key.to_string();
            pb::AccessRole::Supervisor
        }
        AccessRole::Viewer => pb::AccessRole::Viewer,
    };
    let name = UserName {
        realm: realm.clone(),
        key: user.key.clone(),
    };
    pb::User {
        name: user_name(&name),
        role: role.into(),
        scopes,
        supervisor_id,
        create_time: Some(timestamp(record.created_at)),
        update_time: Some(timestamp(record.updated_at)),
        revoke_time: user.revoked_at.map(timestamp),
        etag: etag(record.version),
    }
}

/// Returns a key as a message.
pub(in super::super) fn api_key(realm: &Realm, key: &ApiKey) -> pb::ApiKey {
    let user = UserName {
        realm: realm.clone(),
        key: key.user.clone(),
    };
    pb::ApiKey {
        name: format!("{}/keys/{}", user_name(&user), key.id),
        expire_time: key.expires_at.map(timestamp),
        create_time: Some(timestamp(key.created_at)),
        revoke_time: key.revoked_at.map(timestamp),
    }
}

/// Reads the key of a new user; `None` within when none is given.
pub(in super::super) fn new_user_key(
    field: &str,
    text: &str,
    fields: &mut Fields<'_>,
) -> Option<Option<UserKey>> {
    match text {
        "" => Some(None),
        given => fields.parse(field, given).map(Some),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Violations;

    fn refused<T: std::fmt::Debug>(
        reading: impl FnOnce(&mut Fields<'_>) -> Option<T>,
    ) -> Vec<String> {
        let mut violations = Violations::default();
        assert!(reading(&mut Fields::new(&mut violations)).is_none());
        let all = violations.as_slice().iter();
        all.map(|violation| violation.path.clone()).collect()
    }

    #[test]
    fn names_of_users_and_keys_are_read_as_they_are_written() {
        let mut violations = Violations::default();
        let mut fields = Fields::new(&mut violations);
        let id = Uuid::now_v7();
        for text in ["users/ada", "programs/north/users/ada"] {
            let name = fields.user_name("name", text).unwrap();
            assert_eq!(user_name(&name), text);
            let key = format!("{text}/keys/{id}");
            assert_eq!(fields.api_key_name("name", &key), Some((name, id)));
        }
        for text in [
            "",
            "ada",
            "users/",
            "users/ada/",
            "users/ada/keys",
            "programs/north/ada",
            "programs//users/ada",
            "programs/~every-program/users/ada",
        ] {
            assert_eq!(refused(|fields| fields.user_name("name", text)), ["name"]);
        }
        for text in ["users/ada", "users/ada/keys/7"] {
            assert_eq!(refused(|fields| fields.api_key_name("n", text)), ["n"]);
        }
    }

    #[test]
    fn a_role_has_what_belongs_to_it_and_nothing_else() {
        let user = |role: pb::AccessRole, scopes: &[&str], supervisor: &str| pb::User {
            role: role.into(),
            scopes: scopes.iter().map(|scope| (*scope).to_owned()).collect(),
            supervisor_id: supervisor.to_owned(),
            ..Default::default()
        };
        let realm = Realm::Program("north".parse().unwrap());
        for (message, paths) in [
            (user(pb::AccessRole::Unspecified, &[], ""), vec!["role"]),
            (
                user(pb::AccessRole::Admin, &["run.read"], "amara"),
                vec!["scopes", "supervisor_id"],
            ),
            (user(pb::AccessRole::Partner, &[], ""), vec!["scopes"]),
            (
                user(
                    pb::AccessRole::Partner,
                    &["run.read", "access.write", "run"],
                    "",
                ),
                vec!["scopes[1]", "scopes[2]"],
            ),
            (
                user(pb::AccessRole::Supervisor, &[], ""),
                vec!["supervisor_id"],
            ),
        ] {
            let found = refused(|fields| read_role(&message, Some(&realm), fields));
            assert_eq!(found, paths, "{message:?}");
        }
        let everywhere = user(pb::AccessRole::Supervisor, &[], "amara");
        let found = refused(|fields| read_role(&everywhere, Some(&Realm::EveryProgram), fields));
        assert_eq!(found, ["role"]);
    }
}
