//! Lists in every order and through every filter, page by page.

use std::collections::BTreeSet;

use practicum::app::{Actor, AppError, ImportMode};
use practicum::domain::{
    Availability, Key, ListOrder, ListRequest, Listed, OrderBy, PageRequest, Role, RoundFilter,
    RunFilter, RunLimits, RunState, Site, SiteFilter, Supervisor, SupervisorFilter, Trainee,
    TraineeFilter, Versioned, calendar_day,
};
use practicum::store::KeyRange;

use super::databases::{MONDAY, World, on_both};
use super::people::{a_site, clinic, program};
use super::rosters::{import, shipped};

on_both!(
    pages_in_every_order_without_a_gap_or_a_repeat,
    a_page_starts_where_the_last_one_ended_whatever_was_changed,
    filters_people_by_all_terms_at_once,
    filters_sites_by_all_terms_at_once,
    filters_rounds_by_a_day_and_runs_by_state_and_plan,
    finds_a_listed_key_once_however_often_it_is_given,
    refuses_a_place_that_is_none,
);

fn orders() -> impl Iterator<Item = ListOrder> {
    OrderBy::ALL
        .into_iter()
        .flat_map(|by| [false, true].map(|is_descending| ListOrder { by, is_descending }))
}

/// Returns the trainees of a list, in pages of seven.
async fn trainees(
    world: &World,
    order: ListOrder,
    filter: TraineeFilter,
) -> Vec<Versioned<Listed<Trainee>>> {
    let mut list = ListRequest {
        page: PageRequest {
            size: 7,
            after: None,
        },
        order,
        filter,
    };
    let metro = "metro-120".parse().unwrap();
    let mut all = Vec::new();
    loop {
        let actor = Actor::operator();
        let page = world.app.list_trainees(&actor, &metro, &list).await;
        let page = page.unwrap();
        all.extend(page.items);
        list.page.after = page.next_after;
        if list.page.after.is_none() {
            return all;
        }
    }
}

/// Imports 120 trainees, some with the same name, changed at three instants.
async fn metro(world: &World) {
    let mut roster = shipped("metro-120");
    for (place, trainee) in roster.trainees.iter_mut().enumerate() {
        if place % 4 == 0 {
            trainee.name = "Ana Sim \u{10ffff}".to_owned();
        } else if place % 4 == 1 {
            trainee.name = "two  blanks".to_owned();
        }
    }
    import(world, &roster, ImportMode::Replace).await;
    for modulus in [3, 5] {
        world.clock.advance(60);
        let changed = roster.trainees.iter_mut().enumerate();
        for (_, trainee) in changed.filter(|(place, _)| place % modulus == 0) {
            trainee.priority += 1;
        }
        import(world, &roster, ImportMode::Upsert).await;
    }
}

async fn pages_in_every_order_without_a_gap_or_a_repeat(world: World) {
    metro(&world).await;
    for order in orders() {
        let found = trainees(&world, order, TraineeFilter::default()).await;
        let place = |one: &Versioned<Listed<Trainee>>| {
            let value = match order.by {
                OrderBy::Key => String::new(),
                OrderBy::Name => one.value.name.clone(),
                OrderBy::UpdateTime => one.updated_at.0.to_string(),
            };
            (value, one.value.key.to_string())
        };
        let places: Vec<_> = found.iter().map(place).collect();
        let mut sorted: Vec<_> = places
            .iter()
            .cloned()
            .collect::<BTreeSet<_>>()
            .into_iter()
            .collect();
        if order.is_descending {
            sorted.reverse();
        }
        assert_eq!(places.len(), 120, "{order:?}");
        assert_eq!(places, sorted, "{order:?}");
        // What other tables hold comes along in any order, but for windows.
        let roster = shipped("metro-120");
        for one in &found {
            let own = roster.trainees.iter().find(|own| own.key == one.value.key);
            let own = own.unwrap();
            assert_eq!(one.value.availability, Availability::default(), "{order:?}");
            let modalities = &one.value.modalities_required;
            assert_eq!(*modalities, own.modalities_required, "{order:?}");
            assert_eq!(one.value.languages, own.languages, "{order:?}");
        }
    }
    let instants: BTreeSet<i64> = trainees(&world, ListOrder::default(), TraineeFilter::default())
        .await
        .iter()
        .map(|one| one.updated_at.0 - MONDAY.0)
        .collect();
    assert_eq!(instants, BTreeSet::from([0, 60, 120]));
}

async fn a_page_starts_where_the_last_one_ended_whatever_was_changed(world: World) {
    clinic(&world).await;
    let (app, actor) = (&world.app, Actor::operator());
    let (program, order) = (
        program(),
        ListOrder {
            by: OrderBy::Name,
            is_descending: false,
        },
    );
    for name in ["b", "d", "f", "h"] {
        let site = Site {
            name: name.to_owned(),
            ..a_site(&format!("annex-{name}"))
        };
        app.create_site(&actor, &program, site).await.unwrap();
    }
    let mut list = ListRequest {
        order,
        ..ListRequest::<SiteFilter>::largest()
    };
    let all = app.list_sites(&actor, &program, &list).await.unwrap().items;
    let at = all.iter().position(|one| one.value.name == "d").unwrap();
    list.page.size = u32::try_from(at + 1).unwrap();
    let first = app.list_sites(&actor, &program, &list).await.unwrap();
    // The last record of the page goes, and one comes before it.
    let gone = "annex-d".parse().unwrap();
    app.delete_site(&actor, &program, &gone, None)
        .await
        .unwrap();
    let early = Site {
        name: "c".to_owned(),
        ..a_site("annex-c")
    };
    app.create_site(&actor, &program, early).await.unwrap();
    list.page.after = first.next_after;
    let second = app.list_sites(&actor, &program, &list).await.unwrap();
    let names: Vec<&str> = second
        .items
        .iter()
        .map(|one| one.value.name.as_str())
        .collect();
    assert_eq!(names, ["f", "h"]);
}

async fn filters_people_by_all_terms_at_once(world: World) {
    metro(&world).await;
    let roster = shipped("metro-120");
    let one = &roster.trainees[0];
    let filter = TraineeFilter {
        level: Some(one.level.clone()),
        jurisdiction: Some(one.jurisdiction.clone()),
        time_zone: Some(one.time_zone),
    };
    let wanted = roster
        .trainees
        .iter()
        .filter(|own| own.level == one.level)
        .filter(|own| own.jurisdiction == one.jurisdiction && own.time_zone == one.time_zone)
        .count();
    assert!((1..120).contains(&wanted), "{wanted}");
    for order in orders() {
        let found = trainees(&world, order, filter.clone()).await;
        assert_eq!(found.len(), wanted, "{order:?}");
    }
    let metro = "metro-120".parse().unwrap();
    let (app, actor) = (&world.app, Actor::operator());
    let site = &roster
        .supervisors
        .iter()
        .find_map(|one| one.sites.first())
        .unwrap();
    let works = |one: &&Supervisor| one.sites.contains(*site) && one.role == Role::Site;
    let list = ListRequest {
        filter: SupervisorFilter {
            role: Some(Role::Site),
            site: Some((*site).clone()),
            time_zone: None,
        },
        ..ListRequest::largest()
    };
    let found = app
        .list_supervisors(&actor, &metro, &list)
        .await
        .unwrap()
        .items;
    let found: Vec<Listed<Supervisor>> = found.into_iter().map(|one| one.value).collect();
    let wanted = roster.supervisors.iter().filter(works);
    let without_windows = |one: &Supervisor| Supervisor {
        availability: Availability::default(),
        ..one.clone()
    };
    let wanted: Vec<_> = wanted
        .map(|one| Listed::new(without_windows(one)))
        .collect();
    assert!(!wanted.is_empty());
    assert_eq!(found, wanted);
}

async fn filters_sites_by_all_terms_at_once(world: World) {
    metro(&world).await;
    let roster = shipped("metro-120");
    let (app, actor, metro) = (&world.app, Actor::operator(), roster.program.key.clone());
    let (setting, jurisdiction) = (&roster.sites[0].setting, &roster.sites[0].jurisdiction);
    let list = ListRequest {
        filter: SiteFilter {
            setting: Some(setting.clone()),
            jurisdiction: Some(jurisdiction.clone()),
            time_zone: None,
        },
        ..ListRequest::largest()
    };
    let found = app.list_sites(&actor, &metro, &list).await.unwrap().items;
    let is_wanted = |one: &&Site| one.setting == *setting && one.jurisdiction == *jurisdiction;
    let without_windows = |one: &Site| Site {
        opening: Availability::default(),
        ..one.clone()
    };
    let wanted = roster.sites.iter().filter(is_wanted);
    let wanted: Vec<_> = wanted
        .map(|one| Listed::new(without_windows(one)))
        .collect();
    let found: Vec<Listed<Site>> = found.into_iter().map(|one| one.value).collect();
    assert!(wanted.len() < roster.sites.len());
    assert_eq!(found, wanted);
}

async fn filters_rounds_by_a_day_and_runs_by_state_and_plan(world: World) {
    clinic(&world).await;
    let (app, actor, program) = (&world.app, Actor::operator(), program());
    let round: Key = "round-2027-01-11".parse().unwrap();
    let term = app
        .get_round(&actor, &program, &round)
        .await
        .unwrap()
        .value
        .round
        .term;
    let on = |day| ListRequest {
        filter: RoundFilter { day: Some(day) },
        ..ListRequest::largest()
    };
    for (day, count) in [
        (term.first(), 1),
        (term.last(), 1),
        (calendar_day("2027-01-10").unwrap(), 0),
        (term.last().succ_opt().unwrap(), 0),
    ] {
        let found = app.list_rounds(&actor, &program, &on(day)).await.unwrap();
        assert_eq!(found.items.len(), count, "{day}");
    }
    let limits = RunLimits::default();
    let mut keys = Vec::new();
    for _ in 0..3 {
        let run = app.start_run(&actor, &program, &round, limits).await;
        keys.push(run.unwrap().value.key);
    }
    app.cancel_run(&actor, &program, &keys[1]).await.unwrap();
    let list = |state, has_plan, is_descending| ListRequest {
        order: ListOrder {
            by: OrderBy::Key,
            is_descending,
        },
        filter: RunFilter {
            round: Some(round.clone()),
            state,
            has_plan,
        },
        ..ListRequest::largest()
    };
    for (list, wanted) in [
        (list(None, None, false), vec![0, 1, 2]),
        (list(None, None, true), vec![2, 1, 0]),
        (list(Some(RunState::Queued), None, false), vec![0, 2]),
        (list(Some(RunState::Cancelled), Some(false), false), vec![1]),
        (list(None, Some(true), false), vec![]),
    ] {
        let found = app.list_runs(&actor, &program, &list).await.unwrap().items;
        let found: Vec<Key> = found.into_iter().map(|run| run.value.key).collect();
        let wanted: Vec<Key> = wanted
            .into_iter()
            .map(|at: usize| keys[at].clone())
            .collect();
        assert_eq!(found, wanted, "{list:?}");
    }
}

async fn finds_a_listed_key_once_however_often_it_is_given(world: World) {
    metro(&world).await;
    let mut tx = world.db.read().await.unwrap();
    let metro = "metro-120".parse().unwrap();
    let (scope, _) = tx.program_fetch(&metro).await.unwrap();
    let all = tx.trainee_listed(scope, &KeyRange::all()).await.unwrap();
    let key = |place: usize| all[place].value.key.as_str();
    let keys = KeyRange::of([key(7), key(3), "nobody", "\"'], [", key(7), "", key(3)]);
    let found = tx.trainee_listed(scope, &keys).await.unwrap();
    let mut found: Vec<&str> = found.iter().map(|one| one.value.key.as_str()).collect();
    found.sort_unstable();
    assert_eq!(found, [key(3), key(7)]);
    let whole = tx.trainee_list(scope, &keys).await.unwrap();
    assert_eq!(whole.len(), 2);
    let none = tx.trainee_listed(scope, &KeyRange::of([])).await.unwrap();
    assert!(none.is_empty());
}

async fn refuses_a_place_that_is_none(world: World) {
    clinic(&world).await;
    for (by, after) in [
        (OrderBy::Name, "no-blank"),
        (OrderBy::UpdateTime, "key soon"),
    ] {
        let list = ListRequest::<SiteFilter> {
            page: PageRequest {
                size: 1,
                after: Some(after.to_owned()),
            },
            order: ListOrder {
                by,
                is_descending: false,
            },
            filter: SiteFilter::default(),
        };
        let refused = world
            .app
            .list_sites(&Actor::operator(), &program(), &list)
            .await;
        assert!(matches!(refused, Err(AppError::Invalid(_))), "{after}");
    }
}
