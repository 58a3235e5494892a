//! The load driver of the service: clients that call one method over and over,
//! and a bare echo server to hold the service against.
//!
//! `load` measures one method of one server and prints one line of JSON;
//! `echo` serves until it is killed. `scripts/bench-grpc` puts the
//! measurements together and prints the tables of `docs/performance.md`.
#![expect(
    clippy::print_stdout,
    reason = "standard output is how this program answers"
)]

mod calls;
mod echo;
mod load;

use std::time::Duration;

use anyhow::{Context, ensure};
use clap::{Parser, Subcommand};
use tokio::net::TcpListener;
use tonic::transport::Endpoint;

use self::calls::{Caller, Line, Method, SendKey};
use self::load::{Load, measure};

/// That of the service, so that the echo is held against it like for like.
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

#[derive(Debug, Parser)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serves answers of any size on a free port of the loopback.
    Echo,
    /// Calls one method from many clients, and prints what was measured.
    Load(LoadArgs),
}

#[derive(Debug, clap::Args)]
struct LoadArgs {
    /// Address of the server.
    #[arg(long)]
    address: String,
    /// What is called.
    #[arg(long, value_enum)]
    method: Method,
    /// Key by which the clients sign in; they send it to the echo as well.
    #[arg(long, env = "PRACTICUM_KEY", hide_env_values = true)]
    key: Option<String>,
    /// Program whose trainees are called for.
    #[arg(long, default_value = "")]
    program: String,
    /// Bytes of an answer of the echo server.
    #[arg(long, default_value_t = 0)]
    answer_bytes: u32,
    /// Clients, each with a connection of its own and one call at a time.
    #[arg(long, default_value_t = 16)]
    clients: u32,
    /// Milliseconds before anything is counted.
    #[arg(long, default_value_t = 500)]
    warm_up_ms: u64,
    /// Milliseconds that are counted.
    #[arg(long, default_value_t = 2000)]
    measure_ms: u64,
    /// Calls per second of all clients; as many as they can when absent.
    #[arg(long)]
    rate: Option<u32>,
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    match Cli::parse().command {
        Command::Echo => serve_echo().await,
        Command::Load(args) => load(&args).await,
    }
}

async fn serve_echo() -> anyhow::Result<()> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    println!("echo serves on {}", listener.local_addr()?);
    echo::serve(listener).await
}

async fn load(args: &LoadArgs) -> anyhow::Result<()> {
    ensure!(args.clients > 0, "--clients must be at least 1");
    ensure!(args.rate != Some(0), "--rate must be at least 1");
    let names = if args.method.is_of_the_service() {
        calls::trainee_names(connect(args).await?, &args.program).await?
    } else {
        Vec::new()
    };
    let mut callers = Vec::new();
    for number in 0..args.clients {
        let line = connect(args).await?;
        callers.push(match args.method {
            Method::Get => Caller::get(line, &names, number),
            Method::List => Caller::list(line, &args.program),
            Method::Update => Caller::update(line, &names, number),
            Method::Echo => Caller::echo(line, args.answer_bytes),
        });
    }
    let load = Load {
        warm_up: Duration::from_millis(args.warm_up_ms),
        measured: Duration::from_millis(args.measure_ms),
        rate: args.rate,
    };
    println!("{}", measure(callers, load).await?);
    Ok(())
}

async fn connect(args: &LoadArgs) -> anyhow::Result<Line> {
    let key = args.key.as_deref().map(SendKey::new).transpose()?;
    let channel = Endpoint::from_shared(format!("http://{}", args.address))?
        .tcp_nodelay(true)
        .connect()
        .await
        .with_context(|| format!("cannot reach {}", args.address))?;
    Ok(Line::new(channel, key.unwrap_or_default()))
}
