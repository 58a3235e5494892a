//! `practicum serve`: the gRPC service.

use std::io::ErrorKind;
use std::net::SocketAddr;
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;

use super::database::{self, Absent, Database};
use super::serve_tokens::{TokenArgs, Tokens};
use super::serve_transport::{Asked, TransportArgs, is_reached_by_others, whole};
use super::{Failure, output};
use crate::app::{Actor, App, AppError, Settings, SystemClock};
use crate::config::ServeConfig;
use crate::domain::{ListRequest, PageRequest, ProgramKey};
use crate::grpc;
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
does; a second signal ends it at once. SIGHUP reads the certificates of TLS
and the keys of tokens again. Every call is logged to standard error with its request id;
PRACTICUM_LOG=warn leaves them out.")]
pub(super) struct Args {
    #[command(flatten)]
    database: Database,
    /// Address on which calls are taken; beyond loopback only by TLS, and from
    /// those who sign in. Port 0 takes any free one.
    #[arg(
        long,
        env = "PRACTICUM_LISTEN",
        value_name = "ADDRESS",
        default_value = "127.0.0.1:7420"
    )]
    listen: SocketAddr,
    /// Seconds without a sign of life after which another server may take up a
    /// run that this one holds.
    #[arg(long, default_value_t = 30, value_name = "SECONDS", value_parser = 2..=600)]
    run_lease: i64,
    /// Let nobody call without a key, even while the database has no user.
    #[arg(long)]
    require_sign_in: bool,
    #[command(flatten)]
    tokens: TokenArgs,
    /// How lines of the log are written.
    #[arg(long, env = "PRACTICUM_LOG_FORMAT", value_enum, default_value_t = super::LogFormat::Pretty)]
    pub(super) log_format: super::LogFormat,
    #[command(flatten)]
    transport: TransportArgs,
}

pub(super) fn run(
    args: &Args,
    config: &ServeConfig,
    tzdir: Option<&Path>,
) -> Result<ExitCode, Failure> {
    let asked = args.transport.asked(args.listen, config)?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::Internal(error.into()))?;
    let served = runtime.block_on(serve(args, config, tzdir, asked));
    // Connections that were cut off may still have a task.
    runtime.shutdown_timeout(LAST);
    served.map(|()| ExitCode::SUCCESS)
}

async fn serve(
    args: &Args,
    config: &ServeConfig,
    tzdir: Option<&Path>,
    asked: Asked,
) -> Result<(), Failure> {
    let zone_data = zone_data::open(tzdir).map_err(unavailable)?;
    let tokens = args.tokens.asked()?;
    let db = args.database.open(Absent::Create).await?;
    check_wall(&args.database, &db).await?;
    let settings = Settings {
        solves_max: config.solves_at_a_time.map(whole),
        run_lease: Duration::from_secs(args.run_lease.unsigned_abs()),
        require_sign_in: args.require_sign_in
            || config.require_sign_in == Some(true)
            || is_reached_by_others(args.listen),
        tokens: tokens.as_ref().map(Tokens::verifier),
        ..Settings::default()
    };
    let app = App::new(db, Arc::new(SystemClock), zone_data, settings);
    let listener = listen(args.listen).await?;
    let address = listener.local_addr().map_err(unavailable)?;
    let drain = asked.transport.limits.drain;
    let (stop, is_stopping) = watch::channel(false);
    let mut signals = Signals::listen().map_err(unavailable)?;
    asked.follow_hangups().map_err(unavailable)?;
    if let Some(tokens) = tokens {
        tokens.follow_hangups().map_err(unavailable)?;
    }
    let worker = tokio::spawn({
        let (app, is_stopping) = (app.clone(), is_stopping.clone());
        async move { app.work(stopped(is_stopping)).await }
    });
    output::line(&format!("practicum serves on {address}"));
    let next = try_next(&args.database, &app).await;
    output::line(&next.map_err(|error| args.database.place(database::failure(error)))?);
    tracing::info!(%address, "serves");
    tell_who_may_call(&app)
        .await
        .map_err(|error| args.database.place(database::failure(error)))?;
    let asked_twice = async move {
        signals.next().await;
        // The server may have ended before.
        let _ = stop.send(true);
        signals.next().await;
    };
    let ended = async {
        let served = grpc::serve(app, listener, asked.transport, stopped(is_stopping)).await;
        let worked = tokio::time::timeout(WORK_END.saturating_sub(drain), worker).await;
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

/// Refuses to serve where the second wall between programs does not stand.
async fn check_wall(database: &Database, db: &Db) -> Result<(), Failure> {
    let gaps = db.gaps_in_wall().await;
    let gaps = gaps.map_err(|error| database.explain(&error))?;
    if gaps.is_empty() {
        return Ok(());
    }
    let gaps: Vec<String> = gaps.iter().map(ToString::to_string).collect();
    Err(Failure::Unavailable(format!(
        "the programs in this database are not kept apart by the database itself: {}; let the owner \
         run `practicum migrate --grant-to ROLE`, and serve as that role (docs/database.md, Two roles)",
        gaps.join("; ")
    )))
}

/// Says loudly who may call, where that is not just those who have a key.
async fn tell_who_may_call(app: &App) -> Result<(), AppError> {
    let how = "`practicum user create` and `practicum api-key create` make a user and a key";
    match (app.sign_in_needed().await?, app.has_user().await?) {
        (false, _) => tracing::warn!(
            "NOBODY HAS TO SIGN IN: the database has no user, so whoever reaches this address may \
             do everything; {how}, and from then on every call needs a key"
        ),
        (true, false) => tracing::warn!("nobody can call yet: the database has no user; {how}"),
        (true, true) => {}
    }
    Ok(())
}

async fn listen(address: SocketAddr) -> Result<TcpListener, Failure> {
    let port = address.port();
    let any = SocketAddr::new(address.ip(), 0);
    TcpListener::bind(address).await.map_err(|error| {
        let advice = if error.kind() == ErrorKind::AddrInUse {
            format!(
                "another program, perhaps another `practicum serve`, has the port {port}; end it, or \
                 give another address, such as --listen {any} for any free port"
            )
        } else if error.kind() == ErrorKind::PermissionDenied {
            format!("the port {port} needs rights that this user lacks; give one from 1024 on")
        } else {
            "give another address of this machine with --listen".to_owned()
        };
        Failure::Unavailable(format!("cannot listen on {address} ({error}): {advice}"))
    })
}

/// Returns commands that work while the server runs.
async fn try_next(database: &Database, app: &App) -> Result<String, AppError> {
    let (this, option) = (output::program(), database.option());
    let actor = Actor::operator();
    let (page, mut first, mut program) = (PageRequest::largest(), String::new(), String::new());
    let mut round = String::new();
    let programs = app.list_programs(&actor, &page).await?.items;
    match programs.as_slice() {
        [] => {
            first = format!(
                "{this} roster generate example-roster --trainees 30 --seed 1\n  \
                 {this} import example-roster{option}\n  "
            );
        }
        [only] => round = one_of_many_rounds(app, &only.value.key).await?,
        [one, ..] => {
            program = format!(" --program {}", one.value.key);
            round = one_of_many_rounds(app, &one.value.key).await?;
        }
    }
    Ok(format!(
        "\nTry next, in another terminal:\n  {first}\
         {this} run start{option}{program}{round}   matches a round\n  \
         {this} plan show{option}{program}   shows the plan\n  \
         {this} doctor{option}   looks whether all is well\n"
    ))
}

/// Returns the option that names a round, where there are several.
async fn one_of_many_rounds(app: &App, program: &ProgramKey) -> Result<String, AppError> {
    let all = ListRequest::largest();
    let rounds = app
        .list_rounds(&Actor::operator(), program, &all)
        .await?
        .items;
    let last = rounds.last().filter(|_| rounds.len() > 1);
    let key = last.and_then(|round| round.value.round.key.as_ref());
    Ok(key.map(|key| format!(" --round {key}")).unwrap_or_default())
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
