//! Messages changed at random, to every method that reflection names: the
//! service never panics, never calls it its own fault, keeps its memory, and
//! goes on answering.
//!
//! First each method is sent messages as they should be, until it does what it
//! is asked; half of those that are changed afterwards are such ones, so that
//! what follows the first look at a message is tried as well.
//!
//! `PRACTICUM_MUTATIONS` sets how many messages are sent to each database;
//! `make test-long` sends a million. Seen to fail: without `refusal::told` in
//! `src/grpc/server.rs` a damaged message is answered with `INTERNAL`; and without
//! `begun` in `src/store/tx.rs` a watcher that leaves at the wrong moment makes
//! a write of somebody else fail on PostgreSQL.

pub(crate) mod call;
pub(crate) mod contract;
mod forge;
mod mutate;
mod ranges;
mod reach;
mod wire;

use std::collections::BTreeMap;
use std::error::Error;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use practicum::domain::AccessRole;
use practicum::grpc::pb::program_service_client::ProgramServiceClient;
use proptest::test_runner::{Config, RngSeed, TestCaseError, TestError, TestRunner};
use tokio::runtime::Handle;
use tonic::Code;

use self::call::call;
use self::contract::{Contract, Method};
use self::forge::Stock;
use self::mutate::{Case, case, damage_bytes, mutate};
use self::wire::{Tree, encoded};
use crate::access::callers::{Bearer, signed_up};
use crate::grpc::runs::imported;
use crate::support::dice::Dice;
use crate::support::service::{Service, served_by_both};

served_by_both!(mutated_messages_never_break_the_service);

/// Messages that are sent in everyday tests.
const EVERYDAY: u32 = 4_000;
/// Threads that send.
const SENDERS: u32 = 4;
/// Connections on which one message is tried again.
const CONNECTIONS_MOST: u32 = 5;
/// How long somebody who was sent away stays away.
const COME_BACK: Duration = Duration::from_millis(100);
/// How much the memory of the process may grow while the same kind of messages
/// goes on, in bytes. The largest message is 5 MiB, and is held several times
/// over by client and server at a time.
const GROWTH: u64 = 192 << 20;

/// Panics of any thread since [`count_panics`].
static PANICS: AtomicUsize = AtomicUsize::new(0);

fn count_panics() {
    let told = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        PANICS.fetch_add(1, Ordering::SeqCst);
        told(panic);
    }));
}

/// Where messages go, and what came of them.
struct Target {
    service: Service,
    /// The key by which all messages are sent: some create users, and from the
    /// first on everybody must sign in.
    key: String,
    contract: Contract,
    stock: Stock,
    /// Messages, by method, upon which it did what it was asked.
    done: BTreeMap<String, Vec<Tree>>,
    /// Why methods did not, by method: the last answer.
    refusals: BTreeMap<String, String>,
    /// Answers by method and code.
    answers: Mutex<BTreeMap<(String, String), u32>>,
}

impl Target {
    /// Returns a service with a matched round, asked about everything once.
    async fn start() -> Self {
        let (mut service, round, _) = Box::pin(imported("clinic-12")).await;
        let request = practicum::grpc::pb::StartRunRequest {
            round,
            ..Default::default()
        };
        let run = service.runs().start_run(request).await.unwrap();
        let request = practicum::grpc::pb::WatchRunRequest {
            name: run.into_inner().run.unwrap().name,
            after_sequence: 0,
        };
        let mut events = service
            .runs()
            .watch_run(request)
            .await
            .unwrap()
            .into_inner();
        while events.message().await.unwrap().is_some() {}
        // Runs that are started from here on stay queued: what is tried is the
        // door, not the solver.
        service.stop_working().await;
        let contract = Contract::reflected(service.channel.clone()).await;
        let key = Box::pin(signed_up(&service.app, "root", AccessRole::Admin)).await;
        // Nobody changes or revokes the own user and key; those of others go.
        for number in 0..6 {
            for place in ["", "clinic-12/"] {
                let name = format!("{place}user-{number}");
                Box::pin(signed_up(&service.app, &name, AccessRole::Viewer)).await;
            }
        }
        let mut target = Self {
            service,
            key,
            contract,
            stock: Stock::default(),
            done: BTreeMap::new(),
            refusals: BTreeMap::new(),
            answers: Mutex::default(),
        };
        target.learn().await;
        target
    }

    /// Asks all methods that only read, again and again, and keeps what they
    /// answer.
    async fn learn(&mut self) {
        let mut dice = Dice::new(7);
        for _ in 0..30 {
            for method in self.contract.methods.clone() {
                let name = method.path.rsplit('/').next().unwrap();
                // Worths take a solver.
                let is_quick = ["Get", "List", "ExportRoster"]
                    .iter()
                    .any(|verb| name.starts_with(verb) && name != "ListWorths");
                if !is_quick {
                    continue;
                }
                let messages = self
                    .stock
                    .messages(&self.contract, &method.input, false, &mut dice);
                let bytes = messages.iter().map(|tree| encoded(tree)).collect();
                let answers = self.call(&method, bytes).await.unwrap_or_default();
                self.keep(&method, &answers);
            }
        }
    }

    /// Keeps what a method answered.
    fn keep(&mut self, method: &Method, answers: &[Vec<u8>]) {
        // The pieces of a plan are no files of a roster, and would spoil every
        // import.
        if method.path.ends_with("/ExportPlan") {
            return;
        }
        for answer in answers {
            self.stock.keep(&self.contract, &method.output, answer);
        }
    }

    /// Sends messages to a method and returns what it answers.
    async fn call(
        &self,
        method: &Method,
        messages: Vec<Vec<u8>>,
    ) -> Result<Vec<Vec<u8>>, tonic::Status> {
        call(&self.service.channel, method, messages, Some(&self.key)).await
    }

    /// Sends messages to a method and returns what it answers. Who provokes many
    /// resets, as large messages do, is sent away and comes back; a message that
    /// ends each connection is a fault.
    async fn call_until_answered(
        &self,
        method: &Method,
        messages: &[Vec<u8>],
    ) -> Result<Vec<Vec<u8>>, tonic::Status> {
        let mut answer = self.call(method, messages.to_vec()).await;
        for _ in 0..CONNECTIONS_MOST {
            if !matches!(&answer, Err(status) if status.source().is_some()) {
                break;
            }
            tokio::time::sleep(COME_BACK).await;
            answer = self.call(method, messages.to_vec()).await;
        }
        answer
    }

    /// Returns the method of a case and the messages that it sends.
    fn messages(&self, case: &Case) -> (&Method, Vec<Vec<u8>>) {
        let method = case.method.get(&self.contract.methods);
        let mut dice = Dice::new(case.seed);
        let mut trees = match self.done.get(&method.path) {
            Some(done) if dice.one_in(2) => done.clone(),
            _ => self
                .stock
                .messages(&self.contract, &method.input, method.takes_many, &mut dice),
        };
        for (field, mutation) in &case.mutations {
            let message = field.index(trees.len());
            mutate(&mut trees[message], *field, mutation);
        }
        let mut messages: Vec<Vec<u8>> = trees.iter().map(|tree| encoded(tree)).collect();
        for damage in &case.damages {
            let message = dice.below(u32::try_from(messages.len()).unwrap());
            damage_bytes(&mut messages[usize::try_from(message).unwrap()], damage);
        }
        if !method.takes_many {
            messages = std::iter::repeat_n(messages, case.copies)
                .flatten()
                .collect();
        }
        (method, messages)
    }

    /// Sends the messages of a case; the error says what was wrong with the
    /// answer.
    async fn send(&self, case: &Case) -> Result<(), String> {
        let (method, messages) = self.messages(case);
        let sent = messages.iter().map(Vec::len).sum::<usize>();
        let answer = self.call_until_answered(method, &messages).await;
        let code = answer
            .as_ref()
            .map_or_else(tonic::Status::code, |_| Code::Ok);
        let key = (method.path.clone(), format!("{code:?}"));
        *self.answers.lock().unwrap().entry(key).or_default() += 1;
        let shown = || {
            messages
                .iter()
                .map(|message| shown(message))
                .collect::<Vec<_>>()
        };
        match answer {
            Err(status) if !is_the_callers(method, code) => Err(format!(
                "{} ({sent} bytes): {status:?}: {:?}",
                method.path,
                shown()
            )),
            Err(status) if status.details().len() * 4 / 3 > 8 << 10 => Err(format!(
                "{}: {} bytes of details",
                method.path,
                status.details().len()
            )),
            Ok(_) | Err(_) if PANICS.load(Ordering::SeqCst) > 0 => {
                Err(format!("{}: a panic: {:?}", method.path, shown()))
            }
            Ok(_) | Err(_) => Ok(()),
        }
    }
}

/// Returns the bytes of a message for people, cut where they are many.
fn shown(message: &[u8]) -> String {
    message
        .iter()
        .take(400)
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

/// Says whether a code blames the caller, as a broken message deserves. What
/// is no service of the contract may also say that it does not do something.
fn is_the_callers(method: &Method, code: Code) -> bool {
    match code {
        Code::Ok
        | Code::InvalidArgument
        | Code::NotFound
        | Code::AlreadyExists
        | Code::FailedPrecondition
        | Code::Aborted
        | Code::ResourceExhausted => true,
        Code::Unimplemented => !method.path.starts_with("/practicum."),
        Code::Cancelled
        | Code::Unknown
        | Code::DeadlineExceeded
        | Code::PermissionDenied
        | Code::OutOfRange
        | Code::Internal
        | Code::Unavailable
        | Code::DataLoss
        | Code::Unauthenticated => false,
    }
}

/// Returns the memory that the process holds, in bytes.
fn memory() -> u64 {
    let pages = std::fs::read_to_string("/proc/self/statm").unwrap();
    let pages: u64 = pages.split(' ').nth(1).unwrap().parse().unwrap();
    pages * 4096
}

/// Sends so many cases from several threads; panics with the smallest case
/// that the service does not stand.
async fn storm(target: &Arc<Target>, cases: u32, seed: u64) {
    let senders = (0..SENDERS).map(|sender| {
        let (target, handle) = (Arc::clone(target), Handle::current());
        tokio::task::spawn_blocking(move || {
            let mut runner = TestRunner::new(Config {
                cases: cases.div_ceil(SENDERS),
                rng_seed: RngSeed::Fixed(seed + u64::from(sender)),
                failure_persistence: None,
                ..Config::default()
            });
            runner.run(&case(), |case| {
                handle
                    .block_on(target.send(&case))
                    .map_err(TestCaseError::fail)
            })
        })
    });
    for sender in senders.collect::<Vec<_>>() {
        match sender.await.unwrap() {
            Ok(()) => {}
            Err(TestError::Fail(why, case)) => panic!("{why}\n{case:?}"),
            Err(TestError::Abort(why)) => panic!("{why}"),
        }
    }
}

async fn mutated_messages_never_break_the_service() {
    let asked = std::env::var("PRACTICUM_MUTATIONS");
    let cases: u32 = asked.map_or(EVERYDAY, |count| count.parse().unwrap());
    count_panics();
    // What lies behind a fault is in the log alone.
    let _ = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::ERROR)
        .with_test_writer()
        .try_init();
    let mut target = Target::start().await;
    target.reach().await;
    let target = Arc::new(target);
    // What is cached once is no growth.
    storm(&target, cases / 4, 1).await;
    let before = memory();
    storm(&target, cases - cases / 4, 1_000).await;
    let growth = memory().saturating_sub(before);
    eprintln!("{cases} messages; memory grew by {} MiB", growth >> 20);
    assert!(growth < GROWTH, "memory grew by {growth} bytes");
    assert_eq!(PANICS.load(Ordering::SeqCst), 0);
    let mut programs = ProgramServiceClient::with_interceptor(
        target.service.channel.clone(),
        Bearer::new(&target.key),
    );
    let request = practicum::grpc::pb::ListProgramsRequest::default();
    programs.list_programs(request).await.unwrap();
    target.assert_reached();
}
