//! `practicum serve`: the gRPC service.

use std::net::SocketAddr;
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;

use super::{Failure, output};
use crate::app::{App, Settings, SystemClock};
use crate::grpc::{self, Limits};
use crate::store::Db;
use crate::zone_data;

/// How long work may take to hand back its runs once calls have ended.
const WORK_END: Duration = Duration::from_secs(9);
/// How long what is left may take to end.
const LAST: Duration = Duration::from_millis(500);

/// Options of `serve`.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Prints the address once calls are taken. SIGTERM and Ctrl-C drain: no call is
taken any more, those under way may end, and after 10 s at most the program
does; a second signal ends it at once. Every call is logged to standard error with its request id;
PRACTICUM_LOG=warn leaves them out.")]
pub(super) struct Args {
    /// Where everything is kept: a file of SQLite, or a URL of PostgreSQL.
    #[arg(
        long,
        env = "PRACTICUM_DATABASE",
        value_name = "URL",
        hide_env_values = true
    )]
    database: String,
    /// Address on which calls are taken; a loopback address, since there is no
    /// sign-in yet. Port 0 takes any free one.
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:7420")]
    listen: SocketAddr,
    /// Seconds without a sign of life after which another server may take up a
    /// run that this one holds.
    #[arg(long, default_value_t = 30, value_name = "SECONDS", value_parser = 2..=600)]
    run_lease: i64,
    /// How lines of the log are written.
    #[arg(long, value_enum, default_value_t = super::LogFormat::Pretty)]
    pub(super) log_format: super::LogFormat,
}

pub(super) fn run(args: &Args, tzdir: Option<&Path>) -> Result<ExitCode, Failure> {
    if !args.listen.ip().is_loopback() {
        return Err(Failure::Usage(format!(
            "--listen {} is not a loopback address; without sign-in only 127.0.0.0/8 and [::1] are allowed",
            args.listen
        )));
    }
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::Internal(error.into()))?;
    let served = runtime.block_on(serve(args, tzdir));
    // Connections that were cut off may still have a task.
    runtime.shutdown_timeout(LAST);
    served.map(|()| ExitCode::SUCCESS)
}

async fn serve(args: &Args, tzdir: Option<&Path>) -> Result<(), Failure> {
    let zone_data = zone_data::open(tzdir).map_err(unavailable)?;
    let db = Db::open(&args.database).await.map_err(unavailable)?;
    let settings = Settings {
        run_lease: Duration::from_secs(args.run_lease.unsigned_abs()),
        ..Settings::default()
    };
    let app = App::new(db, Arc::new(SystemClock), zone_data, settings);
    let listener = TcpListener::bind(args.listen).await.map_err(|error| {
        Failure::Unavailable(format!("cannot listen on {}: {error}", args.listen))
    })?;
    let address = listener.local_addr().map_err(unavailable)?;
    let (stop, is_stopping) = watch::channel(false);
    let mut signals = Signals::listen().map_err(unavailable)?;
    let worker = tokio::spawn({
        let (app, is_stopping) = (app.clone(), is_stopping.clone());
        async move { app.work(stopped(is_stopping)).await }
    });
    output::line(&format!("practicum serves on {address}"));
    tracing::info!(%address, "serves");
    let asked_twice = async move {
        signals.next().await;
        // The server may have ended before.
        let _ = stop.send(true);
        signals.next().await;
    };
    let ended = async {
        let served = grpc::serve(app, listener, Limits::default(), stopped(is_stopping)).await;
        let worked = tokio::time::timeout(WORK_END - Limits::default().drain, worker).await;
        (served, worked)
    };
    let (served, worked) = tokio::select! {
        ended = ended => ended,
        () = asked_twice => {
            tracing::warn!("ends at once; runs that it held are taken up again after their lease");
            return Ok(());
        }
    };
    served.map_err(|error| Failure::Internal(error.into()))?;
    match worked {
        Ok(Ok(())) => {}
        Ok(Err(error)) => return Err(Failure::Internal(error.into())),
        Err(_) => tracing::warn!("a run was not handed back in time; its lease will run out"),
    }
    Ok(())
}

/// Is ready when the program was asked to end.
async fn stopped(mut is_stopping: watch::Receiver<bool>) {
    // A sender that is gone has stopped as well.
    let _ = is_stopping.wait_for(|stopping| *stopping).await;
}

/// The signals that ask the program to end.
struct Signals {
    terminate: tokio::signal::unix::Signal,
    interrupt: tokio::signal::unix::Signal,
}

impl Signals {
    fn listen() -> std::io::Result<Self> {
        Ok(Self {
            terminate: signal(SignalKind::terminate())?,
            interrupt: signal(SignalKind::interrupt())?,
        })
    }

    async fn next(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }
}

fn unavailable(error: impl std::fmt::Display) -> Failure {
    Failure::Unavailable(error.to_string())
}
