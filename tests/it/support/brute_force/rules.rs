//! What the rule sets leave of a way of filling the lines.

use std::collections::BTreeSet;

use practicum::domain::rule_set::{
    Attendance, Clause, TermWeeks, TraineeTerm, WeekSet, contact_allowed,
};
use practicum::domain::{Roster, RuleSet, SessionKind};

use super::search::{Meeting, Search};

/// The sets that apply to a trainee at a site, with their positions.
fn applying(
    roster: &Roster,
    trainee: usize,
    site: usize,
) -> impl Iterator<Item = (usize, &RuleSet)> + Clone {
    let (who, place) = (&roster.trainees[trainee], &roster.sites[site]);
    let has_lines = !roster.supervision_lines.is_empty();
    let sets = roster.rule_sets.iter().enumerate();
    sets.filter(move |(_, set)| has_lines && set.applies(who, place))
}

impl Search<'_> {
    /// Says whether the chosen supervisors are neither too many nor too few.
    pub(super) fn supervisors_are_right(&self) -> bool {
        let roster = self.facts.roster;
        let chosen = || self.needs.iter().zip(&self.chosen);
        self.places.matched().all(|(trainee, site)| {
            let own = chosen().filter(|(need, _)| need.trainee == trainee);
            let supervisors: BTreeSet<usize> = own.map(|(_, (by, _))| *by).collect();
            applying(roster, trainee, site).all(|(position, set)| {
                set.clauses.iter().all(|clause| match clause {
                    Clause::SupervisorsMax(most) => supervisors.len() <= *most as usize,
                    Clause::SupervisorsDistinctMin(least) => supervisors.len() >= *least as usize,
                    Clause::SuperviseesMax { most, settings } => supervisors.iter().all(|by| {
                        let theirs = chosen().filter(|(need, (own, _))| {
                            let setting = &roster.sites[need.site].setting;
                            own == by
                                && (settings.is_empty() || settings.contains(setting))
                                && applying(roster, need.trainee, need.site)
                                    .any(|(other, _)| other == position)
                        });
                        let trainees: BTreeSet<usize> =
                            theirs.map(|(need, _)| need.trainee).collect();
                        trainees.len() <= *most as usize
                    }),
                    _ => true,
                })
            })
        })
    }

    /// Returns the most contact of each trainee under the rule sets; `None`
    /// when the sessions keep them with none.
    pub(super) fn contact_most_by_rules(&self) -> Option<Vec<u32>> {
        let roster = self.facts.roster;
        let mut contact_most = self.contact_most.clone();
        let weeks = TermWeeks::new(roster.round.term);
        for (trainee, site) in self.places.matched() {
            let sessions: Vec<Attendance> = self
                .meetings_of(trainee)
                .filter(|meeting| meeting.slot.is_some())
                .map(|meeting| self.attendance(&weeks, trainee, meeting))
                .collect();
            let term = TraineeTerm {
                contact: 0,
                sessions: &sessions,
                weeks: &weeks,
                counted: weeks.counted(&roster.trainees[trainee], &roster.sites[site]),
            };
            let sets = applying(roster, trainee, site);
            contact_most[trainee] = contact_allowed(sets, &term, contact_most[trainee])?;
        }
        Some(contact_most)
    }

    fn attendance(&self, weeks: &TermWeeks, trainee: usize, meeting: &Meeting<'_>) -> Attendance {
        let roster = self.facts.roster;
        let slot = meeting.slot.unwrap();
        let by = &roster.supervisors[meeting.supervisor];
        let counts = roster
            .rule_sets
            .iter()
            .map(|set| set.counts(by, roster.round.term));
        let counts_for = counts.enumerate().fold(0, |mask, (position, counts)| {
            mask | (u32::from(counts) << position)
        });
        let missed: WeekSet = self.facts.missed_by(slot, trainee);
        Attendance {
            kind: meeting.kind,
            members: match meeting.kind {
                SessionKind::Individual => 1,
                _ => u32::try_from(meeting.members.len()).unwrap(),
            },
            minutes: meeting.minutes(),
            by_video: slot.site.is_none(),
            missed: weeks.weeks_of(slot.weekly.weekday, missed),
            counts_for,
        }
    }
}
