//! The store and the use cases over it: one suite, run on both databases.

mod chain;
pub(crate) mod databases;
mod people;
mod rosters;
mod run_ends;
mod runs;
mod schema;
mod size;
mod statements;
