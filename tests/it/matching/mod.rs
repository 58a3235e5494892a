//! The matcher on rosters large and small.

mod agreement;
mod broken;
mod exact_model;
mod explain;
mod formula;
mod instances;
mod large;
mod one_supervisor;
mod sameness;
mod shipped;
mod stability;
