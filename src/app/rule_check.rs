//! How a plan stands under rule sets, and how a round could at best. It is work
//! for a processor, and waits for its turn as explanations do.

use super::rosters::stored_roster;
use super::round_rules::{Asked, choose};
use super::{Actor, App, AppError, Permission};
use crate::domain::rule_set::RuleRow;
use crate::domain::{Key, ProgramKey, Roster, RuleSet};
use crate::matching::rule_outlook::rule_outlook;
pub use crate::matching::rule_report::TraineeReport;
use crate::matching::rule_report::rule_report;

/// What keeps rule sets, and can be checked against any.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RulesOf {
    /// A round, as its records are now.
    Round(Key),
    /// The plan of a run.
    Plan(Key),
}

/// How trainees stand under rule sets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleCheck {
    /// The rule sets, in the order in which they were asked for.
    pub rule_sets: Vec<RuleSet>,
    /// The trainees of the plan, in its order; those of a round that have a
    /// site in reach, by key.
    pub trainees: Vec<TraineeReport>,
}

impl RuleCheck {
    /// Returns every row with its trainee and its rule set.
    pub fn rows(&self) -> impl Iterator<Item = (&TraineeReport, &RuleSet, &RuleRow)> {
        self.trainees.iter().flat_map(move |trainee| {
            let sets = trainee.sets.iter();
            let sets = sets.filter_map(|(set, rows)| Some((self.rule_sets.get(*set)?, rows)));
            sets.flat_map(move |(set, rows)| rows.iter().map(move |row| (trainee, set, row)))
        })
    }

    /// Counts the rows that do not hold.
    pub fn broken(&self) -> usize {
        self.rows().filter(|(_, _, row)| !row.holds).count()
    }
}

/// The field of a check that names rule sets.
const ASKED: &str = "rule_set_ids";

impl App {
    /// Says how a plan stands under rule sets, or how a round can at best,
    /// whatever the plan. Without any named, those that it keeps; of those that
    /// are named, the texts that the program knows now.
    ///
    /// # Errors
    /// [`AppError::NotFound`] for round and run; [`AppError::Invalid`] for rule
    /// sets that nobody knows, at `rule_set_ids`;
    /// [`AppError::FailedPrecondition`] when there is no plan;
    /// [`AppError::Unavailable`] without the zone data.
    pub async fn check_rule_sets(
        &self,
        actor: &Actor,
        program: &ProgramKey,
        of: &RulesOf,
        named: &[Key],
    ) -> Result<RuleCheck, AppError> {
        match of {
            RulesOf::Round(round) => {
                let read = self.read(actor, program, Permission::PlanRead).await?;
                let (mut tx, scope, record) = read;
                let roster = stored_roster(&mut tx, scope, record.value, round).await?;
                drop(tx);
                let rule_sets = self.asked_or_kept(actor, program, named, &roster).await?;
                self.on_a_core(move || RuleCheck {
                    trainees: rule_outlook(&roster, &rule_sets),
                    rule_sets,
                })
                .await
            }
            RulesOf::Plan(run) => {
                let (stored, roster) = self.plan_with_roster(actor, program, run).await?;
                let rule_sets = self.asked_or_kept(actor, program, named, &roster).await?;
                let zones = self.zones_of(&roster)?;
                self.on_a_core(move || RuleCheck {
                    trainees: rule_report(&roster, &zones, &stored.plan, &rule_sets),
                    rule_sets,
                })
                .await
            }
        }
    }

    /// Returns the rule sets that are named, else those of the roster.
    async fn asked_or_kept(
        &self,
        actor: &Actor,
        program: &ProgramKey,
        named: &[Key],
        roster: &Roster,
    ) -> Result<Vec<RuleSet>, AppError> {
        let held = roster.rule_sets.clone();
        if named.is_empty() {
            return Ok(held);
        }
        let (mut tx, scope, _) = self.read(actor, program, Permission::PlanRead).await?;
        let asked = Asked {
            field: ASKED,
            keys: named,
            held,
            term: None,
        };
        choose(&mut tx, scope, asked).await
    }
}
