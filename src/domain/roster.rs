//! A roster: everything that one run of the matcher sees.

use std::collections::BTreeSet;

use chrono::NaiveDate;

use super::{
    Baseline, Minutes, Program, Round, RuleSet, Site, SiteKey, SupervisionLine, Supervisor,
    SupervisorKey, Tag, Trainee, TraineeKey, ZoneName,
};

/// A site or a supervisor, as the target of a wish, a pin or a ban.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SiteOrSupervisor {
    /// A site.
    Site(SiteKey),
    /// A supervisor.
    Supervisor(SupervisorKey),
}

impl SiteOrSupervisor {
    /// Returns the word for the kind of target: `site` or `supervisor`.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Site(_) => "site",
            Self::Supervisor(_) => "supervisor",
        }
    }

    /// Returns the key of the target.
    pub fn key(&self) -> &str {
        match self {
            Self::Site(key) => key.as_str(),
            Self::Supervisor(key) => key.as_str(),
        }
    }
}

/// A trainee's ranked wish.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Preference {
    /// Who wishes.
    pub trainee: TraineeKey,
    /// For what.
    pub target: SiteOrSupervisor,
    /// One is best; equal ranks are ties.
    pub rank: u32,
}

/// A conflict of interest.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Exclusion {
    /// The trainee.
    pub trainee: TraineeKey,
    /// Where or with whom the trainee may not be.
    pub target: SiteOrSupervisor,
    /// Why, in the coordinator's words; may be empty.
    pub reason: String,
}

/// A coordinator's decision that the plan must hold.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Pin {
    /// The trainee, who must then be matched.
    pub trainee: TraineeKey,
    /// The site of the placement, or a supervisor of at least one line.
    pub target: SiteOrSupervisor,
}

/// A coordinator's decision that the plan must avoid.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Forbid {
    /// The trainee.
    pub trainee: TraineeKey,
    /// Where or with whom the trainee must not be.
    pub target: SiteOrSupervisor,
}

/// A site's own ranking of a trainee.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct SiteRanking {
    /// The site that ranks.
    pub site: SiteKey,
    /// Whom it ranks.
    pub trainee: TraineeKey,
    /// One is best; equal ranks are ties.
    pub rank: u32,
}

/// What the minutes of a requirement are spent on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RequirementCategory {
    /// Client contact.
    Contact,
    /// Individual supervision.
    Individual,
    /// Triadic supervision.
    Triadic,
    /// Group supervision.
    Group,
    /// Anything else.
    Other,
}

impl RequirementCategory {
    /// Every category.
    pub const ALL: [Self; 5] = [
        Self::Contact,
        Self::Individual,
        Self::Triadic,
        Self::Group,
        Self::Other,
    ];

    /// Returns the word used in files and messages.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Contact => "contact",
            Self::Individual => "individual",
            Self::Triadic => "triadic",
            Self::Group => "group",
            Self::Other => "other",
        }
    }
}

/// Minutes that a trainee must collect by a due day.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Requirement {
    /// The trainee.
    pub trainee: TraineeKey,
    /// What the minutes are spent on.
    pub category: RequirementCategory,
    /// Minutes to collect in all.
    pub required: Minutes,
    /// Minutes collected before the term.
    pub completed: Minutes,
    /// Last local day on which minutes count.
    pub due_day: NaiveDate,
}

impl Requirement {
    /// Returns the minutes that are still to collect; 0 for more than enough.
    pub fn left(&self) -> u32 {
        self.required.get().saturating_sub(self.completed.get())
    }
}

/// Everything that one run of the matcher sees. Every list is in the order of
/// its keys, so that the order of rows in a file never matters; every
/// reference is to something in the roster.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Roster {
    /// The program.
    pub program: Program,
    /// Dates and policy of the round.
    pub round: Round,
    /// Sites, by key.
    pub sites: Vec<Site>,
    /// Supervisors, by key.
    pub supervisors: Vec<Supervisor>,
    /// Trainees, by key.
    pub trainees: Vec<Trainee>,
    /// Supervision lines, by level and line. If there is any, then every
    /// level of a trainee has one.
    pub supervision_lines: Vec<SupervisionLine>,
    /// Ranked wishes, by trainee and target; one rank for each pair.
    pub preferences: Vec<Preference>,
    /// Conflicts of interest, by trainee and target.
    pub exclusions: Vec<Exclusion>,
    /// Pins, by trainee and target.
    pub pins: Vec<Pin>,
    /// Forbids, by trainee and target.
    pub forbids: Vec<Forbid>,
    /// Sites' rankings of trainees, by site and trainee.
    pub site_rankings: Vec<SiteRanking>,
    /// Minutes to collect, by trainee and category.
    pub requirements: Vec<Requirement>,
    /// Rule sets that hold in this round, in the order of the round; at most
    /// [`super::rule_set::RULE_SETS_MAX`].
    pub rule_sets: Vec<RuleSet>,
    /// Whether the roster says when people are available at all. Without it,
    /// contact need not fit into anybody's week.
    pub has_availability: bool,
    /// What an earlier plan promised, for a repair to keep where it can.
    pub baseline: Option<Baseline>,
}

impl Roster {
    /// Returns every zone that the roster names.
    pub fn zones(&self) -> BTreeSet<ZoneName> {
        let sites = self.sites.iter().map(|site| site.time_zone);
        let supervisors = self
            .supervisors
            .iter()
            .map(|supervisor| supervisor.time_zone);
        let trainees = self.trainees.iter().map(|trainee| trainee.time_zone);
        let program = std::iter::once(self.program.time_zone);
        program
            .chain(sites)
            .chain(supervisors)
            .chain(trainees)
            .collect()
    }

    /// Returns the supervision lines of a level, by name.
    pub fn lines_of<'a>(&'a self, level: &'a Tag) -> impl Iterator<Item = &'a SupervisionLine> {
        self.supervision_lines
            .iter()
            .filter(move |line| line.level == *level)
    }

    /// Returns the requirements of a trainee.
    pub fn requirements_of(&self, trainee: &TraineeKey) -> &[Requirement] {
        let first = self.requirements.partition_point(|r| r.trainee < *trainee);
        let after = self.requirements.partition_point(|r| r.trainee <= *trainee);
        &self.requirements[first..after]
    }

    /// Returns the weekly contact wanted by a trainee. Where the roster leaves
    /// it open it is what is left of the contact requirement spread over the
    /// weeks of the term up to the due day, rounded up to 15 minutes and
    /// clipped to the trainee's range; without a requirement, the least.
    pub fn contact_target(&self, trainee: &Trainee) -> Minutes {
        trainee.contact_target.unwrap_or_else(|| {
            let wanted = self
                .requirements_of(&trainee.key)
                .iter()
                .filter(|r| r.category == RequirementCategory::Contact)
                .map(|r| weekly_share(r, self.round.term.first(), self.round.term.last()))
                .max()
                .unwrap_or(0);
            let clipped = wanted.clamp(trainee.contact.min().get(), trainee.contact.max().get());
            Minutes::new(clipped).unwrap_or_default()
        })
    }
}

/// Returns what is left of a requirement in minutes a week, rounded up to the
/// 15-minute grid; a started week counts as a week.
fn weekly_share(requirement: &Requirement, first_day: NaiveDate, last_day: NaiveDate) -> u32 {
    let days = (requirement.due_day.min(last_day) - first_day).num_days() + 1;
    let weeks = u32::try_from(days.max(1)).unwrap_or(1).div_ceil(7);
    let share = requirement.left().div_ceil(weeks);
    share.next_multiple_of(super::QUARTER_HOUR)
}
