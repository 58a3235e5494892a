//! Changes of a roster that somebody tries out, each in a line of words:
//! `close north-clinic`, `capacity north-clinic 4`, `decline t-12 north-clinic`.
//!
//! An edit changes what a run sees, never what is stored. What an edit makes
//! impossible it takes back itself: pins to a closed site, or to somebody who
//! leaves, go with them.

mod apply;

use std::fmt;
use std::str::FromStr;

use chrono::NaiveDate;

use super::limits::{MINUTES_OF_WEEK, MOST_PEOPLE};
use super::{
    DayRange, Forbid, Minutes, Participant, Pin, SiteKey, SiteOrSupervisor, SupervisorKey, Tag,
    TraineeKey, calendar_day,
};

/// One change of a roster.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Edit {
    /// `close SITE`: nobody is placed there, whatever was least.
    Close(SiteKey),
    /// `leave SUPERVISOR`: she supervises nobody, whatever was least.
    Leave(SupervisorKey),
    /// `withdraw TRAINEE`: the trainee no longer takes part.
    Withdraw(TraineeKey),
    /// `lapse SUPERVISOR JURISDICTION LAST_DAY`: no licence of hers holds
    /// there after that day.
    Lapse {
        /// Whose licences.
        supervisor: SupervisorKey,
        /// Where they hold.
        jurisdiction: Tag,
        /// The last day on which one holds.
        last_day: NaiveDate,
    },
    /// `away site|supervisor|trainee KEY FIRST_DAY LAST_DAY`: away on these
    /// local days.
    Away {
        /// Who is away, or which site is closed.
        who: Participant,
        /// The days.
        days: DayRange,
    },
    /// `decline TRAINEE SITE`: the trainee is not placed at that site.
    Decline {
        /// Who declines.
        trainee: TraineeKey,
        /// Which place.
        site: SiteKey,
    },
    /// `forbid TRAINEE site|supervisor KEY`: the two are kept apart.
    Forbid(Forbid),
    /// `pin TRAINEE site|supervisor KEY`: the trainee is matched so.
    Pin(Pin),
    /// `capacity SITE PLACES`: the most trainees there, 0 to 100,000.
    Capacity {
        /// Which site.
        site: SiteKey,
        /// Most trainees.
        places: u32,
    },
    /// `contact SITE MINUTES`: the weekly contact that it offers to all.
    Contact {
        /// Which site.
        site: SiteKey,
        /// Weekly minutes over all trainees.
        minutes: Minutes,
    },
    /// `caseload SUPERVISOR TRAINEES`: the most trainees she has in all, 0 to
    /// 100,000.
    Caseload {
        /// Whose caseload.
        supervisor: SupervisorKey,
        /// Most trainees.
        trainees: u32,
    },
    /// `minutes SUPERVISOR MINUTES`: the most weekly minutes of her sessions,
    /// 0 to 10,080.
    WeeklyMinutes {
        /// Whose sessions.
        supervisor: SupervisorKey,
        /// Weekly minutes.
        minutes: Minutes,
    },
}

/// How each edit is written.
pub const EDIT_FORMS: [&str; 12] = [
    "close SITE",
    "leave SUPERVISOR",
    "withdraw TRAINEE",
    "lapse SUPERVISOR JURISDICTION LAST_DAY",
    "away site|supervisor|trainee KEY FIRST_DAY LAST_DAY",
    "decline TRAINEE SITE",
    "forbid TRAINEE site|supervisor KEY",
    "pin TRAINEE site|supervisor KEY",
    "capacity SITE PLACES",
    "contact SITE MINUTES_PER_WEEK",
    "caseload SUPERVISOR TRAINEES",
    "minutes SUPERVISOR MINUTES_PER_WEEK",
];

/// Text that is no edit, with what is allowed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("'{text}' is no edit; wanted is {wanted}")]
pub struct InvalidEdit {
    /// The text.
    pub text: String,
    /// What is allowed.
    pub wanted: String,
}

impl FromStr for Edit {
    type Err = InvalidEdit;

    fn from_str(text: &str) -> Result<Self, InvalidEdit> {
        let words: Vec<&str> = text.split_whitespace().collect();
        read(&words).ok_or_else(|| {
            let first = words.first().copied().unwrap_or_default();
            let form = EDIT_FORMS
                .into_iter()
                .find(|form| form.split(' ').next() == Some(first));
            let wanted = form.map_or_else(
                || format!("one of: {}", EDIT_FORMS.join("; ")),
                |form| format!("{form}, with keys of the roster, days as YYYY-MM-DD, minutes as multiples of 15, and at most {MOST_PEOPLE} people"),
            );
            InvalidEdit {
                text: text.to_owned(),
                wanted,
            }
        })
    }
}

fn read(words: &[&str]) -> Option<Edit> {
    Some(match *words {
        ["close", site] => Edit::Close(site.parse().ok()?),
        ["leave", supervisor] => Edit::Leave(supervisor.parse().ok()?),
        ["withdraw", trainee] => Edit::Withdraw(trainee.parse().ok()?),
        ["lapse", supervisor, jurisdiction, last_day] => Edit::Lapse {
            supervisor: supervisor.parse().ok()?,
            jurisdiction: jurisdiction.parse().ok()?,
            last_day: calendar_day(last_day)?,
        },
        ["away", kind, key, first, last] => Edit::Away {
            who: Participant::new(kind, key)?,
            days: DayRange::new(calendar_day(first)?, calendar_day(last)?)?,
        },
        ["decline", trainee, site] => Edit::Decline {
            trainee: trainee.parse().ok()?,
            site: site.parse().ok()?,
        },
        ["forbid", trainee, kind, key] => Edit::Forbid(Forbid {
            trainee: trainee.parse().ok()?,
            target: target(kind, key)?,
        }),
        ["pin", trainee, kind, key] => Edit::Pin(Pin {
            trainee: trainee.parse().ok()?,
            target: target(kind, key)?,
        }),
        ["capacity", site, places] => Edit::Capacity {
            site: site.parse().ok()?,
            places: people(places)?,
        },
        ["contact", site, minutes] => Edit::Contact {
            site: site.parse().ok()?,
            minutes: self::minutes(minutes)?,
        },
        ["caseload", supervisor, trainees] => Edit::Caseload {
            supervisor: supervisor.parse().ok()?,
            trainees: people(trainees)?,
        },
        ["minutes", supervisor, minutes] => Edit::WeeklyMinutes {
            supervisor: supervisor.parse().ok()?,
            minutes: weekly(minutes)?,
        },
        _ => return None,
    })
}

fn people(text: &str) -> Option<u32> {
    text.parse().ok().filter(|count| *count <= MOST_PEOPLE)
}

fn weekly(text: &str) -> Option<Minutes> {
    minutes(text).filter(|minutes| minutes.get() <= MINUTES_OF_WEEK)
}

fn minutes(text: &str) -> Option<Minutes> {
    Minutes::new(text.parse().ok()?).filter(|minutes| minutes.is_on_grid())
}

fn target(kind: &str, key: &str) -> Option<SiteOrSupervisor> {
    match kind {
        "site" => Some(SiteOrSupervisor::Site(key.parse().ok()?)),
        "supervisor" => Some(SiteOrSupervisor::Supervisor(key.parse().ok()?)),
        _ => None,
    }
}

impl fmt::Display for Edit {
    /// Writes the edit as it is read.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Close(site) => write!(f, "close {site}"),
            Self::Leave(supervisor) => write!(f, "leave {supervisor}"),
            Self::Withdraw(trainee) => write!(f, "withdraw {trainee}"),
            Self::Lapse {
                supervisor,
                jurisdiction,
                last_day,
            } => write!(f, "lapse {supervisor} {jurisdiction} {last_day}"),
            Self::Away { who, days } => {
                let (kind, key) = (who.kind(), who.key());
                write!(f, "away {kind} {key} {} {}", days.first(), days.last())
            }
            Self::Decline { trainee, site } => write!(f, "decline {trainee} {site}"),
            Self::Forbid(Forbid { trainee, target }) => {
                write!(f, "forbid {trainee} {} {}", target.kind(), target.key())
            }
            Self::Pin(Pin { trainee, target }) => {
                write!(f, "pin {trainee} {} {}", target.kind(), target.key())
            }
            Self::Capacity { site, places } => write!(f, "capacity {site} {places}"),
            Self::Contact { site, minutes } => write!(f, "contact {site} {}", minutes.get()),
            Self::Caseload {
                supervisor,
                trainees,
            } => write!(f, "caseload {supervisor} {trainees}"),
            Self::WeeklyMinutes {
                supervisor,
                minutes,
            } => write!(f, "minutes {supervisor} {}", minutes.get()),
        }
    }
}
