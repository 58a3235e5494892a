//! Trainees, without their availability.

use std::borrow::Borrow;

use super::super::pb;
use super::fields::{Fields, number, texts};
use super::names::name;
use super::records::{etag, timestamp};
use crate::domain::limits::{MINUTES_OF_WEEK, PRIORITY_MOST};
use crate::domain::{
    Availability, Minutes, MinutesRange, ProgramKey, Trainee, TraineeKey, Versioned,
};

/// Reads a trainee; key and availability come from elsewhere.
pub(in super::super) fn read(
    message: pb::Trainee,
    key: Option<TraineeKey>,
    availability: Availability,
    fields: &mut Fields<'_>,
) -> Option<Trainee> {
    let name = fields.name("display_name", message.display_name);
    let email = fields.email("email", message.email);
    let time_zone = fields.zone("time_zone", &message.time_zone);
    let level = fields.parse("level", &message.level);
    let jurisdiction = fields.parse("jurisdiction", &message.jurisdiction);
    let priority = fields.whole("priority", message.priority, 1, PRIORITY_MOST);
    let contact = fields.contact(message.contact_minutes_min, message.contact_minutes_max);
    let contact_target = read_target(message.contact_minutes_target, contact, fields);
    let modalities = fields.tags("modalities_required", &message.modalities_required);
    let languages = fields.tags("languages", &message.languages);
    Some(Trainee {
        key: key?,
        name: name?,
        email: email?,
        time_zone: time_zone?,
        level: level?,
        jurisdiction: jurisdiction?,
        priority: priority?,
        contact: contact?,
        contact_target: contact_target?,
        modalities_required: modalities?,
        languages: languages?,
        availability,
    })
}

fn read_target(
    target: Option<i32>,
    contact: Option<MinutesRange>,
    fields: &mut Fields<'_>,
) -> Option<Option<Minutes>> {
    let Some(target) = target else {
        return Some(None);
    };
    let field = "contact_minutes_target";
    let target = fields.minutes(field, target, MINUTES_OF_WEEK)?;
    let range = contact?;
    if target < range.min() || range.max() < target {
        let message = format_args!(
            "lies outside contact_minutes_min {} to contact_minutes_max {}",
            range.min(),
            range.max()
        );
        fields.refuse(field, "range", message);
        return None;
    }
    Some(Some(target))
}

/// Returns a trainee as a message.
pub(in super::super) fn message(
    program: &ProgramKey,
    record: &Versioned<impl Borrow<Trainee>>,
) -> pb::Trainee {
    let trainee = record.value.borrow();
    pb::Trainee {
        name: name(program, "trainees", &trainee.key),
        display_name: trainee.name.clone(),
        email: trainee.email.clone(),
        time_zone: trainee.time_zone.to_string(),
        level: trainee.level.to_string(),
        jurisdiction: trainee.jurisdiction.to_string(),
        priority: number(trainee.priority),
        contact_minutes_min: number(trainee.contact.min().get()),
        contact_minutes_target: trainee.contact_target.map(|target| number(target.get())),
        contact_minutes_max: number(trainee.contact.max().get()),
        modalities_required: texts(&trainee.modalities_required),
        languages: texts(&trainee.languages),
        create_time: Some(timestamp(record.created_at)),
        update_time: Some(timestamp(record.updated_at)),
        etag: etag(record.version),
    }
}
