//! What a supervisor sees of the plans that are published: her trainees, her
//! weekly sessions and each of their meetings, in any zone, from the moment of
//! publication on.
//!
//! Sessions, places and the dates of the term are those of the published plan,
//! which never changes. Windows and days away are those of today, so that an
//! absence that is entered later shows at once who misses what; a meeting that
//! then lies outside somebody's windows says so.

mod book;
mod occurrences;
mod sessions;
mod trainees;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use chrono::NaiveDate;

use self::book::People;
use super::{Actor, App, AppError, Permission};
use crate::domain::plan::Session;
use crate::domain::time::ZoneRules;
use crate::domain::{
    DayRange, EntityKind, Key, Participant, ProgramKey, Publication, SupervisorKey, Violations,
    ZoneName,
};
use crate::roster::{FolderFiles, read_round};
use crate::store::{ProgramScope, Tx};

pub use book::Attendance;
pub use occurrences::{OccurrenceRange, ScheduledOccurrence, Shown};
pub use sessions::ScheduledSession;
pub use trainees::{SupervisedLine, SupervisedTrainee};

/// Longest range of days whose meetings are listed at once.
pub const OCCURRENCE_DAYS_MAX: i64 = 400;

/// What a plan was made for, of what is read of its roster here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct PlanFrame {
    /// The first and the last day of the sessions.
    term: DayRange,
    /// Whether anything is known of when people are available.
    has_availability: bool,
}

/// The frames of plans that were read so far, by program and run.
#[derive(Debug, Default)]
pub(super) struct PlanFrames(Mutex<HashMap<(ProgramScope, Key), PlanFrame>>);

impl PlanFrames {
    fn find(&self, scope: ProgramScope, run: &Key) -> Option<PlanFrame> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.get(&(scope, run.clone())).copied()
    }

    fn keep(&self, scope: ProgramScope, run: &Key, frame: PlanFrame) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.insert((scope, run.clone()), frame);
    }
}

/// A session of a published plan.
#[derive(Clone, Debug)]
struct PublishedSession {
    publication: Arc<Publication>,
    frame: PlanFrame,
    session: Arc<Session>,
}

/// Returns whose schedule is read: the one who is named, or the supervisor
/// that the caller is. Who may read no plans sees nobody else, and is told
/// that there is nobody else. `field` is where somebody is named.
fn whose(
    actor: &Actor,
    program: &ProgramKey,
    named: Option<&Participant>,
    field: &str,
) -> Result<Participant, AppError> {
    actor.check_may_see(program)?;
    match (named, actor.supervisor_of(program)) {
        (Some(named), _) => {
            actor.check_own_or(program, named, Permission::PlanRead)?;
            Ok(named.clone())
        }
        (None, Some(own)) => Ok(Participant::Supervisor(own.clone())),
        (None, None) => {
            actor.check(program, Permission::PlanRead)?;
            let message = "is required: the caller is no supervisor of the program";
            Err(AppError::Invalid(Violations::one(
                field, "required", message,
            )))
        }
    }
}

/// Returns the supervisor who is meant: the one who is named, or the one that
/// the caller is.
///
/// # Errors
/// [`AppError::Invalid`] when nobody is named by a caller who is no supervisor;
/// [`AppError::Hidden`] for a program or a supervisor whom the caller may not
/// know of; [`AppError::Forbidden`] for a caller who may not read plans.
pub fn which_supervisor(
    actor: &Actor,
    program: &ProgramKey,
    named: Option<&SupervisorKey>,
) -> Result<SupervisorKey, AppError> {
    let named = named.cloned().map(Participant::Supervisor);
    match whose(actor, program, named.as_ref(), "supervisor_id")? {
        Participant::Supervisor(key) => Ok(key),
        other @ (Participant::Site(_) | Participant::Trainee(_)) => Err(AppError::NotFound {
            kind: EntityKind::Supervisor,
            key: other.key().to_owned(),
        }),
    }
}

/// Returns an error unless the caller may act for a supervisor: she herself
/// may, and whoever may act for anybody. Another supervisor is told that there
/// is none.
pub(super) fn acts_for(
    actor: &Actor,
    program: &ProgramKey,
    supervisor: &SupervisorKey,
) -> Result<(), AppError> {
    let owner = Participant::Supervisor(supervisor.clone());
    actor.check_own_or(program, &owner, Permission::ScheduleWrite)
}

/// What the schedule of somebody is made of.
struct Schedule {
    sessions: Vec<PublishedSession>,
    people: People,
    /// The zone of whose schedule it is, or where the record is gone, the
    /// program's.
    own_zone: ZoneName,
}

impl App {
    /// Reads the schedule of somebody.
    async fn schedule_of(
        &self,
        program: &ProgramKey,
        of: &Participant,
    ) -> Result<Schedule, AppError> {
        let (mut tx, scope, record) = self.read_as_allowed(program).await?;
        let sessions = self.published_sessions(&mut tx, scope, of).await?;
        let people = People::load(&mut tx, scope, of, &sessions, []).await?;
        Ok(Schedule {
            own_zone: people.zone(of).unwrap_or(record.value.time_zone),
            sessions,
            people,
        })
    }

    /// Returns the sessions of somebody in the plans that hold, by round and
    /// number, closed rounds included.
    async fn published_sessions(
        &self,
        tx: &mut Tx,
        scope: ProgramScope,
        whose: &Participant,
    ) -> Result<Vec<PublishedSession>, AppError> {
        let publications = tx.publications_now(scope).await?;
        let runs: Vec<&Key> = publications.iter().map(|one| &one.run).collect();
        let mut found = tx.sessions_of(scope, &runs, whose).await?;
        let mut sessions = Vec::with_capacity(found.len());
        for publication in publications {
            let (own, rest): (Vec<_>, Vec<_>) = found
                .into_iter()
                .partition(|(run, _)| *run == publication.run);
            found = rest;
            if own.is_empty() {
                continue;
            }
            let frame = self.plan_frame(tx, scope, &publication.run).await?;
            let publication = Arc::new(publication);
            sessions.extend(own.into_iter().map(|(_, session)| PublishedSession {
                publication: Arc::clone(&publication),
                frame,
                session: Arc::new(session),
            }));
        }
        Ok(sessions)
    }

    /// Returns what a plan was made for. It never changes, so that it is read
    /// once.
    async fn plan_frame(
        &self,
        tx: &mut Tx,
        scope: ProgramScope,
        run: &Key,
    ) -> Result<PlanFrame, AppError> {
        if let Some(frame) = self.inner.plan_frames.find(scope, run) {
            return Ok(frame);
        }
        let record = tx.run_fetch(scope, run).await?.value;
        let snapshot = tx.snapshot_fetch(scope, &record.snapshot_sha256).await?;
        let files = FolderFiles::from_bytes(&snapshot.bytes)
            .map_err(|error| AppError::Internal(Box::new(error)))?;
        let round = read_round(&files).map_err(|errors| AppError::Internal(Box::new(errors)))?;
        let frame = PlanFrame {
            term: round.term,
            has_availability: files.get("availability.csv").is_some(),
        };
        self.inner.plan_frames.keep(scope, run, frame);
        Ok(frame)
    }
}

impl App {
    /// Returns the day that it is in UTC: some day of now in any zone.
    pub(super) fn today(&self) -> NaiveDate {
        let utc = ZoneRules::new(0, Vec::new());
        utc.wall_clock(self.now()).day()
    }
}
