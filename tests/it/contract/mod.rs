//! The contract as a document: what its comments must say, the examples of
//! `docs/api.md`, and the conventions that hold for every method.

mod comments;
mod conventions;
mod docs;
mod only_checked;
mod page;
mod source;
mod story;
mod written;
