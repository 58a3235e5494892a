//! Follows a child until its run ends, and takes the best plan that it leaves.

use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::Instant;

use super::message::{Reply, read_clashes};
use super::parent::{Ended, Follower, GRACE, LOOK_UP_EVERY, SolveFailure, Solved};
use super::prover::{Proved, Prover, Sent};
use crate::domain::Plan;

/// What a run hears while it goes on.
pub(super) enum Event {
    /// The child says something.
    Said(Reply),
    /// The child has closed its output.
    Gone,
    /// A plan was proved, or refuted.
    Proved(Proved),
}

/// Whoever is followed and can be stopped.
pub(super) trait Followed {
    /// Asks for the best plan soon.
    fn cancel(&mut self);
    /// Ends it at once.
    fn stop(&mut self);
    /// Says how it ended.
    fn epitaph(&mut self) -> String;
}

/// A run that is followed.
pub(super) struct Following {
    pub(super) prover: Prover,
    /// The best plan so far, proved.
    pub(super) best: Option<Plan>,
    pub(super) stop_by: Option<Instant>,
    /// Whether the child has sent its last plan.
    pub(super) is_done: bool,
    /// What is wrong, of a child from which nothing more comes.
    pub(super) last_word: Option<String>,
}

impl Following {
    /// Follows the run until it ends, at the latest when its time is up.
    pub(super) fn until_the_end(
        mut self,
        events: &Receiver<Event>,
        child: &mut dyn Followed,
        follower: &mut dyn Follower,
    ) -> Result<Solved, SolveFailure> {
        let mut was_cancelled = false;
        loop {
            if follower.is_cancelled() && !was_cancelled {
                was_cancelled = true;
                child.cancel();
                let grace = Instant::now() + GRACE;
                self.stop_by = Some(self.stop_by.map_or(grace, |by| by.min(grace)));
            }
            let now = Instant::now();
            if self.stop_by.is_some_and(|by| now >= by) {
                child.stop();
                if self.best.is_none() {
                    return Err(SolveFailure::NothingYet);
                }
                return with_best(self.best, "it did not end in time and was stopped");
            }
            if self.prover.is_idle()
                && let Some(what) = &self.last_word
            {
                return with_best(self.best, what);
            }
            let left = self.stop_by.map_or(LOOK_UP_EVERY, |by| by - now);
            match events.recv_timeout(LOOK_UP_EVERY.min(left)) {
                Err(RecvTimeoutError::Timeout) => {}
                // Both hold on to it while they live.
                Err(RecvTimeoutError::Disconnected) => {
                    return with_best(self.best, &child.epitaph());
                }
                Ok(event) => {
                    if let Some(end) = self.hear(event, child, follower) {
                        return end;
                    }
                }
            }
        }
    }

    /// Hears what happened, and returns the end of the run if it is that.
    fn hear(
        &mut self,
        event: Event,
        child: &mut dyn Followed,
        follower: &mut dyn Follower,
    ) -> Option<Result<Solved, SolveFailure>> {
        match event {
            Event::Said(Reply::Progress(progress)) => {
                if let Some(progress) = progress.into_progress() {
                    follower.progress(progress);
                }
            }
            Event::Said(Reply::BetterPlan(bytes)) => self.prover.take(Sent {
                bytes,
                stages: None,
            }),
            Event::Said(Reply::Done { plan, stages }) => {
                self.is_done = true;
                self.prover.take(Sent {
                    bytes: plan,
                    stages: Some(stages),
                });
            }
            Event::Said(Reply::Clash(clashes)) => {
                return Some(Err(SolveFailure::Clash(read_clashes(clashes))));
            }
            Event::Said(Reply::NoPlanInTime) => return Some(Err(SolveFailure::NoPlanInTime)),
            Event::Said(Reply::Explained(_)) => {
                let text = "an answer out of turn".to_owned();
                return Some(Err(SolveFailure::Matcher(text)));
            }
            Event::Said(Reply::Failed(text)) => {
                if self.best.is_none() && self.prover.is_idle() {
                    return Some(Err(SolveFailure::Matcher(text)));
                }
                self.last_word = Some(format!("the matcher failed: {text}"));
            }
            Event::Gone if self.is_done => {}
            Event::Gone => {
                let what = || child.epitaph();
                self.last_word.get_or_insert_with(what);
            }
            Event::Proved(Proved { plan, stages }) => {
                self.prover.go_on();
                let plan = match plan {
                    Ok(plan) => plan,
                    Err(failure) => return Some(Err(failure)),
                };
                if let Some(stages) = stages {
                    return Some(Ok(Solved {
                        plan,
                        stages,
                        ended: Ended::ByItself,
                    }));
                }
                follower.better_plan(&plan);
                self.best = Some(plan);
            }
        }
        None
    }
}

/// Returns the best plan of a child that is gone.
fn with_best(best: Option<Plan>, what: &str) -> Result<Solved, SolveFailure> {
    let ended = Ended::Stopped(what.to_owned());
    match best {
        Some(plan) => Ok(Solved {
            plan,
            stages: Vec::new(),
            ended,
        }),
        None => Err(SolveFailure::Lost(what.to_owned())),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::sync::mpsc::channel;
    use std::time::Duration;

    use super::*;
    use crate::domain::plan::{Level, LevelResult, LevelStatus};
    use crate::matching::Progress;

    /// A follower who counts plans and never cancels.
    #[derive(Default)]
    struct Counting(usize);

    impl Follower for Counting {
        fn is_cancelled(&self) -> bool {
            false
        }

        fn progress(&mut self, _progress: Progress) {}

        fn better_plan(&mut self, _plan: &Plan) {
            self.0 += 1;
        }
    }

    /// A child of which nothing is left but what it said.
    #[derive(Default)]
    struct Silent {
        was_stopped: bool,
    }

    impl Followed for Silent {
        fn cancel(&mut self) {}

        fn stop(&mut self) {
            self.was_stopped = true;
        }

        fn epitaph(&mut self) -> String {
            "it ended".to_owned()
        }
    }

    /// Returns a plan that is told from others by its value.
    fn plan_of(value: u8) -> Plan {
        let level = LevelResult {
            level: Level::Matched,
            value: i64::from(value),
            bound: 9,
            status: LevelStatus::TimeLimit,
        };
        Plan {
            levels: vec![level],
            ..Plan::default()
        }
    }

    fn better(value: u8) -> Event {
        Event::Said(Reply::BetterPlan(vec![value]))
    }

    fn done(value: u8) -> Event {
        Event::Said(Reply::Done {
            plan: vec![value],
            stages: Vec::new(),
        })
    }

    /// Follows a run of half a second whose plan 1 is proved at once, and every
    /// other in so many milliseconds.
    fn followed(said: Vec<Event>, proof: u64) -> (Solved, Duration, usize, bool) {
        let (sender, events) = channel();
        let prove = move |bytes: &[u8]| {
            if bytes != [1] {
                std::thread::sleep(Duration::from_millis(proof));
            }
            Ok(plan_of(bytes[0]))
        };
        let started = Instant::now();
        let run = Following {
            prover: Prover::start(prove, sender.clone()),
            best: None,
            stop_by: Some(started + Duration::from_millis(500)),
            is_done: false,
            last_word: None,
        };
        for event in said {
            sender.send(event).unwrap();
        }
        let (mut child, mut follower) = (Silent::default(), Counting::default());
        let solved = run.until_the_end(&events, &mut child, &mut follower);
        let took = started.elapsed();
        (solved.unwrap(), took, follower.0, child.was_stopped)
    }

    #[test]
    fn a_proof_that_takes_too_long_is_not_waited_for() {
        let (solved, took, heard, was_stopped) = followed(vec![better(1), better(2)], 20_000);
        assert_eq!(solved.plan, plan_of(1));
        assert!(matches!(solved.ended, Ended::Stopped(_)));
        assert_eq!(heard, 1);
        assert!(was_stopped);
        assert!(took < Duration::from_secs(5), "{took:?}");
        // Nor is that of the last plan.
        let (solved, took, _, _) = followed(vec![better(1), done(2)], 20_000);
        assert_eq!(solved.plan, plan_of(1));
        assert!(took < Duration::from_secs(5), "{took:?}");
    }

    #[test]
    fn of_the_plans_that_wait_for_a_proof_only_the_newest_is_proved() {
        let proofs = std::sync::Arc::new(AtomicUsize::new(0));
        let counted = std::sync::Arc::clone(&proofs);
        let (sender, events) = channel();
        let (go, may_go) = channel();
        let prove = move |bytes: &[u8]| {
            counted.fetch_add(1, Ordering::Relaxed);
            may_go.recv().unwrap();
            Ok(plan_of(bytes[0]))
        };
        let run = Following {
            prover: Prover::start(prove, sender.clone()),
            best: None,
            stop_by: None,
            is_done: false,
            last_word: None,
        };
        for event in (1..100).map(better).chain([done(100)]) {
            sender.send(event).unwrap();
        }
        let ended = std::thread::spawn(move || {
            let mut follower = Counting::default();
            run.until_the_end(&events, &mut Silent::default(), &mut follower)
        });
        // The first is being proved while all others come.
        std::thread::sleep(Duration::from_millis(300));
        go.send(()).unwrap();
        go.send(()).unwrap();
        let solved = ended.join().unwrap().unwrap();
        assert_eq!(solved.plan, plan_of(100));
        assert_eq!(solved.ended, Ended::ByItself);
        assert_eq!(proofs.load(Ordering::Relaxed), 2);
    }

    #[test]
    fn a_child_that_is_gone_leaves_what_is_still_to_be_proved() {
        let said = vec![better(1), better(2), Event::Gone];
        let (solved, _, heard, was_stopped) = followed(said, 50);
        assert_eq!(solved.plan, plan_of(2));
        assert_eq!(solved.ended, Ended::Stopped("it ended".to_owned()));
        assert_eq!((heard, was_stopped), (2, false));
    }
}
