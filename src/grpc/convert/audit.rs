//! Events and the proof of their chain.

use super::super::pb;
use super::records::timestamp;
use crate::app::{ChainProof, RecordedEvent};
use crate::domain::time::UtcSecond;

/// Returns an event as a message.
pub(in super::super) fn event(event: RecordedEvent) -> pb::Event {
    pb::Event {
        sequence: event.sequence,
        time: Some(timestamp(UtcSecond(event.at))),
        actor: event.actor,
        kind: event.kind,
        subject: event.subject,
        payload: event.payload,
        payload_sha256: event.payload_sha256,
        previous_sha256: event.previous_sha256,
        sha256: event.sha256,
    }
}

/// Returns a proof as a message.
pub(in super::super) fn proof(proof: ChainProof) -> pb::VerifyChainResponse {
    pb::VerifyChainResponse {
        chain_id: proof.chain_id.to_string(),
        head_sequence: proof.head.sequence,
        head_sha256: proof.head.sha256,
        broken: proof.broken.map(|broken| pb::BrokenLink {
            sequence: broken.sequence,
            fault: broken.what.to_owned(),
        }),
    }
}
