//! What is in a roster, in numbers.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::domain::{Role, Roster};
use crate::roster::roster_hash;

/// A roster in numbers.
#[derive(Debug, Serialize)]
pub(in crate::cli) struct Overview {
    pub program: String,
    pub program_name: String,
    pub round: String,
    pub first_day: String,
    pub last_day: String,
    pub weeks: i64,
    pub roster_sha256: String,
    pub sites: usize,
    pub capacity: u64,
    pub capacity_min: u64,
    pub contact_minutes_per_week: u64,
    pub trainees: usize,
    pub contact_minutes_wanted: u64,
    pub levels: Vec<LevelOverview>,
    pub supervisors: Vec<RoleOverview>,
    pub zones: Vec<ZoneOverview>,
}

/// The trainees of a level and the supervision they need in a week.
#[derive(Debug, Serialize)]
pub(in crate::cli) struct LevelOverview {
    pub level: String,
    pub trainees: usize,
    pub lines: Vec<LineOverview>,
}

/// A supervision line.
#[derive(Debug, Serialize)]
pub(in crate::cli) struct LineOverview {
    pub line: String,
    pub kinds: Vec<&'static str>,
    pub role: &'static str,
    pub minutes_per_week: u32,
}

/// What the supervisors of a role offer.
#[derive(Debug, Serialize)]
pub(in crate::cli) struct RoleOverview {
    pub role: &'static str,
    pub supervisors: usize,
    /// Trainees whom they can take on.
    pub places: u64,
    pub minutes_per_week: u64,
}

/// Who is in a zone.
#[derive(Debug, Default, Serialize)]
pub(in crate::cli) struct ZoneOverview {
    pub time_zone: &'static str,
    pub sites: usize,
    pub supervisors: usize,
    pub trainees: usize,
}

impl Overview {
    /// Counts a roster.
    pub(in crate::cli) fn new(roster: &Roster) -> Self {
        let term = roster.round.term;
        let sites = &roster.sites;
        let wanted = |trainee| u64::from(roster.contact_target(trainee).get());
        Self {
            program: roster.program.key.to_string(),
            program_name: roster.program.name.clone(),
            round: roster.round.name.clone(),
            first_day: term.first().to_string(),
            last_day: term.last().to_string(),
            weeks: (term.days() + 6) / 7,
            roster_sha256: roster_hash(roster),
            sites: sites.len(),
            capacity: sites.iter().map(|site| u64::from(site.capacity)).sum(),
            capacity_min: sites.iter().map(|site| u64::from(site.capacity_min)).sum(),
            contact_minutes_per_week: sites
                .iter()
                .map(|site| u64::from(site.contact_per_week.get()))
                .sum(),
            trainees: roster.trainees.len(),
            contact_minutes_wanted: roster.trainees.iter().map(wanted).sum(),
            levels: levels(roster),
            supervisors: Role::ALL.map(|role| of_role(roster, role)).into(),
            zones: zones(roster),
        }
    }
}

fn levels(roster: &Roster) -> Vec<LevelOverview> {
    let mut counts = BTreeMap::new();
    for trainee in &roster.trainees {
        *counts.entry(&trainee.level).or_insert(0) += 1;
    }
    counts
        .into_iter()
        .map(|(level, trainees)| LevelOverview {
            level: level.to_string(),
            trainees,
            lines: roster
                .lines_of(level)
                .map(|line| LineOverview {
                    line: line.line.to_string(),
                    kinds: line.kinds.iter().map(|kind| kind.as_str()).collect(),
                    role: line.role.as_str(),
                    minutes_per_week: line.minutes_per_week.get(),
                })
                .collect(),
        })
        .collect()
}

fn of_role(roster: &Roster, role: Role) -> RoleOverview {
    let mut overview = RoleOverview {
        role: role.as_str(),
        supervisors: 0,
        places: 0,
        minutes_per_week: 0,
    };
    for supervisor in roster.supervisors.iter().filter(|s| s.role == role) {
        let places = supervisor
            .caseload_max
            .saturating_sub(supervisor.caseload_current);
        overview.supervisors += 1;
        overview.places += u64::from(places);
        overview.minutes_per_week += u64::from(supervisor.minutes_per_week_max.get());
    }
    overview
}

fn zones(roster: &Roster) -> Vec<ZoneOverview> {
    let mut zones: BTreeMap<&'static str, ZoneOverview> = BTreeMap::new();
    let names = roster.zones();
    for name in names {
        let time_zone = name.as_str();
        zones.entry(time_zone).or_default().time_zone = time_zone;
    }
    for site in &roster.sites {
        zones.entry(site.time_zone.as_str()).or_default().sites += 1;
    }
    for supervisor in &roster.supervisors {
        zones
            .entry(supervisor.time_zone.as_str())
            .or_default()
            .supervisors += 1;
    }
    for trainee in &roster.trainees {
        zones
            .entry(trainee.time_zone.as_str())
            .or_default()
            .trainees += 1;
    }
    zones.into_values().collect()
}
