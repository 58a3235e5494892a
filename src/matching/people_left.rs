//! What supervisors have left while trainees are given to them one by one.

use super::candidates::{Candidates, Fill};

/// Trainees and weekly minutes that each supervisor may still take, by
/// position.
#[derive(Clone)]
pub(super) struct PeopleLeft {
    caseload: Vec<u32>,
    minutes: Vec<u32>,
}

impl PeopleLeft {
    /// Returns what everybody has before anything is taken.
    pub(super) fn new(candidates: &Candidates<'_>) -> Self {
        let people = candidates.roster.supervisors.iter();
        let minutes = people
            .clone()
            .map(|person| person.minutes_per_week_max.get());
        Self {
            minutes: minutes.collect(),
            caseload: people
                .map(crate::domain::Supervisor::caseload_left)
                .collect(),
        }
    }

    /// Returns how many trainees a supervisor may still take.
    pub(super) fn caseload(&self, supervisor: usize) -> u32 {
        self.caseload[supervisor]
    }

    /// Says whether the supervisor of a fill can still meet the trainee alone.
    pub(super) fn admits(&self, fill: &Fill) -> bool {
        self.caseload[fill.supervisor] > 0 && self.minutes[fill.supervisor] >= fill.minutes
    }

    /// Takes a trainee out of what a supervisor has left.
    pub(super) fn take_trainee(&mut self, supervisor: usize) {
        self.caseload[supervisor] = self.caseload[supervisor].saturating_sub(1);
    }

    /// Takes a session out of what a supervisor has left.
    pub(super) fn take_minutes(&mut self, supervisor: usize, minutes: u32) {
        self.minutes[supervisor] = self.minutes[supervisor].saturating_sub(minutes);
    }
}
