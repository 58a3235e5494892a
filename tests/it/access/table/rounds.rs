//! Rounds with their parts, runs and plans.

use practicum::domain::Permission::{PlanRead, RoundRead, RoundWrite, RunRead, RunWrite};
use practicum::grpc::pb;

use super::{Needs, Records, Row, last, moved, named, of, row};

fn pair(records: &Records) -> Option<pb::Pair> {
    let site = pb::site_or_supervisor::Target::SiteId(last(&records.site.name));
    Some(pb::Pair {
        trainee_id: last(&records.trainee.name),
        target: Some(pb::SiteOrSupervisor { target: Some(site) }),
    })
}

fn wishes(records: &Records) -> pb::TraineePreferences {
    pb::TraineePreferences {
        trainee_id: last(&records.trainee.name),
        ..Default::default()
    }
}

fn round(records: &Records, program: &str) -> pb::Round {
    pb::Round {
        name: moved(&records.round.name, program),
        etag: String::new(),
        ..records.round.clone()
    }
}

pub(super) fn rounds() -> Vec<Row> {
    let read = Needs::InProgram(RoundRead);
    let write = Needs::InProgram(RoundWrite);
    let mut rows = vec![
        row("RoundService/CreateRound", write, |records, program| {
            pb::CreateRoundRequest {
                parent: of(program, ""),
                round: Some(round(records, program)),
                ..Default::default()
            }
        }),
        named("RoundService/GetRound", read, "/rounds/x"),
        named("RoundService/ListRounds", read, ""),
        row(
            "RoundService/UpdateRound",
            Needs::Both(RoundRead, RoundWrite),
            |records, program| pb::UpdateRoundRequest {
                round: Some(round(records, program)),
                ..Default::default()
            },
        ),
        named(
            "RoundService/CheckRound",
            Needs::InProgram(PlanRead),
            "/rounds/x",
        ),
        named("RoundService/ListPins", read, "/rounds/x"),
    ];
    for method in [
        "RoundService/Pin",
        "RoundService/Unpin",
        "RoundService/Forbid",
        "RoundService/Unforbid",
    ] {
        // The four requests are alike.
        rows.push(row(method, write, |records, program| pb::PinRequest {
            round: of(program, "/rounds/x"),
            pair: pair(records),
            ..Default::default()
        }));
    }
    rows
}

pub(super) fn round_parts() -> Vec<Row> {
    let read = Needs::InProgram(RoundRead);
    let write = Needs::InProgram(RoundWrite);
    const ROUND: &str = "/rounds/x";
    vec![
        named("RoundService/ListSupervisionLines", read, ROUND),
        named("RoundService/ReplaceSupervisionLines", write, ROUND),
        named("RoundService/ListParticipants", read, ROUND),
        row("RoundService/AddParticipants", write, |_, program| {
            pb::AddParticipantsRequest {
                round: of(program, ROUND),
                everybody: true,
                ..Default::default()
            }
        }),
        row("RoundService/RemoveParticipants", write, |_, program| {
            pb::RemoveParticipantsRequest {
                round: of(program, ROUND),
                trainee_ids: vec!["x".to_owned()],
                ..Default::default()
            }
        }),
        row("RoundService/GetPreferences", read, |_, program| {
            pb::GetPreferencesRequest {
                round: of(program, ROUND),
                trainee_id: "x".to_owned(),
            }
        }),
        named("RoundService/ListPreferences", read, ROUND),
        row(
            "RoundService/ReplacePreferences",
            write,
            |records, program| pb::ReplacePreferencesRequest {
                round: of(program, ROUND),
                preferences: Some(wishes(records)),
                ..Default::default()
            },
        ),
        row(
            "RoundService/BatchReplacePreferences",
            write,
            |records, program| pb::BatchReplacePreferencesRequest {
                round: of(program, ROUND),
                preferences: vec![wishes(records)],
                ..Default::default()
            },
        ),
        row("RoundService/GetSiteRanking", read, |_, program| {
            pb::GetSiteRankingRequest {
                round: of(program, ROUND),
                site_id: "x".to_owned(),
            }
        }),
        row("RoundService/ReplaceSiteRanking", write, |_, program| {
            pb::ReplaceSiteRankingRequest {
                round: of(program, ROUND),
                site_id: "x".to_owned(),
                ..Default::default()
            }
        }),
    ]
}

pub(super) fn runs_and_plans() -> Vec<Row> {
    let (read, write) = (Needs::InProgram(RunRead), Needs::InProgram(RunWrite));
    let plan = Needs::InProgram(PlanRead);
    const PLAN: &str = "/plans/x";
    vec![
        named("RunService/StartRun", write, "/rounds/x"),
        named("RunService/ForkRun", write, "/runs/x"),
        named("RunService/GetRun", read, "/runs/x"),
        named("RunService/ListRuns", read, ""),
        named("RunService/CancelRun", write, "/runs/x"),
        named("RunService/WatchRun", read, "/runs/x"),
        named("PlanService/GetPlan", plan, PLAN),
        named("PlanService/ListPlacements", plan, PLAN),
        named("PlanService/ListSessions", plan, PLAN),
        named("PlanService/ListUnmatched", plan, PLAN),
        named("PlanService/AuditStability", plan, PLAN),
        row("PlanService/ComparePlans", plan, |_, program| {
            pb::ComparePlansRequest {
                baseline: of(program, PLAN),
                plan: of(program, "/plans/y"),
            }
        }),
        row("PlanService/ExplainTrainee", plan, |_, program| {
            pb::ExplainTraineeRequest {
                plan: of(program, PLAN),
                trainee_id: "x".to_owned(),
                ..Default::default()
            }
        }),
        row("PlanService/ExportPlan", plan, |_, program| {
            pb::ExportPlanRequest {
                name: of(program, PLAN),
                format: pb::PlanFormat::Csv.into(),
            }
        }),
    ]
}
