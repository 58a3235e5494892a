//! Sites, without their opening hours.

use std::borrow::Borrow;

use super::super::pb;
use super::fields::{Fields, day_range, number, texts};
use super::names::name;
use super::records::{etag, timestamp};
use crate::domain::limits::MOST_PEOPLE;
use crate::domain::{Availability, Minutes, ProgramKey, Site, SiteKey, Versioned};

/// Reads a site; key and opening hours come from elsewhere.
pub(in super::super) fn read(
    message: pb::Site,
    key: Option<SiteKey>,
    opening: Availability,
    fields: &mut Fields<'_>,
) -> Option<Site> {
    let name = fields.name("display_name", message.display_name);
    let time_zone = fields.zone("time_zone", &message.time_zone);
    let jurisdiction = fields.parse("jurisdiction", &message.jurisdiction);
    let setting = fields.parse("setting", &message.setting);
    let capacity = fields.least_and_most(
        ("capacity_min", message.capacity_min),
        ("capacity", message.capacity),
        MOST_PEOPLE,
    );
    let contact_per_week = fields.minutes(
        "contact_minutes_per_week",
        message.contact_minutes_per_week,
        Minutes::MAX,
    );
    let contact = fields.contact(message.contact_minutes_min, message.contact_minutes_max);
    let agreement = fields.days("agreement", message.agreement);
    let modalities = fields.tags("modalities", &message.modalities);
    let languages = fields.tags("languages", &message.languages);
    let (capacity_min, capacity) = capacity?;
    Some(Site {
        key: key?,
        name: name?,
        time_zone: time_zone?,
        jurisdiction: jurisdiction?,
        setting: setting?,
        capacity_min,
        capacity,
        contact_per_week: contact_per_week?,
        contact: contact?,
        agreement: agreement?,
        modalities: modalities?,
        languages: languages?,
        opening,
    })
}

/// Returns a site as a message.
pub(in super::super) fn message(
    program: &ProgramKey,
    record: &Versioned<impl Borrow<Site>>,
) -> pb::Site {
    let site = record.value.borrow();
    pb::Site {
        name: name(program, "sites", &site.key),
        display_name: site.name.clone(),
        time_zone: site.time_zone.to_string(),
        jurisdiction: site.jurisdiction.to_string(),
        setting: site.setting.to_string(),
        capacity_min: number(site.capacity_min),
        capacity: number(site.capacity),
        contact_minutes_per_week: number(site.contact_per_week.get()),
        contact_minutes_min: number(site.contact.min().get()),
        contact_minutes_max: number(site.contact.max().get()),
        agreement: Some(day_range(site.agreement)),
        modalities: texts(&site.modalities),
        languages: texts(&site.languages),
        create_time: Some(timestamp(record.created_at)),
        update_time: Some(timestamp(record.updated_at)),
        etag: etag(record.version),
    }
}
