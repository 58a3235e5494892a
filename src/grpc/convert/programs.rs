//! Programs.

use super::super::pb;
use super::fields::Fields;
use super::names::program_name;
use super::records::{etag, timestamp};
use crate::domain::{Program, Versioned, ZoneName};

/// Reads the name and the zone of a program; its key comes from elsewhere in
/// the request.
pub(in super::super) fn read(
    message: pb::Program,
    fields: &mut Fields<'_>,
) -> Option<(String, ZoneName)> {
    let name = fields.name("display_name", message.display_name);
    let time_zone = fields.zone("time_zone", &message.time_zone);
    Some((name?, time_zone?))
}

/// Returns a program as a message.
pub(in super::super) fn message(record: &Versioned<Program>) -> pb::Program {
    let program = &record.value;
    pb::Program {
        name: program_name(&program.key),
        display_name: program.name.clone(),
        time_zone: program.time_zone.to_string(),
        create_time: Some(timestamp(record.created_at)),
        update_time: Some(timestamp(record.updated_at)),
        etag: etag(record.version),
    }
}
