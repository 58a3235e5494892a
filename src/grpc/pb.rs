//! The generated types of `practicum.v1`; nobody outside `grpc` names them.
#![allow(
    missing_docs,
    unreachable_pub,
    unused_qualifications,
    clippy::all,
    clippy::doc_markdown,
    clippy::too_many_lines,
    clippy::str_to_string,
    clippy::wildcard_enum_match_arm,
    clippy::allow_attributes_without_reason,
    reason = "written by the compiler of the contract; its comments are those of proto/"
)]

tonic::include_proto!("practicum.v1");

/// The descriptors of the contract with all comments, as reflection serves
/// them.
pub(super) const DESCRIPTORS: &[u8] =
    include_bytes!(concat!(env!("OUT_DIR"), "/descriptors.binpb"));
