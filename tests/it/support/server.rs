//! `practicum serve` as a process of its own, that can be stopped, woken and
//! killed.

use std::io::{BufRead, BufReader, Read};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use tonic::transport::{Channel, Endpoint};

/// A running server; it is killed with the test.
pub(crate) struct Server {
    child: Child,
    pub(crate) address: SocketAddr,
}

impl Server {
    /// Starts a server over a database and waits until it takes calls.
    pub(crate) fn start(database: &str, arguments: &[&str]) -> Self {
        Self::start_on("127.0.0.1:0", database, arguments)
    }

    /// Starts a server that listens on an address.
    pub(crate) fn start_on(listen: &str, database: &str, arguments: &[&str]) -> Self {
        Self::spawned(listen, database, arguments, "info")
    }

    /// Starts a server that logs next to nothing: nobody reads the log before
    /// the end, and one that is long would hold the server up.
    pub(crate) fn quiet(database: &str) -> Self {
        Self::spawned("127.0.0.1:0", database, &[], "warn")
    }

    fn spawned(listen: &str, database: &str, arguments: &[&str], log: &str) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_practicum"))
            .args(["serve", "--listen", listen, "--database", database])
            .args(arguments)
            .env("PRACTICUM_LOG", log)
            .env_remove("PRACTICUM_CONFIG")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        let stdout = child.stdout.take().unwrap();
        BufReader::new(stdout).read_line(&mut line).unwrap();
        let address = line.trim().rsplit(' ').next().unwrap().parse().unwrap();
        Self { child, address }
    }

    /// Returns the id of the process.
    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// Returns a way to call it.
    pub(crate) fn channel(&self) -> Channel {
        Endpoint::from_shared(format!("http://{}", self.address))
            .unwrap()
            .connect_lazy()
    }

    /// Sends a signal, such as `TERM`.
    pub(crate) fn signal(&self, name: &str) {
        signal(name, self.id());
    }

    /// Sends SIGTERM and returns how long the end took, and the log.
    pub(crate) fn terminate(self) -> (Duration, String) {
        self.signal("TERM");
        self.ended()
    }

    /// Waits for an end without a failure; returns how long it took, and the
    /// log.
    pub(crate) fn ended(mut self) -> (Duration, String) {
        let started = Instant::now();
        let mut log = String::new();
        let mut stderr = self.child.stderr.take().unwrap();
        stderr.read_to_string(&mut log).unwrap();
        assert!(self.child.wait().unwrap().success(), "{log}");
        (started.elapsed(), log)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended before.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Sends a signal to a process.
pub(crate) fn signal(name: &str, process: u32) {
    let sent = Command::new("sh")
        .args(["-c", &format!("kill -{name} {process}")])
        .status()
        .unwrap();
    assert!(sent.success());
}

/// Returns a process that the given one started and that has not ended.
pub(crate) fn child_of(parent: u32) -> Option<u32> {
    std::fs::read_dir("/proc").unwrap().find_map(|entry| {
        let id: u32 = entry.ok()?.file_name().to_str()?.parse().ok()?;
        let (state, its_parent) = state_and_parent(id)?;
        (its_parent == parent && state != 'Z').then_some(id)
    })
}

/// Says whether a process has not ended.
pub(crate) fn is_there(id: u32) -> bool {
    state_and_parent(id).is_some_and(|(state, _)| state != 'Z')
}

fn state_and_parent(id: u32) -> Option<(char, u32)> {
    // `id (name) state parent ...`, where the name may hold blanks.
    let about =
        std::fs::read_to_string(Path::new("/proc").join(id.to_string()).join("stat")).ok()?;
    let (_, after_name) = about.rsplit_once(')')?;
    let mut parts = after_name.split_whitespace();
    let state = parts.next()?.chars().next()?;
    Some((state, parts.next()?.parse().ok()?))
}
