//! Whether people are there when they meet, clock changes included.

use practicum::domain::{Plan, Roster, Rule, SessionKind};

use super::{Case, breaches, listing, one_trainee, one_trainee_in_person, planned};
use crate::support::world::{World, away, days, minutes, weekly, windows, zone};

const INDIVIDUAL: SessionKind = SessionKind::Individual;

pub(super) const CASES: &[Case] = &[
    Case {
        name: "the supervisor leaves before the session ends",
        rule: Rule::AvailableEveryWeek,
        legal: one_trainee,
        break_it: |roster, _| {
            roster.supervisors[0].availability = weekly(&["mon 09:00 09:45"]);
        },
    },
    Case {
        name: "the trainee comes after the session begins",
        rule: Rule::AvailableEveryWeek,
        legal: one_trainee,
        break_it: |roster, _| {
            let hours = ["mon 09:15 12:00", "tue 08:00 18:00"];
            roster.trainees[0].availability = weekly(&hours);
        },
    },
    Case {
        name: "a clock change in one zone moves the session out of the other's hours",
        rule: Rule::AvailableEveryWeek,
        legal: || across_the_ocean("2027-02-15", "2027-03-07"),
        break_it: |roster, _| roster.round.term = days("2027-02-15", "2027-03-21"),
    },
    Case {
        name: "the supervisor is away once too often",
        rule: Rule::MissedSessions,
        legal: one_trainee,
        break_it: |roster, _| {
            let availability = &mut roster.supervisors[0].availability;
            availability.away.push(away("2027-01-11", "2027-01-11"));
        },
    },
    Case {
        name: "the trainee is away once too often",
        rule: Rule::MissedSessions,
        legal: || {
            let (mut roster, plan) = one_trainee();
            roster.round.missed_sessions_max = 1;
            roster.trainees[0].availability.away = vec![away("2027-01-10", "2027-01-12")];
            (roster, plan)
        },
        break_it: |roster, _| {
            let availability = &mut roster.trainees[0].availability;
            availability.away.push(away("2027-01-18", "2027-01-18"));
        },
    },
    Case {
        name: "the absences of supervisor and trainee add up",
        rule: Rule::MissedSessions,
        legal: || {
            let (mut roster, plan) = one_trainee();
            roster.round.missed_sessions_max = 1;
            roster.trainees[0].availability.away = vec![away("2027-01-11", "2027-01-11")];
            (roster, plan)
        },
        break_it: |roster, _| {
            roster.supervisors[0].availability.away = vec![away("2027-01-18", "2027-01-18")];
        },
    },
    Case {
        name: "the site of an in-person session is closed once too often",
        rule: Rule::MissedSessions,
        legal: one_trainee_in_person,
        break_it: |roster, _| roster.sites[0].opening.away = vec![away("2027-01-11", "2027-01-11")],
    },
    Case {
        name: "a clock change skips an occurrence",
        rule: Rule::MissedSessions,
        // Apia left out Friday 2011-12-30 when it crossed the date line.
        legal: || {
            let at_apia = |world: World| {
                world
                    .with(|roster| roster.program.time_zone = zone("Pacific/Apia"))
                    .site_with("a", |site| site.time_zone = zone("Pacific/Apia"))
                    .supervisor_with("s", |supervisor| {
                        supervisor.time_zone = zone("Pacific/Apia");
                    })
                    .line("weekly")
                    .trainee_with("t", |trainee| trainee.time_zone = zone("Pacific/Apia"))
            };
            let world = World::new().round(|round| round.term = days("2011-12-05", "2011-12-29"));
            let (mut roster, plan) = planned(at_apia(world), |plan| {
                plan.place("t", "a", 300)
                    .video("s", INDIVIDUAL, "fri 09:00", &["t/weekly"])
            });
            roster.sites[0].agreement = days("2011-01-01", "2012-12-31");
            (roster, plan)
        },
        break_it: |roster, _| roster.round.term = days("2011-12-05", "2012-01-01"),
    },
    Case {
        name: "in person before the site opens",
        rule: Rule::SiteOpen,
        legal: one_trainee_in_person,
        break_it: |roster, _| {
            let hours = ["mon 09:15 18:00", "tue 08:00 18:00"];
            roster.sites[0].opening = weekly(&hours);
        },
    },
    Case {
        name: "the trainee is in two sessions at once",
        rule: Rule::NoOverlap,
        legal: || two_lines("s", "z"),
        break_it: |_, plan| start_at(plan, 1, 9 * 60 + 30),
    },
    Case {
        name: "the supervisor is in two sessions at once",
        rule: Rule::NoOverlap,
        legal: || {
            let world = World::new().site("a").supervisor("s").line("weekly");
            planned(world.trainee("t").trainee("u"), |plan| {
                plan.place("t", "a", 300)
                    .place("u", "a", 300)
                    .video("s", INDIVIDUAL, "mon 09:00", &["t/weekly"])
                    .video("s", INDIVIDUAL, "mon 10:00", &["u/weekly"])
            })
        },
        break_it: |_, plan| start_at(plan, 1, 9 * 60 + 30),
    },
    Case {
        name: "two sessions overlap in weeks of summer time only",
        rule: Rule::NoOverlap,
        // London and New York are four hours apart, not five, from 14 to 27
        // March 2027: 14:00 in London is then 10:00 in New York, not 09:00.
        legal: || {
            let world = World::new()
                .round(|round| round.term = days("2027-02-15", "2027-03-13"))
                .site("a")
                .supervisor("s")
                .supervisor_with("z", |supervisor| {
                    supervisor.time_zone = zone("Europe/London");
                })
                .line("one")
                .line("two")
                .trainee("t");
            planned(world, |plan| {
                plan.place("t", "a", 300)
                    .video("s", INDIVIDUAL, "mon 10:00", &["t/one"])
                    .video("z", INDIVIDUAL, "mon 14:00", &["t/two"])
            })
        },
        break_it: |roster, _| roster.round.term = days("2027-02-15", "2027-03-21"),
    },
    Case {
        name: "the contact does not fit beside the session",
        rule: Rule::ContactFitsWeek,
        legal: || {
            let (mut roster, plan) = one_trainee();
            roster.trainees[0].availability = weekly(&["mon 09:00 15:00"]);
            (roster, plan)
        },
        break_it: |roster, _| roster.trainees[0].availability = weekly(&["mon 09:00 14:45"]),
    },
    Case {
        name: "the contact does not fit into the hours that trainee and site share",
        rule: Rule::ContactFitsWeek,
        legal: one_trainee,
        break_it: |roster, _| {
            roster.trainees[0].availability = weekly(&["mon 08:00 14:00"]);
            roster.sites[0].opening = weekly(&["mon 09:15 18:00"]);
        },
    },
    Case {
        name: "contact does not fit into the week that loses an hour",
        rule: Rule::ContactFitsWeek,
        legal: || {
            let world = World::new()
                .round(|round| round.term = days("2027-03-01", "2027-03-13"))
                .site_with("a", |site| site.opening = weekly(&["sun 00:00 05:00"]))
                .trainee_with("t", |trainee| {
                    trainee.availability = weekly(&["sun 00:00 05:00"]);
                });
            planned(world, |plan| plan.place("t", "a", 300))
        },
        break_it: |roster, _| roster.round.term = days("2027-03-01", "2027-03-14"),
    },
];

/// A supervisor in London, free from 13:00 to 14:00, and a trainee in New
/// York, free from 08:00 to 09:00 on Mondays and all of Tuesday.
fn across_the_ocean(first: &str, last: &str) -> (Roster, Plan) {
    let world = World::new()
        .round(|round| round.term = days(first, last))
        .site("a")
        .supervisor_with("s", |supervisor| {
            supervisor.time_zone = zone("Europe/London");
            supervisor.availability = weekly(&["mon 13:00 14:00"]);
        })
        .line("weekly")
        .trainee_with("t", |trainee| {
            trainee.availability = weekly(&["mon 08:00 09:00", "tue 08:00 18:00"]);
        });
    planned(world, |plan| {
        plan.place("t", "a", 300)
            .video("s", INDIVIDUAL, "mon 13:00", &["t/weekly"])
    })
}

fn two_lines(first: &str, second: &str) -> (Roster, Plan) {
    let world = World::new().site("a").supervisor("s").supervisor("z");
    planned(world.line("one").line("two").trainee("t"), |plan| {
        plan.place("t", "a", 300)
            .video(first, INDIVIDUAL, "mon 09:00", &["t/one"])
            .video(second, INDIVIDUAL, "mon 10:00", &["t/two"])
    })
}

fn start_at(plan: &mut Plan, session: usize, minute: u16) {
    let weekly = plan.sessions[session].weekly_start.as_mut().unwrap();
    weekly.start = practicum::domain::MinuteOfDay::new(minute).unwrap();
}

fn assert_legal(roster: &Roster, plan: &Plan) {
    let found = breaches(roster, plan);
    assert!(found.is_empty(), "{}", listing(&found));
}

#[test]
fn nobody_has_to_be_there_when_the_supervisor_is_away() {
    let (mut roster, plan) = one_trainee_in_person();
    roster.round.missed_sessions_max = 4;
    let away_all_term = vec![away("2027-01-01", "2027-02-05")];
    roster.supervisors[0].availability.away = away_all_term;
    roster.supervisors[0].availability.windows.clear();
    roster.trainees[0].availability.windows = windows(&["tue 08:00 18:00"]);
    roster.sites[0].opening.windows = windows(&["tue 08:00 18:00"]);
    assert_legal(&roster, &plan);
}

#[test]
fn supervisor_and_site_still_have_to_be_there_when_only_the_trainee_is_away() {
    let (mut roster, plan) = one_trainee_in_person();
    roster.round.missed_sessions_max = 4;
    roster.trainees[0].availability.away = vec![away("2027-01-01", "2027-02-05")];
    assert_legal(&roster, &plan);

    roster.supervisors[0].availability.windows.clear();
    roster.sites[0].opening.windows.clear();
    let named: Vec<&str> = breaches(&roster, &plan)
        .iter()
        .map(|breach| breach.broken.name())
        .collect();
    assert_eq!(named, ["available_every_week", "site_open"]);
}

#[test]
fn another_member_s_absence_counts_for_nobody_else() {
    let kind = SessionKind::Triadic;
    let world = World::new()
        .round(|round| round.missed_sessions_max = 1)
        .site("a")
        .supervisor("s")
        .line_with("weekly", |line| line.kinds = [kind].into())
        .trainee_with("t", |t| {
            t.availability.away = vec![away("2027-01-11", "2027-01-11")];
        })
        .trainee_with("u", |u| {
            u.availability.away = vec![away("2027-01-18", "2027-01-18")];
        });
    let (roster, plan) = planned(world, |plan| {
        plan.place("t", "a", 300).place("u", "a", 300).video(
            "s",
            kind,
            "mon 09:00",
            &["t/weekly", "u/weekly"],
        )
    });
    assert_legal(&roster, &plan);
}

#[test]
fn a_closed_site_does_not_stop_a_video_session() {
    let (mut roster, plan) = one_trainee();
    roster.sites[0].opening.away = vec![away("2027-01-11", "2027-01-11")];
    assert_legal(&roster, &plan);
}

#[test]
fn an_away_day_is_a_day_in_its_owner_s_zone() {
    // 09:00 on Monday in New York is 23:00 on Monday in Tokyo, from 22:30 on.
    let (mut roster, plan) = one_trainee();
    roster.trainees[0].time_zone = zone("Asia/Tokyo");
    roster.trainees[0].availability = weekly(&["mon 22:30 24:00", "tue 00:00 06:00"]);
    roster.trainees[0].availability.away = vec![away("2027-01-12", "2027-01-12")];
    assert_legal(&roster, &plan);

    roster.trainees[0].availability.away = vec![away("2027-01-11", "2027-01-11")];
    let named: Vec<&str> = breaches(&roster, &plan)
        .iter()
        .map(|breach| breach.broken.name())
        .collect();
    assert_eq!(named, ["missed_sessions"]);
}

#[test]
fn a_session_may_span_adjoining_windows_and_midnight() {
    let hours = ["mon 23:30 24:00", "tue 00:00 00:15", "tue 00:15 08:00"];
    let world = World::new()
        .site_with("a", |site| site.opening = weekly(&["tue 00:00 24:00"]))
        .supervisor_with("s", |s| s.availability = weekly(&hours))
        .line("weekly")
        .trainee_with("t", |t| t.availability = weekly(&hours));
    let (roster, plan) = planned(world, |plan| {
        plan.place("t", "a", 300)
            .video("s", INDIVIDUAL, "mon 23:30", &["t/weekly"])
    });
    assert_legal(&roster, &plan);
}

#[test]
fn a_session_on_the_last_evening_may_end_after_the_term() {
    let hours = ["sun 23:00 24:00", "mon 00:00 06:00"];
    let world = World::new()
        .site_with("a", |site| site.opening = weekly(&hours))
        .supervisor_with("s", |s| s.availability = weekly(&hours))
        .line_with("weekly", |line| line.minutes_per_week = minutes(90))
        .trainee_with("t", |t| t.availability = weekly(&hours));
    let (roster, plan) = planned(world, |plan| {
        plan.place("t", "a", 300)
            .in_person("s", INDIVIDUAL, "sun 23:00", "a", &["t/weekly"])
    });
    assert_legal(&roster, &plan);
}

#[test]
fn sessions_that_adjoin_do_not_overlap() {
    let (roster, plan) = two_lines("s", "s");
    assert_legal(&roster, &plan);
}

#[test]
fn sessions_that_are_missed_still_overlap_and_still_take_contact() {
    let (mut roster, mut plan) = two_lines("s", "z");
    roster.round.missed_sessions_max = 4;
    roster.supervisors[1].availability.away = vec![away("2027-01-01", "2027-02-05")];
    roster.trainees[0].availability = weekly(&["mon 09:00 16:00"]);
    assert_legal(&roster, &plan);

    roster.trainees[0].availability = weekly(&["mon 09:00 15:45"]);
    start_at(&mut plan, 1, 9 * 60 + 30);
    let named: Vec<&str> = breaches(&roster, &plan)
        .iter()
        .map(|breach| breach.broken.name())
        .collect();
    // They overlap by half an hour, so there is room for 45 minutes more.
    assert_eq!(named, ["no_overlap"]);
    start_at(&mut plan, 1, 10 * 60);
    let named: Vec<&str> = breaches(&roster, &plan)
        .iter()
        .map(|breach| breach.broken.name())
        .collect();
    assert_eq!(named, ["contact_fits_week"]);
}

#[test]
fn contact_need_not_fit_into_a_week_with_an_away_day_or_a_week_cut_by_the_term() {
    let (mut roster, plan) = one_trainee();
    roster.round.missed_sessions_max = 4;
    // Every full week has an away day, of the trainee or of the site.
    roster.trainees[0].availability = weekly(&["mon 09:00 10:00"]);
    roster.trainees[0].availability.away = vec![
        away("2027-01-10", "2027-01-10"),
        away("2027-01-23", "2027-01-23"),
    ];
    roster.sites[0].opening.away = vec![
        away("2027-01-15", "2027-01-15"),
        away("2027-01-25", "2027-01-25"),
    ];
    assert_legal(&roster, &plan);

    roster.sites[0].opening.away.pop();
    roster.round.term = days("2027-01-04", "2027-01-30");
    assert_legal(&roster, &plan);
}

#[test]
fn without_availability_only_away_days_restrict_times() {
    let (mut roster, mut plan) = one_trainee_in_person();
    roster.has_availability = false;
    for availability in [
        &mut roster.sites[0].opening,
        &mut roster.supervisors[0].availability,
        &mut roster.trainees[0].availability,
    ] {
        availability.windows.clear();
    }
    start_at(&mut plan, 0, 3 * 60);
    assert_legal(&roster, &plan);
}
