//! What is in a round, in numbers and words.

use std::collections::BTreeSet;

use serde::Serialize;

use crate::app::StoredRound;
use crate::cli::roster::overview::Overview;
use crate::domain::{LicenceRule, Role, Roster, Run, SupervisionLine, UnrankedSites, Versioned};
use crate::roster::rule_set_marks;

/// A round: dates and policy, who takes part, wishes and decisions, runs.
#[derive(Debug, Serialize)]
pub(super) struct RoundOverview {
    pub program: String,
    pub round: String,
    pub display_name: String,
    pub version: i64,
    pub state: &'static str,
    pub published: Option<PublishedOverview>,
    pub first_day: String,
    pub last_day: String,
    pub weeks: i64,
    pub session_start_step_minutes: u32,
    pub missed_sessions_max: u32,
    pub unranked_sites: &'static str,
    pub blocking_pairs: &'static str,
    pub excluded_supervisor_closes_sites: bool,
    pub contact_per_supervision_max: Option<String>,
    pub group_credit: Option<String>,
    pub rule_sets: Vec<String>,
    pub participants: Vec<KindOverview>,
    pub supervision_lines: Vec<LineOverview>,
    pub preferences: usize,
    pub trainees_with_preferences: usize,
    pub sites_with_ranking: usize,
    pub exclusions: usize,
    pub pins: usize,
    pub forbids: usize,
    pub runs: Vec<RunOverview>,
    pub warnings: Vec<String>,
    pub mistakes: Vec<String>,
}

/// The plan that is published and holds.
#[derive(Debug, Serialize)]
pub(super) struct PublishedOverview {
    pub plan: String,
    pub number: u32,
    pub replaces: Option<String>,
    pub published_at: String,
    pub published_by: String,
}

/// How many of a kind take part.
#[derive(Debug, Serialize)]
pub(super) struct KindOverview {
    pub who: String,
    pub count: usize,
    pub room: String,
}

/// A supervision line.
#[derive(Debug, Serialize)]
pub(super) struct LineOverview {
    pub level: String,
    pub line: String,
    pub kinds: Vec<&'static str>,
    pub role: &'static str,
    pub minutes_per_week: u32,
    pub licence: &'static str,
}

/// A run of the round.
#[derive(Debug, Serialize)]
pub(super) struct RunOverview {
    pub run: String,
    pub started_at: Option<String>,
    pub state: &'static str,
    pub has_plan: bool,
    pub failure: Option<String>,
}

impl RoundOverview {
    /// Counts what is in a round; mistakes are what a run would refuse.
    pub(super) fn new(
        key: &str,
        stored: &Versioned<StoredRound>,
        roster: &Roster,
        runs: &[Versioned<Run>],
        warnings: Vec<String>,
        mistakes: Vec<String>,
    ) -> Self {
        let round = &roster.round;
        let wishing: BTreeSet<_> = roster.preferences.iter().map(|one| &one.trainee).collect();
        let ranking: BTreeSet<_> = roster.site_rankings.iter().map(|one| &one.site).collect();
        let counted = Overview::new(roster);
        Self {
            program: roster.program.key.to_string(),
            round: key.to_owned(),
            display_name: round.name.clone(),
            version: stored.version,
            state: stored.value.standing.state.as_str(),
            published: published(&stored.value),
            participants: participants(&counted),
            first_day: counted.first_day,
            last_day: counted.last_day,
            weeks: counted.weeks,
            session_start_step_minutes: round.session_start_step.get(),
            missed_sessions_max: round.missed_sessions_max,
            unranked_sites: match round.unranked_sites {
                UnrankedSites::Forbidden => "forbidden",
                UnrankedSites::Last => "last",
            },
            blocking_pairs: round.blocking_pairs.as_str(),
            excluded_supervisor_closes_sites: round.excluded_supervisor_closes_sites,
            contact_per_supervision_max: round
                .ratio
                .map(|ratio| ratio.contact_per_supervision_max.to_string()),
            group_credit: round.ratio.map(|ratio| ratio.group_credit.to_string()),
            rule_sets: rule_set_marks(roster),
            supervision_lines: roster.supervision_lines.iter().map(line).collect(),
            preferences: roster.preferences.len(),
            trainees_with_preferences: wishing.len(),
            sites_with_ranking: ranking.len(),
            exclusions: roster.exclusions.len(),
            pins: roster.pins.len(),
            forbids: roster.forbids.len(),
            runs: runs.iter().map(|run| run_overview(&run.value)).collect(),
            warnings,
            mistakes,
        }
    }
}

fn published(stored: &StoredRound) -> Option<PublishedOverview> {
    let publication = stored.standing.publication.as_ref()?;
    Some(PublishedOverview {
        plan: publication.run.to_string(),
        number: publication.number,
        replaces: publication.replaces.as_ref().map(ToString::to_string),
        published_at: publication.published_at.to_string(),
        published_by: publication.published_by.clone(),
    })
}

fn participants(counted: &Overview) -> Vec<KindOverview> {
    let mut rows = vec![KindOverview {
        who: "sites".to_owned(),
        count: counted.sites,
        room: format!(
            "{} places, {} minutes of contact a week",
            counted.capacity, counted.contact_minutes_per_week
        ),
    }];
    rows.extend(counted.supervisors.iter().map(|role| KindOverview {
        who: if role.role == Role::Site.as_str() {
            "supervisors at sites".to_owned()
        } else {
            "supervisors of the faculty".to_owned()
        },
        count: role.supervisors,
        room: format!(
            "room for {} trainees, {} minutes a week",
            role.places, role.minutes_per_week
        ),
    }));
    rows.extend(counted.levels.iter().map(|level| KindOverview {
        who: format!("trainees, {}", level.level),
        count: level.trainees,
        room: format!("{} supervision lines each", level.lines.len()),
    }));
    rows
}

fn line(line: &SupervisionLine) -> LineOverview {
    LineOverview {
        level: line.level.to_string(),
        line: line.line.to_string(),
        kinds: line.kinds.iter().map(|kind| kind.as_str()).collect(),
        role: line.role.as_str(),
        minutes_per_week: line.minutes_per_week.get(),
        licence: match line.licence {
            LicenceRule::Jurisdiction => "jurisdiction",
            LicenceRule::Any => "any",
        },
    }
}

fn run_overview(run: &Run) -> RunOverview {
    RunOverview {
        run: run.key.to_string(),
        started_at: run.started_at.map(|at| at.to_string()),
        state: run.state.as_str(),
        has_plan: run.has_plan,
        failure: run.failure.clone(),
    }
}
