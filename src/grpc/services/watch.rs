//! Streams that go on until what they follow has ended, their reader has gone
//! or may no longer follow it, or the server stops.

use std::time::Duration;

use tokio::sync::mpsc;
use tokio::sync::watch::Receiver;
use tokio_stream::wrappers::ReceiverStream;
use tonic::Status;

use super::super::convert::runs;
use super::super::pb;
use super::super::status::{status, stopping};
use crate::app::{Actor, App, AppError};
use crate::domain::{Key, ProgramKey};

/// Answers that wait for a slow reader.
const WAITING_MOST: usize = 16;
/// How long one look at something quiet waits.
pub(super) const LOOK: Duration = Duration::from_secs(15);

/// A stream of answers.
pub(super) type Answers<M> = ReceiverStream<Result<M, Status>>;

/// The stream of a run's events.
pub(super) type Events = Answers<pb::WatchRunResponse>;

/// Returns the stream of what `send` sends. It ends with `send`, with its
/// reader, with the error of `barred` once that is ready, or with `UNAVAILABLE`
/// when the server stops.
pub(super) fn streamed<M, F>(
    mut is_stopping: Receiver<bool>,
    barred: impl Future<Output = AppError> + Send + 'static,
    send: impl FnOnce(mpsc::Sender<Result<M, Status>>) -> F,
) -> Answers<M>
where
    M: Send + 'static,
    F: Future<Output = ()> + Send + 'static,
{
    let (sender, receiver) = mpsc::channel(WAITING_MOST);
    let sending = send(sender.clone());
    tokio::spawn(async move {
        tokio::select! {
            () = sending => {}
            () = sender.closed() => {}
            why = barred => {
                // Waits for a slow reader, who would take a silent end for that
                // of the run; nothing more is read meanwhile.
                let _ = sender.send(Err(status(why))).await;
            }
            () = stopped(&mut is_stopping) => {
                // A reader too slow to take this is cut off by the drain.
                let _ = sender.send_timeout(Err(stopping()), Duration::from_secs(1)).await;
            }
        }
    });
    ReceiverStream::new(receiver)
}

/// Is ready when the server stops, or is gone.
async fn stopped(is_stopping: &mut Receiver<bool>) {
    let _ = is_stopping.wait_for(|stopping| *stopping).await;
}

/// Returns the events of a run after a sequence number, and then each new one.
/// The stream ends with the run, with its reader or the reader's permission, or
/// when the server stops.
pub(super) fn follow(
    app: App,
    actor: Actor,
    program: ProgramKey,
    run: Key,
    after: i64,
    is_stopping: Receiver<bool>,
) -> Events {
    let barred = {
        let (app, actor, program) = (app.clone(), actor.clone(), program.clone());
        async move { app.barred_from_runs(&actor, &program).await }
    };
    streamed(is_stopping, barred, |sender| async move {
        send_events(&app, &actor, &program, &run, after, &sender).await;
    })
}

async fn send_events(
    app: &App,
    actor: &Actor,
    program: &ProgramKey,
    run: &Key,
    mut after: i64,
    sender: &mpsc::Sender<Result<pb::WatchRunResponse, Status>>,
) {
    loop {
        let seen = app
            .wait_for_run_events(actor, program, run, after, LOOK)
            .await;
        let (record, events) = match seen {
            Ok(seen) => seen,
            Err(error) => {
                // Nobody is left to tell when this fails.
                let _ = sender.send(Err(status(error))).await;
                return;
            }
        };
        if events.is_empty() && record.value.state.is_end() {
            return;
        }
        for event in &events {
            after = event.sequence;
            let event = runs::event(event, record.value.started_at);
            let answer = pb::WatchRunResponse { event: Some(event) };
            if sender.send(Ok(answer)).await.is_err() {
                return;
            }
        }
    }
}
