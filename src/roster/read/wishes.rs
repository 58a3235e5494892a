//! Who wants, may or must go where: preferences, exclusions, pins, forbids,
//! site rankings; and what trainees must collect.

use super::super::table::{Columns, Row, read_table};
use super::super::words::REQUIREMENT_CATEGORIES;
use super::super::{FolderFiles, RosterErrors};
use super::{KnownKeys, sites, supervisors, trainees, without_repeats};
use crate::domain::limits::RANK_MOST;
use crate::domain::{
    Exclusion, Forbid, Minutes, Pin, Preference, Requirement, SiteOrSupervisor, SiteRanking,
    TraineeKey,
};

const PREFERENCES: &str = "preferences.csv";
const SITE_RANKINGS: &str = "site_rankings.csv";
const REQUIREMENTS: &str = "requirements.csv";

const PREFERENCE_COLUMNS: Columns = Columns {
    required: &["trainee_id", "target", "target_id", "rank"],
    optional: &[],
    multiline: &[],
};

const EXCLUSION_COLUMNS: Columns = Columns {
    required: &["trainee_id", "target", "target_id"],
    optional: &["reason"],
    multiline: &[],
};

const PAIR_COLUMNS: Columns = Columns {
    required: &["trainee_id", "target", "target_id"],
    optional: &[],
    multiline: &[],
};

const RANKING_COLUMNS: Columns = Columns {
    required: &["site_id", "trainee_id", "rank"],
    optional: &[],
    multiline: &[],
};

const REQUIREMENT_COLUMNS: Columns = Columns {
    required: &[
        "trainee_id",
        "category",
        "minutes_required",
        "minutes_completed",
        "due_day",
    ],
    optional: &[],
    multiline: &[],
};

const TARGETS: [(&str, TargetKind); 2] = [
    ("site", TargetKind::Site),
    ("supervisor", TargetKind::Supervisor),
];

#[derive(Clone, Copy)]
enum TargetKind {
    Site,
    Supervisor,
}

/// Reads the ranked wishes, by trainee and target.
pub(super) fn read_preferences(
    files: &FolderFiles,
    keys: &KnownKeys,
    errors: &mut RosterErrors,
) -> Vec<Preference> {
    let rows = read_table(files, PREFERENCES, &PREFERENCE_COLUMNS, errors, |row| {
        let (trainee, target) = read_pair(row, keys);
        let rank = row.whole("rank", 1, RANK_MOST);
        let preference = Preference {
            trainee: trainee?,
            target: target?,
            rank: rank?,
        };
        Some((row.number(), preference))
    });
    without_repeats(
        rows,
        PREFERENCES,
        "this wish of this trainee",
        |a, b| (&a.trainee, &a.target).cmp(&(&b.trainee, &b.target)),
        errors,
    )
}

/// Reads the conflicts of interest, by trainee and target.
pub(super) fn read_exclusions(
    files: &FolderFiles,
    keys: &KnownKeys,
    errors: &mut RosterErrors,
) -> Vec<Exclusion> {
    in_order(read_table(
        files,
        "exclusions.csv",
        &EXCLUSION_COLUMNS,
        errors,
        |row| {
            let (trainee, target) = read_pair(row, keys);
            let reason = row.remark("reason");
            Some(Exclusion {
                trainee: trainee?,
                target: target?,
                reason: reason?,
            })
        },
    ))
}

/// Reads the pins, by trainee and target.
pub(super) fn read_pins(
    files: &FolderFiles,
    keys: &KnownKeys,
    errors: &mut RosterErrors,
) -> Vec<Pin> {
    in_order(read_table(
        files,
        "pins.csv",
        &PAIR_COLUMNS,
        errors,
        |row| {
            let (trainee, target) = read_pair(row, keys);
            Some(Pin {
                trainee: trainee?,
                target: target?,
            })
        },
    ))
}

/// Reads the forbids, by trainee and target.
pub(super) fn read_forbids(
    files: &FolderFiles,
    keys: &KnownKeys,
    errors: &mut RosterErrors,
) -> Vec<Forbid> {
    in_order(read_table(
        files,
        "forbids.csv",
        &PAIR_COLUMNS,
        errors,
        |row| {
            let (trainee, target) = read_pair(row, keys);
            Some(Forbid {
                trainee: trainee?,
                target: target?,
            })
        },
    ))
}

/// Reads the sites' rankings, by site and trainee.
pub(super) fn read_site_rankings(
    files: &FolderFiles,
    keys: &KnownKeys,
    errors: &mut RosterErrors,
) -> Vec<SiteRanking> {
    let rows = read_table(files, SITE_RANKINGS, &RANKING_COLUMNS, errors, |row| {
        let site = row.reference("site_id", &keys.sites, sites::FILE);
        let trainee = row.reference("trainee_id", &keys.trainees, trainees::FILE);
        let rank = row.whole("rank", 1, RANK_MOST);
        let ranking = SiteRanking {
            site: site?,
            trainee: trainee?,
            rank: rank?,
        };
        Some((row.number(), ranking))
    });
    without_repeats(
        rows,
        SITE_RANKINGS,
        "this trainee's rank at this site",
        |a, b| (&a.site, &a.trainee).cmp(&(&b.site, &b.trainee)),
        errors,
    )
}

/// Reads what trainees must collect, by trainee and category.
pub(super) fn read_requirements(
    files: &FolderFiles,
    keys: &KnownKeys,
    errors: &mut RosterErrors,
) -> Vec<Requirement> {
    let rows = read_table(files, REQUIREMENTS, &REQUIREMENT_COLUMNS, errors, |row| {
        let trainee = row.reference("trainee_id", &keys.trainees, trainees::FILE);
        let category = row.word("category", &REQUIREMENT_CATEGORIES);
        let required = row.minutes("minutes_required", Minutes::MAX);
        let completed = row.minutes("minutes_completed", Minutes::MAX);
        let due_day = row.day("due_day");
        let requirement = Requirement {
            trainee: trainee?,
            category: category?,
            required: required?,
            completed: completed?,
            due_day: due_day?,
        };
        Some((row.number(), requirement))
    });
    without_repeats(
        rows,
        REQUIREMENTS,
        "this category of this trainee with this due day",
        |a, b| (&a.trainee, a.category, a.due_day).cmp(&(&b.trainee, b.category, b.due_day)),
        errors,
    )
}

fn read_pair(
    row: &mut Row<'_>,
    keys: &KnownKeys,
) -> (Option<TraineeKey>, Option<SiteOrSupervisor>) {
    let trainee = row.reference("trainee_id", &keys.trainees, trainees::FILE);
    let target = row.word("target", &TARGETS).and_then(|kind| match kind {
        TargetKind::Site => row
            .reference("target_id", &keys.sites, sites::FILE)
            .map(SiteOrSupervisor::Site),
        TargetKind::Supervisor => row
            .reference("target_id", &keys.supervisors, supervisors::FILE)
            .map(SiteOrSupervisor::Supervisor),
    });
    (trainee, target)
}

fn in_order<T: Ord>(mut rows: Vec<T>) -> Vec<T> {
    rows.sort();
    rows.dedup();
    rows
}
