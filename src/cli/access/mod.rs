//! `practicum user` and `practicum api-key`: who may call the service. They
//! work on the database itself, as its operator.

mod api_key;
mod user;

pub(super) use api_key::{ApiKeyCommand, run as run_api_key};
pub(super) use user::{UserCommand, run as run_user};

use super::Failure;
use super::database::{Open, every_page};
use crate::domain::{ProgramKey, Realm, UserName};

/// Returns the user that an argument and `--program` name together.
fn named(user: &UserName, program: Option<&ProgramKey>) -> Result<UserName, Failure> {
    match (&user.realm, program) {
        (_, None) => Ok(user.clone()),
        (Realm::EveryProgram, Some(program)) => Ok(UserName {
            realm: Realm::Program(program.clone()),
            key: user.key.clone(),
        }),
        (Realm::Program(own), Some(program)) if own == program => Ok(user.clone()),
        (Realm::Program(own), Some(program)) => Err(Failure::Usage(format!(
            "{user} is a user of the program {own}, and --program says {program}"
        ))),
    }
}

/// Returns the realms that a list is about: that of a program, or all.
async fn realms(open: &Open, program: Option<&ProgramKey>) -> Result<Vec<Realm>, Failure> {
    if let Some(program) = program {
        return Ok(vec![Realm::Program(program.clone())]);
    }
    let programs = every_page(async |page| open.app.list_programs(&open.actor, &page).await);
    let programs = programs.await?.into_iter();
    let each = programs.map(|program| Realm::Program(program.value.key));
    Ok([Realm::EveryProgram].into_iter().chain(each).collect())
}
