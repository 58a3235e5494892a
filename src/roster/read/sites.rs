//! `sites.csv`.

use super::super::keys::Keys;
use super::super::table::{Columns, Row, read_table};
use super::super::{FolderFiles, RosterErrors};
use crate::domain::limits::MOST_PEOPLE;
use crate::domain::{Availability, Minutes, Site};

pub(super) const FILE: &str = "sites.csv";

const COLUMNS: Columns = Columns {
    required: &[
        "id",
        "name",
        "time_zone",
        "jurisdiction",
        "setting",
        "capacity",
        "contact_minutes_per_week",
        "contact_minutes_min",
        "contact_minutes_max",
        "agreement_from",
        "agreement_until",
        "modalities",
        "languages",
    ],
    optional: &["capacity_min"],
    multiline: &[],
};

/// Reads the sites, by key and without opening hours.
pub(super) fn read_sites(
    files: &FolderFiles,
    keys: &mut Keys,
    errors: &mut RosterErrors,
) -> Vec<Site> {
    let mut sites = read_table(files, FILE, &COLUMNS, errors, |row| read_site(row, keys));
    keys.settle(FILE, errors);
    sites.sort_by(|a, b| a.key.cmp(&b.key));
    sites
}

fn read_site(row: &mut Row<'_>, keys: &mut Keys) -> Option<Site> {
    let key = row.new_key("id", keys);
    let name = row.name("name");
    let time_zone = row.zone("time_zone");
    let jurisdiction = row.tag("jurisdiction");
    let setting = row.tag("setting");
    let limits = row.least_and_most("capacity_min", "capacity", MOST_PEOPLE);
    let contact_per_week = row.minutes("contact_minutes_per_week", Minutes::MAX);
    let contact = row.contact_range();
    let agreement = row.days("agreement_from", "agreement_until");
    let modalities = row.tags("modalities");
    let languages = row.tags("languages");
    let (capacity_min, capacity) = limits?;
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
        opening: Availability::default(),
    })
}
