//! The meetings of plans that the matcher makes, looked at quarter hour by
//! quarter hour; and weeks of availability at clock changes of both
//! hemispheres.

use std::collections::BTreeSet;

use chrono::Datelike;
use practicum::domain::meeting::{Meeting, Parties, WeeklyMeeting};
use practicum::domain::plan::Session;
use practicum::domain::time::{UtcSecond, ZoneTable};
use practicum::domain::{
    Availability, Hours, PreviewedWindow, Roster, TraineeKey, WeekPreview, WindowEffect, ZoneName,
    calendar_day,
};
use practicum::zone_data::ZoneData;
use proptest::prelude::*;

use crate::support::random_world::random_world;
use crate::support::solving::{solved, zones_of};
use crate::support::world::{days, weekly, zone};

const QUARTER: i64 = 900;

/// Somebody with a zone and an availability.
type Owner<'a> = (ZoneName, &'a Availability);

/// Whom a session concerns: its site, the supervisor, the members.
struct Concerned<'a> {
    site: Option<Owner<'a>>,
    supervisor: Owner<'a>,
    members: Vec<Owner<'a>>,
}

fn concerned<'a>(roster: &'a Roster, session: &Session) -> Concerned<'a> {
    let site = session.delivery.site().map(|key| {
        let site = roster.sites.iter().find(|site| site.key == *key).unwrap();
        (site.time_zone, &site.opening)
    });
    let mut supervisors = roster.supervisors.iter();
    let supervisor = supervisors
        .find(|one| one.key == session.supervisor)
        .unwrap();
    let keys: BTreeSet<&TraineeKey> = session.members.iter().map(|one| &one.trainee).collect();
    let members = keys.into_iter().map(|key| {
        let trainee = roster.trainees.iter().find(|one| one.key == *key).unwrap();
        (trainee.time_zone, &trainee.availability)
    });
    Concerned {
        site,
        supervisor: (supervisor.time_zone, &supervisor.availability),
        members: members.collect(),
    }
}

/// Returns the meetings of a session, with the hours of everybody.
fn meetings(
    roster: &Roster,
    zones: &ZoneTable,
    session: &Session,
    all: &Concerned<'_>,
) -> Vec<Meeting> {
    let around = Hours::days_around(roster.round.term);
    let hours = |(zone, own): Owner<'_>| Hours::new(own, zones.rules(zone).unwrap(), around);
    let site = all.site.map(hours);
    let supervisor = hours(all.supervisor);
    let members: Vec<Hours> = all.members.iter().copied().map(hours).collect();
    let parties = Parties {
        site: site.as_ref(),
        supervisor: Some(&supervisor),
        members: members.iter().map(Some).collect(),
    };
    let Some(start) = session.weekly_start else {
        return Vec::new();
    };
    let weekly = WeeklyMeeting {
        start,
        minutes: session.minutes,
        term: roster.round.term,
    };
    weekly.meetings(zones.rules(session.time_zone).unwrap(), &parties)
}

/// Says whether somebody is away at some quarter hour of a meeting, and
/// whether there is one outside every window, by the clock on the wall alone.
fn by_the_wall(zones: &ZoneTable, (zone, own): Owner<'_>, meeting: &Meeting) -> (bool, bool) {
    let rules = zones.rules(zone).unwrap();
    let (mut is_away, mut is_outside) = (false, false);
    let mut at = meeting.span.start;
    while at < meeting.span.end {
        let wall = rules.wall_clock(at);
        is_away |= own.away.iter().any(|away| away.days.contains(wall.day()));
        is_outside |= !own.windows.iter().any(|window| {
            window.weekday() == wall.day().weekday()
                && window.start() <= wall.time()
                && wall.time() < window.end()
        });
        at = UtcSecond(at.0 + QUARTER);
    }
    (is_away, is_outside)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn every_meeting_lies_inside_the_windows_of_whoever_does_not_miss_it(seed in 0..1_000_000_u64) {
        let roster = random_world(seed);
        let Ok(plan) = solved(&roster, 1) else {
            return Ok(());
        };
        let zones = zones_of(&roster);
        for session in &plan.sessions {
            let all = concerned(&roster, session);
            let mut missed = 0;
            for meeting in meetings(&roster, &zones, session, &all) {
                let look = |owner| by_the_wall(&zones, owner, &meeting);
                let site = all.site.map(look);
                let supervisor = look(all.supervisor);
                let members: Vec<(bool, bool)> = all.members.iter().copied().map(look).collect();
                prop_assert_eq!(meeting.away.site, site.is_some_and(|site| site.0));
                prop_assert_eq!(meeting.away.supervisor, supervisor.0);
                let is_off = meeting.is_skipped() || meeting.away.site || meeting.away.supervisor;
                missed += u32::from(is_off);
                for (place, member) in members.iter().enumerate() {
                    prop_assert_eq!(meeting.away.members.contains(&place), member.0);
                    prop_assert_eq!(meeting.is_held_with(place), !is_off && !member.0);
                }
                let is_met = members.iter().any(|member| !member.0);
                prop_assert_eq!(meeting.is_held(), !is_off && is_met);
                if is_off || !roster.has_availability {
                    continue;
                }
                // The plan is legal, so that nobody is outside, by either way
                // of looking.
                prop_assert!(meeting.outside.is_empty(), "{:?}", meeting);
                prop_assert!(!supervisor.1 && site.is_none_or(|site| !site.1));
                prop_assert!(members.iter().all(|member| member.0 || !member.1));
            }
            prop_assert!(missed <= roster.round.missed_sessions_max);
        }
    }
}

/// Returns the windows of the week of a day, shown in a zone.
fn preview(own: &[&str], owner: &str, shown: &str, day: &str) -> Vec<PreviewedWindow> {
    let (owner, shown) = (zone(owner), zone(shown));
    let day = calendar_day(day).unwrap();
    let around = days("2011-01-01", "2031-12-31");
    let zones = ZoneData::embedded().table([owner, shown], around).unwrap();
    let rules = |zone| zones.rules(zone).unwrap();
    WeekPreview::new(&weekly(own), rules(owner), rules(shown), day).windows
}

/// Returns minutes, effects, and what the clock shows at both ends.
fn told(windows: &[PreviewedWindow]) -> Vec<String> {
    let told = |one: &PreviewedWindow| {
        let effects: Vec<String> = one.effects.iter().map(|e| format!("{e:?}")).collect();
        let effects = effects.join(",");
        match one.span {
            None => format!("{} {effects}", one.day),
            Some(span) => format!("{} {} {} {effects}", span.start, span.end, span.minutes)
                .trim_end()
                .to_owned(),
        }
    };
    windows.iter().map(told).collect()
}

#[test]
fn a_window_over_a_clock_change_is_shorter_in_spring_and_longer_in_autumn() {
    let night = ["sun 00:00 06:00"];
    let new_york = "America/New_York";
    assert_eq!(
        told(&preview(&night, new_york, new_york, "2027-03-14")),
        ["2027-03-14T00:00-05:00 2027-03-14T06:00-04:00 300 Shortened"]
    );
    assert_eq!(
        told(&preview(&night, new_york, new_york, "2027-11-01")),
        ["2027-11-07T00:00-04:00 2027-11-07T06:00-05:00 420 Lengthened"]
    );
    // South of the line it is the other way round, and half an hour on Lord
    // Howe.
    let lord_howe = "Australia/Lord_Howe";
    assert_eq!(
        told(&preview(&night, lord_howe, lord_howe, "2027-04-04")),
        ["2027-04-04T00:00+11:00 2027-04-04T06:00+10:30 390 Lengthened"]
    );
    assert_eq!(
        told(&preview(&night, lord_howe, lord_howe, "2027-10-03")),
        ["2027-10-03T00:00+10:30 2027-10-03T06:00+11:00 330 Shortened"]
    );
}

#[test]
fn a_change_in_one_zone_moves_the_windows_of_another() {
    let days = ["fri 14:00 15:00", "mon 14:00 15:00"];
    // New York has summer time from 14 March, London from 28 March on.
    let week = |day| told(&preview(&days, "Europe/London", "America/New_York", day));
    assert_eq!(
        week("2027-03-08"),
        [
            "2027-03-08T09:00-05:00 2027-03-08T10:00-05:00 60",
            "2027-03-12T09:00-05:00 2027-03-12T10:00-05:00 60",
        ]
    );
    assert_eq!(
        week("2027-03-15"),
        [
            "2027-03-15T10:00-04:00 2027-03-15T11:00-04:00 60 Moved",
            "2027-03-19T10:00-04:00 2027-03-19T11:00-04:00 60 Moved",
        ]
    );
    assert!(week("2027-03-22").iter().all(|one| one.ends_with(" 60")));
}

#[test]
fn a_window_near_midnight_moves_to_another_weekday() {
    let evening = ["tue 04:30 05:30"];
    let week = |day| told(&preview(&evening, "Europe/London", "America/New_York", day));
    assert_eq!(
        week("2027-03-08"),
        ["2027-03-08T23:30-05:00 2027-03-09T00:30-05:00 60"]
    );
    assert_eq!(
        week("2027-03-15"),
        ["2027-03-16T00:30-04:00 2027-03-16T01:30-04:00 60 Moved,OtherDay"]
    );
}

#[test]
fn nothing_is_left_of_the_windows_of_a_date_that_was_left_out() {
    let whole = ["thu 09:00 17:00", "fri 09:00 17:00", "sat 09:00 17:00"];
    let apia = preview(&whole, "Pacific/Apia", "Pacific/Apia", "2011-12-30");
    let effects: Vec<Vec<WindowEffect>> = apia
        .iter()
        .map(|one| one.effects.iter().copied().collect())
        .collect();
    assert_eq!(effects, [vec![], vec![WindowEffect::Gone], vec![]]);
    // Who looks from Auckland sees Saturday at its own time, and Thursday a day
    // later than usual no more.
    let auckland = preview(&whole, "Pacific/Apia", "Pacific/Auckland", "2011-12-30");
    assert_eq!(
        told(&auckland),
        [
            "2011-12-30T08:00+13:00 2011-12-30T16:00+13:00 480",
            "2011-12-30 Gone",
            "2011-12-31T08:00+13:00 2011-12-31T16:00+13:00 480 OtherDay",
        ]
    );
}
