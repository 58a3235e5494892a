//! `practicum user` and `practicum api-key`, run as an operator runs them, and
//! the server over the same database.

use practicum::grpc::pb;
use tonic::Code;

use crate::support::command::{Ran, practicum};
use crate::support::server::Server;

struct Installation {
    database: String,
    _folder: tempfile::TempDir,
}

impl Installation {
    /// Returns a database with the program of a roster.
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let database = folder.path().join("p.db").display().to_string();
        let installation = Self {
            database,
            _folder: folder,
        };
        let roster = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/rosters/clinic-12");
        installation.ok(&["import", roster]);
        installation
    }

    fn run(&self, arguments: &[&str]) -> Ran {
        practicum(&[arguments, &["--database", &self.database]].concat())
    }

    fn ok(&self, arguments: &[&str]) -> Ran {
        let ran = self.run(arguments);
        assert_eq!(ran.code, 0, "{arguments:?}: {}{}", ran.stdout, ran.stderr);
        ran
    }
}

fn list(server: &Server, key: Option<&str>) -> Result<Vec<String>, Code> {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let request = pb::ListProgramsRequest::default();
        let channel = server.channel();
        let answer = match key {
            Some(key) => {
                let mut programs = super::callers::programs(&channel, key);
                programs.list_programs(request).await
            }
            None => {
                let mut programs = pb::program_service_client::ProgramServiceClient::new(channel);
                programs.list_programs(request).await
            }
        };
        let programs = answer.map_err(|status| status.code())?.into_inner();
        Ok(programs.programs.into_iter().map(|one| one.name).collect())
    })
}

#[test]
fn the_first_user_shuts_the_door_of_a_server_that_runs() {
    let installation = Installation::new();
    let server = Server::start(&installation.database, &[]);
    assert_eq!(list(&server, None).unwrap(), ["programs/clinic-12"]);
    let made = installation.ok(&["user", "create", "root", "--role", "admin"]);
    assert!(made.stdout.contains("must sign in"), "{}", made.stdout);
    assert!(
        made.stdout.contains("api-key create --user root"),
        "{}",
        made.stdout
    );
    let key = installation.ok(&["api-key", "create", "--user", "root"]);
    assert!(key.stderr.contains("shown this once"), "{}", key.stderr);
    // The key is all that stands there, so that it can go into a file.
    let text = key.stdout.trim_end();
    assert!(text.starts_with("prk_") && text.len() == 101, "{text}");
    assert!(!key.stderr.contains(text), "{}", key.stderr);
    assert_eq!(list(&server, Some(text)).unwrap(), ["programs/clinic-12"]);
    std::thread::sleep(std::time::Duration::from_millis(3100));
    assert_eq!(list(&server, None), Err(Code::Unauthenticated));
    let id = &installation.ok(&["api-key", "list", "--json"]).json()["keys"][0];
    assert_eq!(id["holds"], true);
    assert_eq!(id["user"], "root");
    let id = id["id"].as_str().unwrap();
    installation.ok(&["api-key", "revoke", id]);
    std::thread::sleep(std::time::Duration::from_millis(3100));
    assert_eq!(list(&server, Some(text)), Err(Code::Unauthenticated));
    let again = installation.run(&["api-key", "revoke", id]);
    assert_eq!(again.code, 3, "{}", again.stderr);
    assert!(again.stderr.contains("was revoked"), "{}", again.stderr);
    let (_, log) = server.terminate();
    assert!(log.contains("NOBODY HAS TO SIGN IN"), "{log}");
}

#[test]
fn a_server_that_requires_sign_in_says_that_nobody_can_call_yet() {
    let installation = Installation::new();
    let server = Server::start(&installation.database, &["--require-sign-in"]);
    assert_eq!(list(&server, None), Err(Code::Unauthenticated));
    let (_, log) = server.terminate();
    assert!(log.contains("nobody can call yet"), "{log}");
    assert!(!log.contains("NOBODY HAS TO SIGN IN"), "{log}");
}

#[test]
fn users_of_every_role_are_made_listed_and_revoked() {
    let installation = Installation::new();
    let program = ["--program", "clinic-12"];
    let create =
        |arguments: &[&str]| installation.run(&[&["user", "create"], arguments, &program].concat());
    let roster = installation.ok(&["user", "list"]);
    assert!(roster.stdout.contains("there is no user"));
    for role in ["admin", "coordinator", "viewer"] {
        assert_eq!(create(&[role, "--role", role]).code, 0);
    }
    let partner = create(&[
        "records",
        "--role",
        "partner",
        "--scope",
        "roster.read",
        "--scope",
        "roster.write",
    ]);
    assert_eq!(partner.code, 0, "{}", partner.stderr);
    let supervisors = ["--role", "supervisor", "--supervisor"];
    let known = create(&[&["amara"], &supervisors[..], &["sup-0001"]].concat());
    assert_eq!(known.code, 0, "{}", known.stderr);
    let unknown = create(&[&["bo"], &supervisors[..], &["nobody"]].concat());
    assert_eq!(unknown.code, 3, "{}", unknown.stderr);
    assert!(unknown.stderr.contains("supervisor nobody"));
    let listed = installation.ok(&["user", "list"]).stdout;
    for line in [
        "clinic-12/admin  admin",
        "clinic-12/records  partner (roster.read, roster.write)",
        "clinic-12/amara  supervisor (sup-0001)",
    ] {
        assert!(listed.contains(line), "{line}: {listed}");
    }
    let revoked = installation.ok(&["user", "revoke", "clinic-12/viewer"]);
    assert!(revoked.stdout.contains("can no longer sign in"));
    let json = installation.ok(&["user", "list", "--json"]).json();
    let users = json["users"].as_array().unwrap();
    assert_eq!(users.len(), 5);
    let viewer = users.iter().find(|user| user["role"] == "viewer").unwrap();
    assert!(viewer["revoked_at"].is_string());
    let key = installation.run(&["api-key", "create", "--user", "clinic-12/viewer"]);
    assert_eq!(key.code, 3, "{}", key.stderr);
    let taken = create(&["viewer", "--role", "viewer"]);
    assert_eq!(taken.code, 3);
    let ends = installation.ok(&[
        "api-key",
        "create",
        "--user",
        "admin",
        "--program",
        "clinic-12",
        "--expires-in-days",
        "30",
        "--json",
    ]);
    let ends = ends.json();
    assert!(ends["key"].as_str().unwrap().starts_with("prk_"));
    assert!(ends["expires_at"].is_string());
}

#[test]
fn options_that_do_not_go_together_are_told() {
    for (arguments, told) in [
        (&["ada", "--role", "boss"][..], "coordinator"),
        (&["ada", "--role", "partner"], "at least one --scope"),
        (
            &["ada", "--role", "partner", "--scope", "access.write"],
            "scopes are roster.read",
        ),
        (
            &["ada", "--role", "viewer", "--scope", "run.read"],
            "is for",
        ),
        (&["ada", "--role", "supervisor"], "--supervisor KEY"),
        (
            &["north/ada", "--role", "viewer", "--program", "south"],
            "of the program north",
        ),
        (&["-ada", "--role", "viewer"], "-a"),
        (&["a b", "--role", "viewer"], "1 to 63"),
    ] {
        let ran = practicum(&[&["user", "create", "--database", "unused.db"], arguments].concat());
        assert_eq!(ran.code, 2, "{arguments:?}: {}", ran.stderr);
        assert!(ran.stderr.contains(told), "{arguments:?}: {}", ran.stderr);
    }
    assert!(!std::path::Path::new("unused.db").exists());
}
