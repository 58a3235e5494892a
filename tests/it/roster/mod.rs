//! Roster and plan folders.

mod shipped;
