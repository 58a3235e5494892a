//! Every method of the contract, as each role calls it, in the own program and
//! in one of others. The methods come from the service itself by reflection:
//! one that `table` does not classify fails the test.
//!
//! Seen to fail: without `check_may_see` in `Actor::check` a foreign program is
//! told apart from a missing one; with `RosterRead` instead of `RosterWrite` in
//! `App::batch` a viewer writes.

use std::collections::BTreeSet;

use practicum::app::{Actor, Permission, role_has};
use practicum::domain::{AccessRole, ListRequest};
use practicum::grpc::pb;
use tonic::{Code, Status};
use tonic_types::StatusExt;

use super::callers::signed_up;
use super::table::{Needs, Records, Row, rows};
use crate::grpc::runs::imported;
use crate::mutation::call::call;
use crate::mutation::contract::{Contract, Method};
use crate::support::service::{Service, reason, roster_files, served_by_both};

served_by_both!(
    every_method_asks_each_role_for_its_permission,
    lists_hold_only_programs_that_the_caller_may_read,
);

/// The program in which the roles hold.
const OWN: &str = "clinic-12";
/// A program of others.
const FOREIGN: &str = "south";
/// A key that no program has.
const MISSING: &str = "nowhere";

/// A user, with the program in which the role holds: `None` for every program.
struct Caller {
    key: String,
    role: AccessRole,
    is_everywhere: bool,
}

impl Caller {
    fn has(&self, permission: Permission) -> bool {
        role_has(&self.role, permission)
    }

    /// Says whether the role holds in a program.
    fn sees(&self, program: &str) -> bool {
        self.is_everywhere || program == OWN
    }
}

/// Returns users of all roles in the own program, partners with one scope
/// each among them, and of all that may hold in every program.
async fn callers(service: &Service) -> Vec<Caller> {
    let (operator, own) = (Actor::operator(), OWN.parse().unwrap());
    let all = ListRequest::largest();
    let found = service.app.list_supervisors(&operator, &own, &all).await;
    let supervisor = found.unwrap().items[0].value.key.clone();
    let scopes = Permission::ALL.into_iter().filter(|one| one.is_scope());
    let mut roles: Vec<AccessRole> = scopes
        .map(|scope| AccessRole::Partner(BTreeSet::from([scope])))
        .collect();
    roles.extend([
        AccessRole::Partner(BTreeSet::from([
            Permission::RosterRead,
            Permission::RosterWrite,
        ])),
        AccessRole::Admin,
        AccessRole::Coordinator,
        AccessRole::Viewer,
    ]);
    let mut callers = Vec::new();
    for (number, role) in roles.into_iter().enumerate() {
        for is_everywhere in [false, true] {
            let name = format!("{}-{number}", role.word());
            let name = if is_everywhere {
                name
            } else {
                format!("{OWN}/{name}")
            };
            let key = signed_up(&service.app, &name, role.clone()).await;
            callers.push(Caller {
                key,
                role: role.clone(),
                is_everywhere,
            });
        }
    }
    let role = AccessRole::Supervisor(supervisor);
    let key = signed_up(&service.app, &format!("{OWN}/supervisor"), role.clone()).await;
    callers.push(Caller {
        key,
        role,
        is_everywhere: false,
    });
    callers
}

async fn records(service: &Service, round: &str) -> Records {
    let parent = || format!("programs/{OWN}");
    let sites = pb::ListSitesRequest {
        parent: parent(),
        ..Default::default()
    };
    let supervisors = pb::ListSupervisorsRequest {
        parent: parent(),
        ..Default::default()
    };
    let trainees = pb::ListTraineesRequest {
        parent: parent(),
        ..Default::default()
    };
    let name = round.to_owned();
    let request = pb::GetRoundRequest { name };
    let round = service.rounds().get_round(request).await.unwrap();
    let sites = service.sites().list_sites(sites).await.unwrap();
    let supervisors = service.supervisors().list_supervisors(supervisors).await;
    let trainees = service.trainees().list_trainees(trainees).await.unwrap();
    Records {
        files: roster_files(OWN),
        site: sites.into_inner().sites.remove(0),
        supervisor: supervisors.unwrap().into_inner().supervisors.remove(0),
        trainee: trainees.into_inner().trainees.remove(0),
        round: round.into_inner().round.unwrap(),
    }
}

async fn create_program(service: &Service, key: &str) {
    let request = pb::CreateProgramRequest {
        program_id: key.to_owned(),
        program: Some(pb::Program {
            display_name: "South".to_owned(),
            time_zone: "UTC".to_owned(),
            ..Default::default()
        }),
        ..Default::default()
    };
    service.programs().create_program(request).await.unwrap();
}

/// Returns a status in words that differ only where the answers do: the
/// program that was asked for is left out.
fn told(status: &Status, program: &str) -> (Code, String, String) {
    let about = status.get_details_resource_info();
    let about = about.map(|info| format!("{} {}", info.resource_type, info.resource_name));
    (
        status.code(),
        status.message().replace(program, "*"),
        format!("{} {about:?}", reason(status)).replace(program, "*"),
    )
}

fn permission_of(status: &Status) -> String {
    let info = status.get_details_error_info().unwrap();
    info.metadata.get("permission").cloned().unwrap_or_default()
}

/// Returns which permission a caller lacks for a method, in a program that the
/// caller sees.
fn lacks(caller: &Caller, needs: Needs) -> Option<Permission> {
    match needs {
        Needs::Nothing | Needs::AnyRole => None,
        Needs::InProgram(one) => (!caller.has(one)).then_some(one),
        Needs::OwnOr(one) => {
            let is_supervisor = matches!(caller.role, AccessRole::Supervisor(_));
            (!is_supervisor && !caller.has(one)).then_some(one)
        }
        Needs::Both(first, second) => [first, second].into_iter().find(|one| !caller.has(*one)),
        Needs::Everywhere(one) => (!caller.is_everywhere || !caller.has(one)).then_some(one),
    }
}

/// Returns what is wrong with the answer to a caller about a program.
fn fault(
    caller: &Caller,
    row: &Row,
    program: &str,
    answer: &Result<Vec<Vec<u8>>, Status>,
    of_missing: &Result<Vec<Vec<u8>>, Status>,
) -> Option<String> {
    let is_bound = matches!(
        row.needs,
        Needs::InProgram(_) | Needs::Both(..) | Needs::OwnOr(_)
    );
    if is_bound && !caller.sees(program) {
        let (Err(status), Err(missing)) = (answer, of_missing) else {
            return Some(format!("answers {answer:?}"));
        };
        let (told, of_missing) = (told(status, program), told(missing, MISSING));
        let is_hidden = told.0 == Code::NotFound && told == of_missing;
        return (!is_hidden).then(|| format!("{told:?} is not as {of_missing:?}"));
    }
    if let Some(permission) = lacks(caller, row.needs) {
        let is_forbidden = answer.as_ref().is_err_and(|status| {
            status.code() == Code::PermissionDenied
                && reason(status) == "FORBIDDEN"
                && permission_of(status) == permission.as_str()
        });
        return (!is_forbidden).then(|| format!("is not refused for {permission}: {answer:?}"));
    }
    let Err(status) = answer else {
        return None;
    };
    let is_shut_out = [Code::PermissionDenied, Code::Unauthenticated].contains(&status.code());
    let is_malformed = status.code() == Code::InvalidArgument;
    let is_fault = [Code::Internal, Code::Unknown, Code::OutOfRange].contains(&status.code());
    let is_hidden = status.message().contains("no program");
    (is_shut_out || is_malformed || is_fault || is_hidden).then(|| format!("{status:?}"))
}

fn method<'a>(contract: &'a Contract, row: &Row) -> &'a Method {
    let path = match row.method.starts_with("grpc.") {
        true => format!("/{}", row.method),
        false => format!("/practicum.v1.{}", row.method),
    };
    let mut methods = contract.methods.iter();
    let found = methods.find(|method| method.path == path);
    found.unwrap_or_else(|| panic!("{path} is not in the contract"))
}

async fn every_method_asks_each_role_for_its_permission() {
    let (mut service, round, _) = imported(OWN).await;
    // A run that somebody starts here stays queued.
    service.stop_working().await;
    let records = records(&service, &round).await;
    let contract = Contract::reflected(service.channel.clone()).await;
    let rows = rows();
    // The same records again, in the program of others.
    let import = rows
        .iter()
        .find(|row| row.method.ends_with("/ImportRoster"));
    let import = import.unwrap();
    let messages = (import.ask)(&records, FOREIGN);
    let imported = call(&service.channel, method(&contract, import), messages, None).await;
    imported.unwrap();
    let classified: BTreeSet<&str> = rows
        .iter()
        .map(|row| method(&contract, row).path.as_str())
        .collect();
    let all: BTreeSet<&str> = contract
        .methods
        .iter()
        .map(|method| method.path.as_str())
        .collect();
    let unclassified: Vec<_> = all.difference(&classified).collect();
    assert!(
        unclassified.is_empty(),
        "say in tests/it/access/table.rs what these need: {unclassified:?}"
    );
    let callers = callers(&service).await;
    let mut faults = Vec::new();
    let mut asked = 0;
    for row in &rows {
        let method = method(&contract, row);
        let ask = async |program: &str, key: Option<&str>| {
            let messages = (row.ask)(&records, program);
            call(&service.channel, method, messages, key).await
        };
        let without_key = ask(OWN, None).await;
        let is_shut_out = without_key
            .as_ref()
            .is_err_and(|status| status.code() == Code::Unauthenticated);
        if is_shut_out == (row.needs == Needs::Nothing) {
            faults.push(format!("{} without a key: {without_key:?}", row.method));
        }
        if row.needs == Needs::Nothing {
            continue;
        }
        for caller in &callers {
            // Whoever may create programs would create this one.
            let of_missing = match caller.is_everywhere {
                true => Ok(Vec::new()),
                false => ask(MISSING, Some(&caller.key)).await,
            };
            for program in [OWN, FOREIGN] {
                let answer = ask(program, Some(&caller.key)).await;
                asked += 1;
                if let Some(fault) = fault(caller, row, program, &answer, &of_missing) {
                    let (role, everywhere) = (&caller.role, caller.is_everywhere);
                    faults.push(format!(
                        "{} in {program} as {role:?} (everywhere: {everywhere}): {fault}",
                        row.method
                    ));
                }
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    assert!(asked > 1000, "only {asked} calls");
}

async fn lists_hold_only_programs_that_the_caller_may_read() {
    let service = Service::start().await;
    for key in ["east", "north", "south", "west"] {
        create_program(&service, key).await;
    }
    let app = &service.app;
    let north = signed_up(app, "north/ada", AccessRole::Viewer).await;
    let everywhere = signed_up(app, "ada", AccessRole::Viewer).await;
    let scopes = BTreeSet::from([Permission::PlanRead]);
    let plans = signed_up(app, "south/plans", AccessRole::Partner(scopes)).await;
    let listed = async |key: &str, page_size: i32| {
        let mut programs = super::callers::programs(&service.channel, key);
        let mut request = pb::ListProgramsRequest {
            page_size,
            ..Default::default()
        };
        let mut names = Vec::new();
        loop {
            let page = programs.list_programs(request.clone()).await.unwrap();
            let page = page.into_inner();
            let is_last = page.next_page_token.is_empty();
            let full = usize::try_from(page_size).unwrap();
            assert!(is_last || page.programs.len() == full, "a short page");
            names.extend(page.programs.into_iter().map(|program| program.name));
            if is_last {
                return names;
            }
            request.page_token = page.next_page_token;
        }
    };
    let all = [
        "programs/east",
        "programs/north",
        "programs/south",
        "programs/west",
    ];
    for page_size in [1, 2, 3, 50] {
        assert_eq!(listed(&everywhere, page_size).await, all);
        assert_eq!(listed(&north, page_size).await, ["programs/north"]);
        assert!(listed(&plans, page_size).await.is_empty());
    }
}
