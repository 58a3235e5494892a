//! `AccessService`: users, their roles and their keys.

use std::collections::BTreeSet;

use practicum::app::Permission;
use practicum::domain::AccessRole;
use practicum::grpc::pb;
use prost::Message;
use prost_types::{FieldMask, Timestamp};
use tonic::Code;

use super::callers::{Access, access, programs, signed_up};
use crate::support::service::{Service, broken, reason, served_by_both};

served_by_both!(
    a_key_that_was_made_signs_in_and_is_never_shown_again,
    a_repeat_gets_the_key_without_its_text,
    users_are_created_changed_listed_and_revoked,
    names_every_broken_field,
    nobody_shuts_themselves_out,
    an_admin_of_one_program_makes_nobody_elsewhere,
    every_write_gives_a_repeat_the_first_answer,
);

async fn admin(service: &Service) -> (Access, String) {
    let key = signed_up(&service.app, "root", AccessRole::Admin).await;
    (access(&service.channel, &key), key)
}

fn user(role: pb::AccessRole) -> pb::User {
    pb::User {
        role: role.into(),
        ..Default::default()
    }
}

fn create(parent: &str, key: &str, user: pb::User) -> pb::CreateUserRequest {
    pb::CreateUserRequest {
        parent: parent.to_owned(),
        user_id: key.to_owned(),
        user: Some(user),
        request_id: String::new(),
    }
}

async fn a_key_that_was_made_signs_in_and_is_never_shown_again() {
    let service = Service::start().await.with_program().await;
    let (mut admin, _) = admin(&service).await;
    let viewer = create("programs/north", "ada", user(pb::AccessRole::Viewer));
    let made = admin.create_user(viewer).await.unwrap().into_inner();
    let name = made.user.unwrap().name;
    assert_eq!(name, "programs/north/users/ada");
    let request = pb::CreateApiKeyRequest {
        parent: name.clone(),
        api_key: Some(pb::ApiKey {
            expire_time: Some(Timestamp {
                seconds: 253_402_300_799,
                nanos: 0,
            }),
            ..Default::default()
        }),
        ..Default::default()
    };
    let made = admin.create_api_key(request).await.unwrap().into_inner();
    let key = made.api_key.unwrap();
    assert_eq!(made.key_text_withheld, 0);
    let id = key.name.rsplit('/').next().unwrap().replace('-', "");
    assert!(made.key_text.starts_with(&format!("prk_{id}_")));
    let mut programs = programs(&service.channel, &made.key_text);
    let request = pb::GetProgramRequest {
        name: "programs/north".to_owned(),
    };
    programs.get_program(request).await.unwrap();
    let request = pb::ListApiKeysRequest {
        parent: name,
        ..Default::default()
    };
    let listed = admin.list_api_keys(request).await.unwrap().into_inner();
    assert_eq!(listed.api_keys, std::slice::from_ref(&key));
    let (_, secret) = made.key_text.rsplit_once('_').unwrap();
    assert!(!format!("{listed:?}").contains(secret));
    let request = pb::RevokeApiKeyRequest {
        name: key.name.clone(),
        ..Default::default()
    };
    let revoked = admin.revoke_api_key(request.clone()).await.unwrap();
    assert!(revoked.into_inner().api_key.unwrap().revoke_time.is_some());
    let request = pb::GetProgramRequest {
        name: "programs/north".to_owned(),
    };
    let refused = programs.get_program(request).await.unwrap_err();
    assert_eq!(refused.code(), Code::Unauthenticated);
    let again = pb::RevokeApiKeyRequest {
        name: key.name,
        ..Default::default()
    };
    let refused = admin.revoke_api_key(again).await.unwrap_err();
    assert_eq!(reason(&refused), "ALREADY_REVOKED");
}

async fn a_repeat_gets_the_key_without_its_text() {
    let service = Service::start().await;
    let (mut admin, _) = admin(&service).await;
    let request = pb::CreateApiKeyRequest {
        parent: "users/root".to_owned(),
        request_id: uuid::Uuid::now_v7().to_string(),
        ..Default::default()
    };
    let first = admin.create_api_key(request.clone()).await.unwrap();
    let first = first.into_inner();
    assert!(!first.key_text.is_empty());
    let again = admin.create_api_key(request).await.unwrap().into_inner();
    assert_eq!(again.api_key, first.api_key);
    assert_eq!(again.key_text, "");
    assert_eq!(
        again.key_text_withheld(),
        pb::ErrorReason::SecretAlreadyShown
    );
    let request = pb::ListApiKeysRequest {
        parent: "users/root".to_owned(),
        ..Default::default()
    };
    let listed = admin.list_api_keys(request).await.unwrap().into_inner();
    assert_eq!(listed.api_keys.len(), 2, "the repeat made no other key");
}

#[expect(clippy::too_many_lines, reason = "one story, told in order")]
async fn users_are_created_changed_listed_and_revoked() {
    let service = Service::start().await.with_program().await;
    let (mut admin, _) = admin(&service).await;
    for key in ["cy", "ada", "bo"] {
        let viewer = create("programs/north", key, user(pb::AccessRole::Viewer));
        admin.create_user(viewer.clone()).await.unwrap();
        let taken = admin.create_user(viewer).await.unwrap_err();
        assert_eq!(reason(&taken), "ALREADY_EXISTS");
    }
    let mut request = pb::ListUsersRequest {
        parent: "programs/north".to_owned(),
        page_size: 2,
        ..Default::default()
    };
    let first = admin
        .list_users(request.clone())
        .await
        .unwrap()
        .into_inner();
    request.page_token = first.next_page_token;
    let last = admin.list_users(request).await.unwrap().into_inner();
    let names: Vec<String> = first
        .users
        .into_iter()
        .chain(last.users)
        .map(|user| user.name)
        .collect();
    assert_eq!(
        names,
        ["ada", "bo", "cy"].map(|key| format!("programs/north/users/{key}"))
    );
    let partner = pb::User {
        name: names[0].clone(),
        scopes: vec!["run.read".to_owned(), "plan.read".to_owned()],
        etag: "1".to_owned(),
        ..user(pb::AccessRole::Partner)
    };
    let mut request = pb::UpdateUserRequest {
        user: Some(partner),
        ..Default::default()
    };
    let changed = admin.update_user(request.clone()).await.unwrap();
    let changed = changed.into_inner().user.unwrap();
    assert_eq!(changed.role(), pb::AccessRole::Partner);
    assert_eq!(changed.scopes, ["run.read", "plan.read"]);
    let stale = admin.update_user(request.clone()).await.unwrap_err();
    assert_eq!(reason(&stale), "STALE_ETAG");
    // The scopes go with the role.
    request.user = Some(pb::User {
        name: names[0].clone(),
        ..user(pb::AccessRole::Viewer)
    });
    request.update_mask = Some(FieldMask {
        paths: vec!["role".to_owned()],
    });
    let changed = admin.update_user(request.clone()).await.unwrap();
    let changed = changed.into_inner().user.unwrap();
    assert_eq!(
        (changed.role(), changed.scopes.len()),
        (pb::AccessRole::Viewer, 0)
    );
    let revoke = pb::RevokeUserRequest {
        name: names[0].clone(),
        etag: changed.etag,
        ..Default::default()
    };
    let revoked = admin.revoke_user(revoke).await.unwrap().into_inner();
    assert!(revoked.user.unwrap().revoke_time.is_some());
    for refused in [
        admin.update_user(request).await.map(drop),
        admin
            .create_api_key(pb::CreateApiKeyRequest {
                parent: names[0].clone(),
                ..Default::default()
            })
            .await
            .map(drop),
        admin
            .revoke_user(pb::RevokeUserRequest {
                name: names[0].clone(),
                ..Default::default()
            })
            .await
            .map(drop),
    ] {
        assert_eq!(reason(&refused.unwrap_err()), "ALREADY_REVOKED");
    }
    let viewer = create("programs/north", "ada", user(pb::AccessRole::Viewer));
    let taken = admin.create_user(viewer).await.unwrap_err();
    assert_eq!(reason(&taken), "ALREADY_EXISTS", "a name is given once");
    let name = names[0].clone();
    let found = admin.get_user(pb::GetUserRequest { name }).await.unwrap();
    assert!(found.into_inner().user.unwrap().revoke_time.is_some());
}

async fn names_every_broken_field() {
    let service = Service::start().await.with_program().await;
    let (mut admin, _) = admin(&service).await;
    let mut request = create(
        "north",
        "no spaces",
        pb::User {
            scopes: vec!["access.write".to_owned()],
            supervisor_id: "amara".to_owned(),
            ..user(pb::AccessRole::Partner)
        },
    );
    request.request_id = "7".to_owned();
    let refused = admin.create_user(request).await.unwrap_err();
    assert_eq!(
        broken(&refused),
        [
            "request_id",
            "parent",
            "user_id",
            "user.scopes[0]",
            "user.supervisor_id"
        ]
    );
    let operator = create("", "operator", user(pb::AccessRole::Viewer));
    let refused = admin.create_user(operator).await.unwrap_err();
    assert_eq!(broken(&refused), ["user_id"]);
    let missing = pb::User {
        supervisor_id: "nobody".to_owned(),
        ..user(pb::AccessRole::Supervisor)
    };
    let everywhere = admin.create_user(create("", "amara", missing.clone()));
    assert_eq!(broken(&everywhere.await.unwrap_err()), ["user.role"]);
    let refused = admin.create_user(create("programs/north", "amara", missing));
    let refused = refused.await.unwrap_err();
    assert_eq!(refused.code(), Code::NotFound);
    assert!(refused.message().contains("supervisor nobody"));
    let request = pb::CreateApiKeyRequest {
        parent: "users/root".to_owned(),
        api_key: Some(pb::ApiKey {
            expire_time: Some(Timestamp::default()),
            ..Default::default()
        }),
        ..Default::default()
    };
    let refused = admin.create_api_key(request).await.unwrap_err();
    assert_eq!(broken(&refused), ["api_key.expire_time"]);
}

async fn nobody_shuts_themselves_out() {
    let service = Service::start().await;
    let (mut admin, key) = admin(&service).await;
    let id = uuid::Uuid::try_parse(&key[4..36]).unwrap();
    let own_key = pb::RevokeApiKeyRequest {
        name: format!("users/root/keys/{id}"),
        ..Default::default()
    };
    let own_user = pb::RevokeUserRequest {
        name: "users/root".to_owned(),
        ..Default::default()
    };
    let lower = pb::UpdateUserRequest {
        user: Some(pb::User {
            name: "users/root".to_owned(),
            ..user(pb::AccessRole::Viewer)
        }),
        ..Default::default()
    };
    for refused in [
        admin.revoke_api_key(own_key.clone()).await.map(drop),
        admin.revoke_user(own_user).await.map(drop),
        admin.update_user(lower).await.map(drop),
    ] {
        assert_eq!(reason(&refused.unwrap_err()), "OWN_ACCESS");
    }
    // A new key takes the place of the old one.
    let request = pb::CreateApiKeyRequest {
        parent: "users/root".to_owned(),
        ..Default::default()
    };
    let made = admin.create_api_key(request).await.unwrap().into_inner();
    let mut again = access(&service.channel, &made.key_text);
    again.revoke_api_key(own_key).await.unwrap();
    let request = pb::ListUsersRequest::default();
    let refused = admin.list_users(request.clone()).await.unwrap_err();
    assert_eq!(refused.code(), Code::Unauthenticated);
    again.list_users(request).await.unwrap();
}

async fn an_admin_of_one_program_makes_nobody_elsewhere() {
    let service = Service::start().await.with_program().await;
    let key = signed_up(&service.app, "north/ada", AccessRole::Admin).await;
    let scopes = AccessRole::Partner(BTreeSet::from([Permission::RosterRead]));
    signed_up(&service.app, "root", scopes).await;
    let mut admin = access(&service.channel, &key);
    let refused = admin.create_user(create("", "bo", user(pb::AccessRole::Admin)));
    assert_eq!(refused.await.unwrap_err().code(), Code::PermissionDenied);
    let refused = admin.create_user(create("programs/south", "bo", user(pb::AccessRole::Admin)));
    assert_eq!(refused.await.unwrap_err().code(), Code::NotFound);
    // The same key belongs to another user there, of whom nothing is told.
    let own = create("programs/north", "root", user(pb::AccessRole::Admin));
    admin.create_user(own).await.unwrap();
    for name in ["users/root", "users/nobody"] {
        let name = name.to_owned();
        let refused = admin.get_user(pb::GetUserRequest { name }).await;
        assert_eq!(refused.unwrap_err().code(), Code::PermissionDenied);
    }
}

/// As `grpc/once` has it for all other writes: there nobody signs in, and the
/// first user would change that.
async fn every_write_gives_a_repeat_the_first_answer() {
    let service = Service::start().await.with_program().await;
    let (mut admin, _) = admin(&service).await;
    let id = || uuid::Uuid::now_v7().to_string();
    macro_rules! twice {
        ($method:ident, $request:expr) => {{
            let request = $request;
            let first = admin.$method(request.clone()).await.unwrap().into_inner();
            let again = admin.$method(request).await.unwrap().into_inner();
            assert_eq!(first.encode_to_vec(), again.encode_to_vec());
            first
        }};
    }
    let mut request = create("programs/north", "", user(pb::AccessRole::Viewer));
    request.request_id = id();
    let made = twice!(create_user, request).user.unwrap();
    twice!(
        update_user,
        pb::UpdateUserRequest {
            user: Some(pb::User {
                name: made.name.clone(),
                ..user(pb::AccessRole::Coordinator)
            }),
            update_mask: None,
            request_id: id(),
        }
    );
    let request = pb::CreateApiKeyRequest {
        parent: made.name.clone(),
        ..Default::default()
    };
    let key = admin.create_api_key(request).await.unwrap().into_inner();
    twice!(
        revoke_api_key,
        pb::RevokeApiKeyRequest {
            name: key.api_key.unwrap().name,
            request_id: id(),
        }
    );
    twice!(
        revoke_user,
        pb::RevokeUserRequest {
            name: made.name,
            etag: String::new(),
            request_id: id(),
        }
    );
}
