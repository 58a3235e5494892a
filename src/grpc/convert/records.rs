//! What every stored record carries: times and etag.

use prost_types::Timestamp;

use crate::domain::time::UtcSecond;

/// Returns an instant as a message.
pub(in super::super) fn timestamp(at: UtcSecond) -> Timestamp {
    Timestamp {
        seconds: at.0,
        nanos: 0,
    }
}

/// Returns a version as an etag.
pub(in super::super) fn etag(version: i64) -> String {
    version.to_string()
}

/// Returns the version of an etag; `None` when none was given. A text that is
/// no etag is that of no version, so that it is always stale.
pub(in super::super) fn version(etag: &str) -> Option<i64> {
    (!etag.is_empty()).then(|| etag.parse().unwrap_or(-1))
}
