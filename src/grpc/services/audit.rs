//! `AuditService`.

use tonic::{Request, Response, Status};

use super::super::convert::{audit, listing};
use super::super::pb;
use super::super::request::{next_token, opened, page, read};
use crate::app::App;

/// Answers the calls on the chain of events.
#[derive(Clone, Debug)]
pub(in super::super) struct AuditCalls {
    pub(in super::super) app: App,
}

#[tonic::async_trait]
impl pb::audit_service_server::AuditService for AuditCalls {
    async fn list_events(
        &self,
        request: Request<pb::ListEventsRequest>,
    ) -> Result<Response<pb::ListEventsResponse>, Status> {
        let (actor, request) = opened(request)?;
        let scope = format!("{}/events {}", request.parent, request.filter);
        let (realm, kind, page) = read(|fields| {
            let realm = fields.realm("parent", &request.parent);
            let kind = listing::events(&request.filter, fields);
            let page = page(request.page_size, &request.page_token, &scope, fields);
            Some((realm?, kind?, page?))
        })?;
        let listing = self.app.list_events(&actor, &realm, kind.as_deref(), &page);
        let found = listing.await?;
        let next_page_token = next_token(&found, &scope);
        Ok(Response::new(pb::ListEventsResponse {
            events: found.items.into_iter().map(audit::event).collect(),
            next_page_token,
        }))
    }

    async fn verify_chain(
        &self,
        request: Request<pb::VerifyChainRequest>,
    ) -> Result<Response<pb::VerifyChainResponse>, Status> {
        let (actor, request) = opened(request)?;
        let realm = read(|fields| fields.realm("parent", &request.parent))?;
        let proof = self.app.verify_chain(&actor, &realm).await?;
        Ok(Response::new(audit::proof(proof)))
    }
}
