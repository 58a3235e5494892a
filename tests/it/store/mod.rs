//! The store and the use cases over it: one suite, run on both databases.

mod chain;
mod databases;
mod faults;
mod people;
mod roles;
mod rosters;
mod runs;
mod schema;
mod size;
mod statements;
