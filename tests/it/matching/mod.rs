//! The matcher on rosters large and small.

mod agreement;
mod broken;
mod core;
mod exact_model;
mod explain;
mod finish;
mod formula;
mod instances;
mod large;
mod one_supervisor;
mod policy;
mod repair;
mod rule_sets;
mod sameness;
mod shipped;
mod stability;
mod worths;
