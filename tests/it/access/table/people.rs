//! People and sites, what belongs to them, and whole rosters.

use practicum::domain::Permission::{RosterRead, RosterWrite};
use practicum::grpc::pb;
use prost::Message;

use super::{Needs, Records, Row, moved, named, of, row};
use crate::support::service::import_messages;

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

#[expect(clippy::too_many_lines, reason = "one entry for each method")]
pub(super) fn people() -> Vec<Row> {
    let read = Needs::InProgram(RosterRead);
    let write = Needs::InProgram(RosterWrite);
    let update = Needs::Both(RosterRead, RosterWrite);
    // Of a trainee, so that no caller is the owner.
    let own = Needs::OwnOr(RosterRead);
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
        row("AvailabilityService/PreviewWeek", own, |_, program| {
            pb::PreviewWeekRequest {
                name: of(program, "/trainees/x/availability"),
                day: Some(pb::Date {
                    year: 2027,
                    month: 3,
                    day: 8,
                }),
                time_zone: String::new(),
            }
        }),
        row(
            "AvailabilityService/ReplaceAvailability",
            update,
            |records, program| pb::ReplaceAvailabilityRequest {
                availability: Some(pb::Availability {
                    name: format!("{}/availability", trainee(records, program).name),
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

pub(super) fn rosters() -> Vec<Row> {
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
