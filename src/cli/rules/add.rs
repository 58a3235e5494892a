//! `practicum rules add` and `practicum rules remove`.

use std::path::Path;
use std::process::ExitCode;

use crate::app::RuleSetOrigin;
use crate::cli::database::rule_sets::{self, Add, Remove};
use crate::cli::{Failure, output};
use crate::domain::rule_set::words;
use crate::roster::shipped_rule_set;

pub(super) fn add(args: &Add, tzdir: Option<&Path>) -> Result<ExitCode, Failure> {
    let known = rule_sets::add(args, tzdir)?;
    let set = &known.set;
    let version = match &known.origin {
        RuleSetOrigin::Program(version) => format!(", version {}", version.version),
        RuleSetOrigin::Shipped | RuleSetOrigin::Kept(_) => String::new(),
    };
    output::line(&format!(
        "the program has the rule set {}{version}: {}; {}",
        set.key,
        set.title,
        words::in_force(set)
    ));
    if shipped_rule_set(&set.key).is_some() {
        output::line("it stands in the place of the shipped one of that id");
    }
    output::line(&format!("next: practicum round rules {}", set.key));
    Ok(ExitCode::SUCCESS)
}

pub(super) fn remove(args: &Remove, tzdir: Option<&Path>) -> Result<ExitCode, Failure> {
    let key = rule_sets::remove(args, tzdir)?;
    output::line(&format!("the program has no rule set {key} of its own now"));
    if shipped_rule_set(&key).is_some() {
        output::line("the shipped one of that id is known again");
    }
    Ok(ExitCode::SUCCESS)
}
