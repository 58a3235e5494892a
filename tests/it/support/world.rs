//! Builders of tiny rosters. Every default is complete and legal, so that a
//! test sets only what it speaks about.
//!
//! ```ignore
//! let world = World::new()
//!     .site("a")
//!     .supervisor("s")
//!     .line("weekly")
//!     .trainee_with("t", |trainee| trainee.priority = 3);
//! let roster = world.roster();
//! let zones = zone_table(&roster);
//! ```
//!
//! The defaults: four weeks from Monday 2027-01-04 in New York, a start every
//! 30 minutes, nothing may be missed; everybody is there Monday to Friday from
//! 08:00 to 18:00. A supervisor is of the faculty, works at every site added
//! before, meets either way, offers every kind, and is licensed in US-NY. A
//! trainee of level `practicum` ranks the sites added before in that order and
//! wants 300 of 0 to 600 minutes. A line asks the faculty for 60 individual
//! minutes.

use std::collections::BTreeSet;
use std::str::FromStr;

use chrono::Weekday;
use practicum::domain::time::ZoneTable;
use practicum::domain::{
    Availability, Away, BlockingPairs, DayRange, DeliveryOffer, Exclusion, Forbid, Licence,
    LicenceRule, MinuteOfDay, Minutes, MinutesRange, Pin, Policy, Preference, Program, Role,
    Roster, Round, SessionKind, Site, SiteOrSupervisor, SupervisionLine, Supervisor, Trainee,
    UnrankedSites, WeeklyWindow, ZoneName, calendar_day,
};
use practicum::zone_data::ZoneData;

/// A roster in the making.
#[derive(Clone, Debug)]
pub(crate) struct World {
    roster: Roster,
}

impl World {
    /// Returns a round without anybody in it.
    pub(crate) fn new() -> Self {
        let new_york = parsed("America/New_York");
        Self {
            roster: Roster {
                program: Program {
                    key: parsed("program"),
                    name: "Program".to_owned(),
                    time_zone: new_york,
                },
                round: Round {
                    key: None,
                    name: "Round".to_owned(),
                    term: days("2027-01-04", "2027-01-31"),
                    session_start_step: minutes(30),
                    missed_sessions_max: 0,
                    unranked_sites: UnrankedSites::Forbidden,
                    excluded_supervisor_closes_sites: false,
                    ratio: None,
                    policy: Policy::default(),
                    blocking_pairs: BlockingPairs::default(),
                },
                sites: Vec::new(),
                supervisors: Vec::new(),
                trainees: Vec::new(),
                supervision_lines: Vec::new(),
                preferences: Vec::new(),
                exclusions: Vec::new(),
                pins: Vec::new(),
                forbids: Vec::new(),
                site_rankings: Vec::new(),
                requirements: Vec::new(),
                rule_sets: Vec::new(),
                has_availability: true,
                baseline: None,
            },
        }
    }

    /// Returns the roster, each list in the order of its keys.
    pub(crate) fn roster(&self) -> Roster {
        self.clone().into_roster()
    }

    /// Returns the roster, each list in the order of its keys.
    pub(crate) fn into_roster(self) -> Roster {
        let mut roster = self.roster;
        roster.sites.sort_by(|a, b| a.key.cmp(&b.key));
        roster.supervisors.sort_by(|a, b| a.key.cmp(&b.key));
        roster.trainees.sort_by(|a, b| a.key.cmp(&b.key));
        roster
            .supervision_lines
            .sort_by(|a, b| (&a.level, &a.line).cmp(&(&b.level, &b.line)));
        roster.preferences.sort();
        roster.exclusions.sort();
        roster.pins.sort();
        roster.forbids.sort();
        roster.requirements.sort();
        let windows = |availability: &mut Availability| {
            availability.windows.sort_by_key(|window| window.order());
            availability.away.sort();
        };
        roster
            .sites
            .iter_mut()
            .for_each(|s| windows(&mut s.opening));
        roster
            .supervisors
            .iter_mut()
            .for_each(|s| windows(&mut s.availability));
        roster
            .trainees
            .iter_mut()
            .for_each(|t| windows(&mut t.availability));
        roster
    }

    /// Returns the term of the round.
    pub(crate) fn term(&self) -> DayRange {
        self.roster.round.term
    }

    /// Returns the keys of the sites added so far.
    pub(crate) fn sites(&self) -> impl Iterator<Item = &str> {
        self.roster.sites.iter().map(|site| site.key.as_str())
    }

    /// Changes the dates and policy of the round.
    pub(crate) fn round(mut self, change: impl FnOnce(&mut Round)) -> Self {
        change(&mut self.roster.round);
        self
    }

    /// Changes anything of the roster.
    pub(crate) fn with(mut self, change: impl FnOnce(&mut Roster)) -> Self {
        change(&mut self.roster);
        self
    }

    /// Adds a site.
    pub(crate) fn site(self, key: &str) -> Self {
        self.site_with(key, |_| {})
    }

    /// Adds a site that differs from the default.
    pub(crate) fn site_with(mut self, key: &str, change: impl FnOnce(&mut Site)) -> Self {
        let mut site = Site {
            key: parsed(key),
            name: format!("Site {key}"),
            time_zone: parsed("America/New_York"),
            jurisdiction: parsed("US-NY"),
            setting: parsed("clinic"),
            capacity_min: 0,
            capacity: 5,
            contact_per_week: minutes(3000),
            contact: range(0, 600),
            agreement: days("2020-01-01", "2030-12-31"),
            modalities: BTreeSet::new(),
            languages: BTreeSet::new(),
            opening: working_week(),
        };
        change(&mut site);
        self.roster.sites.push(site);
        self
    }

    /// Adds a supervisor.
    pub(crate) fn supervisor(self, key: &str) -> Self {
        self.supervisor_with(key, |_| {})
    }

    /// Adds a supervisor who differs from the default.
    pub(crate) fn supervisor_with(
        mut self,
        key: &str,
        change: impl FnOnce(&mut Supervisor),
    ) -> Self {
        let mut supervisor = Supervisor {
            key: parsed(key),
            name: format!("Supervisor {key}"),
            email: String::new(),
            time_zone: parsed("America/New_York"),
            role: Role::Faculty,
            sites: self.roster.sites.iter().map(|s| s.key.clone()).collect(),
            delivery: DeliveryOffer::Both,
            caseload_min: 0,
            caseload_max: 6,
            caseload_current: 0,
            minutes_per_week_max: minutes(600),
            kinds: SessionKind::ALL.into(),
            group_size_max: 4,
            languages: BTreeSet::new(),
            licences: vec![Licence {
                jurisdiction: parsed("US-NY"),
                credential: "LCSW".to_owned(),
                valid: days("2020-01-01", "2030-12-31"),
            }],
            availability: working_week(),
        };
        change(&mut supervisor);
        self.roster.supervisors.push(supervisor);
        self
    }

    /// Adds a trainee.
    pub(crate) fn trainee(self, key: &str) -> Self {
        self.trainee_with(key, |_| {})
    }

    /// Adds a trainee who differs from the default.
    pub(crate) fn trainee_with(mut self, key: &str, change: impl FnOnce(&mut Trainee)) -> Self {
        let mut trainee = Trainee {
            key: parsed(key),
            name: format!("Trainee {key}"),
            email: String::new(),
            time_zone: parsed("America/New_York"),
            level: parsed("practicum"),
            jurisdiction: parsed("US-NY"),
            priority: 1,
            contact: range(0, 600),
            contact_target: Some(minutes(300)),
            modalities_required: BTreeSet::new(),
            languages: BTreeSet::new(),
            availability: working_week(),
        };
        change(&mut trainee);
        for (site, rank) in self.roster.sites.iter().zip(1..) {
            self.roster.preferences.push(Preference {
                trainee: trainee.key.clone(),
                target: SiteOrSupervisor::Site(site.key.clone()),
                rank,
            });
        }
        self.roster.trainees.push(trainee);
        self
    }

    /// Adds a supervision line to level `practicum`.
    pub(crate) fn line(self, line: &str) -> Self {
        self.line_with(line, |_| {})
    }

    /// Adds a supervision line that differs from the default.
    pub(crate) fn line_with(
        mut self,
        line: &str,
        change: impl FnOnce(&mut SupervisionLine),
    ) -> Self {
        let mut line = SupervisionLine {
            level: parsed("practicum"),
            line: parsed(line),
            kinds: [SessionKind::Individual].into(),
            role: Role::Faculty,
            minutes_per_week: minutes(60),
            licence: LicenceRule::Any,
        };
        change(&mut line);
        self.roster.supervision_lines.push(line);
        self
    }

    /// Sets the ranks of a trainee's sites, in place of all site ranks so far.
    pub(crate) fn ranks(mut self, trainee: &str, ranks: &[(&str, u32)]) -> Self {
        self.roster.preferences.retain(|preference| {
            let is_site = matches!(preference.target, SiteOrSupervisor::Site(_));
            preference.trainee.as_str() != trainee || !is_site
        });
        for (site, rank) in ranks {
            self.roster.preferences.push(Preference {
                trainee: parsed(trainee),
                target: at_site(site),
                rank: *rank,
            });
        }
        self
    }

    /// Adds a conflict of interest.
    pub(crate) fn exclusion(mut self, trainee: &str, target: SiteOrSupervisor) -> Self {
        self.roster.exclusions.push(Exclusion {
            trainee: parsed(trainee),
            target,
            reason: String::new(),
        });
        self
    }

    /// Adds a pin.
    pub(crate) fn pin(mut self, trainee: &str, target: SiteOrSupervisor) -> Self {
        self.roster.pins.push(Pin {
            trainee: parsed(trainee),
            target,
        });
        self
    }

    /// Adds a forbid.
    pub(crate) fn forbid(mut self, trainee: &str, target: SiteOrSupervisor) -> Self {
        self.roster.forbids.push(Forbid {
            trainee: parsed(trainee),
            target,
        });
        self
    }
}

/// Returns the rules of the roster's zones, from the embedded data.
pub(crate) fn zone_table(roster: &Roster) -> ZoneTable {
    ZoneData::embedded()
        .table(roster.zones(), roster.round.term)
        .unwrap()
}

/// Returns a site as a target.
pub(crate) fn at_site(key: &str) -> SiteOrSupervisor {
    SiteOrSupervisor::Site(parsed(key))
}

/// Returns a supervisor as a target.
pub(crate) fn by_supervisor(key: &str) -> SiteOrSupervisor {
    SiteOrSupervisor::Supervisor(parsed(key))
}

/// Returns a key, tag or zone.
pub(crate) fn parsed<T: FromStr>(text: &str) -> T {
    text.parse()
        .unwrap_or_else(|_| panic!("a test names {text:?}, which is no such word"))
}

/// Returns words as a set of tags.
pub(crate) fn tags<T: FromStr + Ord>(words: &[&str]) -> BTreeSet<T> {
    words.iter().map(|word| parsed(word)).collect()
}

/// Returns a number of minutes.
pub(crate) fn minutes(minutes: u32) -> Minutes {
    Minutes::new(minutes).unwrap()
}

/// Returns a range of weekly minutes.
pub(crate) fn range(least: u32, most: u32) -> MinutesRange {
    MinutesRange::new(minutes(least), minutes(most)).unwrap()
}

/// Returns days, both included.
pub(crate) fn days(first: &str, last: &str) -> DayRange {
    DayRange::new(calendar_day(first).unwrap(), calendar_day(last).unwrap()).unwrap()
}

/// Returns a time zone.
pub(crate) fn zone(name: &str) -> ZoneName {
    parsed(name)
}

/// Returns weekly windows, each written as `mon 09:00 12:00`.
pub(crate) fn windows(windows: &[&str]) -> Vec<WeeklyWindow> {
    let mut windows: Vec<WeeklyWindow> = windows
        .iter()
        .map(|text| {
            let mut words = text.split(' ');
            let weekday = weekday(words.next().unwrap());
            let mut time = || MinuteOfDay::parse(words.next().unwrap()).unwrap();
            WeeklyWindow::new(weekday, time(), time()).unwrap()
        })
        .collect();
    windows.sort_by_key(|window| window.order());
    windows
}

/// Returns availability in weekly windows, each written as `mon 09:00 12:00`.
pub(crate) fn weekly(texts: &[&str]) -> Availability {
    Availability {
        windows: windows(texts),
        away: Vec::new(),
    }
}

/// Returns whole local days away.
pub(crate) fn away(first: &str, last: &str) -> Away {
    Away {
        days: days(first, last),
        reason: String::new(),
    }
}

/// Returns a weekday written as `mon` to `sun`.
pub(crate) fn weekday(word: &str) -> Weekday {
    practicum::domain::parse_weekday(word).unwrap()
}

fn working_week() -> Availability {
    weekly(&[
        "mon 08:00 18:00",
        "tue 08:00 18:00",
        "wed 08:00 18:00",
        "thu 08:00 18:00",
        "fri 08:00 18:00",
    ])
}
