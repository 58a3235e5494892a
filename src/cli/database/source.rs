//! Where a command takes a roster from, or a plan with the roster that it was
//! made from: folders, or a database.

use std::path::{Path, PathBuf};

use super::names::names;
use super::{Absent, Database, InProgram, InRound, failure};
use crate::cli::names::Names;
use crate::cli::{Failure, folders};
use crate::domain::time::ZoneTable;
use crate::domain::{Key, Plan, Roster};
use crate::matching::check::check;

/// A roster in a folder, or a round of a database.
#[derive(Debug, clap::Args)]
pub(in crate::cli) struct RosterSource {
    /// Folder of the roster; docs/roster-format.md says what is in it. Without
    /// it the roster is that of a round in the database.
    #[arg(long, value_name = "FOLDER")]
    roster: Option<PathBuf>,
    #[command(flatten)]
    round: InRound,
}

/// A plan and its roster in folders, or a plan of a database.
#[derive(Debug, clap::Args)]
pub(in crate::cli) struct PlanSource {
    /// Folder of the roster. Without it the plan is one in the database, with
    /// the roster that it was made from.
    #[arg(long, value_name = "FOLDER", requires = "plan")]
    roster: Option<PathBuf>,
    /// Folder of the plan. Without --roster the key of its run in the
    /// database; the latest plan when left out.
    #[arg(long, value_name = "FOLDER|RUN")]
    plan: Option<PathBuf>,
    #[command(flatten)]
    program: InProgram,
}

/// A roster in a folder, with a plan of it or without; or a plan of a
/// database.
#[derive(Debug, clap::Args)]
pub(in crate::cli) struct BaseSource {
    /// Folder of the roster. Without it the plan is one in the database, with
    /// the roster that it was made from.
    #[arg(long, value_name = "FOLDER")]
    roster: Option<PathBuf>,
    /// Folder of a plan of the roster, to compare with; without it the roster
    /// is matched first. Without --roster the key of its run in the database;
    /// the latest plan when left out.
    #[arg(long, value_name = "FOLDER|RUN")]
    plan: Option<PathBuf>,
    #[command(flatten)]
    program: InProgram,
}

/// A legal plan with the roster that it was made from.
pub(in crate::cli) struct Planned {
    pub(in crate::cli) roster: Roster,
    pub(in crate::cli) zones: ZoneTable,
    /// The names of the roster; of a stored one, which has none, those of its
    /// program as they are today.
    pub(in crate::cli) names: Names,
    pub(in crate::cli) plan: Plan,
    folder: Option<PathBuf>,
}

/// What changes are compared with: a roster, and a legal plan of it where
/// there is one yet.
pub(in crate::cli) struct Base {
    pub(in crate::cli) roster: Roster,
    pub(in crate::cli) zones: ZoneTable,
    /// The names, as those of [`Planned`].
    pub(in crate::cli) names: Names,
    pub(in crate::cli) plan: Option<Plan>,
}

impl Planned {
    /// Returns the folder of the plan, into which `--save` writes.
    pub(in crate::cli) fn folder(&self) -> Result<&Path, Failure> {
        self.folder.as_deref().ok_or_else(|| {
            let how = "--save writes into the folder of a plan; give --roster and --plan";
            Failure::Usage(how.to_owned())
        })
    }
}

impl RosterSource {
    /// Returns the roster, with the rules of its zones.
    pub(in crate::cli) fn read(
        &self,
        tzdir: Option<&Path>,
    ) -> Result<(Roster, ZoneTable), Failure> {
        let roster = match &self.roster {
            Some(folder) => folders::roster(folder)?,
            None => self.stored(tzdir)?,
        };
        let zones = folders::zones(&roster, tzdir)?;
        Ok((roster, zones))
    }

    fn stored(&self, tzdir: Option<&Path>) -> Result<Roster, Failure> {
        let database = &self.round.program.database;
        named_or_there(database, "--roster FOLDER")?;
        database.with(tzdir, Absent::Refuse, async |open| {
            let (program, round) = open.round(&self.round).await?;
            let roster = open.app.get_roster(&open.actor, &program, &round);
            roster.await.map_err(failure)
        })
    }
}

impl PlanSource {
    /// Returns the plan, which must be legal, and its roster.
    pub(in crate::cli) fn read(&self, tzdir: Option<&Path>) -> Result<Planned, Failure> {
        let (Some(roster), Some(plan)) = (&self.roster, &self.plan) else {
            let folders = "--roster FOLDER and --plan FOLDER";
            return stored_plan(&self.program, self.plan.as_deref(), folders, tzdir);
        };
        let roster = folders::roster(roster)?;
        let zones = folders::zones(&roster, tzdir)?;
        Ok(Planned {
            plan: folders::legal_plan(&roster, &zones, plan)?,
            names: Names::of_roster(&roster),
            roster,
            zones,
            folder: Some(plan.clone()),
        })
    }
}

impl BaseSource {
    /// Returns the roster, and the plan of it that is named or stored, which
    /// must be legal.
    pub(in crate::cli) fn read(&self, tzdir: Option<&Path>) -> Result<Base, Failure> {
        let plan = self.plan.as_deref();
        let Some(roster) = &self.roster else {
            let planned = stored_plan(&self.program, plan, "--roster FOLDER", tzdir);
            return planned.map(Base::from);
        };
        let roster = folders::roster(roster)?;
        let zones = folders::zones(&roster, tzdir)?;
        let plan = plan.map(|plan| folders::legal_plan(&roster, &zones, plan));
        Ok(Base {
            plan: plan.transpose()?,
            names: Names::of_roster(&roster),
            roster,
            zones,
        })
    }
}

impl From<Planned> for Base {
    fn from(planned: Planned) -> Self {
        Self {
            roster: planned.roster,
            zones: planned.zones,
            names: planned.names,
            plan: Some(planned.plan),
        }
    }
}

/// Returns the plan of a run, or the latest one, which must be legal, and the
/// roster of its snapshot. Where nobody names a database and the usual one is
/// not there, it is said what to give instead.
fn stored_plan(
    program: &InProgram,
    run: Option<&Path>,
    instead: &str,
    tzdir: Option<&Path>,
) -> Result<Planned, Failure> {
    let run = run.map(run_key).transpose()?;
    named_or_there(&program.database, instead)?;
    let read = program.database.with(tzdir, Absent::Refuse, async |open| {
        let program = open.program(program).await?;
        let run = match &run {
            Some(run) => run.clone(),
            None => open.latest_run(&program, true).await?,
        };
        let found = open.app.plan_with_roster(&open.actor, &program, &run);
        let (stored, roster) = found.await.map_err(failure)?;
        Ok((stored, roster, names(open, &program).await?))
    });
    let (stored, roster, names) = read?;
    let zones = folders::zones(&roster, tzdir)?;
    let breaches = check(&roster, &zones, &stored.plan);
    if let Some(first) = breaches.first() {
        return Err(Failure::Invalid(format!(
            "the plan {} is not legal by the zone data in use, in {} places; the first is\n{first}",
            stored.run,
            breaches.len()
        )));
    }
    Ok(Planned {
        roster,
        zones,
        names,
        plan: stored.plan,
        folder: None,
    })
}

fn run_key(plan: &Path) -> Result<Key, Failure> {
    let key = plan.to_str().and_then(|text| text.parse().ok());
    key.ok_or_else(|| {
        let plan = plan.display();
        let how = "a plan of the database is named by its run; give --roster for one in a folder";
        Failure::Usage(format!("--plan {plan} is no key of a run: {how}"))
    })
}

/// Refuses the usual database where it is not there, with what to give.
fn named_or_there(database: &Database, folders: &str) -> Result<(), Failure> {
    match database.address(Absent::Refuse) {
        Err(_) if !database.is_named() => Err(Failure::Usage(format!(
            "give {folders}, or --database URL for what is stored"
        ))),
        Ok(_) | Err(_) => Ok(()),
    }
}
