//! How long it takes to find out who can be where, with whom and when, before
//! anything is solved: `cargo bench --bench candidates`, or with other numbers
//! of trainees, `cargo bench --bench candidates -- 1000 5000`.
#![expect(
    clippy::print_stdout,
    reason = "standard output and the clock are what this program is for"
)]

use std::time::{Duration, Instant};

use anyhow::{Context, anyhow};
use practicum::matching::count_candidates;
use practicum::roster::{GenerateOptions, Regions, generate};
use practicum::zone_data::ZoneData;

const SIZES: [u32; 3] = [1_000, 2_000, 5_000];
const RUNS: usize = 5;

fn main() -> anyhow::Result<()> {
    // Cargo adds options of its own.
    let given: Vec<u32> = std::env::args()
        .filter_map(|word| word.parse().ok())
        .collect();
    let sizes = if given.is_empty() {
        SIZES.to_vec()
    } else {
        given
    };
    println!("| trainees | supervisors | placements | fills | median | least |");
    println!("| --- | --- | --- | --- | --- | --- |");
    for trainees in sizes {
        let options = GenerateOptions::new(trainees, 1, Regions::Us);
        let roster = generate(&options.context("so many trainees are not generated")?)
            .map_err(|errors| anyhow!("{errors}"))?;
        let zones = ZoneData::embedded().table(roster.zones(), roster.round.term)?;
        let mut spent: Vec<Duration> = Vec::new();
        let mut counts = None;
        for _ in 0..RUNS {
            let started = Instant::now();
            counts = Some(count_candidates(&roster, &zones)?);
            spent.push(started.elapsed());
        }
        spent.sort_unstable();
        let counts = counts.context("nothing was counted")?;
        println!(
            "| {trainees} | {} | {} | {} | {:.2} s | {:.2} s |",
            roster.supervisors.len(),
            counts.placements,
            counts.fills,
            spent[RUNS / 2].as_secs_f64(),
            spent[0].as_secs_f64(),
        );
    }
    Ok(())
}
