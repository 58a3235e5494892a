//! The store and the use cases over it: one suite, run on both databases.

mod batches;
mod chain;
pub(crate) mod databases;
mod faults;
mod lists;
mod once;
mod people;
mod publishing;
mod responses;
mod roles;
mod rosters;
mod round_parts;
mod round_states;
mod run_ends;
mod run_fairness;
mod runs;
mod schedule;
mod schema;
mod size;
mod statements;
mod wall;
