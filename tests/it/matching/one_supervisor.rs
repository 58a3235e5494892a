//! Sessions of all sorts that one supervisor must find time for.

use practicum::domain::{Roster, SessionKind};

use crate::support::solving::{level_values, solved};
use crate::support::world::{World, minutes, parsed, weekly};

/// Returns a roster with one supervisor, free on Mondays until `until`, for a
/// group of three practicum trainees, one hour a week, and `interns` of
/// another level with a line of their own.
fn roster(until: &str, limit: u32, interns: &[&str], kind: SessionKind, length: u32) -> Roster {
    let mut world = World::new()
        .site_with("site", |site| site.capacity = 6)
        .supervisor_with("s", |supervisor| {
            supervisor.minutes_per_week_max = minutes(limit);
            supervisor.availability = weekly(&[&format!("mon 09:00 {until}")]);
        })
        .line_with("seminar", |line| line.kinds = [SessionKind::Group].into())
        .line_with("own", |line| {
            line.level = parsed("internship");
            line.kinds = [kind].into();
            line.minutes_per_week = minutes(length);
        });
    for trainee in ["a", "b", "c"] {
        world = world.trainee(trainee);
    }
    for intern in interns {
        world = world.trainee_with(intern, |trainee| trainee.level = parsed("internship"));
    }
    world.into_roster()
}

fn matched(roster: &Roster) -> i64 {
    let (values, is_proved) = level_values(&solved(roster, 1).unwrap());
    assert!(is_proved, "{values:?}");
    values[1]
}

#[test]
fn who_holds_a_group_meets_nobody_else_at_that_time() {
    let with_intern = |until| roster(until, 600, &["x"], SessionKind::Individual, 60);
    assert_eq!(matched(&with_intern("10:30")), 3);
    assert_eq!(matched(&with_intern("11:00")), 4);
}

#[test]
fn groups_of_two_lengths_keep_to_the_weekly_minutes_together() {
    let with_limit = |limit| roster("18:00", limit, &["x", "y", "z"], SessionKind::Group, 90);
    assert_eq!(matched(&with_limit(120)), 3);
    assert_eq!(matched(&with_limit(150)), 6);
}
