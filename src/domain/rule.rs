//! The stable names of the rules of a match.

use std::fmt;
use std::str::FromStr;

macro_rules! rules {
    ($($(#[$doc:meta])* $rule:ident = $name:literal),+ $(,)?) => {
        /// A rule that every plan keeps. Its name is the row label of the
        /// model, the reason code, the name of the test and the heading in
        /// the docs.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Rule {
            $($(#[$doc])* $rule,)+
        }

        impl Rule {
            /// Every rule, in the order of the docs.
            pub const ALL: &[Self] = &[$(Self::$rule),+];

            /// Returns the stable name.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$rule => $name,)+ }
            }
        }
    };
}

rules! {
    /// The trainee ranked the site, or the round admits unranked sites last.
    SiteRanked = "site_ranked",
    /// The placement agreement covers every day of the term.
    AgreementCoversTerm = "agreement_covers_term",
    /// The site offers every modality that the trainee requires.
    ModalityOffered = "modality_offered",
    /// Trainee and site, or trainee and supervisor, share a language.
    LanguageShared = "language_shared",
    /// The supervisor is licensed where the line asks for it, all term.
    LicenceCoversTerm = "licence_covers_term",
    /// No placement or line is on the trainee's list of exclusions.
    ConflictOfInterest = "conflict_of_interest",
    /// The session is held in a way that the supervisor offers.
    DeliveryAllowed = "delivery_allowed",
    /// A site line is filled by somebody who works at the trainee's site.
    SiteSupervisorPresent = "site_supervisor_present",
    /// A site has at most so many trainees.
    SiteCapacity = "site_capacity",
    /// A site, or a supervisor, has at least so many trainees.
    CapacityMin = "capacity_min",
    /// The contact at a site is at most what it can offer in a week.
    SiteContactMinutes = "site_contact_minutes",
    /// Contact is a multiple of 15 minutes within both ranges, and above the
    /// target only as far as the site's minimum requires.
    ContactRange = "contact_range",
    /// A supervisor has at most so many trainees.
    CaseloadLimit = "caseload_limit",
    /// A supervisor's sessions take at most so many minutes a week.
    SupervisorWeeklyMinutes = "supervisor_weekly_minutes",
    /// A session has as many members as its kind asks for.
    SessionSize = "session_size",
    /// A session starts at a multiple of the round's step.
    SessionStep = "session_step",
    /// Every occurrence that is not missed lies inside everybody's
    /// availability.
    AvailableEveryWeek = "available_every_week",
    /// Nobody misses more occurrences than the round admits.
    MissedSessions = "missed_sessions",
    /// An in-person session lies inside the opening hours.
    SiteOpen = "site_open",
    /// An in-person session is held at the site of its members' placement,
    /// one that the supervisor lists, in that site's zone.
    InPersonAtPlacement = "in_person_at_placement",
    /// Nobody is in two sessions at once in any week.
    NoOverlap = "no_overlap",
    /// The weekly contact fits into the trainee's week at the site.
    ContactFitsWeek = "contact_fits_week",
    /// A matched trainee has every line filled; an unmatched one has none.
    SupervisionLines = "supervision_lines",
    /// Contact is at most so many times the credited supervision.
    SupervisionRatio = "supervision_ratio",
    /// Contact needs whole units of credited supervision, step by step.
    SupervisionUnits = "supervision_units",
    /// A trainee has so many credited minutes of supervision at least.
    SupervisionMinutesMin = "supervision_minutes_min",
    /// Groups are at most a share of a trainee's supervision.
    GroupShareMax = "group_share_max",
    /// Individual sessions are at least a share of a trainee's supervision.
    IndividualShareMin = "individual_share_min",
    /// Video is at most a share of a trainee's supervision.
    VideoShareMax = "video_share_max",
    /// A group has at most so many members under a rule set.
    GroupSizeMax = "group_size_max",
    /// A trainee has at most so many supervisors at once.
    SupervisorsMax = "supervisors_max",
    /// A trainee has at least so many different supervisors.
    SupervisorsDistinctMin = "supervisors_distinct_min",
    /// A supervisor has at most so many supervisees under a rule set.
    SuperviseesMax = "supervisees_max",
    /// A pinned trainee is matched as pinned.
    Pinned = "pinned",
    /// A forbidden pair is not matched.
    Forbidden = "forbidden",
    /// No trainee and site would both rather have each other, where the round
    /// forbids that.
    BlockingPair = "blocking_pair",
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// The text names no rule.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the name of a rule")]
pub struct UnknownRule;

impl FromStr for Rule {
    type Err = UnknownRule;

    fn from_str(text: &str) -> Result<Self, UnknownRule> {
        Self::ALL
            .iter()
            .copied()
            .find(|rule| rule.name() == text)
            .ok_or(UnknownRule)
    }
}
