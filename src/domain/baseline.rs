//! What an earlier plan promised people, for a new plan to keep where it can.

use super::plan::{Delivery, Plan, WeeklyStart};
use super::{SiteKey, SupervisorKey, Tag, TraineeKey};

/// A site that a trainee has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptSite {
    /// Who is placed.
    pub trainee: TraineeKey,
    /// Where.
    pub site: SiteKey,
}

/// A supervision line that is filled. It is kept by the same supervisor at the
/// same weekly time, held the same way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptLine {
    /// Whose line it is.
    pub trainee: TraineeKey,
    /// The line of the trainee's level.
    pub line: Tag,
    /// Who fills it.
    pub supervisor: SupervisorKey,
    /// When they meet; `None` for a line of no minutes.
    pub weekly_start: Option<WeeklyStart>,
    /// How they meet.
    pub delivery: Delivery,
}

/// What an earlier plan promised, by keys; they may name people and sites that
/// are gone. Each promise to a trainee of the roster that a plan does not keep
/// is one change; what was promised to others does not count.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Baseline {
    /// Sites, by trainee; one for each.
    pub sites: Vec<KeptSite>,
    /// Lines, by trainee and line; each once.
    pub lines: Vec<KeptLine>,
}

impl Baseline {
    /// Returns what a plan promises.
    pub fn of_plan(plan: &Plan) -> Self {
        let sites = plan.placements.iter().map(|placement| KeptSite {
            trainee: placement.trainee.clone(),
            site: placement.site.clone(),
        });
        let lines = plan.sessions.iter().flat_map(|session| {
            session.members.iter().map(|member| KeptLine {
                trainee: member.trainee.clone(),
                line: member.line.clone(),
                supervisor: session.supervisor.clone(),
                weekly_start: session.weekly_start,
                delivery: session.delivery.clone(),
            })
        });
        Self::new(sites.collect(), lines.collect())
    }

    /// Returns a baseline in order; of what is promised twice the first stands.
    pub fn new(mut sites: Vec<KeptSite>, mut lines: Vec<KeptLine>) -> Self {
        sites.sort_by(|a, b| a.trainee.cmp(&b.trainee));
        sites.dedup_by(|a, b| a.trainee == b.trainee);
        lines.sort_by(|a, b| (&a.trainee, &a.line).cmp(&(&b.trainee, &b.line)));
        lines.dedup_by(|a, b| (&a.trainee, &a.line) == (&b.trainee, &b.line));
        Self { sites, lines }
    }
}
