//! Runs clients side by side and gathers how long their calls took, in a
//! histogram of microseconds with three digits.
//!
//! Without a rate the load is closed: each client calls again as soon as it has
//! its answer. With a rate each call has its time, and how long it took is
//! counted from then, so that calls that had to wait for others are not left
//! out.

use std::time::Duration;

use anyhow::{Context, ensure};
use hdrhistogram::Histogram;
use serde_json::{Value, json};
use tokio::time::{Instant, sleep_until};

use crate::calls::Caller;

/// Digits of a time that count.
const DIGITS: u8 = 3;

/// How clients call.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Load {
    /// Time before anything is counted.
    pub(crate) warm_up: Duration,
    /// Time that is counted.
    pub(crate) measured: Duration,
    /// Calls per second of all clients; as many as they can when `None`.
    pub(crate) rate: Option<u32>,
}

/// The times of one client.
#[derive(Clone, Copy, Debug)]
struct Times {
    first: Instant,
    counted_from: Instant,
    end: Instant,
    /// Time from one call to the next; `None` for as soon as possible.
    interval: Option<Duration>,
}

/// What one client counted.
struct Tally {
    microseconds: Histogram<u64>,
    answer_bytes: usize,
}

impl Tally {
    fn new() -> anyhow::Result<Self> {
        Ok(Self {
            // It grows with the longest call.
            microseconds: Histogram::new(DIGITS)?,
            answer_bytes: 0,
        })
    }

    fn add(&mut self, other: &Self) -> anyhow::Result<()> {
        self.microseconds.add(&other.microseconds)?;
        self.answer_bytes = self.answer_bytes.max(other.answer_bytes);
        Ok(())
    }
}

/// Runs the clients, and returns calls, time, sizes and percentiles as JSON.
pub(crate) async fn measure(callers: Vec<Caller>, load: Load) -> anyhow::Result<Value> {
    let clients = u32::try_from(callers.len()).context("too many clients")?;
    let start = Instant::now();
    let counted_from = start + load.warm_up;
    let interval = load
        .rate
        .map(|rate| Duration::from_secs(u64::from(clients)) / rate);
    let mut running = Vec::new();
    for (caller, number) in callers.into_iter().zip(0..clients) {
        let times = Times {
            first: start + interval.unwrap_or_default() * number / clients,
            counted_from,
            end: counted_from + load.measured,
            interval,
        };
        running.push(tokio::spawn(run(caller, times)));
    }
    let mut all = Tally::new()?;
    for client in running {
        all.add(&client.await??)?;
    }
    let Tally {
        microseconds,
        answer_bytes,
    } = all;
    ensure!(!microseconds.is_empty(), "no call ended in time");
    Ok(json!({
        "calls": microseconds.len(),
        "seconds": load.measured.as_secs_f64(),
        "answer_bytes": answer_bytes,
        "p50_us": microseconds.value_at_quantile(0.5),
        "p99_us": microseconds.value_at_quantile(0.99),
        "p999_us": microseconds.value_at_quantile(0.999),
        "max_us": microseconds.max(),
    }))
}

async fn run(mut caller: Caller, times: Times) -> anyhow::Result<Tally> {
    let mut tally = Tally::new()?;
    let mut next = times.first;
    loop {
        let begun = match times.interval {
            Some(interval) => {
                let begun = next;
                sleep_until(begun).await;
                next += interval;
                begun
            }
            None => Instant::now(),
        };
        if begun >= times.end {
            return Ok(tally);
        }
        let answer_bytes = caller.call().await.context("a call failed")?;
        let ended = Instant::now();
        if begun >= times.counted_from {
            let took = ended.duration_since(begun).as_micros();
            tally.microseconds.record(u64::try_from(took)?)?;
            tally.answer_bytes = tally.answer_bytes.max(answer_bytes);
        }
    }
}
