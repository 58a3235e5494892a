//! The integration tests, in one binary.

mod zone_data;
