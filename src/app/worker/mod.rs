//! The worker: takes runs up, solves each in a child process, and ends it.
//!
//! While a child solves, the worker renews the lease of the run and stores
//! what the child says. Whatever happens, the run ends in a defined state: by
//! itself, cancelled, or failed with the reason; a worker that dies leaves a
//! lease that runs out, and another takes the run up. A worker whose lease was
//! taken over writes nothing more: the store refuses it.

mod end;
mod listener;

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::sync::{mpsc, watch};
use tokio::task::{Id, JoinSet};

use self::end::{end_of, failed};
use self::listener::{Listener, Said, events_of};
use super::rosters::blocking;
use super::snapshot::{About, thaw};
use super::transact::commit;
use super::{Actor, App, AppError};
use crate::domain::time::{UtcSecond, ZoneTable};
use crate::domain::{Plan, Roster, Run, RunState};
use crate::solver_process::{SolveOptions, plan_context, solve_in_child};
use crate::store::{Claim, PlanRecord, ProgramScope, RunEnd, StoreError};

/// How often a worker looks at its child and stores what it said.
const BEAT: Duration = Duration::from_millis(250);
/// Beats after which the lease, of seconds at least, is renewed even when there
/// is nothing to say. Each time the worker also learns whether somebody asked the run to end.
const BEATS_PER_RENEWAL: u32 = 4;
/// How long an idle worker waits before it looks for runs by itself.
const LOOK_AGAIN: Duration = Duration::from_secs(1);
/// How often a run is taken up before it is given up: a roster that takes the
/// whole service down must not do so for ever.
const ATTEMPTS_MAX: i64 = 5;

/// The solves under way in this process.
#[derive(Default)]
struct Solves {
    tasks: JoinSet<()>,
    /// Whose they are.
    programs: HashMap<Id, ProgramScope>,
}

impl Solves {
    /// Returns the program that may not have the last of so many solves.
    fn has_enough(&self, most: usize) -> Option<ProgramScope> {
        let first = *self.programs.values().next()?;
        let is_alone = self.programs.values().all(|program| *program == first);
        (is_alone && self.tasks.len() + 1 == most).then_some(first)
    }

    /// Is ready when one has ended; never while there are none.
    async fn one_ends(&mut self) {
        let ended = match self.tasks.join_next_with_id().await {
            None => return std::future::pending().await,
            Some(Ok((id, ()))) => id,
            Some(Err(error)) => error.id(),
        };
        self.programs.remove(&ended);
    }
}

/// Why a worker let a run go.
enum LetGo {
    /// The run is over.
    Ended(Box<RunEnd>),
    /// Another worker holds it.
    Lost,
    /// This worker is asked to stop.
    Stopping,
}

impl App {
    /// Takes up queued runs, and runs whose worker was lost, until `until` is
    /// ready; then hands back what it holds, to be taken up again, and ends
    /// within seconds. While the database is gone it keeps trying.
    pub async fn work(&self, until: impl Future<Output = ()> + Send) {
        let (stop, stopping) = watch::channel(false);
        let mut solves = Solves::default();
        let mut until = std::pin::pin!(until);
        loop {
            let moved = self.inner.run_moved.notified();
            self.take_up(&mut solves, &stopping).await;
            tokio::select! {
                () = &mut until => break,
                () = moved => {}
                () = solves.one_ends() => {}
                () = tokio::time::sleep(LOOK_AGAIN) => {}
            }
        }
        let _ = stop.send(true);
        while solves.tasks.join_next().await.is_some() {}
    }

    /// Takes up runs as long as there are any and cores for them. The last
    /// core is kept from a program that has all the others, so that nobody
    /// waits for the whole of its queue to move.
    async fn take_up(&self, solves: &mut Solves, stopping: &watch::Receiver<bool>) {
        let most = self.inner.settings.solves_at_a_time();
        while solves.tasks.len() < most {
            let now = self.now();
            let (until, but_not) = (self.lease_from(now), solves.has_enough(most));
            match self.inner.db.run_claim(now, until, but_not).await {
                Ok(Some(claim)) => {
                    let (app, stopping) = (self.clone(), stopping.clone());
                    let program = claim.scope;
                    let solve = async move { Box::pin(app.carry_out(&claim, stopping)).await };
                    solves
                        .programs
                        .insert(solves.tasks.spawn(solve).id(), program);
                }
                Ok(None) => return,
                Err(error) => {
                    tracing::warn!(
                        error = &error as &dyn std::error::Error,
                        "cannot take up runs"
                    );
                    return;
                }
            }
        }
    }

    /// Returns when a lease that begins now is over.
    fn lease_from(&self, now: UtcSecond) -> UtcSecond {
        let seconds = i64::try_from(self.inner.settings.run_lease.as_secs()).unwrap_or(i64::MAX);
        UtcSecond(now.0.saturating_add(seconds))
    }

    /// Solves a run and ends it.
    async fn carry_out(&self, claim: &Claim, stopping: watch::Receiver<bool>) {
        self.inner.run_moved.notify_waiters();
        let let_go = match Box::pin(self.solve(claim, stopping)).await {
            Ok(let_go) => let_go,
            Err(error) => {
                tracing::error!(
                    run = claim.run.as_str(),
                    error = &error as &dyn std::error::Error,
                    "a run failed"
                );
                LetGo::Ended(Box::new(failed(&error.to_string())))
            }
        };
        let written = match let_go {
            LetGo::Ended(end) => self.finish(claim, &end).await,
            LetGo::Stopping => {
                let released = self.inner.db.run_release(claim, self.now()).await;
                released.map_err(AppError::from)
            }
            LetGo::Lost => Ok(()),
        };
        if let Err(error) = written {
            // The lease runs out, and the run is taken up again.
            tracing::warn!(
                run = claim.run.as_str(),
                error = &error as &dyn std::error::Error,
                "the end of a run could not be stored"
            );
        }
        self.inner.run_moved.notify_waiters();
    }

    async fn finish(&self, claim: &Claim, end: &RunEnd) -> Result<(), AppError> {
        let actor = Actor::operator();
        let mut write = self.inner.db.write(&claim.program, self.now()).await?;
        write.run_finish(claim, end).await?;
        let subject = format!("runs/{}", claim.run);
        commit(write, &actor, "finish_run", &subject, &end.payload(), &()).await
    }

    /// Solves a run, as long as this worker holds it.
    async fn solve(
        &self,
        claim: &Claim,
        stopping: watch::Receiver<bool>,
    ) -> Result<LetGo, AppError> {
        let mut tx = self.inner.db.read_in(claim.scope).await?;
        let run = tx.run_fetch(claim.scope, &claim.run).await?.value;
        let snapshot = tx.snapshot_fetch(claim.scope, &run.snapshot_sha256).await?;
        drop(tx);
        if run.cancel_requested {
            return Ok(ended(RunState::Cancelled, None, None));
        }
        if run.attempts > ATTEMPTS_MAX {
            let failure = format!("given up: {ATTEMPTS_MAX} workers were lost with this run");
            return Ok(ended(RunState::Failed, Some(failure), None));
        }
        let (roster, about) = blocking(move || thaw(&snapshot))
            .await?
            .map_err(AppError::Internal)?;
        let zones = self
            .inner
            .zone_data
            .table(roster.zones(), roster.round.term)
            .map_err(|error| AppError::Unavailable(Box::new(error)))?;
        if zones.version() != about.tzdb_version {
            let (now, then) = (zones.version(), &about.tzdb_version);
            let failure = format!(
                "the zone data is {now}, and was {then} when the run was started; start it again"
            );
            return Ok(ended(RunState::Failed, Some(failure), None));
        }
        let job = Job {
            roster,
            zones,
            about,
        };
        Box::pin(self.follow(claim, run, job, stopping)).await
    }

    /// Starts the child and follows it to its end.
    async fn follow(
        &self,
        claim: &Claim,
        run: Run,
        job: Job,
        mut stopping: watch::Receiver<bool>,
    ) -> Result<LetGo, AppError> {
        let cancel = Arc::new(AtomicBool::new(false));
        let (sender, mut said) = mpsc::unbounded_channel();
        let mut listener = Listener {
            is_cancelled: Arc::clone(&cancel),
            said: sender,
        };
        let options = self.options(&run);
        let (roster, zones) = (job.roster, job.zones.clone());
        let mut child = tokio::task::spawn_blocking(move || {
            solve_in_child(&roster, &zones, &options, &mut listener)
        });
        let mut beat = tokio::time::interval(BEAT);
        let mut beats = 0;
        let (mut is_asked, mut is_lost) = (false, false);
        let solved = loop {
            tokio::select! {
                solved = &mut child => break solved,
                _ = beat.tick() => {}
                Ok(()) = stopping.changed() => cancel.store(true, Ordering::Relaxed),
            }
            beats += 1;
            let news: Vec<Said> = std::iter::from_fn(|| said.try_recv().ok()).collect();
            if is_lost || (news.is_empty() && beats % BEATS_PER_RENEWAL != 0) {
                continue;
            }
            match self.renew(claim, news).await {
                Ok(cancel_requested) => is_asked |= cancel_requested,
                Err(StoreError::Fenced { .. }) => is_lost = true,
                // The lease still runs; the next beat tries again.
                Err(error) => tracing::warn!(
                    run = claim.run.as_str(),
                    error = &error as &dyn std::error::Error,
                    "the lease of a run could not be renewed"
                ),
            }
            if is_asked || is_lost {
                cancel.store(true, Ordering::Relaxed);
            }
        };
        let solved = solved.map_err(|error| AppError::Internal(Box::new(error)))?;
        let news: Vec<Said> = std::iter::from_fn(|| said.try_recv().ok()).collect();
        match self.renew(claim, news).await {
            Err(StoreError::Fenced { .. }) => return Ok(LetGo::Lost),
            Ok(cancel_requested) => is_asked |= cancel_requested,
            Err(_) => {}
        }
        if *stopping.borrow() && !is_asked {
            return Ok(LetGo::Stopping);
        }
        let plan = |plan| self.plan_record(&run, &job.about, &job.zones, plan);
        Ok(LetGo::Ended(Box::new(end_of(solved, is_asked, plan))))
    }

    async fn renew(&self, claim: &Claim, news: Vec<Said>) -> Result<bool, StoreError> {
        let now = self.now();
        let events = events_of(news, now);
        let has_news = !events.is_empty();
        let lease_until = self.lease_from(now);
        let asked = self.inner.db.run_renew(claim, lease_until, events).await?;
        if has_news {
            self.inner.run_moved.notify_waiters();
        }
        Ok(asked)
    }

    fn options(&self, run: &Run) -> SolveOptions {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        SolveOptions {
            time_limit: Some(Duration::from_secs(u64::from(run.limits.seconds))),
            threads: (cores / self.inner.settings.solves_at_a_time()).max(1),
            memory_max: run.limits.memory_bytes,
            program: self.inner.settings.solver_program.clone(),
        }
    }

    fn plan_record(&self, run: &Run, about: &About, zones: &ZoneTable, plan: Plan) -> PlanRecord {
        let context = plan_context(about.roster_sha256.clone(), about.rule_sets.clone(), zones);
        PlanRecord {
            round: run.round.clone(),
            created_at: self.now(),
            roster_sha256: context.roster_sha256,
            rule_sets: context.rule_sets,
            solver: context.solver,
            solver_version: context.solver_version,
            tzdb_version: context.tzdb_version,
            plan,
        }
    }
}

/// What a child is given, and what its plan is stored with.
struct Job {
    roster: Roster,
    zones: ZoneTable,
    about: About,
}

fn ended(state: RunState, failure: Option<String>, plan: Option<PlanRecord>) -> LetGo {
    LetGo::Ended(Box::new(RunEnd {
        state,
        failure,
        plan,
    }))
}
