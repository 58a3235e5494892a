//! `AccessService`.

use secrecy::ExposeSecret;
use tonic::{Request, Response, Status};

use super::super::convert::access::{api_key, new_user_key, read_changed_role, read_role, user};
use super::super::convert::records;
use super::super::pb;
use super::super::request::{caller, next_token, once, once_shown, opened, page, read};
use super::super::status::status;
use super::is_overtaken;
use crate::app::{Actor, App, IssuedKey, NewUser};
use crate::domain::{ApiKey, User, Versioned};

/// Answers the calls on users and their keys.
#[derive(Clone, Debug)]
pub(in super::super) struct AccessCalls {
    pub(in super::super) app: App,
}

#[tonic::async_trait]
impl pb::access_service_server::AccessService for AccessCalls {
    async fn get_user(
        &self,
        request: Request<pb::GetUserRequest>,
    ) -> Result<Response<pb::GetUserResponse>, Status> {
        let (actor, request) = opened(request)?;
        let name = read(|fields| fields.user_name("name", &request.name))?;
        let record = self.app.get_user(&actor, &name).await;
        Ok(Response::new(pb::GetUserResponse {
            user: Some(user(&name.realm, &record.map_err(status)?)),
        }))
    }

    async fn list_users(
        &self,
        request: Request<pb::ListUsersRequest>,
    ) -> Result<Response<pb::ListUsersResponse>, Status> {
        let (actor, request) = opened(request)?;
        let scope = format!("{}/users", request.parent);
        let (realm, page) = read(|fields| {
            let realm = fields.realm("parent", &request.parent);
            let page = page(request.page_size, &request.page_token, &scope, fields);
            Some((realm?, page?))
        })?;
        let found = self.app.list_users(&actor, &realm, &page).await?;
        Ok(Response::new(pb::ListUsersResponse {
            users: found.items.iter().map(|one| user(&realm, one)).collect(),
            next_page_token: next_token(&found, &scope),
        }))
    }

    async fn create_user(
        &self,
        request: Request<pb::CreateUserRequest>,
    ) -> Result<Response<pb::CreateUserResponse>, Status> {
        let (actor, request) = opened(request)?;
        let (caller, new) = read(|fields| {
            let caller = caller(actor, "CreateUser", &request.request_id, &request, fields);
            let realm = fields.realm("parent", &request.parent);
            let key = new_user_key("user_id", &request.user_id, fields);
            let message = fields.required("user", request.user)?;
            let role = read_role(&message, realm.as_ref(), &mut fields.at("user"));
            let new = NewUser {
                realm: realm?,
                key: key?,
                role: role?,
            };
            Some((caller?, new))
        })?;
        let realm = new.realm.clone();
        let answer = move |record: &Versioned<User>| pb::CreateUserResponse {
            user: Some(user(&realm, record)),
        };
        let create = |actor: Actor| async move { Ok(self.app.create_user(&actor, new).await?) };
        once(&self.app, caller, answer, create).await
    }

    async fn update_user(
        &self,
        request: Request<pb::UpdateUserRequest>,
    ) -> Result<Response<pb::UpdateUserResponse>, Status> {
        let (actor, request) = opened(request)?;
        let (caller, new, name) = read(|fields| {
            let caller = caller(actor, "UpdateUser", &request.request_id, &request, fields);
            let new = fields.required("user", request.user.clone())?;
            let name = fields.user_name("user.name", &new.name);
            Some((caller?, new, name?))
        })?;
        let realm = name.realm.clone();
        let answer = move |record: &Versioned<User>| pb::UpdateUserResponse {
            user: Some(user(&realm, record)),
        };
        let update = |actor: Actor| async move {
            let etag = records::version(&new.etag);
            let mask = request.update_mask.as_ref();
            let mut tries = 0;
            loop {
                let current = self.app.get_user(&actor, &name).await?;
                let new = new.clone();
                let role = read(|fields| read_changed_role(&name, &current, new, mask, fields))?;
                let held = Some(etag.unwrap_or(current.version));
                let mut updated = self.app.update_user(&actor, &name, role, held).await;
                if !is_overtaken(&mut updated, etag, &mut tries).await {
                    return Ok(updated?);
                }
            }
        };
        once(&self.app, caller, answer, update).await
    }

    async fn revoke_user(
        &self,
        request: Request<pb::RevokeUserRequest>,
    ) -> Result<Response<pb::RevokeUserResponse>, Status> {
        let (actor, request) = opened(request)?;
        let (caller, name) = read(|fields| {
            let caller = caller(actor, "RevokeUser", &request.request_id, &request, fields);
            let name = fields.user_name("name", &request.name);
            Some((caller?, name?))
        })?;
        let etag = records::version(&request.etag);
        let realm = name.realm.clone();
        let answer = move |record: &Versioned<User>| pb::RevokeUserResponse {
            user: Some(user(&realm, record)),
        };
        let revoke = |actor: Actor| async move {
            let revoked = self.app.revoke_user(&actor, &name, etag).await;
            Ok(revoked?)
        };
        once(&self.app, caller, answer, revoke).await
    }

    async fn create_api_key(
        &self,
        request: Request<pb::CreateApiKeyRequest>,
    ) -> Result<Response<pb::CreateApiKeyResponse>, Status> {
        let (actor, request) = opened(request)?;
        let (caller, name, expires_at) = read(|fields| {
            let id = &request.request_id;
            let caller = caller(actor, "CreateApiKey", id, &request, fields);
            let name = fields.user_name("parent", &request.parent);
            let end = request.api_key.as_ref().and_then(|key| key.expire_time);
            let expires_at = fields.at("api_key").expiry("expire_time", end);
            Some((caller?, name?, expires_at?))
        })?;
        let realm = name.realm.clone();
        let kept = move |issued: &IssuedKey| pb::CreateApiKeyResponse {
            api_key: Some(api_key(&realm, &issued.key)),
            key_text: String::new(),
            key_text_withheld: pb::ErrorReason::SecretAlreadyShown.into(),
        };
        let show = |issued: &IssuedKey, answer: &mut pb::CreateApiKeyResponse| {
            issued.text.expose_secret().clone_into(&mut answer.key_text);
            answer.key_text_withheld = pb::ErrorReason::Unspecified.into();
        };
        let create = |actor: Actor| async move {
            let created = self.app.create_api_key(&actor, &name, expires_at).await;
            Ok(created?)
        };
        once_shown(&self.app, caller, kept, show, create).await
    }

    async fn list_api_keys(
        &self,
        request: Request<pb::ListApiKeysRequest>,
    ) -> Result<Response<pb::ListApiKeysResponse>, Status> {
        let (actor, request) = opened(request)?;
        let scope = format!("{}/keys", request.parent);
        let (name, page) = read(|fields| {
            let name = fields.user_name("parent", &request.parent);
            let page = page(request.page_size, &request.page_token, &scope, fields);
            Some((name?, page?))
        })?;
        let listing = self
            .app
            .list_api_keys(&actor, &name.realm, Some(&name.key), &page);
        let found = listing.await?;
        let message = |key| api_key(&name.realm, key);
        Ok(Response::new(pb::ListApiKeysResponse {
            api_keys: found.items.iter().map(message).collect(),
            next_page_token: next_token(&found, &scope),
        }))
    }

    async fn revoke_api_key(
        &self,
        request: Request<pb::RevokeApiKeyRequest>,
    ) -> Result<Response<pb::RevokeApiKeyResponse>, Status> {
        let (actor, request) = opened(request)?;
        let (caller, (name, id)) = read(|fields| {
            let request_id = &request.request_id;
            let caller = caller(actor, "RevokeApiKey", request_id, &request, fields);
            let key = fields.api_key_name("name", &request.name);
            Some((caller?, key?))
        })?;
        let realm = name.realm.clone();
        let answer = move |key: &ApiKey| pb::RevokeApiKeyResponse {
            api_key: Some(api_key(&realm, key)),
        };
        let revoke = |actor: Actor| async move {
            let revoked = self.app.revoke_api_key(&actor, &name, id).await;
            Ok(revoked?)
        };
        once(&self.app, caller, answer, revoke).await
    }
}
