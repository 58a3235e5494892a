//! The process in which the solver runs.

use std::ffi::OsString;
use std::io;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Sender, channel};
use std::time::{Duration, Instant};

use super::following::{Event, Followed};
use super::message::Request;
use super::parent::SolveOptions;
use super::{WORKER_COMMAND, frame};

/// How long a child may take to end once it has closed its output.
const LAST_BREATH: Duration = Duration::from_secs(1);
/// How often it is looked at meanwhile.
const LOOK_EVERY: Duration = Duration::from_millis(5);

/// A running child.
pub(super) struct Worker {
    /// `None` once it is stopped.
    child: Option<Child>,
    /// What is to be said to it. A child may read slowly or not at all, so
    /// that is for a thread; its input closes when this is dropped.
    requests: Sender<Request>,
}

impl Worker {
    /// Starts a child whose words become events.
    pub(super) fn start(options: &SolveOptions, events: Sender<Event>) -> io::Result<Self> {
        let program: OsString = match &options.program {
            Some(program) => program.into(),
            None => std::env::current_exe()?.into(),
        };
        let mut command = Command::new(program);
        command
            .arg(WORKER_COMMAND)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped());
        // A Ctrl-C at the terminal is for the parent, who cancels the child.
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        let mut child = command.spawn()?;
        let closed = || io::Error::other("the child has no pipes");
        let mut input = child.stdin.take().ok_or_else(closed)?;
        let mut output = io::BufReader::new(child.stdout.take().ok_or_else(closed)?);
        let (requests, to_be_said) = channel::<Request>();
        std::thread::spawn(move || {
            for request in to_be_said {
                // A child that died is told by its silence.
                if frame::write(&mut input, &request).is_err() {
                    break;
                }
            }
        });
        std::thread::spawn(move || {
            while let Ok(Some(reply)) = frame::read(&mut output) {
                if events.send(Event::Said(reply)).is_err() {
                    return;
                }
            }
            let _ = events.send(Event::Gone);
        });
        Ok(Self {
            child: Some(child),
            requests,
        })
    }

    /// Says something to the child, without waiting for it to listen.
    pub(super) fn say(&self, request: Request) {
        let _ = self.requests.send(request);
    }
}

impl Followed for Worker {
    fn cancel(&mut self) {
        self.say(Request::Cancel);
    }

    /// Kills the child. The system may take a while to give its memory back,
    /// which nobody waits for.
    fn stop(&mut self) {
        if let Some(mut child) = self.child.take() {
            let _ = child.kill();
            if !matches!(child.try_wait(), Ok(Some(_))) {
                std::thread::spawn(move || child.wait());
            }
        }
    }

    fn epitaph(&mut self) -> String {
        let until = Instant::now() + LAST_BREATH;
        while let Some(child) = &mut self.child {
            match child.try_wait() {
                Ok(Some(status)) => return format!("it ended with {status}"),
                Err(error) => return format!("it is gone: {error}"),
                Ok(None) if Instant::now() >= until => break,
                Ok(None) => std::thread::sleep(LOOK_EVERY),
            }
        }
        self.stop();
        "it closed its output and was stopped".to_owned()
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        self.stop();
    }
}
