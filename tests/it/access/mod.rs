//! Who may what: signing in, roles, users and keys, and the record of it.

mod analysis;
mod audit;
pub(crate) mod callers;
mod commands;
mod documented;
mod keys;
mod matrix;
mod published;
mod secrets;
mod streams;
mod table;
mod tokens;
mod users;
