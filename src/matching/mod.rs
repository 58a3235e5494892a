//! The matcher: a roster goes in, a proved plan comes out.

pub mod check;
