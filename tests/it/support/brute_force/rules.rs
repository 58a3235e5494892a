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
                    Clause::Units { .. }
                    | Clause::MinutesMin { .. }
                    | Clause::GroupShareMax(_)
                    | Clause::IndividualShareMin { .. }
                    | Clause::VideoShareMax(_)
                    | Clause::GroupSizeMax(_) => true,
                })
            })
        })
    }

    /// Returns the most contact of each trainee under the rule sets; `None`
    /// when the sessions keep them with none.
    pub(super) fn contact_most_by_rules(&self) -> Option<Vec<u32>> {
        let mut contact_most = self.contact_most.clone();
        for (trainee, site) in self.places.matched() {
            let sizes = |meeting: &Meeting<'_>| vec![meeting.members.len()];
            contact_most[trainee] = self.carried(trainee, site, contact_most[trainee], &sizes)?;
        }
        Some(contact_most)
    }

    /// Returns the most contact up to `most` that the sessions of a trainee can
    /// still carry, however large their groups become.
    pub(super) fn carried_at_best(&self, trainee: usize, site: usize, most: u32) -> Option<u32> {
        let sizes = |meeting: &Meeting<'_>| {
            let supervisor = &self.facts.roster.supervisors[meeting.supervisor];
            let largest = usize::try_from(supervisor.group_size_max).unwrap();
            match meeting.kind {
                SessionKind::Individual => vec![1],
                SessionKind::Triadic => vec![2],
                SessionKind::Group => (meeting.members.len().max(3)..=largest).collect(),
            }
        };
        self.carried(trainee, site, most, &sizes)
    }

    /// Returns the most contact that some of the possible sizes carry.
    fn carried(
        &self,
        trainee: usize,
        site: usize,
        most: u32,
        sizes: &dyn Fn(&Meeting<'_>) -> Vec<usize>,
    ) -> Option<u32> {
        let roster = self.facts.roster;
        if roster.rule_sets.is_empty() {
            return Some(most);
        }
        let weeks = TermWeeks::new(roster.round.term);
        let mut ways: Vec<Vec<Attendance>> = vec![Vec::new()];
        let meetings = self.meetings_of(trainee);
        for meeting in meetings.filter(|meeting| meeting.slot.is_some()) {
            let sizes = sizes(meeting);
            let longer = |way: &Vec<Attendance>| -> Vec<Vec<Attendance>> {
                let attended = sizes.iter().map(|size| {
                    let attendance = self.attendance(&weeks, trainee, meeting, *size);
                    [&way[..], &[attendance]].concat()
                });
                attended.collect()
            };
            ways = ways.iter().flat_map(longer).collect();
        }
        let counted = weeks.counted(&roster.trainees[trainee], &roster.sites[site]);
        let carried = ways.iter().filter_map(|sessions| {
            let term = TraineeTerm {
                contact: 0,
                sessions,
                weeks: &weeks,
                counted,
            };
            contact_allowed(&applying(roster, trainee, site), &term, most)
        });
        carried.max()
    }

    fn attendance(
        &self,
        weeks: &TermWeeks,
        trainee: usize,
        meeting: &Meeting<'_>,
        members: usize,
    ) -> Attendance {
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
            members: u32::try_from(members).unwrap(),
            minutes: meeting.minutes(),
            by_video: slot.site.is_none(),
            missed: weeks.weeks_of(slot.weekly.weekday, missed),
            counts_for,
        }
    }
}
