//! Rosters: whole folders in and out.

use std::collections::BTreeSet;

use serde_json::json;

use super::import::{self, Before, difference};
use super::round_states::check_not_closed;
use super::transact::commit;
use super::{Actor, App, AppError, Permission, Reason};
use crate::domain::{Key, Program, ProgramKey, Roster, RuleSet, SiteOrSupervisor};
use crate::roster::{FolderFiles, read_roster, read_rule_set, roster_hash, write_roster};
use crate::store::{KeyRange, ProgramScope, StoreError, Tx};

/// Where an imported roster comes from.
#[derive(Clone, Debug)]
pub enum RosterSource {
    /// The files of a folder, not yet read.
    Files(FolderFiles),
    /// A roster that was read already.
    Roster(Box<Roster>),
}

/// What an import does with what the folder does not name.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ImportMode {
    /// The folder is the whole round: who is absent no longer takes part, and
    /// wishes, lines, pins, forbids and rankings that are absent are removed.
    #[default]
    Replace,
    /// The folder adds and changes; nothing is removed.
    Upsert,
}

impl ImportMode {
    /// Returns the word used on the command line and in events.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Replace => "replace",
            Self::Upsert => "upsert",
        }
    }
}

/// A kind of row that an import counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum KindOfRow {
    /// Programs.
    Program,
    /// Rounds: dates and policy.
    Round,
    /// Sites with their opening hours.
    Site,
    /// Supervisors with licences and availability.
    Supervisor,
    /// Trainees with their availability.
    Trainee,
    /// People and sites that take part in the round.
    Participant,
    /// Supervision lines.
    SupervisionLine,
    /// Preferences.
    Preference,
    /// Exclusions.
    Exclusion,
    /// Pins.
    Pin,
    /// Forbids.
    Forbid,
    /// Sites' rankings.
    SiteRanking,
    /// Minutes to collect.
    Requirement,
}

impl KindOfRow {
    /// Returns the word used in messages and events.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Program => "program",
            Self::Round => "round",
            Self::Site => "site",
            Self::Supervisor => "supervisor",
            Self::Trainee => "trainee",
            Self::Participant => "participant",
            Self::SupervisionLine => "supervision_line",
            Self::Preference => "preference",
            Self::Exclusion => "exclusion",
            Self::Pin => "pin",
            Self::Forbid => "forbid",
            Self::SiteRanking => "site_ranking",
            Self::Requirement => "requirement",
        }
    }
}

/// How many rows of a kind an import changes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Changes {
    /// Rows that were not there.
    pub created: u64,
    /// Rows that were there, but different.
    pub updated: u64,
    /// Rows that were there, just so.
    pub unchanged: u64,
    /// Rows that are there no longer.
    pub removed: u64,
}

/// What an import changed, or would change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImportReport {
    /// The program.
    pub program: ProgramKey,
    /// The round.
    pub round: Key,
    /// Whether nothing was written.
    pub is_dry_run: bool,
    /// The changes by kind; every kind is there.
    pub changes: Vec<(KindOfRow, Changes)>,
}

/// Refuses a caller who may not import into a program. [`App::import_roster`]
/// asks it, too; a door asks it before it takes a folder that is sent bit by
/// bit.
///
/// # Errors
/// [`AppError::Hidden`] for a program that the caller may not know of,
/// [`AppError::Forbidden`] where the caller lacks the permission.
pub fn check_may_import(actor: &Actor, program: &ProgramKey) -> Result<(), AppError> {
    actor.check(program, Permission::RosterWrite)
}

impl App {
    /// Imports a roster into its round, in one transaction; the program and
    /// the round are created when they are not there. The round is the one
    /// that the folder names, else `round-` and the first day of the term.
    /// With `is_dry_run`, says what would change and changes nothing.
    ///
    /// # Errors
    /// As [`check_may_import`], before the folder is read where `program` names
    /// whose it must be; [`AppError::InvalidRoster`] with every mistake; with
    /// `program`, [`AppError::FailedPrecondition`] when the folder is of
    /// another; [`AppError::Forbidden`] for a program that is not there yet, unless the
    /// caller may create programs.
    pub async fn import_roster(
        &self,
        actor: &Actor,
        program: Option<&ProgramKey>,
        source: RosterSource,
        mode: ImportMode,
        is_dry_run: bool,
    ) -> Result<ImportReport, AppError> {
        if let Some(named) = program {
            check_may_import(actor, named)?;
        }
        let roster = match source {
            RosterSource::Roster(roster) => *roster,
            RosterSource::Files(files) => blocking(move || read_roster(&files))
                .await?
                .map_err(AppError::InvalidRoster)?,
        };
        if let Some(named) = program
            && *named != roster.program.key
        {
            return Err(AppError::FailedPrecondition(Reason::OtherProgram {
                folder: roster.program.key.to_string(),
                named: named.to_string(),
            }));
        }
        let (program, round) = (roster.program.key.clone(), import::round_key(&roster));
        check_may_import(actor, &program)?;
        let report = ImportReport {
            program,
            round,
            is_dry_run,
            changes: Vec::new(),
        };
        if is_dry_run {
            Box::pin(self.would_change(actor, report, roster, mode)).await
        } else {
            Box::pin(self.change(actor, report, roster, mode)).await
        }
    }

    /// Returns the roster of a round.
    ///
    /// # Errors
    /// [`AppError::NotFound`] when there is no such program or round.
    pub async fn get_roster(
        &self,
        actor: &Actor,
        program: &ProgramKey,
        round: &Key,
    ) -> Result<Roster, AppError> {
        let (mut tx, scope, record) = self.read(actor, program, Permission::RosterRead).await?;
        stored_roster(&mut tx, scope, record.value, round).await
    }

    /// Returns the canonical roster folder of a round.
    ///
    /// # Errors
    /// As [`App::get_roster`].
    pub async fn export_roster(
        &self,
        actor: &Actor,
        program: &ProgramKey,
        round: &Key,
    ) -> Result<FolderFiles, AppError> {
        let roster = self.get_roster(actor, program, round).await?;
        blocking(move || write_roster(&roster)).await
    }
}

/// Runs work that takes a while without holding up others.
pub(super) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, AppError> {
    tokio::task::spawn_blocking(work)
        .await
        .map_err(|error| AppError::Internal(Box::new(error)))
}

impl App {
    /// Fills in what an import would change.
    async fn would_change(
        &self,
        actor: &Actor,
        mut report: ImportReport,
        roster: Roster,
        mode: ImportMode,
    ) -> Result<ImportReport, AppError> {
        let (program, round) = (&report.program, &report.round);
        let mut tx = self.inner.db.read().await?;
        let before = match tx.program_fetch(program).await {
            Ok((scope, _)) => {
                check_not_closed(&mut tx, scope, round).await?;
                Before::load(&mut tx, scope, program, round).await?
            }
            Err(StoreError::NotFound { .. }) => {
                actor.check_everywhere(Permission::AccessWrite)?;
                Before::default()
            }
            Err(other) => return Err(other.into()),
        };
        drop(tx);
        report.changes = blocking(move || difference(&before, roster, mode).changes).await?;
        Ok(report)
    }

    /// Imports a roster and fills in what it changed.
    async fn change(
        &self,
        actor: &Actor,
        mut report: ImportReport,
        roster: Roster,
        mode: ImportMode,
    ) -> Result<ImportReport, AppError> {
        let (program, round) = (&report.program, &report.round);
        let (mut write, before) = match self.write(actor, program, Permission::RosterWrite).await {
            Ok(mut write) => {
                let scope = write.scope();
                check_not_closed(write.tx(), scope, round).await?;
                let before = Before::load(write.tx(), scope, program, round).await?;
                (write, before)
            }
            Err(AppError::NotFound { .. }) => {
                // A program comes into being, as by `create_program`.
                actor.check_everywhere(Permission::AccessWrite)?;
                let new = &roster.program;
                let mut write = self.inner.db.write_new(new, self.now()).await?;
                self.check_not_done(&mut write, actor).await?;
                (write, Before::default())
            }
            Err(other) => return Err(other),
        };
        let (sha256, difference) = blocking(move || {
            let sha256 = roster_hash(&roster);
            (sha256, difference(&before, roster, mode))
        })
        .await?;
        difference.write(&mut write, round).await?;
        let changed: Vec<_> = difference
            .changes
            .iter()
            .map(|(kind, n)| json!([kind.as_str(), n.created, n.updated, n.removed]))
            .collect();
        let payload = json!({
            "mode": mode.as_str(), "roster_sha256": sha256, "changes": changed,
        });
        let (subject, payload) = (format!("rounds/{round}"), payload.to_string());
        report.changes = difference.changes;
        commit(write, actor, "import_roster", &subject, &payload, &report).await?;
        Ok(report)
    }
}

/// Puts the roster of a round together.
pub(super) async fn stored_roster(
    tx: &mut Tx,
    scope: ProgramScope,
    program: Program,
    round: &Key,
) -> Result<Roster, AppError> {
    let record = tx.round_fetch(scope, round).await?.value;
    let rows = tx.round_rows(scope, round).await?;
    let all = KeyRange::all();
    let trainee_rows = tx.trainee_rows(scope, &all).await?;
    let own = &rows.participants;
    let site_keys: BTreeSet<&str> = own.sites.iter().map(|key| key.as_str()).collect();
    let supervisor_keys: BTreeSet<&str> = own.supervisors.iter().map(|key| key.as_str()).collect();
    let trainee_keys: BTreeSet<&str> = own.trainees.iter().map(|key| key.as_str()).collect();
    let is_own = |target: &SiteOrSupervisor| match target {
        SiteOrSupervisor::Site(key) => site_keys.contains(key.as_str()),
        SiteOrSupervisor::Supervisor(key) => supervisor_keys.contains(key.as_str()),
    };
    let sites = tx.site_list(scope, &all).await?.into_iter();
    let supervisors = tx.supervisor_list(scope, &all).await?.into_iter();
    let trainees = tx.trainee_list(scope, &all).await?.into_iter();
    let mut roster = Roster {
        program,
        round: record.round,
        sites: sites
            .map(|one| one.value)
            .filter(|one| site_keys.contains(one.key.as_str()))
            .collect(),
        supervisors: supervisors
            .map(|one| one.value)
            .filter(|one| supervisor_keys.contains(one.key.as_str()))
            .collect(),
        trainees: trainees
            .map(|one| one.value)
            .filter(|one| trainee_keys.contains(one.key.as_str()))
            .collect(),
        supervision_lines: rows.supervision_lines,
        preferences: rows.preferences,
        exclusions: trainee_rows.exclusions,
        pins: rows.pins,
        forbids: rows.forbids,
        site_rankings: rows.site_rankings,
        requirements: trainee_rows.requirements,
        rule_sets: rule_sets_of(&record.rule_sets)?,
        has_availability: record.has_availability,
        baseline: None,
    };
    // People belong to the program; what leads out of the round is left out.
    for supervisor in &mut roster.supervisors {
        supervisor
            .sites
            .retain(|site| site_keys.contains(site.as_str()));
    }
    roster
        .exclusions
        .retain(|one| trainee_keys.contains(one.trainee.as_str()) && is_own(&one.target));
    roster
        .requirements
        .retain(|one| trainee_keys.contains(one.trainee.as_str()));
    Ok(roster)
}

/// Reads the rule sets of a round from their stored texts.
pub(super) fn rule_sets_of(texts: &[String]) -> Result<Vec<RuleSet>, AppError> {
    let read = texts.iter().map(|text| read_rule_set("rules", text));
    read.collect::<Result<_, _>>()
        .map_err(|errors| AppError::Internal(errors.into()))
}
