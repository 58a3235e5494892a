//! `RuleSetService`.

use tonic::{Request, Response, Status};

use super::super::convert::fields::Fields;
use super::super::convert::{listing, records, rule_sets};
use super::super::pb;
use super::super::request::{caller, list, next_token, once, opened, page, read};
use super::super::status::status;
use super::plans::list_page;
use crate::app::{Actor, App, KnownRuleSet};
use crate::domain::rule_set::RULE_SETS_MAX;
use crate::domain::{Key, ListOrder};

/// Answers the calls on rule sets.
#[derive(Clone, Debug)]
pub(in super::super) struct RuleSetCalls {
    pub(in super::super) app: App,
}

/// Refuses a text that is not given.
fn given(toml: &str, fields: &mut Fields<'_>) -> Option<()> {
    fields.required("toml", (!toml.is_empty()).then_some(()))
}

#[tonic::async_trait]
impl pb::rule_set_service_server::RuleSetService for RuleSetCalls {
    async fn list_rule_sets(
        &self,
        request: Request<pb::ListRuleSetsRequest>,
    ) -> Result<Response<pb::ListRuleSetsResponse>, Status> {
        let (actor, request) = opened(request)?;
        let scope = format!("{}/ruleSets", request.parent);
        let (program, (list, scope)) = read(|fields| {
            let program = fields.program_name("parent", &request.parent);
            let filter = listing::rule_sets(&request.filter, fields);
            let through = (Some(ListOrder::default()), filter);
            let (size, token) = (request.page_size, &request.page_token);
            let list = list(size, token, &scope, through, fields);
            Some((program?, list?))
        })?;
        let found = self
            .app
            .list_rule_sets(&actor, &program, &list.page, &list.filter)
            .await?;
        let message = |known| rule_sets::summary(&program, known);
        Ok(Response::new(pb::ListRuleSetsResponse {
            rule_sets: found.items.iter().map(message).collect(),
            next_page_token: next_token(&found, &scope),
        }))
    }

    async fn get_rule_set(
        &self,
        request: Request<pb::GetRuleSetRequest>,
    ) -> Result<Response<pb::GetRuleSetResponse>, Status> {
        let (actor, request) = opened(request)?;
        let (program, of, key) = read(|fields| fields.rule_set_name("name", &request.name))?;
        let found = match of {
            None => self.app.get_rule_set(&actor, &program, &key).await,
            Some(of) => {
                let kept = self.app.get_kept_rule_set(&actor, &program, of, &key);
                Box::pin(kept).await
            }
        };
        Ok(Response::new(pb::GetRuleSetResponse {
            rule_set: Some(rule_sets::message(&program, &found.map_err(status)?)),
        }))
    }

    async fn create_rule_set(
        &self,
        request: Request<pb::CreateRuleSetRequest>,
    ) -> Result<Response<pb::CreateRuleSetResponse>, Status> {
        let (actor, request) = opened(request)?;
        let (caller, program) = read(|fields| {
            let caller = caller(
                actor,
                "CreateRuleSet",
                &request.request_id,
                &request,
                fields,
            );
            let program = fields.program_name("parent", &request.parent);
            given(&request.toml, fields)?;
            Some((caller?, program?))
        })?;
        let owner = program.clone();
        let answer = move |known: &KnownRuleSet| pb::CreateRuleSetResponse {
            rule_set: Some(rule_sets::message(&owner, known)),
        };
        let create = |actor: Actor| async move {
            let text = request.toml;
            Ok(self.app.create_rule_set(&actor, &program, text).await?)
        };
        once(&self.app, caller, answer, create).await
    }

    async fn update_rule_set(
        &self,
        request: Request<pb::UpdateRuleSetRequest>,
    ) -> Result<Response<pb::UpdateRuleSetResponse>, Status> {
        let (actor, request) = opened(request)?;
        let (caller, (program, key)) = read(|fields| {
            let caller = caller(
                actor,
                "UpdateRuleSet",
                &request.request_id,
                &request,
                fields,
            );
            let name = fields.resource_name::<Key>("name", &request.name, "ruleSets");
            given(&request.toml, fields)?;
            Some((caller?, name?))
        })?;
        let owner = program.clone();
        let answer = move |known: &KnownRuleSet| pb::UpdateRuleSetResponse {
            rule_set: Some(rule_sets::message(&owner, known)),
        };
        let update = |actor: Actor| async move {
            let (text, etag) = (request.toml, records::version(&request.etag));
            let updated = self.app.update_rule_set(&actor, &program, &key, text, etag);
            Ok(updated.await?)
        };
        once(&self.app, caller, answer, update).await
    }

    async fn delete_rule_set(
        &self,
        request: Request<pb::DeleteRuleSetRequest>,
    ) -> Result<Response<pb::DeleteRuleSetResponse>, Status> {
        let (actor, request) = opened(request)?;
        let (caller, (program, key)) = read(|fields| {
            let caller = caller(
                actor,
                "DeleteRuleSet",
                &request.request_id,
                &request,
                fields,
            );
            let name = fields.resource_name::<Key>("name", &request.name, "ruleSets");
            Some((caller?, name?))
        })?;
        let delete = |actor: Actor| async move {
            let etag = records::version(&request.etag);
            let deleted = self.app.delete_rule_set(&actor, &program, &key, etag);
            Ok(deleted.await?)
        };
        let answer = |(): &()| pb::DeleteRuleSetResponse {};
        once(&self.app, caller, answer, delete).await
    }

    async fn check_rule_sets(
        &self,
        request: Request<pb::CheckRuleSetsRequest>,
    ) -> Result<Response<pb::CheckRuleSetsResponse>, Status> {
        let (actor, request) = opened(request)?;
        let asked = (&request.parent, &request.rule_set_ids, request.broken_only);
        let scope = format!("{asked:?}");
        let ((program, of), named, page) = read(|fields| {
            let of = fields.rules_of("parent", &request.parent);
            let ids = &request.rule_set_ids;
            let named = fields.keys("rule_set_ids", ids, RULE_SETS_MAX, |key: Key| key);
            let page = page(request.page_size, &request.page_token, &scope, fields);
            Some((of?, named?, page?))
        })?;
        let found = self.app.check_rule_sets(&actor, &program, &of, &named);
        let found = Box::pin(found).await.map_err(status)?;
        let broken = found.broken();
        let is_wanted = |holds: bool| !(request.broken_only && holds);
        let rows: Vec<_> = found
            .rows()
            .filter(|(_, _, row)| is_wanted(row.holds))
            .collect();
        let (rows, next_page_token) = list_page(&rows, &page, &scope, rule_sets::row)?;
        Ok(Response::new(rule_sets::check(
            &found,
            broken,
            rows,
            next_page_token,
        )))
    }
}
