//! The matcher on rosters large and small.

mod agreement;
mod broken;
mod formula;
mod instances;
mod policy;
mod sameness;
mod shipped;
