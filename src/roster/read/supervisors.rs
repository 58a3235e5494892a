//! `supervisors.csv` and `licences.csv`.

use std::collections::{BTreeSet, HashMap};

use super::super::table::{Columns, Row, read_table};
use super::super::words::{DELIVERIES, KINDS, ROLES};
use super::super::{FolderFiles, RosterErrors};
use super::{KnownKeys, sites};
use crate::domain::limits::{GROUP_SIZE_LEAST, GROUP_SIZE_MOST, MINUTES_OF_WEEK, MOST_PEOPLE};
use crate::domain::{Availability, Licence, Role, SessionKind, SiteKey, Supervisor, SupervisorKey};

pub(super) const FILE: &str = "supervisors.csv";

const COLUMNS: Columns = Columns {
    required: &[
        "id",
        "name",
        "email",
        "time_zone",
        "role",
        "sites",
        "delivery",
        "caseload_max",
        "caseload_current",
        "minutes_per_week_max",
        "kinds",
        "group_size_max",
        "languages",
    ],
    optional: &["caseload_min"],
    multiline: &[],
};

const LICENCE_COLUMNS: Columns = Columns {
    required: &[
        "supervisor_id",
        "jurisdiction",
        "credential",
        "valid_from",
        "valid_until",
    ],
    optional: &[],
    multiline: &[],
};

/// Reads the supervisors, by key and without licences and availability.
pub(super) fn read_supervisors(
    files: &FolderFiles,
    keys: &mut KnownKeys,
    errors: &mut RosterErrors,
) -> Vec<Supervisor> {
    let mut supervisors = read_table(files, FILE, &COLUMNS, errors, |row| {
        read_supervisor(row, keys)
    });
    keys.supervisors.settle(FILE, errors);
    supervisors.sort_by(|a, b| a.key.cmp(&b.key));
    supervisors
}

fn read_supervisor(row: &mut Row<'_>, keys: &mut KnownKeys) -> Option<Supervisor> {
    let key = row.new_key("id", &mut keys.supervisors);
    let name = row.name("name");
    let email = row.email("email");
    let time_zone = row.zone("time_zone");
    let role = row.word("role", &ROLES);
    let sites = read_workplaces(row, role, keys);
    let delivery = row.word("delivery", &DELIVERIES);
    let caseload = row.least_and_most("caseload_min", "caseload_max", MOST_PEOPLE);
    let caseload_current = row.whole("caseload_current", 0, MOST_PEOPLE);
    let minutes_per_week_max = row.minutes("minutes_per_week_max", MINUTES_OF_WEEK);
    let kinds = row.words("kinds", &KINDS);
    let group_size_max = read_group_size(row, kinds.as_ref());
    let languages = row.tags("languages");
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
        caseload_current: caseload_current?,
        minutes_per_week_max: minutes_per_week_max?,
        kinds: kinds?,
        group_size_max: group_size_max?,
        languages: languages?,
        licences: Vec::new(),
        availability: Availability::default(),
    })
}

fn read_workplaces(
    row: &mut Row<'_>,
    role: Option<Role>,
    keys: &KnownKeys,
) -> Option<BTreeSet<SiteKey>> {
    let allowed = format_args!("an id in {}", sites::FILE);
    let workplaces = row.list("sites", allowed, |item| {
        item.parse().ok().filter(|_| keys.sites.allow(item))
    })?;
    if workplaces.is_empty() && role == Some(Role::Site) {
        row.refuse(
            "sites",
            "the cell is empty; a supervisor of role site works at one or more",
        );
        return None;
    }
    Some(workplaces)
}

fn read_group_size(row: &mut Row<'_>, kinds: Option<&BTreeSet<SessionKind>>) -> Option<u32> {
    let size = row.whole_or_zero("group_size_max", GROUP_SIZE_MOST)?;
    if size < GROUP_SIZE_LEAST && kinds.is_some_and(|k| k.contains(&SessionKind::Group)) {
        row.refuse(
            "group_size_max",
            format!(
                "is too small for the kind group; allowed is a whole number from \
                 {GROUP_SIZE_LEAST} to {GROUP_SIZE_MOST}"
            ),
        );
        return None;
    }
    Some(size)
}

/// Reads the licences and gives each supervisor his own, in order.
pub(super) fn read_licences(
    files: &FolderFiles,
    keys: &KnownKeys,
    supervisors: &mut [Supervisor],
    errors: &mut RosterErrors,
) {
    let rows = read_table(files, "licences.csv", &LICENCE_COLUMNS, errors, |row| {
        let supervisor = row.reference("supervisor_id", &keys.supervisors, FILE);
        let jurisdiction = row.tag("jurisdiction");
        let credential = row.name("credential");
        let valid = row.days("valid_from", "valid_until");
        let licence = Licence {
            jurisdiction: jurisdiction?,
            credential: credential?,
            valid: valid?,
        };
        Some((supervisor?, licence))
    });
    let mut licences: HashMap<SupervisorKey, Vec<Licence>> = HashMap::new();
    for (supervisor, licence) in rows {
        licences.entry(supervisor).or_default().push(licence);
    }
    for supervisor in supervisors {
        if let Some(mut own) = licences.remove(&supervisor.key) {
            own.sort_by(|a, b| {
                let order = |l: &Licence| (l.jurisdiction.clone(), l.valid, l.credential.clone());
                order(a).cmp(&order(b))
            });
            own.dedup();
            supervisor.licences = own;
        }
    }
}
