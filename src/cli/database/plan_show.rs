//! `practicum plan show`: a stored plan, with names, for people.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::Path;
use std::process::ExitCode;

use comfy_table::Table;

use super::names::names;
use super::{Absent, InProgram, Open, failure};
use crate::app::StoredPlan;
use crate::cli::names::Names;
use crate::cli::plan_text::{contact_line, levels_table, ranks_table, verdict};
use crate::cli::{Failure, output, table};
use crate::domain::plan::{Placement, Session, Unmatched};
use crate::domain::{Key, Plan, ProgramKey, SiteKey, SupervisorKey, TraineeKey, weekday_word};

/// Options of `plan show`.
#[derive(Debug, clap::Args)]
pub(in crate::cli) struct Args {
    /// The plan, named as its run; the latest one when left out.
    #[arg(value_name = "PLAN")]
    plan: Option<Key>,
    #[command(flatten)]
    narrow: Narrow,
    #[command(flatten)]
    program: InProgram,
}

/// Whom and what the plan is shown for.
#[derive(Debug, clap::Args)]
struct Narrow {
    /// Show only what is about this trainee.
    #[arg(long, value_name = "KEY")]
    trainee: Option<TraineeKey>,
    /// Show only what is about this supervisor.
    #[arg(long, value_name = "KEY")]
    supervisor: Option<SupervisorKey>,
    /// Show only what is about this site.
    #[arg(long, value_name = "KEY")]
    site: Option<SiteKey>,
}

pub(super) fn run(args: &Args, tzdir: Option<&Path>) -> Result<ExitCode, Failure> {
    let database = &args.program.database;
    database.with(tzdir, Absent::Refuse, async |open| {
        let program = open.program(&args.program).await?;
        let run = match &args.plan {
            Some(plan) => plan.clone(),
            None => open.latest_run(&program, true).await?,
        };
        let stored = open.app.get_plan(&open.actor, &program, &run).await;
        let stored = stored.map_err(failure)?;
        let names = names(open, &program).await?;
        args.narrow.check(&stored.plan, &names)?;
        let mut text = heading(open, &program, &stored).await?;
        if args.narrow.is_everything() {
            text.push_str(&quality(&stored.plan));
        }
        text.push_str(&contents(&args.narrow.of(&stored.plan), &names));
        output::text(&text);
        Ok(ExitCode::SUCCESS)
    })
}

impl Narrow {
    fn is_everything(&self) -> bool {
        self.trainee.is_none() && self.supervisor.is_none() && self.site.is_none()
    }

    /// Refuses keys that neither the plan nor the program knows.
    fn check(&self, plan: &Plan, names: &Names) -> Result<(), Failure> {
        let mut unknown = Vec::new();
        if let Some(key) = &self.trainee {
            let placed = plan.placements.iter().any(|place| place.trainee == *key);
            let unplaced = plan.unmatched.iter().any(|one| one.trainee == *key);
            if !placed && !unplaced && !names.trainees.contains_key(key) {
                unknown.push(format!("there is no trainee {key}"));
            }
        }
        if let Some(key) = &self.supervisor {
            let meets = plan
                .sessions
                .iter()
                .any(|session| session.supervisor == *key);
            if !meets && !names.supervisors.contains_key(key) {
                unknown.push(format!("there is no supervisor {key}"));
            }
        }
        if let Some(key) = &self.site {
            let taken = plan.placements.iter().any(|place| place.site == *key);
            if !taken && !names.sites.contains_key(key) {
                unknown.push(format!("there is no site {key}"));
            }
        }
        if unknown.is_empty() {
            return Ok(());
        }
        Err(Failure::Invalid(unknown.join("\n")))
    }

    /// Returns the part of a plan that is wanted: the trainees about whom it
    /// is, and their sessions.
    fn of(&self, plan: &Plan) -> Plan {
        let is_trainee = |key: &TraineeKey| {
            let wanted = self.trainee.as_ref();
            wanted.is_none_or(|wanted| wanted == key)
        };
        let meets = |session: &Session, trainee: &TraineeKey| {
            session
                .members
                .iter()
                .any(|member| member.trainee == *trainee)
        };
        let meets_supervisor = |trainee: &TraineeKey| match &self.supervisor {
            None => true,
            Some(wanted) => plan
                .sessions
                .iter()
                .any(|session| session.supervisor == *wanted && meets(session, trainee)),
        };
        let is_wanted = |place: &&Placement| {
            is_trainee(&place.trainee)
                && self.site.as_ref().is_none_or(|site| *site == place.site)
                && meets_supervisor(&place.trainee)
        };
        let placements: Vec<Placement> =
            plan.placements.iter().filter(is_wanted).cloned().collect();
        let trainees: BTreeSet<&TraineeKey> =
            placements.iter().map(|place| &place.trainee).collect();
        let sessions = plan.sessions.iter().filter(|session| {
            let of_supervisor = self.supervisor.as_ref();
            of_supervisor.is_none_or(|wanted| session.supervisor == *wanted)
                && session
                    .members
                    .iter()
                    .any(|member| trainees.contains(&member.trainee))
        });
        let without_place = self.supervisor.is_none() && self.site.is_none();
        let unmatched = plan.unmatched.iter();
        Plan {
            sessions: sessions.cloned().collect(),
            unmatched: unmatched
                .filter(|one| without_place && is_trainee(&one.trainee))
                .cloned()
                .collect(),
            placements,
            levels: plan.levels.clone(),
        }
    }
}

async fn heading(
    open: &Open,
    program: &ProgramKey,
    stored: &StoredPlan,
) -> Result<String, Failure> {
    let round = open
        .app
        .get_round(&open.actor, program, &stored.round)
        .await;
    let round = round.map_err(failure)?.value.round;
    let plan = &stored.plan;
    let (placed, unplaced) = (plan.placements.len(), plan.unmatched.len());
    Ok(format!(
        "Plan {} of {program}, round {}: {}, {} to {}\nStored {}; zone data {}\n\n\
         {placed} of {} trainees placed, {unplaced} not, {} weekly sessions\n\n",
        stored.run,
        stored.round,
        round.name,
        round.term.first(),
        round.term.last(),
        stored.created_at,
        stored.context.tzdb_version,
        placed + unplaced,
        plan.sessions.len(),
    ))
}

/// Says how good a plan is, with the tables that a match prints.
fn quality(plan: &Plan) -> String {
    let mut text = format!(
        "How good this plan is\n{}\n\n{}\n\n",
        levels_table(plan),
        verdict(plan)
    );
    if !plan.placements.is_empty() {
        let _ = writeln!(text, "By preference\n{}\n", ranks_table(plan));
        let _ = writeln!(text, "{}\n", contact_line(plan));
    }
    text
}

/// Says who is where, who meets whom when, and who has no place.
fn contents(plan: &Plan, names: &Names) -> String {
    let mut text = String::new();
    if !plan.placements.is_empty() {
        let _ = writeln!(
            text,
            "Placements\n{}\n",
            placements(&plan.placements, names)
        );
    }
    if !plan.sessions.is_empty() {
        let _ = writeln!(
            text,
            "Weekly sessions\n{}\n",
            sessions(&plan.sessions, names)
        );
    }
    if !plan.unmatched.is_empty() {
        text.push_str("Not placed\n");
    }
    for Unmatched {
        trainee,
        reason,
        detail,
        action,
    } in &plan.unmatched
    {
        let who = names.trainee(trainee);
        let _ = writeln!(
            text,
            "  {who}, {reason}: {detail}\n    what helps: {action}"
        );
    }
    if text.is_empty() {
        text.push_str("The plan has nothing about that.\n");
    }
    text
}

fn placements(placements: &[Placement], names: &Names) -> Table {
    let mut rows = table::new(&["trainee", "site", "choice", "contact a week"]);
    for place in placements {
        rows.add_row(vec![
            names.trainee(&place.trainee).into(),
            names.site(&place.site).into(),
            table::right(place.preference_rank),
            table::right(format!("{} min", place.contact.get())),
        ]);
    }
    rows
}

fn sessions(sessions: &[Session], names: &Names) -> Table {
    let header = [
        "starts",
        "min",
        "zone",
        "supervisor",
        "kind",
        "where",
        "trainees",
    ];
    let mut rows = table::new(&header);
    for session in sessions {
        let starts = session.weekly_start.map_or_else(
            || "no meeting".to_owned(),
            |weekly| format!("{} {}", weekday_word(weekly.weekday), weekly.start),
        );
        let place = match session.delivery.site() {
            Some(site) => names.site(site),
            None => "video".to_owned(),
        };
        let members: Vec<String> = session
            .members
            .iter()
            .map(|member| format!("{}, {}", names.trainee(&member.trainee), member.line))
            .collect();
        rows.add_row(vec![
            starts.into(),
            table::right(session.minutes.get()),
            session.time_zone.as_str().into(),
            names.supervisor(&session.supervisor).into(),
            session.kind.as_str().into(),
            place.into(),
            members.join("\n").into(),
        ]);
    }
    rows
}
