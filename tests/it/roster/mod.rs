//! Roster and plan folders.

mod bad_folder;
mod bad_input;
mod command;
mod generated;
mod plan_folder;
mod shipped;
mod small;
mod spellings;
