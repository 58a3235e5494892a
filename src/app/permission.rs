//! What each role has of the permissions that use cases ask for.

pub use crate::domain::Permission;

use crate::domain::AccessRole;

/// Says whether a role has a permission, in the programs where it holds.
pub fn role_has(role: &AccessRole, permission: Permission) -> bool {
    match role {
        AccessRole::Admin => true,
        AccessRole::Coordinator => permission != Permission::AccessWrite,
        AccessRole::Partner(scopes) => scopes.contains(&permission),
        AccessRole::Supervisor(_) => false,
        AccessRole::Viewer => match permission {
            Permission::RosterRead
            | Permission::RoundRead
            | Permission::RunRead
            | Permission::PlanRead
            | Permission::ChangeRead
            | Permission::AuditRead => true,
            Permission::RosterWrite
            | Permission::RoundWrite
            | Permission::RunWrite
            | Permission::PlanPublish
            | Permission::ScheduleWrite
            | Permission::AccessWrite => false,
        },
    }
}
