//! Writes the canonical files of a roster: rows by key, commas, line feeds,
//! quotes only where they are needed.

use std::fmt::Display;

use chrono::Weekday;

use super::FolderFiles;
use super::words::{licence_word, unranked_word};
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
    files
}

/// A CSV file while it is written.
pub(super) struct TableWriter {
    bytes: Vec<u8>,
    rows: usize,
}

impl TableWriter {
    /// Starts a file with its header.
    pub(super) fn new(header: &[&str]) -> Self {
        let mut table = Self {
            bytes: Vec::new(),
            rows: 0,
        };
        table.line(header.iter());
        table
    }

    /// Adds a row.
    pub(super) fn row<const N: usize>(&mut self, cells: [&dyn Display; N]) {
        self.rows += 1;
        self.line(cells.iter());
    }

    /// Puts the file into a folder.
    pub(super) fn finish(self, name: &str, files: &mut FolderFiles) {
        files.insert(name, self.bytes);
    }

    /// Puts the file into a folder when it has any row.
    fn finish_if_any(self, name: &str, files: &mut FolderFiles) {
        if self.rows > 0 {
            self.finish(name, files);
        }
    }

    fn line(&mut self, cells: impl Iterator<Item = impl Display>) {
        for (place, cell) in cells.enumerate() {
            if place > 0 {
                self.bytes.push(b',');
            }
            let cell = cell.to_string();
            if cell.contains([',', '"', '\n', '\r', '\t']) {
                self.bytes.push(b'"');
                self.bytes
                    .extend_from_slice(cell.replace('"', "\"\"").as_bytes());
                self.bytes.push(b'"');
            } else {
                self.bytes.extend_from_slice(cell.as_bytes());
            }
        }
        self.bytes.push(b'\n');
    }
}

/// Returns a list as one cell.
fn list(items: impl IntoIterator<Item = impl Display>) -> String {
    let items: Vec<String> = items.into_iter().map(|item| item.to_string()).collect();
    items.join(";")
}

fn kind_list<'a>(kinds: impl IntoIterator<Item = &'a SessionKind>) -> String {
    list(kinds.into_iter().map(|kind| kind.as_str()))
}

fn program_toml(roster: &Roster) -> String {
    let (program, round) = (&roster.program, &roster.round);
    let mut text = format!(
        "[program]\nid = {}\nname = {}\ntime_zone = {}\n\n[round]\n",
        toml_string(&program.key.to_string()),
        toml_string(&program.name),
        toml_string(program.time_zone.as_str()),
    );
    if let Some(key) = &round.key {
        text.push_str(&format!("id = {}\n", toml_string(key.as_str())));
    }
    text.push_str(&format!(
        "name = {}\nfirst_day = {}\nlast_day = {}\nsession_start_step_minutes = {}\n\
         missed_sessions_max = {}\nunranked_sites = {}\n\
         excluded_supervisor_closes_sites = {}\n",
        toml_string(&round.name),
        round.term.first(),
        round.term.last(),
        round.session_start_step,
        round.missed_sessions_max,
        toml_string(unranked_word(round.unranked_sites)),
        round.excluded_supervisor_closes_sites,
    ));
    if let Some(ratio) = round.ratio {
        text.push_str(&format!(
            "\n[ratio]\ncontact_per_supervision_max = {}\ngroup_credit = {}\n",
            ratio.contact_per_supervision_max, ratio.group_credit,
        ));
    }
    text
}

fn toml_string(text: &str) -> String {
    let mut quoted = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => quoted.extend(['\\', c]),
            c if c.is_control() => quoted.push_str(&format!("\\u{:04X}", u32::from(c))),
            c => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
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
            let weekday: Weekday = window.weekday();
            windows.row([
                &owner,
                &key,
                &weekday_word(weekday),
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
