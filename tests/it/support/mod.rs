//! What several tests share.

pub(crate) mod tz_cases;
