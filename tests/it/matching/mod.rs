//! The matcher on rosters large and small.

mod agreement;
mod shipped;
