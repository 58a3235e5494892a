//! Reads a roster from its files: each file by itself, then put together.

mod baseline;
mod calendar;
mod lines;
mod program;
mod sites;
mod supervisors;
mod trainees;
mod wishes;

use std::cmp::Ordering;

use super::error::{RosterError, RosterErrors};
use super::files::FolderFiles;
use super::folder::refuse_unknown_tables;
use super::keys::Keys;
use super::rules;
use super::{REQUIRED_FILES, ROSTER_FILES};
use crate::domain::{Roster, Round};

/// The keys of people and sites that other files refer to.
#[derive(Default)]
struct KnownKeys {
    sites: Keys,
    supervisors: Keys,
    trainees: Keys,
}

/// Reads the round of a roster folder alone.
pub(super) fn read_round(files: &FolderFiles, errors: &mut RosterErrors) -> Option<Round> {
    let (_, round, _) = program::read_program(files, errors)?;
    Some(round)
}

/// Reads a roster, adding every mistake; `None` when there is any that leaves
/// nothing to give back.
pub(super) fn read(files: &FolderFiles, errors: &mut RosterErrors) -> Option<Roster> {
    refuse_unknown_tables(files.iter().map(|(name, _)| name), &ROSTER_FILES, errors);
    for file in REQUIRED_FILES {
        if files.get(file).is_none() && !errors.concern(file) {
            errors.push_file(file, "the file is missing; every roster has one");
            errors.mark_incomplete(file);
        }
    }
    let program = program::read_program(files, errors);
    let mut keys = KnownKeys::default();
    let mut sites = sites::read_sites(files, &mut keys.sites, errors);
    let mut supervisors = supervisors::read_supervisors(files, &mut keys, errors);
    let (supervision_lines, levels) = lines::read_supervision_lines(files, errors);
    let mut trainees = trainees::read_trainees(files, &mut keys.trainees, &levels, errors);
    supervisors::read_licences(files, &keys, &mut supervisors, errors);
    let mut calendars = calendar::read_calendars(files, &keys, errors);
    for site in &mut sites {
        site.opening = calendars.take_site(&site.key);
    }
    for supervisor in &mut supervisors {
        supervisor.availability = calendars.take_supervisor(&supervisor.key);
    }
    for trainee in &mut trainees {
        trainee.availability = calendars.take_trainee(&trainee.key);
    }
    let preferences = wishes::read_preferences(files, &keys, errors);
    let exclusions = wishes::read_exclusions(files, &keys, errors);
    let pins = wishes::read_pins(files, &keys, errors);
    let forbids = wishes::read_forbids(files, &keys, errors);
    let site_rankings = wishes::read_site_rankings(files, &keys, errors);
    let requirements = wishes::read_requirements(files, &keys, errors);
    let baseline = baseline::read_baseline(files, errors);
    let own = rules::read_own(files, errors);
    let (program, round, asked) = program?;
    let rule_sets = rules::choose(&asked, own, round.term, errors)?;
    Some(Roster {
        program,
        round,
        sites,
        supervisors,
        trainees,
        supervision_lines,
        preferences,
        exclusions,
        pins,
        forbids,
        site_rankings,
        requirements,
        rule_sets,
        has_availability: files.get("availability.csv").is_some(),
        baseline,
    })
}

/// Returns the rows in order, each once; a second row for the same thing is a
/// mistake.
fn without_repeats<T>(
    mut rows: Vec<(u64, T)>,
    file: &str,
    thing: &str,
    order: impl Fn(&T, &T) -> Ordering,
    errors: &mut RosterErrors,
) -> Vec<T> {
    rows.sort_by(|a, b| order(&a.1, &b.1).then(a.0.cmp(&b.0)));
    for pair in rows.windows(2) {
        let [(first, one), (second, other)] = pair else {
            continue;
        };
        if order(one, other) == Ordering::Equal {
            errors.push(RosterError {
                file: file.to_owned(),
                row: Some(*second),
                column: None,
                found: None,
                message: format!("{thing} is given already in row {first}; once is allowed"),
            });
        }
    }
    rows.into_iter().map(|(_, value)| value).collect()
}
