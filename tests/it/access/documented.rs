//! docs/access.md says what the code does.

use practicum::app::{Permission, role_has};
use practicum::domain::AccessRole;

#[test]
fn the_table_of_roles_in_the_docs_is_that_of_the_code() {
    let text = include_str!("../../../docs/access.md");
    let mut permissions = Vec::new();
    for line in text.lines() {
        let cells: Vec<&str> = line.split('|').map(str::trim).collect();
        let Some(name) = cells.get(1).and_then(|cell| cell.strip_prefix('`')) else {
            continue;
        };
        let Ok(permission) = name.trim_end_matches('`').parse::<Permission>() else {
            continue;
        };
        permissions.push(permission);
        let roles = [
            AccessRole::Admin,
            AccessRole::Coordinator,
            AccessRole::Viewer,
        ];
        for (role, cell) in roles.iter().zip(&cells[2..5]) {
            let expected = if role_has(role, permission) {
                "yes"
            } else {
                "no"
            };
            assert_eq!(*cell, expected, "{permission} of {}", role.word());
        }
    }
    assert_eq!(permissions, Permission::ALL);
}

#[test]
fn a_supervisor_has_no_permission_and_a_partner_its_scopes() {
    let supervisor = AccessRole::Supervisor("amara".parse().unwrap());
    for permission in Permission::ALL {
        assert!(!role_has(&supervisor, permission));
        let partner = AccessRole::Partner([permission].into());
        for other in Permission::ALL {
            assert_eq!(role_has(&partner, other), other == permission);
        }
        assert_eq!(permission.is_scope(), permission != Permission::AccessWrite);
    }
}
