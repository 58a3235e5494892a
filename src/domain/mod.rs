//! The vocabulary of placements: pure values that cannot be invalid.
//!
//! Everything here is plain data and the rules of single values. It knows no
//! database, no clock, no file format and no wire; zone rules come in as
//! values (see [`time`]). Durations are whole [`Minutes`], instants are UTC
//! seconds, and local time is a wall clock plus an IANA zone.

mod access;
mod availability;
mod baseline;
mod day_range;
mod edit;
mod hours;
mod key;
pub mod limits;
mod listing;
pub mod meeting;
mod minutes;
mod participant;
pub mod plan;
mod plan_difference;
mod policy;
mod publication;
mod ratio;
mod record;
mod roster;
mod round;
mod rule;
pub mod rule_set;
mod run;
mod site;
mod supervision_line;
mod supervisor;
pub mod time;
mod trainee;
mod user;
mod violation;
mod week_preview;
mod weekday;
mod zone;

pub use access::{AccessRole, Permission, Realm, UnknownPermission};
pub use availability::{Availability, Away, WeeklyWindow};
pub use baseline::{Baseline, KeptLine, KeptSite};
pub use day_range::{CALENDAR_FIRST_YEAR, CALENDAR_LAST_YEAR, DayRange, calendar_day};
pub use edit::{EDIT_FORMS, Edit, InvalidEdit};
pub use hours::Hours;
pub use key::{InvalidKey, Key, ProgramKey, SiteKey, SupervisorKey, Tag, TraineeKey, UserKey};
pub use listing::{
    ListOrder, ListRequest, OrderBy, RoundFilter, RuleSetFilter, RunFilter, SiteFilter,
    SupervisorFilter, TraineeFilter,
};
pub use minutes::{MinuteOfDay, Minutes, MinutesRange, QUARTER_HOUR};
pub use participant::{Participant, ParticipantCounts};
pub use plan::Plan;
pub use plan_difference::{LevelDifference, PlacementDifference, PlanDifference};
pub use policy::{InvalidPolicy, Objective, Policy};
pub use publication::{
    Change, ChangeKind, ChangeOf, Publication, ResponseAnswer, RoundStanding, RoundState,
    SupervisorResponse,
};
pub use ratio::{Ratio, Thousandths};
pub use record::{EntityKind, Listed, Page, PageRequest, Versioned};
pub use roster::{
    Exclusion, Forbid, Pin, Preference, Requirement, RequirementCategory, Roster, SiteOrSupervisor,
    SiteRanking,
};
pub use round::{BlockingPairs, MAX_TERM_DAYS, Program, Round, UnrankedSites};
pub use rule::Rule;
pub use rule_set::RuleSet;
pub use run::{Run, RunEvent, RunEventKind, RunLimits, RunOrigin, RunState};
pub use site::Site;
pub use supervision_line::{LicenceRule, SupervisionLine};
pub use supervisor::{DeliveryOffer, Licence, Role, SessionKind, Supervisor};
pub use trainee::Trainee;
pub use user::{ApiKey, User, UserName};
pub use violation::{Violation, Violations};
pub use week_preview::{
    ClockChange, PreviewedAway, PreviewedWindow, ShownSpan, WeekPreview, WindowEffect,
};
pub use weekday::{parse_weekday, weekday_word};
pub use zone::{UnknownZone, ZoneName};
