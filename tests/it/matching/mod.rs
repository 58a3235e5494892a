//! The matcher on rosters large and small.

mod shipped;
