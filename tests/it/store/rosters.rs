//! Rosters in and out of the store.

use std::path::Path;

use practicum::app::{
    Actor, AppError, Grant, ImportMode, ImportReport, KindOfRow, Permission, Reason, RosterSource,
};
use practicum::domain::{
    AccessRole, Key, Minutes, Pin, ProgramKey, Realm, Requirement, RequirementCategory, Roster,
    SiteOrSupervisor,
};
use practicum::roster::{
    FolderFiles, GenerateOptions, Regions, generate, read_folder, read_roster, shipped_rule_sets,
    write_roster,
};

use super::databases::{World, on_both};

on_both!(
    exports_every_shipped_roster_as_it_was_imported,
    exports_a_generated_roster_with_every_kind_of_row,
    says_what_a_dry_run_would_change_and_changes_nothing,
    counts_an_import_of_the_same_as_unchanged,
    replaces_what_is_absent_and_upserts_without_removing,
    refuses_the_folder_of_another_program,
    keeps_what_another_round_needs,
    asks_who_imports_whatever_the_door_has_asked,
);

pub(super) fn shipped(name: &str) -> Roster {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/rosters");
    read_folder(&folder.join(name)).unwrap()
}

pub(super) async fn import(world: &World, roster: &Roster, mode: ImportMode) -> ImportReport {
    let source = RosterSource::Roster(Box::new(roster.clone()));
    let actor = Actor::operator();
    let report = world.app.import_roster(&actor, None, source, mode, false);
    report.await.unwrap()
}

async fn stored(world: &World, report: &ImportReport) -> Roster {
    let (program, round) = (&report.program, &report.round);
    let actor = Actor::operator();
    let roster = world.app.get_roster(&actor, program, round);
    roster.await.unwrap()
}

/// Returns created, updated, unchanged and removed rows of a kind.
fn counts(report: &ImportReport, kind: KindOfRow) -> (u64, u64, u64, u64) {
    let found: Vec<_> = report.changes.iter().filter(|(k, _)| *k == kind).collect();
    let [(_, changes)] = found.as_slice() else {
        panic!("{kind:?} is there {} times", found.len());
    };
    (
        changes.created,
        changes.updated,
        changes.unchanged,
        changes.removed,
    )
}

async fn exports_every_shipped_roster_as_it_was_imported(world: World) {
    for name in ["clinic-12", "metro-120", "world-240"] {
        let roster = shipped(name);
        let report = import(&world, &roster, ImportMode::Replace).await;
        assert_eq!(report.round.as_str(), "round-2027-01-11");
        let actor = Actor::operator();
        let files = world
            .app
            .export_roster(&actor, &report.program, &report.round)
            .await
            .unwrap();
        assert_eq!(files, write_roster(&roster), "{name}");
        assert_eq!(stored(&world, &report).await, roster, "{name}");
    }
}

async fn exports_a_generated_roster_with_every_kind_of_row(world: World) {
    let mut roster = generated(60);
    roster.round.key = Some("spring".parse().unwrap());
    roster.rule_sets = shipped_rule_sets()[..2].to_vec();
    roster.round.policy = "site_rank_greedy;matched;changes".parse().unwrap();
    roster.round.blocking_pairs = practicum::domain::BlockingPairs::Forbidden;
    let trainee = roster.trainees[0].key.clone();
    let site = SiteOrSupervisor::Site(roster.sites[0].key.clone());
    let supervisor = SiteOrSupervisor::Supervisor(roster.supervisors[0].key.clone());
    roster.pins = vec![Pin {
        trainee: trainee.clone(),
        target: site.clone(),
    }];
    roster.forbids = vec![practicum::domain::Forbid {
        trainee: trainee.clone(),
        target: supervisor.clone(),
    }];
    roster.exclusions = vec![practicum::domain::Exclusion {
        trainee: trainee.clone(),
        target: supervisor,
        reason: "former \"client\", said so; twice".to_owned(),
    }];
    roster.site_rankings = vec![practicum::domain::SiteRanking {
        site: roster.sites[0].key.clone(),
        trainee,
        rank: 2,
    }];
    roster.supervisors[0].name = "Zoë 'O\\Brien' \u{1f600} 李".to_owned();
    roster.round.ratio = None;
    for (category, day) in [
        (RequirementCategory::Other, "2027-05-01"),
        (RequirementCategory::Contact, "2027-05-28"),
        (RequirementCategory::Contact, "2027-05-01"),
    ] {
        roster.requirements.push(Requirement {
            trainee: roster.trainees[0].key.clone(),
            category,
            required: Minutes::new(6000).unwrap(),
            completed: Minutes::new(45).unwrap(),
            due_day: practicum::domain::calendar_day(day).unwrap(),
        });
    }
    let roster = read_roster(&write_roster(&roster)).unwrap();
    let report = import(&world, &roster, ImportMode::Replace).await;
    assert_eq!(report.round.as_str(), "spring");
    assert_eq!(roster.requirements.len(), 3);
    assert_eq!(stored(&world, &report).await, roster);
}

pub(super) fn generated(trainees: u32) -> Roster {
    let options = GenerateOptions::new(trainees, 7, Regions::World).unwrap();
    generate(&options).unwrap()
}

async fn says_what_a_dry_run_would_change_and_changes_nothing(world: World) {
    let roster = shipped("clinic-12");
    let actor = Actor::operator();
    let source = || RosterSource::Files(write_roster(&roster));
    let dry = world
        .app
        .import_roster(&actor, None, source(), ImportMode::Replace, true)
        .await
        .unwrap();
    assert!(dry.is_dry_run);
    assert_eq!(counts(&dry, KindOfRow::Trainee), (12, 0, 0, 0));
    let missing = world.app.get_program(&actor, &dry.program).await;
    assert!(matches!(missing, Err(AppError::NotFound { .. })));
    let wet = import(&world, &roster, ImportMode::Replace).await;
    assert_eq!(wet.changes, dry.changes);
}

async fn counts_an_import_of_the_same_as_unchanged(world: World) {
    let roster = shipped("clinic-12");
    import(&world, &roster, ImportMode::Replace).await;
    let again = import(&world, &roster, ImportMode::Replace).await;
    for (kind, changes) in &again.changes {
        let (created, updated, removed) = (changes.created, changes.updated, changes.removed);
        assert_eq!((created, updated, removed), (0, 0, 0), "{kind:?}");
    }
    assert_eq!(counts(&again, KindOfRow::Trainee), (0, 0, 12, 0));
    let key = &roster.trainees[0].key;
    let actor = Actor::operator();
    let record = world.app.whole_trainee(&actor, &again.program, key).await;
    assert_eq!(record.unwrap().version, 1);
}

async fn replaces_what_is_absent_and_upserts_without_removing(world: World) {
    let whole = shipped("clinic-12");
    import(&world, &whole, ImportMode::Replace).await;
    let mut less = whole.clone();
    let gone = less.trainees.pop().unwrap().key;
    less.preferences.retain(|one| one.trainee != gone);
    less.exclusions.retain(|one| one.trainee != gone);
    less.requirements.retain(|one| one.trainee != gone);
    less.pins.retain(|one| one.trainee != gone);
    less.trainees[0].contact_target = Minutes::new(615);
    let upserted = import(&world, &less, ImportMode::Upsert).await;
    assert_eq!(counts(&upserted, KindOfRow::Trainee), (0, 1, 10, 0));
    assert_eq!(stored(&world, &upserted).await.trainees.len(), 12);
    let replaced = import(&world, &less, ImportMode::Replace).await;
    assert_eq!(counts(&replaced, KindOfRow::Participant).3, 1);
    assert_eq!(stored(&world, &replaced).await, less);
    let back = import(&world, &whole, ImportMode::Replace).await;
    assert_eq!(counts(&back, KindOfRow::Trainee), (0, 1, 11, 0));
    assert_eq!(stored(&world, &back).await, whole);
}

async fn refuses_the_folder_of_another_program(world: World) {
    let source = RosterSource::Roster(Box::new(shipped("clinic-12")));
    let named: ProgramKey = "metro-120".parse().unwrap();
    let mode = ImportMode::Replace;
    let actor = Actor::operator();
    let refused = world
        .app
        .import_roster(&actor, Some(&named), source, mode, false)
        .await
        .unwrap_err();
    let reason = AppError::FailedPrecondition(Reason::OtherProgram {
        folder: "clinic-12".to_owned(),
        named: "metro-120".to_owned(),
    });
    assert_eq!(refused.to_string(), reason.to_string());
}

async fn keeps_what_another_round_needs(world: World) {
    let spring = shipped("metro-120");
    let first = import(&world, &spring, ImportMode::Replace).await;
    let mut small = spring.clone();
    small.round.key = Some("summer".parse::<Key>().unwrap());
    let kept = small.sites[0].key.clone();
    let is_kept = |target: &SiteOrSupervisor| match target {
        SiteOrSupervisor::Site(key) => *key == kept,
        SiteOrSupervisor::Supervisor(_) => true,
    };
    small.sites.truncate(1);
    for supervisor in &mut small.supervisors {
        supervisor.sites.retain(|site| *site == kept);
    }
    small.preferences.retain(|one| is_kept(&one.target));
    small.exclusions.retain(|one| is_kept(&one.target));
    let second = import(&world, &small, ImportMode::Replace).await;
    assert_eq!(stored(&world, &second).await, small);
    assert_eq!(stored(&world, &first).await, spring);
}

/// Off: both calls of `check_may_import` left out in `App::import_roster`.
async fn asks_who_imports_whatever_the_door_has_asked(world: World) {
    let roster = shipped("clinic-12");
    import(&world, &roster, ImportMode::Replace).await;
    let program = roster.program.key.clone();
    let viewer = Grant {
        realm: Realm::Program(program.clone()),
        role: AccessRole::Viewer,
    };
    let viewer = Actor::new("clinic-12/ada".to_owned(), vec![viewer]);
    for is_dry_run in [true, false] {
        // A folder without files would be refused for that as well.
        for (named, source) in [
            (Some(&program), RosterSource::Files(FolderFiles::default())),
            (None, RosterSource::Roster(Box::new(roster.clone()))),
        ] {
            let (app, mode) = (&world.app, ImportMode::Replace);
            let imported = app.import_roster(&viewer, named, source, mode, is_dry_run);
            let refused = imported.await.unwrap_err();
            assert!(
                matches!(refused, AppError::Forbidden { permission } if permission == Permission::RosterWrite),
                "{refused:?}"
            );
        }
    }
}
