//! Random policies for tiny rosters: objectives in any order, wishes for
//! supervisors, and the plan of a time when something was different.

use practicum::domain::time::ZoneTable;
use practicum::domain::{Baseline, Forbid, Objective, Policy, Preference, Roster};

use super::brute_force::brute_force_plan;
use super::dice::Dice;
use super::random_world::random_world;
use super::world::{at_site, by_supervisor};

/// Returns the tiny roster of a seed with a policy of one to five objectives.
/// Over the seeds every objective comes first now and then. Two in three
/// rosters have wishes for supervisors, and half of them a baseline, most of
/// which cannot be kept as a whole.
pub(crate) fn random_policy_world(seed: u64, zones_of: fn(&Roster) -> ZoneTable) -> Roster {
    let mut dice = Dice::new(seed ^ 0x0005_EED0_F901_C1E5);
    let mut roster = random_world(seed);
    if !dice.one_in(3) {
        rank_supervisors(&mut dice, &mut roster);
    }
    if dice.one_in(2) {
        let before = brute_force_plan(&roster, &zones_of(&roster));
        roster.baseline = before.map(|plan| Baseline::of_plan(&plan));
        disturb(&mut dice, &mut roster);
    }
    roster.round.policy = policy(&mut dice);
    roster
}

fn policy(dice: &mut Dice) -> Policy {
    let mut objectives = Objective::ALL.to_vec();
    let mut chosen = Vec::new();
    for _ in 0..1 + dice.below(5) {
        let most = u32::try_from(objectives.len()).unwrap();
        let place = usize::try_from(dice.below(most)).unwrap();
        chosen.push(objectives.remove(place));
    }
    // Without one of these the best plan is mostly to match nobody.
    if !dice.one_in(4) {
        chosen.retain(|objective| *objective != Objective::Matched);
        let place = usize::try_from(dice.below(2)).unwrap().min(chosen.len());
        chosen.insert(place, Objective::Matched);
    }
    if chosen == [Objective::Changes] {
        chosen.push(Objective::Matched);
    }
    Policy::new(chosen).unwrap()
}

fn rank_supervisors(dice: &mut Dice, roster: &mut Roster) {
    let mut wishes = Vec::new();
    for trainee in &roster.trainees {
        for supervisor in &roster.supervisors {
            if dice.one_in(2) {
                wishes.push(Preference {
                    trainee: trainee.key.clone(),
                    target: by_supervisor(supervisor.key.as_str()),
                    rank: 1 + dice.below(4),
                });
            }
        }
    }
    roster.preferences.extend(wishes);
    let by_target =
        |a: &Preference, b: &Preference| (&a.trainee, &a.target).cmp(&(&b.trainee, &b.target));
    roster.preferences.sort_by(by_target);
}

/// Changes a little, so that not everything can stay as it was.
fn disturb(dice: &mut Dice, roster: &mut Roster) {
    let trainee = dice.pick(&roster.trainees).key.clone();
    match dice.below(6) {
        0 => {
            let site = dice.pick(&roster.sites).key.clone();
            roster.forbids.retain(|forbid| forbid.trainee != trainee);
            roster.forbids.push(Forbid {
                trainee,
                target: at_site(site.as_str()),
            });
            roster.forbids.sort();
        }
        1 => {
            let place = dice.below(u32::try_from(roster.supervisors.len()).unwrap());
            let supervisor = &mut roster.supervisors[usize::try_from(place).unwrap()];
            if supervisor.caseload_max > supervisor.caseload_min.max(1) {
                supervisor.caseload_max -= 1;
            }
        }
        2 => {
            for site in &mut roster.sites {
                site.capacity = site.capacity_min.max(1);
            }
        }
        3 => {
            for supervisor in &mut roster.supervisors {
                supervisor.availability.windows.pop();
            }
        }
        4 => {
            // A trainee who is gone.
            roster.trainees.retain(|t| t.key != trainee);
            roster.preferences.retain(|p| p.trainee != trainee);
            roster.exclusions.retain(|e| e.trainee != trainee);
            roster.forbids.retain(|f| f.trainee != trainee);
            roster.pins.retain(|p| p.trainee != trainee);
            roster.requirements.retain(|r| r.trainee != trainee);
        }
        _ => {}
    }
}
