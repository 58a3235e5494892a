//! Who calls, what they may do, and the request that they send.

use std::sync::Arc;

use uuid::Uuid;

use super::permission::role_has;
use super::{AppError, Permission, RequestOnce};
use crate::domain::time::UtcSecond;
use crate::domain::{
    AccessRole, EntityKind, Participant, ProgramKey, Realm, SupervisorKey, UserKey, UserName,
};

/// A role, and where it holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grant {
    /// Where it holds.
    pub realm: Realm,
    /// The role.
    pub role: AccessRole,
}

/// What a caller was let in by.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Credential {
    /// Nothing: nobody had to sign in, or the program itself calls.
    Nothing,
    /// A key.
    Key(Uuid),
    /// A token that names a user, and the first instant at which it is over.
    Token(UserKey, UtcSecond),
}

/// Somebody who is known.
#[derive(Debug)]
struct Principal {
    name: String,
    grants: Vec<Grant>,
    credential: Credential,
}

/// Who calls a use case. Cloned at little cost.
#[derive(Clone, Debug)]
pub struct Actor {
    principal: Arc<Principal>,
    request: Option<RequestOnce>,
}

impl Actor {
    /// Name of the operator, which no user may have.
    pub const OPERATOR: &'static str = "operator";

    /// Returns the operator of the machine, who may do everything: the command
    /// line, the worker, and whoever calls a server that needs no sign-in.
    pub fn operator() -> Self {
        let everything = Grant {
            realm: Realm::EveryProgram,
            role: AccessRole::Admin,
        };
        Self::new(Self::OPERATOR.to_owned(), vec![everything])
    }

    /// Returns somebody with a name that nobody else has, and what they are.
    pub fn new(name: String, grants: Vec<Grant>) -> Self {
        Self::let_in(name, grants, Credential::Nothing)
    }

    /// Returns somebody who signed in.
    pub(super) fn let_in(name: String, grants: Vec<Grant>, credential: Credential) -> Self {
        Self {
            principal: Arc::new(Principal {
                name,
                grants,
                credential,
            }),
            request: None,
        }
    }

    /// Returns what the caller was let in by.
    pub(super) fn credential(&self) -> &Credential {
        &self.principal.credential
    }

    /// Returns the name of whoever signs in by a token that names a user.
    /// Whoever signs in by a key has another, since the two may have other
    /// roles.
    pub(super) fn name_by_token(user: &UserKey) -> String {
        format!("token:{user}")
    }

    /// Says whether another caller has the same roles, in the same places.
    pub(super) fn has_roles_of(&self, other: &Self) -> bool {
        self.principal.grants == other.principal.grants
    }

    /// Says whether the caller is a user.
    pub(super) fn is_user(&self, user: &UserName) -> bool {
        let is_by_token =
            matches!(self.credential(), Credential::Token(key, _) if *key == user.key);
        let mut grants = self.principal.grants.iter();
        self.name() == user.to_string()
            || is_by_token && grants.any(|grant| grant.realm == user.realm)
    }

    /// Returns the roles that the caller has in a program.
    fn roles(&self, program: &ProgramKey) -> impl Iterator<Item = &AccessRole> {
        let grants = self.principal.grants.iter();
        grants
            .filter(|grant| grant.realm.covers(program))
            .map(|grant| &grant.role)
    }

    /// Says whether the caller may know of a program.
    pub fn may_see(&self, program: &ProgramKey) -> bool {
        self.roles(program).next().is_some()
    }

    /// Says whether the caller has a permission in a program.
    pub fn may(&self, program: &ProgramKey, permission: Permission) -> bool {
        self.roles(program).any(|role| role_has(role, permission))
    }

    /// Says whether the caller has a permission in every program, those to
    /// come included.
    pub fn may_everywhere(&self, permission: Permission) -> bool {
        self.principal
            .grants
            .iter()
            .any(|grant| grant.realm == Realm::EveryProgram && role_has(&grant.role, permission))
    }

    /// Returns the single programs in which the caller has a permission.
    pub(super) fn programs_with(&self, permission: Permission) -> Vec<&ProgramKey> {
        let grants = self.principal.grants.iter();
        let programs = grants.filter_map(|grant| match &grant.realm {
            Realm::Program(program) if role_has(&grant.role, permission) => Some(program),
            Realm::Program(_) | Realm::EveryProgram => None,
        });
        programs.collect()
    }

    /// Returns the supervisor that the caller is in a program; `None` for
    /// everybody who is something else there, or nothing.
    pub fn supervisor_of(&self, program: &ProgramKey) -> Option<&SupervisorKey> {
        self.roles(program).find_map(|role| match role {
            AccessRole::Supervisor(key) => Some(key),
            AccessRole::Admin
            | AccessRole::Coordinator
            | AccessRole::Partner(_)
            | AccessRole::Viewer => None,
        })
    }

    /// Returns [`AppError::Hidden`] for a program that the caller may not know
    /// of.
    pub(super) fn check_may_see(&self, program: &ProgramKey) -> Result<(), AppError> {
        if self.may_see(program) {
            return Ok(());
        }
        Err(AppError::Hidden {
            kind: EntityKind::Program,
            key: program.to_string(),
        })
    }

    /// Returns [`AppError::Hidden`] for a program that the caller may not know
    /// of, and [`AppError::Forbidden`] where the caller lacks the permission.
    pub(super) fn check(
        &self,
        program: &ProgramKey,
        permission: Permission,
    ) -> Result<(), AppError> {
        self.check_may_see(program)?;
        if self.may(program, permission) {
            return Ok(());
        }
        Err(AppError::Forbidden { permission })
    }

    /// Returns an error unless the caller is the supervisor whom something is
    /// of, or has the permission. Another supervisor is told that there is
    /// nobody of that key.
    pub(super) fn check_own_or(
        &self,
        program: &ProgramKey,
        owner: &Participant,
        permission: Permission,
    ) -> Result<(), AppError> {
        self.check_may_see(program)?;
        match self.supervisor_of(program) {
            Some(own) if matches!(owner, Participant::Supervisor(key) if key == own) => Ok(()),
            Some(_) if !self.may(program, permission) => Err(AppError::Hidden {
                kind: owner.kind(),
                key: owner.key().to_owned(),
            }),
            Some(_) | None => self.check(program, permission),
        }
    }

    /// Returns [`AppError::Forbidden`] unless the caller has the permission in
    /// every program: for what belongs to none, so that nothing is told.
    pub(super) fn check_everywhere(&self, permission: Permission) -> Result<(), AppError> {
        if self.may_everywhere(permission) {
            return Ok(());
        }
        Err(AppError::Forbidden { permission })
    }

    /// Returns the same caller with a request that takes effect once.
    #[must_use]
    pub fn with_request(self, request: RequestOnce) -> Self {
        Self {
            request: Some(request),
            ..self
        }
    }

    /// Returns the name under which events are recorded.
    pub fn name(&self) -> &str {
        &self.principal.name
    }

    /// Returns the request that takes effect once, when the caller named one.
    pub fn request(&self) -> Option<&RequestOnce> {
        self.request.as_ref()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key<T: std::str::FromStr>(text: &str) -> T
    where
        T::Err: std::fmt::Debug,
    {
        text.parse().unwrap()
    }

    fn of(program: &str, role: AccessRole) -> Grant {
        Grant {
            realm: Realm::Program(key(program)),
            role,
        }
    }

    #[test]
    fn a_role_holds_in_its_own_program_alone() {
        let viewer = Actor::new("ada".to_owned(), vec![of("north", AccessRole::Viewer)]);
        let (north, south) = (key("north"), key("south"));
        assert!(viewer.check(&north, Permission::PlanRead).is_ok());
        let lacking = viewer.check(&north, Permission::RunWrite);
        assert!(
            matches!(lacking, Err(AppError::Forbidden { permission }) if permission == Permission::RunWrite)
        );
        let elsewhere = viewer.check(&south, Permission::PlanRead);
        assert!(matches!(elsewhere, Err(AppError::Hidden { .. })));
        assert!(!viewer.may_everywhere(Permission::PlanRead));
        assert_eq!(viewer.programs_with(Permission::PlanRead), [&north]);
    }

    #[test]
    fn a_supervisor_is_one_in_the_own_program_alone_and_has_no_permission() {
        let role = AccessRole::Supervisor(key("amara"));
        let actor = Actor::new("amara".to_owned(), vec![of("north", role)]);
        let north = key("north");
        assert_eq!(actor.supervisor_of(&north), Some(&key("amara")));
        assert_eq!(actor.supervisor_of(&key("south")), None);
        assert!(Permission::ALL.iter().all(|all| !actor.may(&north, *all)));
        assert_eq!(Actor::operator().supervisor_of(&north), None);
    }

    #[test]
    fn a_supervisor_reaches_the_own_record_and_is_told_of_no_other() {
        let role = AccessRole::Supervisor(key("amara"));
        let actor = Actor::new("amara".to_owned(), vec![of("north", role)]);
        let reached = |actor: &Actor, owner: Participant| {
            let reached = actor.check_own_or(&key("north"), &owner, Permission::RosterRead);
            reached.map_err(|error| error.to_string())
        };
        let own = || Participant::Supervisor(key("amara"));
        assert_eq!(reached(&actor, own()), Ok(()));
        for (other, told) in [
            (
                Participant::Supervisor(key("ines")),
                "there is no supervisor ines",
            ),
            // A key belongs to its kind.
            (
                Participant::Trainee(key("amara")),
                "there is no trainee amara",
            ),
            (Participant::Site(key("amara")), "there is no site amara"),
        ] {
            assert_eq!(reached(&actor, other), Err(told.to_owned()));
        }
        let partner = AccessRole::Partner([Permission::PlanRead].into());
        let partner = Actor::new("plans".to_owned(), vec![of("north", partner)]);
        assert!(
            reached(&partner, own())
                .unwrap_err()
                .contains("roster.read")
        );
        assert_eq!(reached(&Actor::operator(), own()), Ok(()));
    }

    #[test]
    fn a_role_of_every_program_holds_in_those_to_come() {
        let operator = Actor::operator();
        for permission in Permission::ALL {
            assert!(operator.may(&key("later"), permission));
            assert!(operator.may_everywhere(permission));
        }
        assert!(operator.programs_with(Permission::PlanRead).is_empty());
    }
}
