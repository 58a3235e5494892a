//! How the trainees of a plan stand under rule sets: every rule with its
//! limit, its value and the slack between them.

use std::collections::{BTreeMap, BTreeSet};

use crate::domain::plan::{Delivery, Placement, Session};
use crate::domain::rule_set::{
    Attendance, Bound, Clause, Measure, RuleRow, TermWeeks, TraineeTerm, WeekSet, hours_rows,
};
use crate::domain::time::{Interval, OccurrenceFlag, ZoneTable};
use crate::domain::{
    Availability, Plan, Roster, RuleSet, Site, SiteKey, Supervisor, SupervisorKey, Tag, Trainee,
    TraineeKey, ZoneName,
};

/// How one trainee stands under the rule sets that apply.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TraineeReport {
    /// The trainee.
    pub trainee: TraineeKey,
    /// Where the trainee is placed, or could be.
    pub site: SiteKey,
    /// Rows of each rule set that applies, in the order of the sets.
    pub sets: Vec<(usize, Vec<RuleRow>)>,
}

/// Returns how every placed trainee stands under the rule sets, in the order
/// of the plan's placements. What the roster does not know is passed over;
/// `practicum check` names it.
///
/// The sets may be others than those of the round.
pub fn rule_report(
    roster: &Roster,
    zones: &ZoneTable,
    plan: &Plan,
    sets: &[RuleSet],
) -> Vec<TraineeReport> {
    let report = Report::new(roster, zones, plan, sets);
    let placements = plan.placements.iter();
    placements
        .filter_map(|placement| report.of_trainee(placement))
        .collect()
}

struct Report<'a> {
    roster: &'a Roster,
    zones: &'a ZoneTable,
    plan: &'a Plan,
    sets: &'a [RuleSet],
    weeks: TermWeeks,
    trainees: BTreeMap<&'a TraineeKey, &'a Trainee>,
    sites: BTreeMap<&'a SiteKey, &'a Site>,
    supervisors: BTreeMap<&'a SupervisorKey, &'a Supervisor>,
    placed_at: BTreeMap<&'a TraineeKey, &'a SiteKey>,
    sessions_of: BTreeMap<&'a TraineeKey, Vec<&'a Session>>,
}

impl<'a> Report<'a> {
    fn new(roster: &'a Roster, zones: &'a ZoneTable, plan: &'a Plan, sets: &'a [RuleSet]) -> Self {
        let mut sessions_of: BTreeMap<&TraineeKey, Vec<&Session>> = BTreeMap::new();
        for session in &plan.sessions {
            for member in &session.members {
                sessions_of
                    .entry(&member.trainee)
                    .or_default()
                    .push(session);
            }
        }
        let placements = plan.placements.iter();
        Self {
            roster,
            zones,
            plan,
            sets,
            weeks: TermWeeks::new(roster.round.term),
            trainees: roster.trainees.iter().map(|t| (&t.key, t)).collect(),
            sites: roster.sites.iter().map(|s| (&s.key, s)).collect(),
            supervisors: roster.supervisors.iter().map(|s| (&s.key, s)).collect(),
            placed_at: placements.map(|p| (&p.trainee, &p.site)).collect(),
            sessions_of,
        }
    }

    fn of_trainee(&self, placement: &Placement) -> Option<TraineeReport> {
        let trainee = *self.trainees.get(&placement.trainee)?;
        let site = *self.sites.get(&placement.site)?;
        let own = self.sessions_of.get(&trainee.key);
        let own = own.map_or(&[][..], Vec::as_slice);
        let sessions: Vec<Attendance> = own
            .iter()
            .map(|session| self.attendance(trainee, session))
            .collect();
        let term = TraineeTerm {
            contact: placement.contact.get(),
            sessions: &sessions,
            weeks: &self.weeks,
            counted: self.weeks.counted(trainee, site),
        };
        let mut sets = Vec::new();
        for (position, set) in self.sets.iter().enumerate() {
            if set.applies(trainee, site) && !self.roster.supervision_lines.is_empty() {
                let mut rows = hours_rows(set, position, &term);
                rows.extend(self.rows_about_people(set, own));
                rows.sort_by_key(|row| (row.clause, row.span));
                sets.push((position, rows));
            }
        }
        Some(TraineeReport {
            trainee: trainee.key.clone(),
            site: site.key.clone(),
            sets,
        })
    }

    fn attendance(&self, trainee: &Trainee, session: &Session) -> Attendance {
        let members: BTreeSet<&TraineeKey> = session.members.iter().map(|m| &m.trainee).collect();
        let supervisor = self.supervisors.get(&session.supervisor);
        let counts = |set: &RuleSet| {
            supervisor.is_some_and(|person| set.counts(person, self.roster.round.term))
        };
        let mut counts_for = 0;
        for (position, set) in self.sets.iter().enumerate() {
            counts_for |= u32::from(counts(set)) << position;
        }
        Attendance {
            kind: session.kind,
            members: u32::try_from(members.len()).unwrap_or(u32::MAX),
            minutes: session.minutes,
            by_video: session.minutes.get() > 0 && session.delivery == Delivery::Video,
            missed: self.missed(trainee, session),
            counts_for,
        }
    }

    /// Returns the whole weeks in which the trainee misses a session.
    fn missed(&self, trainee: &Trainee, session: &Session) -> WeekSet {
        let (Some(weekly), Some(rules)) =
            (session.weekly_start, self.zones.rules(session.time_zone))
        else {
            return 0;
        };
        let mut missed: WeekSet = 0;
        let term = self.roster.round.term;
        let occurrences = rules.occurrences(term, weekly.weekday, weekly.start);
        for (place, occurrence) in occurrences.into_iter().enumerate() {
            let held = Interval {
                start: occurrence.start,
                end: occurrence.start.plus(session.minutes),
            };
            let is_missed = occurrence.flag == OccurrenceFlag::Skipped
                || self.is_somebody_away(trainee, session, held);
            missed |= WeekSet::from(is_missed) << place;
        }
        self.weeks.weeks_of(weekly.weekday, missed)
    }

    fn is_somebody_away(&self, trainee: &Trainee, session: &Session, held: Interval) -> bool {
        let site = session.delivery.site().and_then(|key| self.sites.get(key));
        let site = site.map(|site| (&site.opening, site.time_zone));
        let person = self.supervisors.get(&session.supervisor);
        let person = person.map(|person| (&person.availability, person.time_zone));
        let own = (&trainee.availability, trainee.time_zone);
        [site, person, Some(own)]
            .into_iter()
            .flatten()
            .any(|(availability, zone)| self.touches_away(availability, zone, held))
    }

    fn touches_away(&self, availability: &Availability, zone: ZoneName, held: Interval) -> bool {
        let Some(rules) = self.zones.rules(zone) else {
            return false;
        };
        availability
            .away
            .iter()
            .flat_map(|away| away.days.iter())
            .filter_map(|day| rules.whole_day(day))
            .any(|day| day.start < held.end && held.start < day.end)
    }

    fn rows_about_people(&self, set: &RuleSet, own: &[&Session]) -> Vec<RuleRow> {
        let supervisors: BTreeSet<&SupervisorKey> = own.iter().map(|s| &s.supervisor).collect();
        let count = u32::try_from(supervisors.len()).unwrap_or(u32::MAX);
        let mut rows = Vec::new();
        for (position, clause) in set.clauses.iter().enumerate() {
            let rule = (clause.rule(), position);
            let row = match clause {
                Clause::SupervisorsMax(most) => {
                    RuleRow::counted(rule, Measure::Supervisors, Bound::AtMost, *most, count)
                }
                Clause::SupervisorsDistinctMin(least) => {
                    RuleRow::counted(rule, Measure::Supervisors, Bound::AtLeast, *least, count)
                }
                Clause::SuperviseesMax { most, settings } => {
                    let fullest = supervisors
                        .iter()
                        .map(|supervisor| self.supervisees(set, supervisor, settings))
                        .max()
                        .unwrap_or(0);
                    RuleRow::counted(rule, Measure::Supervisees, Bound::AtMost, *most, fullest)
                }
                Clause::Units { .. }
                | Clause::MinutesMin { .. }
                | Clause::GroupShareMax(_)
                | Clause::IndividualShareMin { .. }
                | Clause::VideoShareMax(_)
                | Clause::GroupSizeMax(_) => continue,
            };
            rows.push(row);
        }
        rows
    }

    /// Returns how many trainees of a supervisor a limit by setting counts.
    fn supervisees(&self, set: &RuleSet, of: &SupervisorKey, settings: &BTreeSet<Tag>) -> u32 {
        let counts = |key: &TraineeKey| {
            let trainee = self.trainees.get(key)?;
            let site = self.sites.get(self.placed_at.get(key)?)?;
            let is_of_setting = settings.is_empty() || settings.contains(&site.setting);
            (is_of_setting && set.applies(trainee, site)).then_some(())
        };
        let trainees: BTreeSet<&TraineeKey> = self
            .plan
            .sessions
            .iter()
            .filter(|session| session.supervisor == *of)
            .flat_map(|session| session.members.iter().map(|member| &member.trainee))
            .filter(|trainee| counts(trainee).is_some())
            .collect();
        u32::try_from(trainees.len()).unwrap_or(u32::MAX)
    }
}
