//! Writes the canonical files of a roster: rows by key, commas, line feeds,
//! quotes only where they are needed.

mod baseline;
mod program;
mod table;

pub(super) use table::{TableWriter, list};

use program::program_toml;

use super::words::licence_word;
use super::{FolderFiles, RULES_FOLDER};
use crate::domain::{
    Availability, Preference, Roster, SessionKind, SiteOrSupervisor, TraineeKey, weekday_word,
};

/// Returns the canonical files of a roster: rows by key, commas, line feeds,
/// and only files that are required or have rows. Reading them gives an equal
/// roster.
pub fn write_roster(roster: &Roster) -> FolderFiles {
    let mut files = FolderFiles::default();
    files.insert("program.toml", program_toml(roster).into_bytes());
    write_sites(roster, &mut files);
    write_supervisors(roster, &mut files);
    write_trainees(roster, &mut files);
    write_calendars(roster, &mut files);
    write_wishes(roster, &mut files);
    write_supervision_lines(roster, &mut files);
    write_requirements(roster, &mut files);
    baseline::write_baseline(roster, &mut files);
    // Shipped ones too: a roster stays what it was when they change.
    for set in &roster.rule_sets {
        let name = format!("{RULES_FOLDER}{}.toml", set.key);
        files.insert(&name, set.text.clone().into_bytes());
    }
    files
}

fn kind_list<'a>(kinds: impl IntoIterator<Item = &'a SessionKind>) -> String {
    list(kinds.into_iter().map(|kind| kind.as_str()))
}

fn write_sites(roster: &Roster, files: &mut FolderFiles) {
    let mut table = TableWriter::new(&[
        "id",
        "name",
        "time_zone",
        "jurisdiction",
        "setting",
        "capacity_min",
        "capacity",
        "contact_minutes_per_week",
        "contact_minutes_min",
        "contact_minutes_max",
        "agreement_from",
        "agreement_until",
        "modalities",
        "languages",
    ]);
    for site in &roster.sites {
        table.row([
            &site.key,
            &site.name,
            &site.time_zone,
            &site.jurisdiction,
            &site.setting,
            &site.capacity_min,
            &site.capacity,
            &site.contact_per_week,
            &site.contact.min(),
            &site.contact.max(),
            &site.agreement.first(),
            &site.agreement.last(),
            &list(&site.modalities),
            &list(&site.languages),
        ]);
    }
    table.finish("sites.csv", files);
}

fn write_supervisors(roster: &Roster, files: &mut FolderFiles) {
    let mut table = TableWriter::new(&[
        "id",
        "name",
        "email",
        "time_zone",
        "role",
        "sites",
        "delivery",
        "caseload_min",
        "caseload_max",
        "caseload_current",
        "minutes_per_week_max",
        "kinds",
        "group_size_max",
        "languages",
    ]);
    let mut licences = TableWriter::new(&[
        "supervisor_id",
        "jurisdiction",
        "credential",
        "valid_from",
        "valid_until",
    ]);
    for supervisor in &roster.supervisors {
        table.row([
            &supervisor.key,
            &supervisor.name,
            &supervisor.email,
            &supervisor.time_zone,
            &supervisor.role.as_str(),
            &list(&supervisor.sites),
            &supervisor.delivery.as_str(),
            &supervisor.caseload_min,
            &supervisor.caseload_max,
            &supervisor.caseload_current,
            &supervisor.minutes_per_week_max,
            &kind_list(&supervisor.kinds),
            &supervisor.group_size_max,
            &list(&supervisor.languages),
        ]);
        for licence in &supervisor.licences {
            licences.row([
                &supervisor.key,
                &licence.jurisdiction,
                &licence.credential,
                &licence.valid.first(),
                &licence.valid.last(),
            ]);
        }
    }
    table.finish_if_any("supervisors.csv", files);
    licences.finish_if_any("licences.csv", files);
}

fn write_trainees(roster: &Roster, files: &mut FolderFiles) {
    let mut table = TableWriter::new(&[
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
    ]);
    for trainee in &roster.trainees {
        let target = trainee.contact_target.map(|target| target.to_string());
        table.row([
            &trainee.key,
            &trainee.name,
            &trainee.email,
            &trainee.time_zone,
            &trainee.level,
            &trainee.jurisdiction,
            &trainee.priority,
            &trainee.contact.min(),
            &target.unwrap_or_default(),
            &trainee.contact.max(),
            &list(&trainee.modalities_required),
            &list(&trainee.languages),
        ]);
    }
    table.finish("trainees.csv", files);
}

fn write_calendars(roster: &Roster, files: &mut FolderFiles) {
    let mut windows = TableWriter::new(&["owner", "owner_id", "weekday", "start", "end"]);
    let mut away = TableWriter::new(&["owner", "owner_id", "first_day", "last_day", "reason"]);
    let mut write = |owner: &str, key: &str, availability: &Availability| {
        for window in &availability.windows {
            windows.row([
                &owner,
                &key,
                &weekday_word(window.weekday()),
                &window.start(),
                &window.end(),
            ]);
        }
        for absence in &availability.away {
            let (first, last) = (absence.days.first(), absence.days.last());
            away.row([&owner, &key, &first, &last, &absence.reason]);
        }
    };
    for site in &roster.sites {
        write("site", site.key.as_str(), &site.opening);
    }
    for supervisor in &roster.supervisors {
        write(
            "supervisor",
            supervisor.key.as_str(),
            &supervisor.availability,
        );
    }
    for trainee in &roster.trainees {
        write("trainee", trainee.key.as_str(), &trainee.availability);
    }
    if roster.has_availability {
        windows.finish("availability.csv", files);
    } else {
        windows.finish_if_any("availability.csv", files);
    }
    away.finish_if_any("away.csv", files);
}

fn write_wishes(roster: &Roster, files: &mut FolderFiles) {
    let mut preferences = TableWriter::new(&["trainee_id", "target", "target_id", "rank"]);
    for Preference {
        trainee,
        target,
        rank,
    } in &roster.preferences
    {
        preferences.row([trainee, &target.kind(), &target.key(), rank]);
    }
    preferences.finish("preferences.csv", files);

    let mut exclusions = TableWriter::new(&["trainee_id", "target", "target_id", "reason"]);
    for exclusion in &roster.exclusions {
        let target = &exclusion.target;
        exclusions.row([
            &exclusion.trainee,
            &target.kind(),
            &target.key(),
            &exclusion.reason,
        ]);
    }
    exclusions.finish_if_any("exclusions.csv", files);

    let pins = roster.pins.iter().map(|pin| (&pin.trainee, &pin.target));
    write_pairs("pins.csv", pins, files);
    let forbids = roster
        .forbids
        .iter()
        .map(|forbid| (&forbid.trainee, &forbid.target));
    write_pairs("forbids.csv", forbids, files);

    let mut rankings = TableWriter::new(&["site_id", "trainee_id", "rank"]);
    for ranking in &roster.site_rankings {
        rankings.row([&ranking.site, &ranking.trainee, &ranking.rank]);
    }
    rankings.finish_if_any("site_rankings.csv", files);
}

fn write_pairs<'a>(
    name: &str,
    pairs: impl Iterator<Item = (&'a TraineeKey, &'a SiteOrSupervisor)>,
    files: &mut FolderFiles,
) {
    let mut table = TableWriter::new(&["trainee_id", "target", "target_id"]);
    for (trainee, target) in pairs {
        table.row([trainee, &target.kind(), &target.key()]);
    }
    table.finish_if_any(name, files);
}

fn write_supervision_lines(roster: &Roster, files: &mut FolderFiles) {
    let mut table = TableWriter::new(&[
        "level",
        "line",
        "kinds",
        "role",
        "minutes_per_week",
        "licence",
    ]);
    for line in &roster.supervision_lines {
        table.row([
            &line.level,
            &line.line,
            &kind_list(&line.kinds),
            &line.role.as_str(),
            &line.minutes_per_week,
            &licence_word(line.licence),
        ]);
    }
    table.finish_if_any("supervision_lines.csv", files);
}

fn write_requirements(roster: &Roster, files: &mut FolderFiles) {
    let mut table = TableWriter::new(&[
        "trainee_id",
        "category",
        "minutes_required",
        "minutes_completed",
        "due_day",
    ]);
    for requirement in &roster.requirements {
        table.row([
            &requirement.trainee,
            &requirement.category.as_str(),
            &requirement.required,
            &requirement.completed,
            &requirement.due_day,
        ]);
    }
    table.finish_if_any("requirements.csv", files);
}
