//! `trainees.csv`.

use std::collections::BTreeSet;

use super::super::keys::Keys;
use super::super::table::{Columns, Row, read_table};
use super::super::{FolderFiles, RosterErrors};
use super::lines::Levels;
use crate::domain::limits::{MINUTES_OF_WEEK, PRIORITY_MOST};
use crate::domain::{Availability, Minutes, MinutesRange, Tag, Trainee};

pub(super) const FILE: &str = "trainees.csv";

const COLUMNS: Columns = Columns {
    required: &[
        "id",
        "name",
        "email",
        "time_zone",
        "level",
        "jurisdiction",
        "priority",
        "contact_minutes_min",
        "contact_minutes_target",
        "contact_minutes_max",
        "modalities_required",
        "languages",
    ],
    optional: &[],
    multiline: &[],
};

/// Reads the trainees, by key and without availability.
pub(super) fn read_trainees(
    files: &FolderFiles,
    keys: &mut Keys,
    levels: &Levels,
    errors: &mut RosterErrors,
) -> Vec<Trainee> {
    let mut refused = BTreeSet::new();
    let mut trainees = read_table(files, FILE, &COLUMNS, errors, |row| {
        let trainee = read_trainee(row, keys);
        if let Some(level) = trainee.as_ref().map(|trainee| &trainee.level)
            && !levels.allow(level)
            && refused.insert(level.clone())
        {
            row.refuse("level", levels.refusal());
        }
        trainee
    });
    keys.settle(FILE, errors);
    trainees.sort_by(|a, b| a.key.cmp(&b.key));
    trainees
}

fn read_trainee(row: &mut Row<'_>, keys: &mut Keys) -> Option<Trainee> {
    let key = row.new_key("id", keys);
    let name = row.name("name");
    let email = row.email("email");
    let time_zone = row.zone("time_zone");
    let level: Option<Tag> = row.tag("level");
    let jurisdiction = row.tag("jurisdiction");
    let priority = row.whole("priority", 1, PRIORITY_MOST);
    let contact = row.contact_range();
    let contact_target = read_target(row, contact);
    let modalities_required = row.tags("modalities_required");
    let languages = row.tags("languages");
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
        modalities_required: modalities_required?,
        languages: languages?,
        availability: Availability::default(),
    })
}

fn read_target(row: &mut Row<'_>, contact: Option<MinutesRange>) -> Option<Option<Minutes>> {
    let column = "contact_minutes_target";
    if row.cell(column)?.is_empty() {
        return Some(None);
    }
    let target = row.minutes(column, MINUTES_OF_WEEK)?;
    let range = contact?;
    if target < range.min() || range.max() < target {
        let message = format!(
            "lies outside contact_minutes_min {} to contact_minutes_max {}",
            range.min(),
            range.max()
        );
        row.refuse(column, message);
        return None;
    }
    Some(Some(target))
}
