//! What an import changes: the roster that is wanted against the records that
//! are there. Only what differs is written.

mod counter;

use std::collections::{BTreeMap, BTreeSet};

use self::counter::Counter;
use super::rosters::{Changes, ImportMode, KindOfRow};
use crate::domain::{
    Key, Program, ProgramKey, Roster, Site, SiteOrSupervisor, Supervisor, Trainee,
};
use crate::store::{
    KeyRange, Participants, ProgramScope, RoundRecord, RoundRows, StoreError, TraineeRows, Tx,
    WriteTx,
};

/// The records that are there before an import; all empty for a new program.
#[derive(Default)]
pub(super) struct Before {
    program: Option<Program>,
    round: Option<RoundRecord>,
    sites: BTreeMap<String, Site>,
    supervisors: BTreeMap<String, Supervisor>,
    trainees: BTreeMap<String, Trainee>,
    round_rows: RoundRows,
    trainee_rows: TraineeRows,
}

/// Returns the key under which a roster's round is stored.
pub(super) fn round_key(roster: &Roster) -> Key {
    let made = || format!("round-{}", roster.round.term.first()).parse();
    match &roster.round.key {
        Some(key) => key.clone(),
        // A day is made of digits and hyphens, so that this is a key.
        None => made().unwrap_or_else(|_| unreachable!("a day makes a key")),
    }
}

impl Before {
    /// Reads the records of the program and of the round.
    pub(super) async fn load(
        tx: &mut Tx,
        scope: ProgramScope,
        program: &ProgramKey,
        round: &Key,
    ) -> Result<Self, StoreError> {
        let all = KeyRange::all();
        let (_, stored) = tx.program_fetch(program).await?;
        let rounds = tx.round_list(scope, &KeyRange::one(round.as_str())).await?;
        let sites = tx.site_list(scope, &all).await?.into_iter();
        let supervisors = tx.supervisor_list(scope, &all).await?.into_iter();
        let trainees = tx.trainee_list(scope, &all).await?.into_iter();
        Ok(Self {
            program: Some(stored.value),
            round: rounds.into_iter().next().map(|record| record.value),
            sites: sites
                .map(|one| (one.value.key.to_string(), one.value))
                .collect(),
            supervisors: supervisors
                .map(|one| (one.value.key.to_string(), one.value))
                .collect(),
            trainees: trainees
                .map(|one| (one.value.key.to_string(), one.value))
                .collect(),
            round_rows: tx.round_rows(scope, round).await?,
            trainee_rows: tx.trainee_rows(scope, &all).await?,
        })
    }
}

/// What an import writes.
pub(super) struct Difference {
    program: Option<Program>,
    /// Whether the program was made with the transaction itself.
    is_new_program: bool,
    round: Option<RoundRecord>,
    sites: Vec<Site>,
    supervisors: Vec<Supervisor>,
    trainees: Vec<Trainee>,
    written: RoundRows,
    removed: RoundRows,
    trainee_rows_written: TraineeRows,
    trainee_rows_removed: TraineeRows,
    /// How many rows of each kind differ.
    pub(super) changes: Vec<(KindOfRow, Changes)>,
}

/// Returns what has to be written so that the roster is there.
pub(super) fn difference(before: &Before, roster: Roster, mode: ImportMode) -> Difference {
    let mut counter = Counter {
        mode,
        changes: Vec::new(),
    };
    let roster = merged(before, roster, mode);
    let record = RoundRecord {
        key: round_key(&roster),
        round: roster.round.clone(),
        has_availability: roster.has_availability,
        rule_sets: roster
            .rule_sets
            .iter()
            .map(|set| set.text.clone())
            .collect(),
    };
    let program = counter.single(
        KindOfRow::Program,
        before.program.as_ref(),
        roster.program.clone(),
    );
    let round = counter.single(KindOfRow::Round, before.round.as_ref(), record);
    let (trainee_rows_written, trainee_rows_removed) = trainee_rows(&mut counter, before, &roster);
    let (written, removed) = round_rows(&mut counter, &before.round_rows, &roster);
    let sites = counter.kept(
        KindOfRow::Site,
        |one| one.key.to_string(),
        |key| before.sites.get(key),
        roster.sites,
    );
    let supervisors = counter.kept(
        KindOfRow::Supervisor,
        |one| one.key.to_string(),
        |key| before.supervisors.get(key),
        roster.supervisors,
    );
    let trainees = counter.kept(
        KindOfRow::Trainee,
        |one| one.key.to_string(),
        |key| before.trainees.get(key),
        roster.trainees,
    );
    counter.changes.sort_by_key(|(kind, _)| *kind);
    Difference {
        program,
        is_new_program: before.program.is_none(),
        round,
        sites,
        supervisors,
        trainees,
        written,
        removed,
        trainee_rows_written,
        trainee_rows_removed,
        changes: counter.changes,
    }
}

/// Returns the roster with what it cannot speak of taken from the records: the
/// sites of a supervisor that take no part in this round; and, where rows are
/// only added, windows that a folder without any would take away.
fn merged(before: &Before, mut roster: Roster, mode: ImportMode) -> Roster {
    let own: BTreeSet<&str> = roster.sites.iter().map(|site| site.key.as_str()).collect();
    for supervisor in &mut roster.supervisors {
        if let Some(old) = before.supervisors.get(supervisor.key.as_str()) {
            let others = old.sites.iter().filter(|site| !own.contains(site.as_str()));
            supervisor.sites.extend(others.cloned());
        }
    }
    if mode == ImportMode::Upsert && !roster.has_availability {
        roster.has_availability = before
            .round
            .as_ref()
            .is_some_and(|round| round.has_availability);
        for site in &mut roster.sites {
            if let Some(old) = before.sites.get(site.key.as_str()) {
                site.opening.windows.clone_from(&old.opening.windows);
            }
        }
        for one in &mut roster.supervisors {
            if let Some(old) = before.supervisors.get(one.key.as_str()) {
                one.availability
                    .windows
                    .clone_from(&old.availability.windows);
            }
        }
        for one in &mut roster.trainees {
            if let Some(old) = before.trainees.get(one.key.as_str()) {
                one.availability
                    .windows
                    .clone_from(&old.availability.windows);
            }
        }
    }
    roster
}

/// Compares what belongs to trainees. Rows that refer to somebody outside the
/// folder are not the folder's to remove: a conflict of interest must not be
/// lost because a round leaves its site out.
fn trainee_rows(
    counter: &mut Counter,
    before: &Before,
    roster: &Roster,
) -> (TraineeRows, TraineeRows) {
    let trainees: BTreeSet<&str> = roster.trainees.iter().map(|one| one.key.as_str()).collect();
    let sites: BTreeSet<&str> = roster.sites.iter().map(|one| one.key.as_str()).collect();
    let supervisors: BTreeSet<&str> = roster
        .supervisors
        .iter()
        .map(|one| one.key.as_str())
        .collect();
    let is_own = |target: &SiteOrSupervisor| match target {
        SiteOrSupervisor::Site(key) => sites.contains(key.as_str()),
        SiteOrSupervisor::Supervisor(key) => supervisors.contains(key.as_str()),
    };
    let mut own = before.trainee_rows.clone();
    own.exclusions
        .retain(|one| trainees.contains(one.trainee.as_str()) && is_own(&one.target));
    own.requirements
        .retain(|one| trainees.contains(one.trainee.as_str()));
    let (exclusions, exclusions_gone) = counter.rows(
        KindOfRow::Exclusion,
        &own.exclusions,
        &roster.exclusions,
        |one| (one.trainee.clone(), one.target.clone()),
    );
    let (requirements, requirements_gone) = counter.rows(
        KindOfRow::Requirement,
        &own.requirements,
        &roster.requirements,
        |one| (one.trainee.clone(), one.category, one.due_day),
    );
    let written = TraineeRows {
        exclusions,
        requirements,
    };
    let removed = TraineeRows {
        exclusions: exclusions_gone,
        requirements: requirements_gone,
    };
    (written, removed)
}

/// Compares what belongs to the round.
fn round_rows(
    counter: &mut Counter,
    before: &RoundRows,
    roster: &Roster,
) -> (RoundRows, RoundRows) {
    let (participants, participants_gone) = participants(counter, &before.participants, roster);
    let (lines, lines_gone) = counter.rows(
        KindOfRow::SupervisionLine,
        &before.supervision_lines,
        &roster.supervision_lines,
        |one| (one.level.clone(), one.line.clone()),
    );
    let (preferences, preferences_gone) = counter.rows(
        KindOfRow::Preference,
        &before.preferences,
        &roster.preferences,
        |one| (one.trainee.clone(), one.target.clone()),
    );
    let (pins, pins_gone) = counter.rows(KindOfRow::Pin, &before.pins, &roster.pins, Clone::clone);
    let (forbids, forbids_gone) = counter.rows(
        KindOfRow::Forbid,
        &before.forbids,
        &roster.forbids,
        Clone::clone,
    );
    let (rankings, rankings_gone) = counter.rows(
        KindOfRow::SiteRanking,
        &before.site_rankings,
        &roster.site_rankings,
        |one| (one.site.clone(), one.trainee.clone()),
    );
    let written = RoundRows {
        participants,
        supervision_lines: lines,
        preferences,
        pins,
        forbids,
        site_rankings: rankings,
    };
    let removed = RoundRows {
        participants: participants_gone,
        supervision_lines: lines_gone,
        preferences: preferences_gone,
        pins: pins_gone,
        forbids: forbids_gone,
        site_rankings: rankings_gone,
    };
    (written, removed)
}

fn participants(
    counter: &mut Counter,
    before: &Participants,
    roster: &Roster,
) -> (Participants, Participants) {
    let at = counter.changes.len();
    let kind = KindOfRow::Participant;
    let wanted: Vec<_> = roster.sites.iter().map(|one| one.key.clone()).collect();
    let sites = counter.rows(kind, &before.sites, &wanted, Clone::clone);
    let wanted: Vec<_> = roster
        .supervisors
        .iter()
        .map(|one| one.key.clone())
        .collect();
    let supervisors = counter.rows(kind, &before.supervisors, &wanted, Clone::clone);
    let wanted: Vec<_> = roster.trainees.iter().map(|one| one.key.clone()).collect();
    let trainees = counter.rows(kind, &before.trainees, &wanted, Clone::clone);
    let mut sum = Changes::default();
    for (_, changes) in counter.changes.drain(at..) {
        sum.created += changes.created;
        sum.unchanged += changes.unchanged;
        sum.removed += changes.removed;
    }
    counter.changes.push((kind, sum));
    let written = Participants {
        sites: sites.0,
        supervisors: supervisors.0,
        trainees: trainees.0,
    };
    let removed = Participants {
        sites: sites.1,
        supervisors: supervisors.1,
        trainees: trainees.1,
    };
    (written, removed)
}

impl Difference {
    /// Writes it.
    pub(super) async fn write(&self, write: &mut WriteTx, round: &Key) -> Result<(), StoreError> {
        if let Some(program) = self.program.as_ref().filter(|_| !self.is_new_program) {
            write.program_update(program).await?;
        }
        let sites: Vec<&Site> = self.sites.iter().collect();
        write.site_write(&sites).await?;
        let supervisors: Vec<&Supervisor> = self.supervisors.iter().collect();
        write.supervisor_write(&supervisors).await?;
        let trainees: Vec<&Trainee> = self.trainees.iter().collect();
        write.trainee_write(&trainees).await?;
        if let Some(record) = &self.round {
            write.round_write(record).await?;
        }
        let is_empty = |rows: &RoundRows| *rows == RoundRows::default();
        if self.round.is_none() && !(is_empty(&self.written) && is_empty(&self.removed)) {
            write.round_touch(round).await?;
        }
        write.round_rows_remove(round, &self.removed).await?;
        write.round_rows_write(round, &self.written).await?;
        write
            .trainee_rows_remove(&self.trainee_rows_removed)
            .await?;
        write.trainee_rows_write(&self.trainee_rows_written).await
    }
}
