//! `AvailabilityService`.

use practicum::domain::AccessRole;
use practicum::grpc::pb;
use tonic::{Code, Status};

use super::people::site;
use super::runs::imported;
use crate::access::callers::{signed, signed_up};
use crate::support::service::{Service, broken, reason, served_by_both};

served_by_both!(
    replaces_windows_and_days_away_and_nothing_else,
    an_update_of_the_owner_leaves_windows_alone,
    names_every_broken_window_and_day,
    tells_a_missing_owner_from_a_wrong_name,
    previews_a_week_with_what_a_clock_change_does_to_it,
    previews_a_week_on_the_wall_of_another_zone,
    names_what_is_wrong_with_a_week_that_is_asked_for,
    a_supervisor_previews_her_own_week_and_no_other,
);

const NAME: &str = "programs/north/sites/harbour/availability";

async fn with_site() -> Service {
    let service = Service::start().await.with_program().await;
    let request = pb::CreateSiteRequest {
        parent: "programs/north".to_owned(),
        site_id: "harbour".to_owned(),
        site: Some(site("Harbour")),
        request_id: String::new(),
    };
    service.sites().create_site(request).await.unwrap();
    service
}

fn window(weekday: pb::Weekday, start: i32, end: i32) -> pb::WeeklyWindow {
    pb::WeeklyWindow {
        weekday: i32::from(weekday),
        start_minute_of_day: start,
        end_minute_of_day: end,
    }
}

fn replace(windows: Vec<pb::WeeklyWindow>, away: Vec<pb::Away>) -> pb::ReplaceAvailabilityRequest {
    pb::ReplaceAvailabilityRequest {
        availability: Some(pb::Availability {
            name: NAME.to_owned(),
            windows,
            away,
            ..Default::default()
        }),
        request_id: String::new(),
    }
}

async fn replaces_windows_and_days_away_and_nothing_else() {
    let service = with_site().await;
    let christmas = pb::Away {
        days: Some(pb::DayRange {
            first_day: Some(pb::Date {
                year: 2031,
                month: 12,
                day: 24,
            }),
            last_day: Some(pb::Date {
                year: 2031,
                month: 12,
                day: 26,
            }),
        }),
        reason: "closed".to_owned(),
    };
    let windows = vec![
        window(pb::Weekday::Sunday, 0, 1440),
        window(pb::Weekday::Monday, 540, 1020),
    ];
    let request = replace(windows.clone(), vec![christmas.clone()]);
    service
        .availability()
        .replace_availability(request)
        .await
        .unwrap();
    let name = NAME.to_owned();
    let found = service
        .availability()
        .get_availability(pb::GetAvailabilityRequest { name })
        .await;
    let found = found.unwrap().into_inner().availability.unwrap();
    assert_eq!(
        found.windows,
        [windows[1], windows[0]],
        "Monday comes first"
    );
    assert_eq!(found.away, [christmas]);
    assert_eq!(found.time_zone, "Europe/Lisbon");
    let name = "programs/north/sites/harbour".to_owned();
    let site = service
        .sites()
        .get_site(pb::GetSiteRequest { name })
        .await
        .unwrap();
    let site = site.into_inner().site.unwrap();
    assert_eq!(
        (site.display_name.as_str(), &site.etag),
        ("Harbour", &found.etag)
    );
}

async fn an_update_of_the_owner_leaves_windows_alone() {
    let service = with_site().await;
    let request = replace(vec![window(pb::Weekday::Friday, 600, 660)], Vec::new());
    service
        .availability()
        .replace_availability(request)
        .await
        .unwrap();
    let request = pb::UpdateSiteRequest {
        site: Some(pb::Site {
            name: "programs/north/sites/harbour".to_owned(),
            capacity: 9,
            ..Default::default()
        }),
        ..Default::default()
    };
    service.sites().update_site(request).await.unwrap();
    let name = NAME.to_owned();
    let found = service
        .availability()
        .get_availability(pb::GetAvailabilityRequest { name })
        .await;
    let found = found.unwrap().into_inner().availability.unwrap();
    assert_eq!(found.windows, [window(pb::Weekday::Friday, 600, 660)]);
}

async fn names_every_broken_window_and_day() {
    let service = with_site().await;
    let windows = vec![
        window(pb::Weekday::Monday, 540, 1020),
        window(pb::Weekday::Unspecified, 541, 1441),
        window(pb::Weekday::Monday, 1020, 540),
    ];
    let leap = pb::Date {
        year: 2031,
        month: 2,
        day: 29,
    };
    let away = pb::Away {
        days: Some(pb::DayRange {
            first_day: Some(leap),
            last_day: None,
        }),
        reason: String::new(),
    };
    let request = replace(windows, vec![away]);
    let refused = service
        .availability()
        .replace_availability(request)
        .await
        .unwrap_err();
    assert_eq!(
        broken(&refused),
        [
            "availability.windows[1].weekday",
            "availability.windows[1].start_minute_of_day",
            "availability.windows[1].end_minute_of_day",
            "availability.windows[2].end_minute_of_day",
            "availability.away[0].days.first_day",
            "availability.away[0].days.last_day",
        ]
    );
}

async fn tells_a_missing_owner_from_a_wrong_name() {
    let service = with_site().await;
    let get = |name: &str| {
        let name = name.to_owned();
        let mut availability = service.availability();
        async move {
            let request = pb::GetAvailabilityRequest { name };
            availability.get_availability(request).await.unwrap_err()
        }
    };
    let missing = get("programs/north/trainees/nobody/availability").await;
    assert_eq!(reason(&missing), "NOT_FOUND");
    let wrong = get("programs/north/sites/harbour").await;
    assert_eq!(broken(&wrong), ["name"]);
}

fn of_2031(month: i32, day: i32) -> pb::Date {
    pb::Date {
        year: 2031,
        month,
        day,
    }
}

/// Asks for the week in which Lisbon goes back, on Sunday 26 October; New York
/// goes back a week later.
async fn week_of_october(zone: &str) -> pb::PreviewWeekResponse {
    let service = with_site().await;
    let windows = vec![
        window(pb::Weekday::Monday, 540, 600),
        window(pb::Weekday::Sunday, 0, 240),
    ];
    let away = pb::Away {
        days: Some(pb::DayRange {
            first_day: Some(of_2031(10, 1)),
            last_day: Some(of_2031(10, 20)),
        }),
        reason: "closed".to_owned(),
    };
    let mut availability = service.availability();
    let replaced = availability.replace_availability(replace(windows, vec![away]));
    replaced.await.unwrap();
    let request = pb::PreviewWeekRequest {
        name: NAME.to_owned(),
        day: Some(of_2031(10, 22)),
        time_zone: zone.to_owned(),
    };
    let week = availability.preview_week(request).await;
    week.unwrap().into_inner()
}

async fn previews_a_week_with_what_a_clock_change_does_to_it() {
    let own = week_of_october("").await;
    assert_eq!(own.owner_time_zone, "Europe/Lisbon");
    assert_eq!(own.time_zone, "Europe/Lisbon");
    let days = own.days.unwrap();
    assert_eq!(days.first_day, Some(of_2031(10, 20)));
    assert_eq!(days.last_day, Some(of_2031(10, 26)));
    let [monday, sunday] = own.windows.as_slice() else {
        panic!("{own:?}")
    };
    assert_eq!(monday.window, Some(window(pb::Weekday::Monday, 540, 600)));
    assert!(monday.is_away && monday.effects.is_empty());
    assert_eq!(sunday.owner_day, Some(of_2031(10, 26)));
    assert_eq!(sunday.effects, [i32::from(pb::WindowEffect::Lengthened)]);
    let span = sunday.span.as_ref().unwrap();
    assert_eq!(span.elapsed_minutes, 300);
    let [absence] = own.away.as_slice() else {
        panic!("{own:?}")
    };
    let on = absence.away.as_ref().unwrap();
    assert_eq!(on.days.unwrap().first_day, Some(of_2031(10, 20)));
    assert_eq!(on.days.unwrap().last_day, Some(of_2031(10, 20)));
    assert_eq!(absence.span.as_ref().unwrap().elapsed_minutes, 1440);
    let changes: Vec<_> = own.clock_changes.iter().map(|one| &one.time_zone).collect();
    assert_eq!(changes, ["Europe/Lisbon", "Europe/Lisbon"]);
    let before = own.clock_changes[0].before_local.unwrap();
    let after = own.clock_changes[0].after_local.unwrap();
    assert_eq!(
        (before.minute_of_day, before.utc_offset_seconds),
        (120, 3600)
    );
    assert_eq!((after.minute_of_day, after.utc_offset_seconds), (60, 0));
}

async fn previews_a_week_on_the_wall_of_another_zone() {
    use pb::WindowEffect::{Lengthened, Moved, OtherDay};
    let there = week_of_october("America/New_York").await;
    let sunday = &there.windows[1];
    assert_eq!(sunday.effects, [Lengthened, Moved, OtherDay].map(i32::from));
    let span = sunday.span.as_ref().unwrap();
    let (start, end) = (span.start_local.unwrap(), span.end_local.unwrap());
    assert_eq!(
        (start.day, start.minute_of_day),
        (Some(of_2031(10, 25)), 19 * 60)
    );
    assert_eq!(start.weekday(), pb::Weekday::Saturday);
    assert_eq!((end.day, end.minute_of_day), (Some(of_2031(10, 26)), 0));
}

async fn names_what_is_wrong_with_a_week_that_is_asked_for() {
    let service = with_site().await;
    let wrong = pb::PreviewWeekRequest {
        name: "programs/north/sites/harbour".to_owned(),
        day: None,
        time_zone: "Europe/Lisbonn".to_owned(),
    };
    let refused = service.availability().preview_week(wrong.clone()).await;
    let refused = refused.unwrap_err();
    assert_eq!(broken(&refused), ["name", "day", "time_zone"]);
    let details = tonic_types::StatusExt::get_details_bad_request(&refused).unwrap();
    let zone = &details.field_violations[2].description;
    assert!(
        zone.contains("Europe/Lisbon?") || zone.contains("Europe/Lisbon,"),
        "{zone}"
    );
    let missing = pb::PreviewWeekRequest {
        name: NAME.replace("harbour", "elsewhere"),
        day: Some(pb::Date {
            year: 2031,
            month: 1,
            day: 1,
        }),
        time_zone: String::new(),
    };
    let refused = service.availability().preview_week(missing).await;
    assert_eq!(reason(&refused.unwrap_err()), "NOT_FOUND");
}

/// Returns a week as the owner of a key sees it.
async fn week_by(
    service: &Service,
    key: &str,
    owner: &str,
) -> Result<pb::PreviewWeekResponse, Status> {
    let channel = signed(&service.channel, key);
    let mut availability = pb::availability_service_client::AvailabilityServiceClient::new(channel);
    let request = pb::PreviewWeekRequest {
        name: format!("programs/clinic-12/{owner}/availability"),
        day: Some(of_2031(3, 5)),
        time_zone: String::new(),
    };
    let week = availability.preview_week(request).await?;
    Ok(week.into_inner())
}

/// Off: `check_own_or` answering `Ok` to everybody, or asking for the
/// permission alone, in `src/app/actor.rs`.
async fn a_supervisor_previews_her_own_week_and_no_other() {
    let (service, _, roster) = imported("clinic-12").await;
    let own = roster.supervisors[0].key.clone();
    let role = AccessRole::Supervisor(own.clone());
    let hers = signed_up(&service.app, "clinic-12/hers", role).await;
    let viewer = signed_up(&service.app, "clinic-12/viewer", AccessRole::Viewer).await;
    let own = format!("supervisors/{own}");
    let week = week_by(&service, &hers, &own).await.unwrap();
    assert_eq!(week, week_by(&service, &viewer, &own).await.unwrap());
    for (other, missing) in [
        (
            format!("supervisors/{}", roster.supervisors[1].key),
            "supervisors/nobody",
        ),
        (
            format!("trainees/{}", roster.trainees[0].key),
            "trainees/nobody",
        ),
        (format!("sites/{}", roster.sites[0].key), "sites/nobody"),
    ] {
        week_by(&service, &viewer, &other).await.unwrap();
        let (_, key) = other.split_once('/').unwrap();
        let hidden = week_by(&service, &hers, &other).await.unwrap_err();
        let missing = week_by(&service, &viewer, missing).await.unwrap_err();
        assert_eq!(hidden.code(), Code::NotFound, "{hidden:?}");
        assert_eq!(
            hidden.message(),
            missing.message().replace("nobody", key),
            "{other}"
        );
    }
}
