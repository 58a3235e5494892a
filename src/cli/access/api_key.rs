//! `practicum api-key`.

use std::path::Path;
use std::process::ExitCode;

use secrecy::ExposeSecret;
use serde_json::{Value, json};
use uuid::Uuid;

use super::{named, realms};
use crate::app::{Clock, IssuedKey, SystemClock};
use crate::cli::database::{Absent, Database, Open, every_page, failure};
use crate::cli::{Failure, output};
use crate::domain::time::UtcSecond;
use crate::domain::{ApiKey, ProgramKey, Realm, UserName};

/// Seconds of a day.
const DAY: i64 = 24 * 3600;

#[derive(Debug, clap::Subcommand)]
pub(in crate::cli) enum ApiKeyCommand {
    /// Make a key for a user, and show it this once.
    Create(Create),
    /// List keys, without what is secret of them.
    List(List),
    /// Revoke a key for good.
    Revoke(Revoke),
}

/// Options of `api-key create`.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
The key alone is written to standard output, so that it can go straight into a
file or a secret store:

  practicum api-key create --user north/ada > ada.key

The database keeps a hash, so that nobody can ever read the key again; where it
is lost, revoke it and make another. A caller sends it with every call in the
header `authorization: Bearer KEY`.")]
pub(in crate::cli) struct Create {
    #[command(flatten)]
    database: Database,
    /// The user as `practicum user list` writes it, such as north/ada.
    #[arg(long, value_name = "NAME")]
    user: UserName,
    /// The program of the user, where the name does not say it.
    #[arg(long, value_name = "KEY")]
    program: Option<ProgramKey>,
    /// Days after which the key no longer holds; it holds until it is revoked
    /// when left out.
    #[arg(long, value_name = "DAYS", value_parser = clap::value_parser!(i64).range(1..=3650))]
    expires_in_days: Option<i64>,
    /// Write JSON for programs, with the key.
    #[arg(long)]
    json: bool,
}

/// Options of `api-key list`.
#[derive(Debug, clap::Args)]
pub(in crate::cli) struct List {
    #[command(flatten)]
    database: Database,
    /// Only the keys of this user.
    #[arg(long, value_name = "NAME")]
    user: Option<UserName>,
    /// Only the keys of users of this program.
    #[arg(long, value_name = "KEY")]
    program: Option<ProgramKey>,
    /// Write JSON for programs.
    #[arg(long)]
    json: bool,
}

/// Options of `api-key revoke`.
#[derive(Debug, clap::Args)]
#[command(after_help = "A running server refuses the key within 3 seconds.")]
pub(in crate::cli) struct Revoke {
    #[command(flatten)]
    database: Database,
    /// Identifier of the key, as `practicum api-key list` writes it.
    id: Uuid,
}

pub(in crate::cli) fn run(
    command: &ApiKeyCommand,
    tzdir: Option<&Path>,
) -> Result<ExitCode, Failure> {
    let done = match command {
        ApiKeyCommand::Create(args) => {
            let user = named(&args.user, args.program.as_ref())?;
            args.database.with(tzdir, Absent::Refuse, async |open| {
                create(open, args, &user).await
            })
        }
        ApiKeyCommand::List(args) => {
            let user = args
                .user
                .as_ref()
                .map(|user| named(user, args.program.as_ref()))
                .transpose()?;
            args.database.with(tzdir, Absent::Refuse, async |open| {
                list(open, args, user.as_ref()).await
            })
        }
        ApiKeyCommand::Revoke(args) => args.database.with(tzdir, Absent::Refuse, async |open| {
            revoke(open, args.id).await
        }),
    };
    done.map(|()| ExitCode::SUCCESS)
}

async fn create(open: &Open, args: &Create, user: &UserName) -> Result<(), Failure> {
    let days = args.expires_in_days;
    let expires_at = days.map(|days| UtcSecond(SystemClock.now().0 + days * DAY));
    let issued = open.app.create_api_key(&open.actor, user, expires_at).await;
    let IssuedKey { key, text } = issued.map_err(failure)?;
    if args.json {
        let mut written = as_json(&user.realm, &key, SystemClock.now());
        written["key"] = json!(text.expose_secret());
        output::line(&format!("{written:#}"));
    } else {
        output::line(text.expose_secret());
    }
    let end = match key.expires_at {
        None => "holds until it is revoked".to_owned(),
        Some(end) => format!("holds until {end}"),
    };
    output::error_line(&format!(
        "the key of {user} is shown this once; keep it where only its holder can read it; it {end}"
    ));
    Ok(())
}

/// Returns the keys of a user, or of all users of some realms.
async fn keys(
    open: &Open,
    program: Option<&ProgramKey>,
    user: Option<&UserName>,
) -> Result<Vec<(Realm, ApiKey)>, Failure> {
    let realms = match user {
        Some(user) => vec![user.realm.clone()],
        None => realms(open, program).await?,
    };
    let mut keys = Vec::new();
    for realm in realms {
        let key = user.map(|user| &user.key);
        let found = every_page(async |page| {
            let (app, actor) = (&open.app, &open.actor);
            app.list_api_keys(actor, &realm, key, &page).await
        });
        keys.extend(found.await?.into_iter().map(|key| (realm.clone(), key)));
    }
    Ok(keys)
}

async fn list(open: &Open, args: &List, user: Option<&UserName>) -> Result<(), Failure> {
    let keys = keys(open, args.program.as_ref(), user).await?;
    let now = SystemClock.now();
    if args.json {
        let keys: Vec<Value> = keys
            .iter()
            .map(|(realm, key)| as_json(realm, key, now))
            .collect();
        output::line(&format!("{:#}", json!({ "keys": keys })));
        return Ok(());
    }
    if keys.is_empty() {
        output::line("there is no key; `practicum api-key create` makes one");
    }
    for (realm, key) in &keys {
        let state = match (key.revoked_at, key.expires_at) {
            (Some(at), _) => format!("revoked {at}"),
            (None, Some(end)) if end <= now => format!("over since {end}"),
            (None, Some(end)) => format!("holds until {end}"),
            (None, None) => "holds until it is revoked".to_owned(),
        };
        let user = user_of(realm, key);
        output::line(&format!("{}  {user}  {state}", key.id));
    }
    Ok(())
}

async fn revoke(open: &Open, id: Uuid) -> Result<(), Failure> {
    let found = keys(open, None, None).await?.into_iter();
    let Some((realm, key)) = found.into_iter().find(|(_, key)| key.id == id) else {
        return Err(Failure::Invalid(format!("there is no API key {id}")));
    };
    let user = user_of(&realm, &key);
    let revoked = open.app.revoke_api_key(&open.actor, &user, id).await;
    revoked.map_err(failure)?;
    output::line(&format!("the key {id} of {user} no longer holds"));
    Ok(())
}

fn user_of(realm: &Realm, key: &ApiKey) -> UserName {
    UserName {
        realm: realm.clone(),
        key: key.user.clone(),
    }
}

fn as_json(realm: &Realm, key: &ApiKey, now: UtcSecond) -> Value {
    let is_over = key.expires_at.is_some_and(|end| end <= now);
    json!({
        "id": key.id.to_string(),
        "user": user_of(realm, key).to_string(),
        "created_at": key.created_at.to_string(),
        "expires_at": key.expires_at.map(|at| at.to_string()),
        "revoked_at": key.revoked_at.map(|at| at.to_string()),
        "holds": !is_over && key.revoked_at.is_none(),
    })
}
