//! The matcher's plan for clinic-12, broken on purpose: the checker names what
//! is wrong, and whom it concerns.

use std::sync::OnceLock;

use chrono::Weekday;
use practicum::domain::plan::{Delivery, Level, LevelStatus};
use practicum::domain::{MinuteOfDay, Minutes, Plan, Roster, Rule};
use practicum::matching::check::{Breach, Broken, check};

use crate::cli_match::shipped;
use crate::support::plans::tell_the_truth;
use crate::support::solving::{solved, zones_of};

fn clinic() -> &'static (Roster, Plan) {
    static CLINIC: OnceLock<(Roster, Plan)> = OnceLock::new();
    CLINIC.get_or_init(|| {
        let roster = practicum::roster::read_folder(&shipped("clinic-12")).unwrap();
        let plan = solved(&roster, 1).unwrap();
        assert!(plan.sessions.len() > 7 && plan.placements.len() == 7);
        (roster, plan)
    })
}

/// Returns the breaches of the plan after a change, with its levels counted
/// anew so that only the change is wrong.
fn after(change: impl FnOnce(&mut Plan)) -> Vec<Breach> {
    let (roster, plan) = clinic();
    let mut plan = plan.clone();
    change(&mut plan);
    tell_the_truth(roster, &mut plan);
    check(roster, &zones_of(roster), &plan)
}

fn assert_named(breaches: &[Breach], rule: Rule, subject: &str) {
    let is_named = |breach: &Breach| {
        breach.broken == Broken::Rule(rule)
            && (breach.subject.contains(subject) || breach.detail.contains(subject))
    };
    assert!(
        breaches.iter().any(is_named),
        "{rule} of {subject} is not in {breaches:#?}"
    );
}

#[test]
fn a_dropped_session_leaves_the_lines_of_its_members_open() {
    for position in 0..clinic().1.sessions.len() {
        let members = clinic().1.sessions[position].members.clone();
        let breaches = after(|plan| {
            plan.sessions.remove(position);
        });
        for member in members {
            assert_named(&breaches, Rule::SupervisionLines, member.trainee.as_str());
        }
    }
}

#[test]
fn a_member_who_stays_away_leaves_a_line_open() {
    for (position, session) in clinic().1.sessions.iter().enumerate() {
        for member in 0..session.members.len() {
            let breaches = after(|plan| {
                plan.sessions[position].members.remove(member);
            });
            let trainee = session.members[member].trainee.as_str();
            assert_named(&breaches, Rule::SupervisionLines, trainee);
        }
    }
}

#[test]
fn a_session_in_the_night_of_sunday_is_outside_of_availability() {
    for (position, session) in clinic().1.sessions.iter().enumerate() {
        let breaches = after(|plan| {
            let start = plan.sessions[position].weekly_start.as_mut().unwrap();
            start.weekday = Weekday::Sun;
            start.start = MinuteOfDay::parse("03:00").unwrap();
        });
        assert_named(&breaches, Rule::AvailableEveryWeek, &session.id());
        if matches!(session.delivery, Delivery::InPerson(_)) {
            assert_named(&breaches, Rule::SiteOpen, &session.id());
        }
    }
}

#[test]
fn a_start_off_the_step_is_named() {
    for (position, session) in clinic().1.sessions.iter().enumerate() {
        let breaches = after(|plan| {
            let start = plan.sessions[position].weekly_start.as_mut().unwrap();
            start.start = MinuteOfDay::new(start.start.get() + 5).unwrap();
        });
        assert_named(&breaches, Rule::SessionStep, &session.id());
    }
}

#[test]
fn a_supervisor_of_the_other_role_is_named() {
    let roster = &clinic().0;
    let role = |key| {
        roster
            .supervisors
            .iter()
            .find(|s| s.key == key)
            .unwrap()
            .role
    };
    for (position, session) in clinic().1.sessions.iter().enumerate() {
        let own = role(session.supervisor.clone());
        let other = roster.supervisors.iter().find(|s| s.role != own).unwrap();
        let breaches = after(|plan| {
            plan.sessions[position].supervisor = other.key.clone();
        });
        assert_named(&breaches, Rule::SupervisionLines, other.key.as_str());
    }
}

#[test]
fn two_supervisors_who_change_places_are_noticed() {
    let sessions = &clinic().1.sessions;
    for one in 0..sessions.len() {
        for other in one + 1..sessions.len() {
            if sessions[one].supervisor == sessions[other].supervisor {
                continue;
            }
            let breaches = after(|plan| {
                let taken = plan.sessions[one].supervisor.clone();
                plan.sessions[one].supervisor = plan.sessions[other].supervisor.clone();
                plan.sessions[other].supervisor = taken;
            });
            assert!(!breaches.is_empty(), "sessions {one} and {other}");
        }
    }
}

#[test]
fn contact_above_the_target_or_off_the_quarter_hour_is_named() {
    for (position, placement) in clinic().1.placements.iter().enumerate() {
        for more in [15, 1] {
            let breaches = after(|plan| {
                let contact = &mut plan.placements[position].contact;
                *contact = Minutes::new(contact.get() + more).unwrap();
            });
            let trainee = placement.trainee.as_str();
            assert_named(&breaches, Rule::ContactRange, trainee);
        }
    }
}

#[test]
fn a_trainee_at_another_site_is_named() {
    let roster = &clinic().0;
    for (position, placement) in clinic().1.placements.iter().enumerate() {
        let trainee = placement.trainee.as_str();
        for site in roster.sites.iter().filter(|s| s.key != placement.site) {
            let breaches = after(|plan| plan.placements[position].site = site.key.clone());
            assert_named(&breaches, Rule::SiteSupervisorPresent, trainee);
        }
    }
}

#[test]
fn a_placement_taken_away_leaves_sessions_without_one() {
    for placement in &clinic().1.placements {
        let breaches = after(|plan| plan.placements.retain(|p| p.trainee != placement.trainee));
        assert_named(
            &breaches,
            Rule::SupervisionLines,
            placement.trainee.as_str(),
        );
        let is_reference = |breach: &Breach| breach.broken == Broken::Reference;
        assert!(breaches.iter().any(is_reference), "{breaches:#?}");
    }
}

#[test]
fn a_wrong_value_of_each_level_is_named() {
    let (roster, plan) = clinic();
    for (position, level) in Level::DEFAULT.into_iter().enumerate() {
        for by in [-1, 1] {
            let mut plan = plan.clone();
            plan.levels[position].value += by;
            plan.levels[position].status = LevelStatus::TimeLimit;
            let breaches = check(roster, &zones_of(roster), &plan);
            let broken: Vec<Broken> = breaches.iter().map(|breach| breach.broken).collect();
            assert!(broken.contains(&Broken::LevelValue(level)), "{breaches:#?}");
            assert!(broken.iter().all(|b| *b == Broken::LevelValue(level)));
        }
    }
}
