//! `practicum user`.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::ExitCode;

use serde_json::{Value, json};

use super::{named, realms};
use crate::app::NewUser;
use crate::cli::database::{Absent, Database, Open, every_page, failure};
use crate::cli::{Failure, output};
use crate::domain::{
    AccessRole, Permission, ProgramKey, Realm, SupervisorKey, User, UserName, Versioned,
};

#[derive(Debug, clap::Subcommand)]
pub(in crate::cli) enum UserCommand {
    /// Create a user; from the first one on, every caller must sign in.
    Create(Create),
    /// List users with their roles.
    List(List),
    /// Shut a user out for good, with all keys.
    Revoke(Revoke),
}

/// Options of `user create`.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Roles:
  admin        everything, users and keys included
  coordinator  everything but programs, users and keys
  partner      another system: what each --scope says, such as roster.write
  supervisor   the own trainees and sessions of one supervisor
  viewer       reads

A role holds in the program of --program, and without it in every program. Who
works in two programs has a user in each. docs/access.md has the permissions of
each role, which are the scopes of a partner.

Examples:
  practicum user create root --role admin
  practicum user create ada --role coordinator --program north
  practicum user create records --role partner --program north \\
      --scope roster.read --scope roster.write
  practicum user create amara --role supervisor --program north --supervisor amara

A user signs in by a key: `practicum api-key create --user NAME`.")]
pub(in crate::cli) struct Create {
    #[command(flatten)]
    database: Database,
    /// Key of the user, such as ada; never given to another user.
    name: UserName,
    /// What the user is.
    #[arg(long, value_name = "ROLE")]
    role: RoleWord,
    /// The program in which the role holds; every program when left out.
    #[arg(long, value_name = "KEY")]
    program: Option<ProgramKey>,
    /// A permission of a partner; may be given several times.
    #[arg(long = "scope", value_name = "SCOPE", value_parser = scope)]
    scopes: Vec<Permission>,
    /// The supervisor that the user is.
    #[arg(long, value_name = "KEY")]
    supervisor: Option<SupervisorKey>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum RoleWord {
    Admin,
    Coordinator,
    Partner,
    Supervisor,
    Viewer,
}

fn scope(text: &str) -> Result<Permission, String> {
    let found: Option<Permission> = text.parse().ok();
    found.filter(|scope| scope.is_scope()).ok_or_else(|| {
        let all = Permission::ALL.into_iter().filter(|one| one.is_scope());
        let all: Vec<&str> = all.map(Permission::as_str).collect();
        format!("scopes are {}", all.join(", "))
    })
}

/// Options of `user list`.
#[derive(Debug, clap::Args)]
pub(in crate::cli) struct List {
    #[command(flatten)]
    database: Database,
    /// Only the users of this program; those of every program and of each
    /// program when left out.
    #[arg(long, value_name = "KEY")]
    program: Option<ProgramKey>,
    /// Write JSON for programs.
    #[arg(long)]
    json: bool,
}

/// Options of `user revoke`.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
The user stays on record, and the name is given to nobody else. A running
server refuses the user within 3 seconds.")]
pub(in crate::cli) struct Revoke {
    #[command(flatten)]
    database: Database,
    /// The user as `practicum user list` writes it, such as north/ada.
    name: UserName,
    /// The program of the user, where the name does not say it.
    #[arg(long, value_name = "KEY")]
    program: Option<ProgramKey>,
}

pub(in crate::cli) fn run(
    command: &UserCommand,
    tzdir: Option<&Path>,
) -> Result<ExitCode, Failure> {
    match command {
        UserCommand::Create(args) => {
            let (name, role) = (named(&args.name, args.program.as_ref())?, role(args)?);
            args.database
                .with(tzdir, Absent::Create, async |open| {
                    create(open, args, name, role).await
                })
                .map(|()| ExitCode::SUCCESS)
        }
        UserCommand::List(args) => args
            .database
            .with(tzdir, Absent::Refuse, async |open| list(open, args).await)
            .map(|()| ExitCode::SUCCESS),
        UserCommand::Revoke(args) => {
            let name = named(&args.name, args.program.as_ref())?;
            args.database
                .with(tzdir, Absent::Refuse, async |open| {
                    let revoked = open.app.revoke_user(&open.actor, &name, None).await;
                    revoked.map_err(failure)?;
                    output::line(&format!("{name} can no longer sign in"));
                    Ok(())
                })
                .map(|()| ExitCode::SUCCESS)
        }
    }
}

/// Returns the role that the options say.
fn role(args: &Create) -> Result<AccessRole, Failure> {
    let usage = |how: &str| Err(Failure::Usage(how.to_owned()));
    if args.role != RoleWord::Partner && !args.scopes.is_empty() {
        return usage("--scope is for --role partner");
    }
    if args.role != RoleWord::Supervisor && args.supervisor.is_some() {
        return usage("--supervisor is for --role supervisor");
    }
    Ok(match (args.role, &args.supervisor) {
        (RoleWord::Admin, _) => AccessRole::Admin,
        (RoleWord::Coordinator, _) => AccessRole::Coordinator,
        (RoleWord::Viewer, _) => AccessRole::Viewer,
        (RoleWord::Partner, _) if args.scopes.is_empty() => {
            return usage("--role partner needs at least one --scope, such as --scope roster.read");
        }
        (RoleWord::Partner, _) => AccessRole::Partner(BTreeSet::from_iter(args.scopes.clone())),
        (RoleWord::Supervisor, None) => {
            return usage("--role supervisor needs --supervisor KEY, and --program KEY");
        }
        (RoleWord::Supervisor, Some(key)) => AccessRole::Supervisor(key.clone()),
    })
}

async fn create(
    open: &Open,
    args: &Create,
    name: UserName,
    role: AccessRole,
) -> Result<(), Failure> {
    let is_first = !open.app.has_user().await.map_err(failure)?;
    let (word, shown) = (role.word(), name.clone());
    let new = NewUser {
        realm: name.realm,
        key: Some(name.key),
        role,
    };
    open.app
        .create_user(&open.actor, new)
        .await
        .map_err(failure)?;
    let place = match &shown.realm {
        Realm::EveryProgram => "of every program".to_owned(),
        Realm::Program(program) => format!("of the program {program}"),
    };
    output::line(&format!("created {shown}, {word} {place}"));
    if is_first {
        output::line("from now on every caller of the service must sign in");
    }
    let (this, option) = (output::program(), args.database.option());
    output::line(&format!(
        "\nTry next:\n  {this} api-key create --user {shown}{option}   makes the key by which the user signs in"
    ));
    Ok(())
}

async fn list(open: &Open, args: &List) -> Result<(), Failure> {
    let mut users = Vec::new();
    for realm in realms(open, args.program.as_ref()).await? {
        let found = every_page(async |page| {
            let (app, actor) = (&open.app, &open.actor);
            app.list_users(actor, &realm, &page).await
        });
        users.extend(found.await?.into_iter().map(|user| (realm.clone(), user)));
    }
    if args.json {
        let users: Vec<Value> = users
            .iter()
            .map(|(realm, user)| as_json(realm, user))
            .collect();
        output::line(&format!("{:#}", json!({ "users": users })));
        return Ok(());
    }
    if users.is_empty() {
        output::line("there is no user; `practicum user create` makes one");
    }
    for (realm, user) in &users {
        output::line(&line(realm, &user.value));
    }
    Ok(())
}

fn name_of(realm: &Realm, user: &User) -> UserName {
    UserName {
        realm: realm.clone(),
        key: user.key.clone(),
    }
}

fn line(realm: &Realm, user: &User) -> String {
    let about = match &user.role {
        AccessRole::Partner(scopes) => {
            let scopes: Vec<&str> = scopes.iter().map(|scope| scope.as_str()).collect();
            format!(" ({})", scopes.join(", "))
        }
        AccessRole::Supervisor(key) => format!(" ({key})"),
        AccessRole::Admin | AccessRole::Coordinator | AccessRole::Viewer => String::new(),
    };
    let revoked = user.revoked_at.map(|at| format!(", revoked {at}"));
    format!(
        "{}  {}{about}{}",
        name_of(realm, user),
        user.role.word(),
        revoked.unwrap_or_default()
    )
}

fn as_json(realm: &Realm, user: &Versioned<User>) -> Value {
    let program = match realm {
        Realm::EveryProgram => None,
        Realm::Program(program) => Some(program.as_str()),
    };
    let (mut scopes, mut supervisor) = (Vec::new(), None);
    match &user.value.role {
        AccessRole::Partner(all) => scopes.extend(all.iter().map(|scope| scope.as_str())),
        AccessRole::Supervisor(key) => supervisor = Some(key.as_str()),
        AccessRole::Admin | AccessRole::Coordinator | AccessRole::Viewer => {}
    }
    json!({
        "user": name_of(realm, &user.value).to_string(),
        "program": program,
        "role": user.value.role.word(),
        "scopes": scopes,
        "supervisor": supervisor,
        "created_at": user.created_at.to_string(),
        "revoked_at": user.value.revoked_at.map(|at| at.to_string()),
    })
}
