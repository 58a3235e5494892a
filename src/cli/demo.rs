//! `practicum demo`: the example roster that comes with the binary, matched.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use super::{Failure, r#match, output};
use crate::roster::{FolderFiles, ROSTER_FILES, read_roster};

macro_rules! example {
    ($($name:literal),+ $(,)?) => {
        &[$((
            $name,
            include_bytes!(concat!("../../tests/data/rosters/metro-120/", $name)),
        )),+]
    };
}

/// The files of `tests/data/rosters/metro-120`.
const EXAMPLE: &[(&str, &[u8])] = example![
    "program.toml",
    "sites.csv",
    "supervisors.csv",
    "trainees.csv",
    "licences.csv",
    "availability.csv",
    "away.csv",
    "preferences.csv",
    "exclusions.csv",
    "supervision_lines.csv",
];

/// Options of `demo`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Folder for the example: the roster goes into `roster`, the plan into
    /// `plan`.
    #[arg(long, value_name = "FOLDER", default_value = "plans/metro-120")]
    out: PathBuf,
    #[command(flatten)]
    limits: r#match::Limits,
}

pub(super) fn run(args: &Args, tzdir: Option<&Path>) -> Result<ExitCode, Failure> {
    let mut files = FolderFiles::default();
    for (name, bytes) in EXAMPLE {
        files.insert(name, bytes.to_vec());
    }
    let roster = read_roster(&files).map_err(|errors| anyhow::anyhow!("the example: {errors}"))?;
    let (roster_folder, plan_folder) = (args.out.join("roster"), args.out.join("plan"));
    files
        .replace_dir(&roster_folder, &ROSTER_FILES)
        .map_err(|error| Failure::Unavailable(error.to_string()))?;
    output::line(&format!(
        "The example roster \"{}\" is in {}.\n",
        roster.program.name,
        roster_folder.display()
    ));
    r#match::match_roster(&roster, &plan_folder, &args.limits, false, tzdir)?;
    output::line(&format!(
        "\nTry next:\n  \
         practicum check --roster {roster} --plan {plan}   prove the plan again\n  \
         practicum roster check {roster}   see what is in the roster\n  \
         practicum match --roster YOUR_FOLDER --out PLAN_FOLDER   match your own",
        roster = roster_folder.display(),
        plan = plan_folder.display(),
    ));
    Ok(ExitCode::SUCCESS)
}
