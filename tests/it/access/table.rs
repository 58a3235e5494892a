//! Every method of the contract with the permission that it needs, and a
//! request that is well formed. A method that is missing here fails the test.

use practicum::domain::Permission::{
    self, AccessWrite, AuditRead, PlanRead, RosterRead, RosterWrite, RoundRead, RoundWrite,
    RunRead, RunWrite,
};
use practicum::grpc::pb;
use prost::Message;

use crate::support::service::import_messages;

/// What a caller of a method needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Needs {
    /// Nothing, not even a key.
    Nothing,
    /// A key; what is answered is what the caller may see.
    AnyRole,
    /// A permission in the program of the request.
    InProgram(Permission),
    /// Two, of which the first is looked at first.
    Both(Permission, Permission),
    /// A permission in every program, whatever the request names.
    Everywhere(Permission),
}

/// Records of one program as the service tells them, for requests that carry
/// whole records.
pub(super) struct Records {
    pub(super) files: Vec<(String, Vec<u8>)>,
    pub(super) site: pb::Site,
    pub(super) supervisor: pb::Supervisor,
    pub(super) trainee: pb::Trainee,
    pub(super) round: pb::Round,
}

type Ask = Box<dyn Fn(&Records, &str) -> Vec<Vec<u8>>>;

/// A method.
pub(super) struct Row {
    /// Such as `SiteService/GetSite`.
    pub(super) method: &'static str,
    pub(super) needs: Needs,
    /// Returns the messages of a request about a program.
    pub(super) ask: Ask,
}

fn row<M: Message + 'static>(
    method: &'static str,
    needs: Needs,
    ask: impl Fn(&Records, &str) -> M + 'static,
) -> Row {
    Row {
        method,
        needs,
        ask: Box::new(move |records, program| vec![ask(records, program).encode_to_vec()]),
    }
}

/// A method whose request holds one name, in a field of the same number 1.
fn named(method: &'static str, needs: Needs, rest: &'static str) -> Row {
    row(method, needs, move |_, program| pb::GetProgramRequest {
        name: of(program, rest),
    })
}

/// Returns the name of something in a program.
fn of(program: &str, rest: &str) -> String {
    format!("programs/{program}{rest}")
}

/// Returns the name of a record in another program.
fn moved(name: &str, program: &str) -> String {
    let rest = name.strip_prefix("programs/").unwrap();
    let (_, rest) = rest.split_once('/').unwrap();
    of(program, &format!("/{rest}"))
}

fn last(name: &str) -> String {
    name.rsplit('/').next().unwrap().to_owned()
}

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

fn site(records: &Records, program: &str) -> pb::Site {
    pb::Site {
        name: moved(&records.site.name, program),
        etag: String::new(),
        ..records.site.clone()
    }
}

fn supervisor(records: &Records, program: &str) -> pb::Supervisor {
    pb::Supervisor {
        name: moved(&records.supervisor.name, program),
        etag: String::new(),
        ..records.supervisor.clone()
    }
}

fn trainee(records: &Records, program: &str) -> pb::Trainee {
    pb::Trainee {
        name: moved(&records.trainee.name, program),
        etag: String::new(),
        ..records.trainee.clone()
    }
}

fn round(records: &Records, program: &str) -> pb::Round {
    pb::Round {
        name: moved(&records.round.name, program),
        etag: String::new(),
        ..records.round.clone()
    }
}

fn program_message(program: &str) -> Option<pb::Program> {
    Some(pb::Program {
        name: of(program, ""),
        display_name: "Elsewhere".to_owned(),
        time_zone: "UTC".to_owned(),
        ..Default::default()
    })
}

fn viewer(name: String) -> Option<pb::User> {
    Some(pb::User {
        name,
        role: pb::AccessRole::Viewer.into(),
        ..Default::default()
    })
}

/// Returns every method.
pub(super) fn rows() -> Vec<Row> {
    let mut rows = Vec::new();
    rows.extend(open());
    rows.extend(access());
    rows.extend(programs_and_audit());
    rows.extend(people());
    rows.extend(rosters());
    rows.extend(rounds());
    rows.extend(round_parts());
    rows.extend(runs_and_plans());
    rows
}

fn open() -> Vec<Row> {
    let nothing = |method| {
        row(method, Needs::Nothing, |_, _| {
            pb::GetProgramRequest::default()
        })
    };
    vec![
        nothing("grpc.health.v1.Health/Check"),
        nothing("grpc.health.v1.Health/Watch"),
        nothing("grpc.reflection.v1.ServerReflection/ServerReflectionInfo"),
        nothing("grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo"),
    ]
}

/// The users of a program, and with an empty program those of every program.
fn access() -> Vec<Row> {
    const USER: &str = "/users/somebody";
    const KEY: &str = "/users/somebody/keys/0198c0de-0000-7000-8000-000000000000";
    let needs = Needs::InProgram(AccessWrite);
    let mut rows = vec![
        named("AccessService/GetUser", needs, USER),
        named("AccessService/ListUsers", needs, ""),
        row("AccessService/CreateUser", needs, |_, program| {
            pb::CreateUserRequest {
                parent: of(program, ""),
                user: viewer(String::new()),
                ..Default::default()
            }
        }),
        row("AccessService/UpdateUser", needs, |_, program| {
            pb::UpdateUserRequest {
                user: viewer(of(program, USER)),
                ..Default::default()
            }
        }),
        named("AccessService/RevokeUser", needs, USER),
        named("AccessService/CreateApiKey", needs, USER),
        named("AccessService/ListApiKeys", needs, USER),
        named("AccessService/RevokeApiKey", needs, KEY),
    ];
    let needs = Needs::Everywhere(AccessWrite);
    let plain = |method, name: &'static str| {
        row(method, needs, move |_, _| pb::GetProgramRequest {
            name: name.trim_start_matches('/').to_owned(),
        })
    };
    rows.extend([
        plain("AccessService/GetUser", USER),
        plain("AccessService/ListUsers", ""),
        row("AccessService/CreateUser", needs, |_, _| {
            pb::CreateUserRequest {
                user: viewer(String::new()),
                ..Default::default()
            }
        }),
        row("AccessService/UpdateUser", needs, |_, _| {
            pb::UpdateUserRequest {
                user: viewer("users/somebody".to_owned()),
                ..Default::default()
            }
        }),
        plain("AccessService/RevokeUser", USER),
        plain("AccessService/CreateApiKey", USER),
        plain("AccessService/ListApiKeys", USER),
        plain("AccessService/RevokeApiKey", KEY),
    ]);
    rows
}

fn programs_and_audit() -> Vec<Row> {
    let audit = Needs::InProgram(AuditRead);
    let everywhere = |method| {
        let needs = Needs::Everywhere(AuditRead);
        row(method, needs, |_, _| pb::VerifyChainRequest::default())
    };
    vec![
        named("AuditService/ListEvents", audit, ""),
        named("AuditService/VerifyChain", audit, ""),
        everywhere("AuditService/ListEvents"),
        everywhere("AuditService/VerifyChain"),
        named(
            "ProgramService/GetProgram",
            Needs::InProgram(RosterRead),
            "",
        ),
        row("ProgramService/ListPrograms", Needs::AnyRole, |_, _| {
            pb::ListProgramsRequest::default()
        }),
        row(
            "ProgramService/CreateProgram",
            Needs::Everywhere(AccessWrite),
            |_, program| pb::CreateProgramRequest {
                program_id: format!("{program}-new"),
                program: program_message(program),
                ..Default::default()
            },
        ),
        row(
            "ProgramService/UpdateProgram",
            Needs::Both(RosterRead, AccessWrite),
            |_, program| pb::UpdateProgramRequest {
                program: program_message(program),
                ..Default::default()
            },
        ),
    ]
}

fn people() -> Vec<Row> {
    let read = Needs::InProgram(RosterRead);
    let write = Needs::InProgram(RosterWrite);
    let update = Needs::Both(RosterRead, RosterWrite);
    macro_rules! kind {
        ($rows:ident, $one:ident, $collection:literal, $service:literal, $One:literal, $Many:literal,
            $create:ident $id:ident, $update:ident, $batch:ident $many:ident) => {
            $rows.extend([
                named(
                    concat!($service, "/Get", $One),
                    read,
                    concat!("/", $collection, "/x"),
                ),
                named(concat!($service, "/List", $Many), read, ""),
                named(
                    concat!($service, "/Delete", $One),
                    write,
                    concat!("/", $collection, "/x"),
                ),
                row(
                    concat!($service, "/Create", $One),
                    write,
                    |records, program| pb::$create {
                        parent: of(program, ""),
                        $one: Some($one(records, program)),
                        $id: String::new(),
                        request_id: String::new(),
                    },
                ),
                row(
                    concat!($service, "/Update", $One),
                    update,
                    |records, program| pb::$update {
                        $one: Some($one(records, program)),
                        ..Default::default()
                    },
                ),
                row(
                    concat!($service, "/BatchUpsert", $Many),
                    write,
                    |records, program| pb::$batch {
                        parent: of(program, ""),
                        $many: vec![$one(records, program)],
                        ..Default::default()
                    },
                ),
            ]);
        };
    }
    let mut rows = vec![
        named(
            "AvailabilityService/GetAvailability",
            read,
            "/trainees/x/availability",
        ),
        row(
            "AvailabilityService/ReplaceAvailability",
            write,
            |_, program| pb::ReplaceAvailabilityRequest {
                availability: Some(pb::Availability {
                    name: of(program, "/trainees/x/availability"),
                    ..Default::default()
                }),
                ..Default::default()
            },
        ),
        named("ExclusionService/GetExclusions", read, "/trainees/x"),
        named("ExclusionService/ReplaceExclusions", write, "/trainees/x"),
        named("RequirementService/GetRequirements", read, "/trainees/x"),
        named(
            "RequirementService/ReplaceRequirements",
            write,
            "/trainees/x",
        ),
    ];
    kind!(rows, site, "sites", "SiteService", "Site", "Sites",
        CreateSiteRequest site_id, UpdateSiteRequest, BatchUpsertSitesRequest sites);
    kind!(rows, supervisor, "supervisors", "SupervisorService", "Supervisor", "Supervisors",
        CreateSupervisorRequest supervisor_id, UpdateSupervisorRequest,
        BatchUpsertSupervisorsRequest supervisors);
    kind!(rows, trainee, "trainees", "TraineeService", "Trainee", "Trainees",
        CreateTraineeRequest trainee_id, UpdateTraineeRequest, BatchUpsertTraineesRequest trainees);
    rows
}

fn rosters() -> Vec<Row> {
    let import = |records: &Records, program: &str| {
        let header = pb::ImportRosterHeader {
            parent: of(program, ""),
            mode: pb::ImportMode::Upsert.into(),
            ..Default::default()
        };
        let mut files = records.files.clone();
        for (name, contents) in &mut files {
            if name == "program.toml" {
                let text = String::from_utf8(contents.clone()).unwrap();
                let own = format!("id = \"{program}\"");
                *contents = text.replace("id = \"clinic-12\"", &own).into_bytes();
            }
        }
        let messages = import_messages(header, &files).into_iter();
        messages.map(|message| message.encode_to_vec()).collect()
    };
    vec![
        Row {
            method: "RosterService/ImportRoster",
            needs: Needs::InProgram(RosterWrite),
            ask: Box::new(import),
        },
        named(
            "RosterService/ExportRoster",
            Needs::InProgram(RosterRead),
            "/rounds/x",
        ),
    ]
}

fn rounds() -> Vec<Row> {
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

fn round_parts() -> Vec<Row> {
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

fn runs_and_plans() -> Vec<Row> {
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
