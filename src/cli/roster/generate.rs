//! `practicum roster generate`.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::ValueEnum;

use crate::cli::{Failure, output};
use crate::domain::{Role, Roster};
use crate::roster::{
    GenerateOptions, MOST_TRAINEES, ROSTER_FILES, Regions, Shape, generate, write_roster,
};

/// The same arguments give the same bytes.
#[derive(Debug, clap::Args)]
pub(in crate::cli) struct Args {
    /// Folder for the roster; made when absent. A roster in it is replaced.
    #[arg(value_name = "OUT")]
    out: PathBuf,

    /// How many trainees.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=i64::from(MOST_TRAINEES)))]
    trainees: u32,

    /// Number that decides everything left to chance.
    #[arg(long, value_name = "S", default_value_t = 1)]
    seed: u64,

    /// Where sites and people are.
    #[arg(long, value_enum, default_value_t = RegionsArg::Us)]
    regions: RegionsArg,

    /// What the roster asks of the matcher.
    #[arg(long, value_enum, default_value_t = ShapeArg::Sessions)]
    shape: ShapeArg,

    /// Write into a folder that holds other files; they stay.
    #[arg(long)]
    force: bool,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum RegionsArg {
    /// Six states of the USA, in five zones.
    Us,
    /// Ten countries, in ten zones.
    World,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum ShapeArg {
    /// Placements with weekly supervision sessions.
    Sessions,
    /// Placements and supervisors without times; supervisors visit several sites.
    Core,
    /// The same with one site for each supervisor.
    Nested,
}

pub(super) fn run(args: &Args) -> Result<ExitCode, Failure> {
    if !args.force {
        refuse_other_folders(&args.out)?;
    }
    let regions = match args.regions {
        RegionsArg::Us => Regions::Us,
        RegionsArg::World => Regions::World,
    };
    let options = GenerateOptions::new(args.trainees, args.seed, regions)
        .ok_or_else(|| Failure::Usage(format!("--trainees must be 1 to {MOST_TRAINEES}")))?;
    let shape = match args.shape {
        ShapeArg::Sessions => Shape::Sessions,
        ShapeArg::Core => Shape::Core,
        ShapeArg::Nested => Shape::Nested,
    };
    let roster =
        generate(&options.with_shape(shape)).map_err(|errors| Failure::Internal(errors.into()))?;
    write_roster(&roster)
        .replace_dir(&args.out, &ROSTER_FILES)
        .map_err(|error| Failure::Unavailable(error.to_string()))?;
    output::line(&report(&roster, &args.out));
    Ok(ExitCode::SUCCESS)
}

/// Refuses a folder that holds something else than a roster, lest a mistyped
/// path fills it.
fn refuse_other_folders(out: &Path) -> Result<(), Failure> {
    let is_used = fs::read_dir(out).is_ok_and(|mut entries| entries.next().is_some());
    if is_used && !out.join(ROSTER_FILES[0]).is_file() {
        return Err(Failure::Usage(format!(
            "{} holds other files and no roster; name another folder, or add --force to write \
             the roster beside them",
            out.display()
        )));
    }
    Ok(())
}

fn report(roster: &Roster, out: &Path) -> String {
    let of_role = |role| roster.supervisors.iter().filter(|s| s.role == role).count();
    format!(
        "Wrote {}: {} trainees, {} sites, {} site supervisors and {} in the faculty.\n\
         Look at it with: practicum roster check {}",
        out.display(),
        roster.trainees.len(),
        roster.sites.len(),
        of_role(Role::Site),
        of_role(Role::Faculty),
        out.display(),
    )
}
