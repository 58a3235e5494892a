//! Runs and what happens in them.

use super::super::pb;
use super::edits;
use super::fields::Fields;
use super::names::{name, round_name};
use super::records::timestamp;
use super::words;
use crate::app::RunStart;
use crate::domain::time::UtcSecond;
use crate::domain::{Key, ProgramKey, Run, RunEvent, RunEventKind, RunLimits, RunState, Versioned};

/// Reads what a run may use; zero means the default.
pub(in super::super) fn read_limits(
    seconds: i32,
    memory_bytes: i64,
    fields: &mut Fields<'_>,
) -> Option<RunLimits> {
    let default = RunLimits::default();
    let seconds = match seconds {
        0 => Some(default.seconds),
        given => fields.whole("time_limit_seconds", given, 1, RunLimits::SECONDS_MAX),
    };
    let memory_bytes = match memory_bytes {
        0 => Some(default.memory_bytes),
        given => {
            let range = RunLimits::MEMORY_MIN..=RunLimits::MEMORY_MAX;
            let fits = u64::try_from(given)
                .ok()
                .filter(|bytes| range.contains(bytes));
            if fits.is_none() {
                let message = format_args!(
                    "must be from {} to {}, not {given}",
                    range.start(),
                    range.end()
                );
                fields.refuse("memory_bytes_max", "range", message);
            }
            fits
        }
    };
    Some(RunLimits {
        seconds: seconds?,
        memory_bytes: memory_bytes?,
    })
}

/// Reads how a run is started: its limits, and the fields `edits` and
/// `baseline`; the plan must be of the same program.
pub(in super::super) fn read_start(
    program: Option<&ProgramKey>,
    limits: Option<RunLimits>,
    (edits, baseline): (Vec<pb::Edit>, &str),
    fields: &mut Fields<'_>,
) -> Option<RunStart> {
    let edits = edits::read(edits, fields);
    let baseline = if baseline.is_empty() {
        Some(None)
    } else {
        let name = fields.resource_name::<Key>("baseline", baseline, "plans");
        if let (Some((owner, _)), Some(program)) = (&name, program)
            && owner != program
        {
            fields.refuse("baseline", "program", "must be of the same program");
        }
        name.map(|(_, run)| Some(run))
    };
    Some(RunStart {
        limits: limits?,
        edits: edits?,
        baseline: baseline?,
    })
}

/// Returns a run as a message.
pub(in super::super) fn message(program: &ProgramKey, record: &Versioned<Run>) -> pb::Run {
    let run = &record.value;
    let other = |key: &Option<Key>, collection: &str| {
        let name = key.as_ref().map(|key| name(program, collection, key));
        name.unwrap_or_default()
    };
    let plan = run.has_plan.then(|| name(program, "plans", &run.key));
    pb::Run {
        name: name(program, "runs", &run.key),
        state: words::run_state(run.state),
        time_limit_seconds: i32::try_from(run.limits.seconds).unwrap_or(i32::MAX),
        create_time: Some(timestamp(record.created_at)),
        start_time: run.started_at.map(timestamp),
        end_time: run.ended_at.map(timestamp),
        snapshot_sha256: run.snapshot_sha256.clone(),
        memory_bytes_max: i64::try_from(run.limits.memory_bytes).unwrap_or(i64::MAX),
        plan: plan.unwrap_or_default(),
        failure: run.failure.clone().unwrap_or_default(),
        cancel_requested: run.cancel_requested,
        round: round_name(program, &run.round),
        attempts: run.attempts,
        update_time: Some(timestamp(record.updated_at)),
        forked_from: other(&run.origin.forked_from, "runs"),
        edits: run.origin.edits.iter().map(edits::message).collect(),
        baseline: other(&run.origin.baseline, "plans"),
    }
}

/// Returns an event as a message; `started_at` is when solving began.
pub(in super::super) fn event(event: &RunEvent, started_at: Option<UtcSecond>) -> pb::RunEvent {
    let happened = match event.kind {
        RunEventKind::State => {
            let state = RunState::ALL
                .into_iter()
                .find(|state| state.as_str() == event.text);
            pb::run_event::Happened::State(state.map(words::run_state).unwrap_or_default())
        }
        RunEventKind::Progress => pb::run_event::Happened::Progress(progress(event, started_at)),
        RunEventKind::BetterPlan => pb::run_event::Happened::BetterPlan(event.text.clone()),
    };
    pb::RunEvent {
        sequence: event.sequence,
        time: Some(timestamp(event.at)),
        happened: Some(happened),
    }
}

#[expect(
    clippy::cast_precision_loss,
    reason = "a share for people, never compared"
)]
fn progress(event: &RunEvent, started_at: Option<UtcSecond>) -> pb::RunProgress {
    let gap = event.best.zip(event.bound).map(|(best, bound)| {
        let distance = best.abs_diff(bound) as f64;
        distance / best.unsigned_abs().max(1) as f64
    });
    let elapsed = started_at.map_or(0, |start| event.at.0.saturating_sub(start.0).max(0));
    pb::RunProgress {
        stage: event.stage.clone(),
        level: event
            .level()
            .map(|level| words::objective(level.objective()))
            .unwrap_or_default(),
        incumbent: event.best,
        bound: event.bound,
        gap,
        elapsed_seconds: elapsed,
    }
}
