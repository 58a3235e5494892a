//! Every method of the contract with the permission that it needs, and a
//! request that is well formed. A method that is missing here fails the test.

mod people;
mod rounds;

use practicum::domain::Permission::{self, AccessWrite, AuditRead, RosterRead};
use practicum::grpc::pb;
use prost::Message;

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
    /// A permission in the program of the request, or to be the supervisor whom
    /// the request is about; another supervisor is told that there is none.
    OwnOr(Permission),
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

type Ask = Box<dyn Fn(&Records, &str) -> Vec<Vec<u8>> + Send + Sync>;

/// A method.
pub(super) struct Row {
    /// Such as `SiteService/GetSite`.
    pub(super) method: &'static str,
    pub(super) needs: Needs,
    /// Returns the messages of a request about a program.
    pub(super) ask: Ask,
}

pub(super) fn row<M: Message + 'static>(
    method: &'static str,
    needs: Needs,
    ask: impl Fn(&Records, &str) -> M + Send + Sync + 'static,
) -> Row {
    Row {
        method,
        needs,
        ask: Box::new(move |records, program| vec![ask(records, program).encode_to_vec()]),
    }
}

/// A method whose request holds one name, in a field of the same number 1.
pub(super) fn named(method: &'static str, needs: Needs, rest: &'static str) -> Row {
    row(method, needs, move |_, program| pb::GetProgramRequest {
        name: of(program, rest),
    })
}

/// Returns the name of something in a program.
pub(super) fn of(program: &str, rest: &str) -> String {
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
    rows.extend(people::people());
    rows.extend(people::rosters());
    rows.extend(rounds::rounds());
    rows.extend(rounds::round_parts());
    rows.extend(rounds::runs_and_plans());
    rows.extend(super::analysis::rows());
    rows.extend(super::published::rows());
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
