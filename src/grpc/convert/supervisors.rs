//! Supervisors and their licences, without their availability.

use std::borrow::Borrow;
use std::collections::BTreeSet;

use super::super::pb;
use super::fields::{Fields, day_range, number, texts};
use super::names::name;
use super::records::{etag, timestamp};
use super::words;
use crate::domain::limits::{GROUP_SIZE_LEAST, GROUP_SIZE_MOST, MINUTES_OF_WEEK, MOST_PEOPLE};
use crate::domain::{
    Availability, Licence, ProgramKey, Role, SessionKind, SiteKey, Supervisor, SupervisorKey,
    Versioned,
};

/// Reads a supervisor; key and availability come from elsewhere.
pub(in super::super) fn read(
    message: pb::Supervisor,
    key: Option<SupervisorKey>,
    availability: Availability,
    fields: &mut Fields<'_>,
) -> Option<Supervisor> {
    let name = fields.name("display_name", message.display_name);
    let email = fields.email("email", message.email);
    let time_zone = fields.zone("time_zone", &message.time_zone);
    let role = fields.choice("role", message.role, words::read_role);
    let sites = read_sites(&message.site_ids, role, fields);
    let delivery = fields.choice("delivery", message.delivery, words::read_delivery);
    let caseload = fields.least_and_most(
        ("caseload_min", message.caseload_min),
        ("caseload_max", message.caseload_max),
        MOST_PEOPLE,
    );
    let current = fields.whole("caseload_current", message.caseload_current, 0, MOST_PEOPLE);
    let minutes_per_week_max = fields.minutes(
        "minutes_per_week_max",
        message.minutes_per_week_max,
        MINUTES_OF_WEEK,
    );
    let kinds = read_kinds(&message.kinds, fields);
    let group_size_max = read_group_size(message.group_size_max, kinds.as_ref(), fields);
    let languages = fields.tags("languages", &message.languages);
    let licences = read_licences(message.licences, fields);
    let (caseload_min, caseload_max) = caseload?;
    Some(Supervisor {
        key: key?,
        name: name?,
        email: email?,
        time_zone: time_zone?,
        role: role?,
        sites: sites?,
        delivery: delivery?,
        caseload_min,
        caseload_max,
        caseload_current: current?,
        minutes_per_week_max: minutes_per_week_max?,
        kinds: kinds?,
        group_size_max: group_size_max?,
        languages: languages?,
        licences: licences?,
        availability,
    })
}

fn read_sites(
    site_ids: &[String],
    role: Option<Role>,
    fields: &mut Fields<'_>,
) -> Option<BTreeSet<SiteKey>> {
    if site_ids.is_empty() && role == Some(Role::Site) {
        let message = "is empty; a supervisor of role site works at one or more";
        fields.refuse("site_ids", "required", message);
        return None;
    }
    fields.set("site_ids", site_ids)
}

pub(super) fn read_kinds(kinds: &[i32], fields: &mut Fields<'_>) -> Option<BTreeSet<SessionKind>> {
    if kinds.is_empty() {
        return fields.required("kinds", None);
    }
    fields.count("kinds", kinds.len())?;
    let kinds: Vec<Option<SessionKind>> = kinds
        .iter()
        .enumerate()
        .map(|(index, kind)| fields.choice(&format!("kinds[{index}]"), *kind, words::read_kind))
        .collect();
    kinds.into_iter().collect()
}

fn read_group_size(
    size: i32,
    kinds: Option<&BTreeSet<SessionKind>>,
    fields: &mut Fields<'_>,
) -> Option<u32> {
    let offers_groups = kinds.is_some_and(|kinds| kinds.contains(&SessionKind::Group));
    let least = if offers_groups { GROUP_SIZE_LEAST } else { 0 };
    fields.whole("group_size_max", size, least, GROUP_SIZE_MOST)
}

fn read_licences(licences: Vec<pb::Licence>, fields: &mut Fields<'_>) -> Option<Vec<Licence>> {
    fields.count("licences", licences.len())?;
    let licences: Vec<Option<Licence>> = licences
        .into_iter()
        .enumerate()
        .map(|(index, licence)| read_licence(licence, &mut fields.item("licences", index)))
        .collect();
    let mut licences: Vec<Licence> = licences.into_iter().collect::<Option<_>>()?;
    licences.sort_by(|a, b| {
        let order = |licence: &Licence| {
            (
                licence.jurisdiction.clone(),
                licence.valid,
                licence.credential.clone(),
            )
        };
        order(a).cmp(&order(b))
    });
    licences.dedup();
    Some(licences)
}

fn read_licence(licence: pb::Licence, fields: &mut Fields<'_>) -> Option<Licence> {
    let jurisdiction = fields.parse("jurisdiction", &licence.jurisdiction);
    let credential = fields.name("credential", licence.credential);
    let valid = fields.days("valid", licence.valid);
    Some(Licence {
        jurisdiction: jurisdiction?,
        credential: credential?,
        valid: valid?,
    })
}

/// Returns a supervisor as a message.
pub(in super::super) fn message(
    program: &ProgramKey,
    record: &Versioned<impl Borrow<Supervisor>>,
) -> pb::Supervisor {
    let supervisor = record.value.borrow();
    let licence = |licence: &Licence| pb::Licence {
        jurisdiction: licence.jurisdiction.to_string(),
        credential: licence.credential.clone(),
        valid: Some(day_range(licence.valid)),
    };
    pb::Supervisor {
        name: name(program, "supervisors", &supervisor.key),
        display_name: supervisor.name.clone(),
        email: supervisor.email.clone(),
        time_zone: supervisor.time_zone.to_string(),
        role: words::role(supervisor.role),
        site_ids: texts(&supervisor.sites),
        delivery: words::delivery(supervisor.delivery),
        caseload_min: number(supervisor.caseload_min),
        caseload_max: number(supervisor.caseload_max),
        caseload_current: number(supervisor.caseload_current),
        minutes_per_week_max: number(supervisor.minutes_per_week_max.get()),
        kinds: supervisor.kinds.iter().copied().map(words::kind).collect(),
        group_size_max: number(supervisor.group_size_max),
        languages: texts(&supervisor.languages),
        licences: supervisor.licences.iter().map(licence).collect(),
        create_time: Some(timestamp(record.created_at)),
        update_time: Some(timestamp(record.updated_at)),
        etag: etag(record.version),
    }
}
