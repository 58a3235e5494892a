//! Who calls, and the request that they send.

use super::{AppError, Permission, RequestOnce};
use crate::domain::{EntityKind, ProgramKey};

/// What a caller may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Reach {
    /// Everything, in every program.
    Everything,
}

/// Who calls a use case.
#[derive(Clone, Debug)]
pub struct Actor {
    name: String,
    reach: Reach,
    request: Option<RequestOnce>,
}

impl Actor {
    /// Returns the operator of the machine, who may do everything: the command
    /// line, and a server that has no sign-in yet.
    pub fn operator() -> Self {
        Self {
            name: "operator".to_owned(),
            reach: Reach::Everything,
            request: None,
        }
    }

    /// Says whether the caller may know of a program.
    pub fn may_see(&self, _program: &ProgramKey) -> bool {
        match self.reach {
            Reach::Everything => true,
        }
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
        match (self.reach, permission) {
            (Reach::Everything, _) => Ok(()),
        }
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
        &self.name
    }

    /// Returns the request that takes effect once, when the caller named one.
    pub fn request(&self) -> Option<&RequestOnce> {
        self.request.as_ref()
    }
}
