//! Plans written by hand. The rest of a plan, unmatched trainees, ranks and
//! levels, follows from the roster.

use practicum::domain::plan::{
    Delivery, LevelResult, LevelStatus, Placement, Session, SessionMember, Unmatched, WeeklyStart,
};
use practicum::domain::{
    MinuteOfDay, Plan, Roster, Rule, SessionKind, SiteKey, SiteOrSupervisor, TraineeKey,
    UnrankedSites,
};

use super::world::{minutes, parsed, weekday};
use super::worth::{levels_of, value_of};

/// A plan in the making.
pub(crate) struct PlanBuilder<'a> {
    roster: &'a Roster,
    plan: Plan,
}

impl<'a> PlanBuilder<'a> {
    /// Returns an empty plan for a roster.
    pub(crate) fn new(roster: &'a Roster) -> Self {
        Self {
            roster,
            plan: Plan::default(),
        }
    }

    /// Places a trainee with so many minutes of weekly contact.
    pub(crate) fn place(mut self, trainee: &str, site: &str, contact: u32) -> Self {
        self.plan.placements.push(Placement {
            trainee: parsed(trainee),
            site: parsed(site),
            contact: minutes(contact),
            preference_rank: 0,
        });
        self
    }

    /// Adds a session by video. The start is written as `mon 09:00`, a member
    /// as `trainee/line`; minutes are those of the first member's line.
    pub(crate) fn video(
        self,
        supervisor: &str,
        kind: SessionKind,
        start: &str,
        members: &[&str],
    ) -> Self {
        self.session(supervisor, kind, Some(start), Delivery::Video, members)
    }

    /// Adds a session at a site.
    pub(crate) fn in_person(
        self,
        supervisor: &str,
        kind: SessionKind,
        start: &str,
        site: &str,
        members: &[&str],
    ) -> Self {
        let delivery = Delivery::InPerson(parsed(site));
        self.session(supervisor, kind, Some(start), delivery, members)
    }

    /// Assigns a supervisor to a line of zero minutes.
    pub(crate) fn assigned(self, supervisor: &str, kind: SessionKind, member: &str) -> Self {
        self.session(supervisor, kind, None, Delivery::Video, &[member])
    }

    fn session(
        mut self,
        supervisor: &str,
        kind: SessionKind,
        start: Option<&str>,
        delivery: Delivery,
        members: &[&str],
    ) -> Self {
        let members: Vec<SessionMember> = members
            .iter()
            .map(|member| {
                let (trainee, line) = member.split_once('/').unwrap();
                SessionMember {
                    trainee: parsed(trainee),
                    line: parsed(line),
                }
            })
            .collect();
        let weekly_start = start.map(|start| {
            let (day, time) = start.split_once(' ').unwrap();
            WeeklyStart {
                weekday: weekday(day),
                start: MinuteOfDay::parse(time).unwrap(),
            }
        });
        let lines = &self.roster.supervision_lines;
        let line = lines.iter().find(|l| l.line == members[0].line).unwrap();
        let supervisors = &self.roster.supervisors;
        let supervising = supervisors.iter().find(|s| s.key.as_str() == supervisor);
        let sites = &self.roster.sites;
        let time_zone = match delivery.site() {
            Some(key) => {
                sites
                    .iter()
                    .find(|site| site.key == *key)
                    .unwrap()
                    .time_zone
            }
            None => supervising.unwrap().time_zone,
        };
        self.plan.sessions.push(Session {
            number: u32::try_from(self.plan.sessions.len()).unwrap() + 1,
            supervisor: parsed(supervisor),
            kind,
            weekly_start,
            minutes: line.minutes_per_week,
            time_zone,
            delivery,
            members,
        });
        self
    }

    /// Returns the plan; whoever is not placed is unmatched.
    pub(crate) fn build(self) -> Plan {
        let mut plan = self.plan;
        for trainee in &self.roster.trainees {
            if plan.placements.iter().all(|p| p.trainee != trainee.key) {
                plan.unmatched.push(Unmatched {
                    trainee: trainee.key.clone(),
                    reason: Rule::SiteCapacity,
                    detail: String::new(),
                    action: String::new(),
                });
            }
        }
        tell_the_truth(self.roster, &mut plan);
        plan
    }
}

/// Sets the ranks and levels of a plan to what they are, each said to be
/// proved.
pub(crate) fn tell_the_truth(roster: &Roster, plan: &mut Plan) {
    for placement in &mut plan.placements {
        if let Some(rank) = rank(roster, &placement.trainee, &placement.site) {
            placement.preference_rank = rank;
        }
    }
    plan.levels = levels_of(roster)
        .into_iter()
        .map(|level| {
            let value = value_of(roster, plan, level);
            LevelResult {
                level,
                value,
                bound: value,
                status: LevelStatus::Proved,
            }
        })
        .collect();
}

/// Returns a trainee's rank of a site, by the round's policy.
pub(crate) fn rank(roster: &Roster, trainee: &TraineeKey, site: &SiteKey) -> Option<u32> {
    let ranked = |wanted: Option<&SiteKey>| -> Vec<u32> {
        roster
            .preferences
            .iter()
            .filter(|preference| preference.trainee == *trainee)
            .filter_map(|preference| match &preference.target {
                SiteOrSupervisor::Site(key) if wanted.is_none_or(|wanted| wanted == key) => {
                    Some(preference.rank)
                }
                SiteOrSupervisor::Site(_) | SiteOrSupervisor::Supervisor(_) => None,
            })
            .collect()
    };
    ranked(Some(site)).first().copied().or_else(|| {
        let largest = ranked(None).into_iter().max().unwrap_or(0);
        (roster.round.unranked_sites == UnrankedSites::Last).then_some(largest + 1)
    })
}
