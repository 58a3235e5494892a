//! Messages to domain values and back, one file for each resource.
//!
//! What comes in is read through [`Fields`](fields::Fields), which gathers
//! every broken field with its path. Nothing here asks a use case.

pub(super) mod access;
pub(super) mod analysis;
pub(super) mod audit;
pub(super) mod availability;
pub(super) mod batch;
pub(super) mod edits;
pub(super) mod fields;
pub(super) mod forecasts;
pub(super) mod listing;
mod lists;
pub(super) mod local_time;
pub(super) mod mask;
pub(super) mod names;
pub(super) mod pairs;
pub(super) mod participants;
pub(super) mod plans;
pub(super) mod preflight;
pub(super) mod programs;
pub(super) mod publications;
pub(super) mod ranked;
pub(super) mod records;
pub(super) mod rosters;
pub(super) mod rounds;
pub(super) mod rule_sets;
pub(super) mod runs;
pub(super) mod schedule;
pub(super) mod sites;
pub(super) mod supervision_lines;
pub(super) mod supervisors;
pub(super) mod trainee_rows;
pub(super) mod trainees;
pub(super) mod week_preview;
pub(super) mod words;
pub(super) mod worths;

#[cfg(test)]
mod identity;
