//! Random policies for tiny rosters: objectives in any order, wishes for
//! supervisors, and the plan of a time when something was different.

use chrono::Days;
use practicum::domain::time::ZoneTable;
use practicum::domain::{
    Baseline, Forbid, Objective, Policy, Preference, Requirement, RequirementCategory, Roster,
};

use super::brute_force::brute_force_plan;
use super::dice::Dice;
use super::random_world::random_world;
use super::world::{at_site, by_supervisor, minutes};

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
    let objectives = roster.round.policy.objectives();
    if objectives.contains(&Objective::FinishInTime) {
        ask_for_minutes(&mut dice, &mut roster);
    }
    roster
}

/// Returns the tiny roster of a seed with a policy in which it matters who
/// finishes in time, and requirements of every category.
pub(crate) fn random_finish_world(seed: u64) -> Roster {
    let mut dice = Dice::new(seed ^ 0x0F14_15B1_7E00_0000);
    let mut roster = random_world(seed);
    let policy = dice.pick(&[
        "finish_in_time",
        "finish_in_time;matched;contact_short_minutes",
        "matched;finish_in_time;site_rank",
        "matched_priority;contact_short_minutes;finish_in_time",
        "matched;finish_in_time;contact_short_minutes;caseload_balance",
        "matched_by_tier;site_rank_greedy;finish_in_time",
    ]);
    roster.round.policy = policy.parse().unwrap();
    ask_for_minutes(&mut dice, &mut roster);
    roster
}

/// Gives trainees requirements: amounts of which some are out of reach, most
/// due within the term. The contact wanted stays as it is.
fn ask_for_minutes(dice: &mut Dice, roster: &mut Roster) {
    for trainee in 0..roster.trainees.len() {
        let target = roster.contact_target(&roster.trainees[trainee]);
        roster.trainees[trainee].contact_target = Some(target);
    }
    roster.requirements.clear();
    let term = roster.round.term;
    let days = u32::try_from(term.days()).unwrap();
    for trainee in &roster.trainees {
        for (category, most, one_in) in [
            (RequirementCategory::Contact, 45, 1),
            (RequirementCategory::Individual, 12, 2),
            (RequirementCategory::Triadic, 10, 8),
            (RequirementCategory::Group, 10, 8),
            (RequirementCategory::Other, 10, 20),
        ] {
            if dice.one_in(one_in) && !dice.one_in(5) {
                let after = days / 2 + dice.below(days / 2 + 4);
                roster.requirements.push(Requirement {
                    trainee: trainee.key.clone(),
                    category,
                    required: minutes(15 * dice.below(most)),
                    completed: minutes(15 * dice.below(6)),
                    due_day: term.first() + Days::new(u64::from(after)),
                });
            }
        }
    }
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
