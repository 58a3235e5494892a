//! The matcher on rosters large and small.

mod agreement;
mod instances;
mod sameness;
mod shipped;
