//! What must hold between one roster and another: who is given more can do no
//! worse.

use practicum::domain::{Minutes, Roster};

use crate::support::dice::Dice;
use crate::support::random_world::random_world;
use crate::support::solving::{level_values, solved};

/// Returns the priority matched by the best plan, proved; `None` when no plan
/// is legal.
fn matched_priority(roster: &Roster) -> Option<i64> {
    let plan = solved(roster, 1).ok()?;
    let (values, is_proved) = level_values(&plan);
    assert!(is_proved);
    Some(values[0])
}

fn more(minutes: Minutes) -> Minutes {
    Minutes::new(minutes.get() + 60).unwrap()
}

/// Raises one limit of one site or supervisor, and says which.
fn raise_something(roster: &mut Roster, dice: &mut Dice) -> String {
    let below = |length: usize| u32::try_from(length).unwrap();
    let to_position = |number: u32| usize::try_from(number).unwrap();
    let site = to_position(dice.below(below(roster.sites.len())));
    let person = to_position(dice.below(below(roster.supervisors.len())));
    let (site, person) = (&mut roster.sites[site], &mut roster.supervisors[person]);
    match dice.below(5) {
        0 => site.capacity += 1,
        1 => site.contact_per_week = more(site.contact_per_week),
        2 => person.caseload_max += 1,
        3 => person.minutes_per_week_max = more(person.minutes_per_week_max),
        _ => {
            site.capacity += 2;
            site.contact_per_week = more(site.contact_per_week);
            person.caseload_max += 2;
            person.minutes_per_week_max = more(person.minutes_per_week_max);
        }
    }
    format!("more at {} or for {}", site.key, person.key)
}

#[test]
fn more_capacity_never_lowers_the_matched_priority() {
    let (mut risen, mut compared) = (0, 0);
    for seed in 0..400 {
        let mut roster = random_world(seed);
        let Some(before) = matched_priority(&roster) else {
            continue;
        };
        let what = raise_something(&mut roster, &mut Dice::new(seed));
        let after = matched_priority(&roster);
        let after = after.unwrap_or_else(|| panic!("seed {seed}: no plan with {what}"));
        assert!(
            after >= before,
            "seed {seed}: {before} to {after} with {what}"
        );
        compared += 1;
        risen += i32::from(after > before);
    }
    // Else the test compares nothing.
    assert!(compared > 200 && risen > 10, "{compared}, {risen}");
}
