//! A round is made over gRPC alone: a client copies a program from one server
//! to another, call by call, and the copy gives the plan of the import.

use practicum::app::Actor;
use practicum::domain::{Exclusion, Forbid, Pin, Roster, SiteOrSupervisor, SiteRanking};
use practicum::domain::{Minutes, Requirement, RequirementCategory, calendar_day};
use practicum::grpc::pb;
use practicum::roster::{
    FolderFiles, read_roster, read_rule_set, rule_set_mark, shipped_rule_set, write_roster,
};

use super::rule_sets::{create, get, toml};
use super::runs::{start, watch};
use crate::support::service::{Service, import_messages, roster_files};

const PROGRAM: &str = "programs/clinic-12";
const ROUND: &str = "programs/clinic-12/rounds/spring";

/// Returns the last part of a name.
fn key(name: &str) -> String {
    name.rsplit('/').next().unwrap().to_owned()
}

/// Returns a roster whose round has a key and rows of every kind.
fn roster() -> Roster {
    let mut folder = FolderFiles::default();
    for (name, contents) in roster_files("clinic-12") {
        folder.insert(&name, contents);
    }
    let mut roster = read_roster(&folder).unwrap();
    roster.round.key = Some("spring".parse().unwrap());
    let trainee = |number: usize| roster.trainees[number].key.clone();
    let first_wish = |number: usize| {
        let own = |wish: &&practicum::domain::Preference| wish.trainee == trainee(number);
        let wish = roster.preferences.iter().find(own).unwrap();
        wish.target.clone()
    };
    roster.pins = vec![Pin {
        trainee: trainee(0),
        target: first_wish(0),
    }];
    let supervisors = &roster.supervisors;
    roster.forbids = vec![Forbid {
        trainee: trainee(1),
        target: SiteOrSupervisor::Supervisor(supervisors[0].key.clone()),
    }];
    roster.exclusions = vec![Exclusion {
        trainee: trainee(2),
        target: SiteOrSupervisor::Supervisor(supervisors[1].key.clone()),
        reason: "former client; \"known\" since 2025".to_owned(),
    }];
    roster.site_rankings = vec![SiteRanking {
        site: roster.sites[0].key.clone(),
        trainee: trainee(3),
        rank: 2,
    }];
    let minutes = |minutes| Minutes::new(minutes).unwrap();
    roster.requirements = vec![Requirement {
        trainee: trainee(4),
        category: RequirementCategory::Contact,
        required: minutes(9000),
        completed: minutes(300),
        due_day: calendar_day("2027-05-01").unwrap(),
    }];
    let shipped = |id: &str| {
        let id = id.parse().unwrap();
        shipped_rule_set(&id).unwrap().clone()
    };
    // The program's own, and one of its own in the place of a shipped one.
    let own = |id: &str| read_rule_set("rules", &toml(id, "", 60)).unwrap();
    roster.rule_sets = vec![own("own"), shipped("coamfte"), own("cacrep-internship")];
    roster
}

async fn import(service: &Service, roster: &Roster) {
    let files: Vec<(String, Vec<u8>)> = write_roster(roster)
        .iter()
        .map(|(name, bytes)| (name.to_owned(), bytes.to_vec()))
        .collect();
    let header = pb::ImportRosterHeader {
        parent: PROGRAM.to_owned(),
        mode: i32::from(pb::ImportMode::Replace),
        ..Default::default()
    };
    let messages = tokio_stream::iter(import_messages(header, &files));
    let done = service.rosters().import_roster(messages).await.unwrap();
    assert_eq!(done.into_inner().round, ROUND);
}

/// Copies every record of a kind with its availability.
macro_rules! copy_people {
    ($from:ident, $to:ident, $client:ident, $list:ident($list_request:ident) -> $many:ident,
     $create:ident($create_request:ident { $id:ident, $one:ident })) => {
        let request = pb::$list_request {
            parent: PROGRAM.to_owned(),
            page_size: 1000,
            ..Default::default()
        };
        for record in $from
            .$client()
            .$list(request)
            .await
            .unwrap()
            .into_inner()
            .$many
        {
            let name = format!("{}/availability", record.name);
            let request = pb::$create_request {
                parent: PROGRAM.to_owned(),
                $id: key(&record.name),
                $one: Some(record),
                ..Default::default()
            };
            $to.$client().$create(request).await.unwrap();
            let request = pb::GetAvailabilityRequest { name };
            let found = $from
                .availability()
                .get_availability(request)
                .await
                .unwrap();
            let availability = pb::Availability {
                etag: String::new(),
                ..found.into_inner().availability.unwrap()
            };
            let request = pb::ReplaceAvailabilityRequest {
                availability: Some(availability),
                ..Default::default()
            };
            $to.availability()
                .replace_availability(request)
                .await
                .unwrap();
        }
    };
}

async fn copy_program(from: &Service, to: &Service) {
    let name = PROGRAM.to_owned();
    let found = from
        .programs()
        .get_program(pb::GetProgramRequest { name })
        .await;
    let request = pb::CreateProgramRequest {
        program_id: key(PROGRAM),
        program: found.unwrap().into_inner().program,
        ..Default::default()
    };
    to.programs().create_program(request).await.unwrap();
    copy_people!(from, to, sites, list_sites(ListSitesRequest) -> sites,
        create_site(CreateSiteRequest { site_id, site }));
    copy_people!(from, to, supervisors, list_supervisors(ListSupervisorsRequest) -> supervisors,
        create_supervisor(CreateSupervisorRequest { supervisor_id, supervisor }));
    copy_people!(from, to, trainees, list_trainees(ListTraineesRequest) -> trainees,
        create_trainee(CreateTraineeRequest { trainee_id, trainee }));
}

async fn copy_trainee_rows(from: &Service, to: &Service, trainee: &str) {
    let trainee = format!("{PROGRAM}/trainees/{trainee}");
    let request = pb::GetExclusionsRequest {
        trainee: trainee.clone(),
    };
    let found = from.exclusions().get_exclusions(request).await.unwrap();
    let request = pb::ReplaceExclusionsRequest {
        trainee: trainee.clone(),
        exclusions: found.into_inner().exclusions,
        ..Default::default()
    };
    to.exclusions().replace_exclusions(request).await.unwrap();
    let request = pb::GetRequirementsRequest {
        trainee: trainee.clone(),
    };
    let found = from.requirements().get_requirements(request).await.unwrap();
    let request = pb::ReplaceRequirementsRequest {
        trainee,
        requirements: found.into_inner().requirements,
        ..Default::default()
    };
    let replaced = to.requirements().replace_requirements(request).await;
    replaced.unwrap();
}

/// Copies the rule sets that a round holds and that the other program does not
/// know just so.
async fn copy_rule_sets(from: &Service, to: &Service, ids: &[String]) -> usize {
    let mut copied = 0;
    for id in ids {
        let held = get(from, &format!("{ROUND}/ruleSets/{id}")).await.unwrap();
        let known = get(to, &format!("{PROGRAM}/ruleSets/{id}")).await;
        if known.is_ok_and(|known| known.sha256 == held.sha256) {
            continue;
        }
        create(to, PROGRAM, held.toml).await;
        copied += 1;
    }
    copied
}

/// Copies dates, policy, rule sets, lines and participants.
async fn copy_round(from: &Service, to: &Service) {
    let round = || ROUND.to_owned();
    let name = round();
    let found = from.rounds().get_round(pb::GetRoundRequest { name }).await;
    let found = found.unwrap().into_inner().round.unwrap();
    assert_eq!(copy_rule_sets(from, to, &found.rule_sets).await, 2);
    let request = pb::CreateRoundRequest {
        parent: PROGRAM.to_owned(),
        round_id: key(ROUND),
        round: Some(found),
        ..Default::default()
    };
    to.rounds().create_round(request).await.unwrap();
    let request = pb::ListSupervisionLinesRequest { round: round() };
    let found = from.rounds().list_supervision_lines(request).await.unwrap();
    let request = pb::ReplaceSupervisionLinesRequest {
        round: round(),
        supervision_lines: found.into_inner().supervision_lines,
        ..Default::default()
    };
    let replaced = to.rounds().replace_supervision_lines(request).await;
    assert_eq!(replaced.unwrap().into_inner().supervision_lines.len(), 4);
    let mut request = pb::ListParticipantsRequest {
        round: round(),
        page_size: 7,
        ..Default::default()
    };
    loop {
        let page = from.rounds().list_participants(request.clone()).await;
        let page = page.unwrap().into_inner();
        let mut adding = pb::AddParticipantsRequest {
            round: round(),
            ..Default::default()
        };
        for one in page.participants {
            use pb::participant::Participant;
            match one.participant.unwrap() {
                Participant::SiteId(key) => adding.site_ids.push(key),
                Participant::SupervisorId(key) => adding.supervisor_ids.push(key),
                Participant::TraineeId(key) => adding.trainee_ids.push(key),
            }
        }
        to.rounds().add_participants(adding).await.unwrap();
        request.page_token = page.next_page_token;
        if request.page_token.is_empty() {
            return;
        }
    }
}

/// Copies preferences, site rankings, pins and forbids.
async fn copy_wishes(from: &Service, to: &Service, roster: &Roster) {
    let round = || ROUND.to_owned();
    let mut request = pb::ListPreferencesRequest {
        round: round(),
        page_size: 5,
        ..Default::default()
    };
    loop {
        let page = from.rounds().list_preferences(request.clone()).await;
        let page = page.unwrap().into_inner();
        let batch = pb::BatchReplacePreferencesRequest {
            round: round(),
            preferences: page.preferences,
            ..Default::default()
        };
        to.rounds().batch_replace_preferences(batch).await.unwrap();
        request.page_token = page.next_page_token;
        if request.page_token.is_empty() {
            break;
        }
    }
    for site in &roster.sites {
        let request = pb::GetSiteRankingRequest {
            round: round(),
            site_id: site.key.to_string(),
        };
        let found = from.rounds().get_site_ranking(request).await.unwrap();
        let request = pb::ReplaceSiteRankingRequest {
            round: round(),
            site_id: site.key.to_string(),
            ranked: found.into_inner().ranked,
            ..Default::default()
        };
        to.rounds().replace_site_ranking(request).await.unwrap();
    }
    let request = pb::ListPinsRequest { round: round() };
    let found = from.rounds().list_pins(request).await.unwrap().into_inner();
    for pair in found.pins {
        let request = pb::PinRequest {
            round: round(),
            pair: Some(pair),
            ..Default::default()
        };
        to.rounds().pin(request).await.unwrap();
    }
    for pair in found.forbids {
        let request = pb::ForbidRequest {
            round: round(),
            pair: Some(pair),
            ..Default::default()
        };
        to.rounds().forbid(request).await.unwrap();
    }
}

/// Runs the round and returns the files of its plan.
async fn plan(service: &Service) -> FolderFiles {
    let run = start(service, ROUND).await;
    let last = watch(service, &run.name, 0).await.pop().unwrap();
    let succeeded = pb::run_event::Happened::State(i32::from(pb::RunState::Succeeded));
    assert_eq!(last.happened, Some(succeeded));
    let program = key(PROGRAM).parse().unwrap();
    let run = key(&run.name).parse().unwrap();
    let actor = Actor::operator();
    let plan = service.app.get_plan(&actor, &program, &run).await;
    plan.unwrap().files()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_round_made_call_by_call_gives_the_plan_of_the_import() {
    let roster = roster();
    let (from, to) = (Service::start().await, Service::start().await);
    import(&from, &roster).await;
    copy_program(&from, &to).await;
    for trainee in &roster.trainees {
        copy_trainee_rows(&from, &to, trainee.key.as_str()).await;
    }
    copy_round(&from, &to).await;
    copy_wishes(&from, &to, &roster).await;
    let (program, round) = (key(PROGRAM).parse().unwrap(), key(ROUND).parse().unwrap());
    let actor = Actor::operator();
    let copied = to.app.get_roster(&actor, &program, &round).await;
    assert_eq!(copied.unwrap(), roster);
    let exported = to.app.export_roster(&actor, &program, &round).await;
    let exported = exported.unwrap();
    assert_eq!(exported, write_roster(&roster));
    assert!(exported.get("rules/own.toml").is_some());
    assert_eq!(read_roster(&exported).unwrap(), roster);
    let (imported, copied) = (plan(&from).await, plan(&to).await);
    assert!(imported.iter().count() > 3, "{imported:?}");
    assert_eq!(imported, copied);
    let summary = String::from_utf8(copied.get("summary.json").unwrap().to_vec()).unwrap();
    for mark in roster.rule_sets.iter().map(rule_set_mark) {
        assert!(summary.contains(&mark), "{mark} is not in {summary}");
    }
    let placements = copied.get("placements.csv").unwrap();
    assert!(placements.split(|byte| *byte == b'\n').count() > 3);
}
