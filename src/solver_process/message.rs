//! What parent and child say to each other.
//!
//! Rosters and plans travel as the bytes of their folders, so the child reads
//! just what a coordinator could export, and the same words mean the same.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::SolveOptions;
use super::explanation::{ExplainRequest, ExplanationMessage};
use super::worths::{WorthsMessage, WorthsRequest};
use crate::domain::time::{UtcSecond, ZoneRules, ZoneTable};
use crate::domain::{Roster, ZoneName};
use crate::matching::{Clash, Progress, Stage};
use crate::roster::write_roster;

/// From the parent.
#[derive(Debug, Serialize, Deserialize)]
pub(super) enum Request {
    /// Solve; the first message, sent once.
    Solve(Box<SolveRequest>),
    /// Explain an unmatched trainee; the first message, sent once.
    Explain(Box<ExplainRequest>),
    /// Estimate what one more of each capacity is worth; the first message,
    /// sent once.
    Worths(Box<WorthsRequest>),
    /// End soon with the best plan.
    Cancel,
}

/// A roster to be solved.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct SolveRequest {
    /// The roster folder as [`crate::roster::FolderFiles::to_bytes`] gives it.
    pub(super) roster: Vec<u8>,
    pub(super) zones: ZoneTableMessage,
    /// Seconds from now after which the best plan is wanted.
    pub(super) seconds: Option<f64>,
    pub(super) threads: usize,
    /// Bytes of memory after which the child fails.
    pub(super) memory_max: u64,
}

impl SolveRequest {
    /// Returns the request for a roster.
    pub(super) fn new(roster: &Roster, zones: &ZoneTable, options: &SolveOptions) -> Self {
        Self {
            roster: write_roster(roster).to_bytes(),
            zones: ZoneTableMessage::new(zones, roster.zones()),
            seconds: options.time_limit.map(|limit| limit.as_secs_f64()),
            threads: options.threads,
            memory_max: options.memory_max,
        }
    }
}

/// Zone rules as numbers.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct ZoneTableMessage {
    version: String,
    zones: Vec<ZoneRulesMessage>,
}

/// Name, first offset, and changes as (instant, offset), all in seconds.
type ZoneRulesMessage = (String, i32, Vec<(i64, i32)>);

impl ZoneTableMessage {
    /// Returns the message for those zones of a table that are named.
    pub(super) fn new(table: &ZoneTable, zones: impl IntoIterator<Item = ZoneName>) -> Self {
        let rules = |zone: ZoneName| {
            let rules = table.rules(zone)?;
            let changes = rules
                .changes()
                .iter()
                .map(|(at, offset)| (at.0, *offset))
                .collect();
            Some((zone.as_str().to_owned(), rules.first_offset(), changes))
        };
        let version = table.version().to_owned();
        Self {
            version,
            zones: zones.into_iter().filter_map(rules).collect(),
        }
    }

    /// Returns the table; names that are not known are left out.
    pub(super) fn into_table(self) -> ZoneTable {
        let rules: BTreeMap<ZoneName, ZoneRules> = self
            .zones
            .into_iter()
            .filter_map(|(zone, first_offset, changes)| {
                let changes = changes
                    .into_iter()
                    .map(|(at, to)| (UtcSecond(at), to))
                    .collect();
                Some((zone.parse().ok()?, ZoneRules::new(first_offset, changes)))
            })
            .collect();
        ZoneTable::new(self.version, rules)
    }
}

/// From the child.
#[derive(Debug, Serialize, Deserialize)]
pub(super) enum Reply {
    /// Where the run stands.
    Progress(ProgressMessage),
    /// A plan folder, better than those before.
    BetterPlan(Vec<u8>),
    /// The final plan folder, with the time of each stage. The last message.
    Done {
        plan: Vec<u8>,
        stages: Vec<StageSeconds>,
    },
    /// What would have to give; nothing for a trainee who needs no
    /// explanation. The last message.
    Explained(Option<ExplanationMessage>),
    /// What one more of each capacity might be worth. The last message.
    Worths(WorthsMessage),
    /// No plan is legal: rules and what they ask for. The last message.
    Clash(Vec<(String, String)>),
    /// No plan in time. The last message.
    NoPlanInTime,
    /// The run failed. The last message.
    Failed(String),
}

/// How long a stage of a run took.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct StageSeconds {
    /// Name of the stage: `candidates`, `times`, or that of a level.
    pub stage: String,
    /// Seconds spent in it, over all rounds.
    pub seconds: f64,
}

/// [`Progress`] on the wire.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct ProgressMessage {
    stage: String,
    best: Option<i64>,
    bound: Option<i64>,
}

impl From<Progress> for ProgressMessage {
    fn from(progress: Progress) -> Self {
        let Progress { stage, best, bound } = progress;
        Self {
            stage: stage.name(),
            best,
            bound,
        }
    }
}

impl ProgressMessage {
    /// Returns the progress; `None` for a stage of another version.
    pub(super) fn into_progress(self) -> Option<Progress> {
        Some(Progress {
            stage: Stage::from_name(&self.stage)?,
            best: self.best,
            bound: self.bound,
        })
    }
}

/// Returns clashes as text on both sides of the pipe.
pub(super) fn clash_message(clashes: &[Clash]) -> Vec<(String, String)> {
    let text = |clash: &Clash| (clash.rule.name().to_owned(), clash.subject.clone());
    clashes.iter().map(text).collect()
}

/// Returns the clashes of a message; rules of another version are left out.
pub(super) fn read_clashes(message: Vec<(String, String)>) -> Vec<Clash> {
    let clash = |(rule, subject): (String, String)| {
        Some(Clash {
            rule: rule.parse().ok()?,
            subject,
        })
    };
    message.into_iter().filter_map(clash).collect()
}
