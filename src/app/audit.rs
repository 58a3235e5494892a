//! What was done, and the proof that nobody has touched the record of it.

use uuid::Uuid;

use super::listing::{limit, page_of};
use super::{Actor, App, AppError, Permission};
use crate::domain::{Page, PageRequest, Realm, Violations};
pub use crate::store::{BrokenLink, ChainHead, RecordedEvent};

/// Where a chain of events ends, and whether it holds up to there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChainProof {
    /// What every hash of the chain begins with.
    pub chain_id: Uuid,
    /// The end, as the record itself says.
    pub head: ChainHead,
    /// The first place where the chain does not hold; `None` where it does.
    pub broken: Option<BrokenLink>,
}

impl App {
    /// Returns the events of a realm, the oldest first: of a kind, or all.
    ///
    /// # Errors
    /// [`AppError::NotFound`] when there is no such program;
    /// [`AppError::Invalid`] for a page of no or too many records.
    pub async fn list_events(
        &self,
        actor: &Actor,
        realm: &Realm,
        kind: Option<&str>,
        page: &PageRequest,
    ) -> Result<Page<RecordedEvent>, AppError> {
        let limit = limit(page)?;
        let after = match page.after.as_deref() {
            None => 0,
            Some(text) => text.parse().map_err(|_| {
                let message = "is no place in this list";
                AppError::Invalid(Violations::one("page_token", "page_token", message))
            })?,
        };
        let reading = self.read_realm(actor, realm, Permission::AuditRead);
        let (mut tx, scope) = reading.await?;
        let found = match kind {
            None => tx.event_list(scope, after, limit).await?,
            Some(kind) => tx.event_list_of_kind(scope, kind, after, limit).await?,
        };
        Ok(page_of(found, page, |event| event.sequence.to_string()))
    }

    /// Hashes the chain of a realm again.
    ///
    /// # Errors
    /// [`AppError::NotFound`] when there is no such program.
    pub async fn verify_chain(&self, actor: &Actor, realm: &Realm) -> Result<ChainProof, AppError> {
        let reading = self.read_realm(actor, realm, Permission::AuditRead);
        let (mut tx, scope) = reading.await?;
        let head = tx.event_head(scope).await?;
        let broken = tx.event_verify(scope).await?;
        Ok(ChainProof {
            chain_id: scope.chain_id(),
            head,
            broken,
        })
    }
}
