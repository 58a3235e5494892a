//! Roster and plan folders.

#![expect(
    clippy::unwrap_used,
    reason = "a helper of a test fails by panicking, as the test itself does"
)]

mod bad_folder;
mod bad_program;
mod bad_tables;
mod bad_values;
mod command;
mod documented;
mod generated;
mod plan_folder;
mod plan_formats;
mod policy;
mod rule_sets;
mod shipped;
mod small;
mod spellings;
