//! Rule sets in words.

use std::collections::BTreeSet;

use super::{Clause, Credit, Portion, RuleSet, Window};
use crate::domain::{SessionKind, Tag, Thousandths};

/// Returns when a rule set is in force.
pub fn in_force(set: &RuleSet) -> String {
    match (set.effective_from, set.effective_until) {
        (None, None) => "no dates given".to_owned(),
        (Some(from), None) => format!("from {from}"),
        (None, Some(until)) => format!("until {until}"),
        (Some(from), Some(until)) => format!("{from} to {until}"),
    }
}

/// Returns whether somebody compared a rule set with its source.
pub fn verified(set: &RuleSet) -> String {
    set.verified_on.map_or_else(
        || "unverified".to_owned(),
        |day| format!("verified on {day}"),
    )
}

/// Returns to whom a rule set applies.
pub fn applies_to(set: &RuleSet) -> String {
    let to = &set.applies_to;
    let mut parts = Vec::new();
    for (what, tags) in [
        ("level", &to.levels),
        ("jurisdiction", &to.jurisdictions),
        ("setting", &to.settings),
    ] {
        if !tags.is_empty() {
            parts.push(format!("{what} {}", joined(tags)));
        }
    }
    if parts.is_empty() {
        "every trainee".to_owned()
    } else {
        parts.join("; ")
    }
}

fn joined(tags: &BTreeSet<Tag>) -> String {
    let words: Vec<&str> = tags.iter().map(Tag::as_str).collect();
    words.join(" or ")
}

fn kinds(kinds: &BTreeSet<SessionKind>) -> String {
    if kinds.len() == SessionKind::ALL.len() {
        return "supervision".to_owned();
    }
    let words: Vec<&str> = kinds.iter().map(|kind| kind.as_str()).collect();
    format!("{} supervision", words.join(" or "))
}

/// Returns what a clause asks for.
pub fn clause(clause: &Clause) -> String {
    match clause {
        Clause::Units {
            contact_per_unit,
            further_unit_above,
            unit,
            window,
        } => {
            let first = match contact_per_unit {
                Some(per) => format!("one for each started {per} minutes of contact"),
                None => "one where there is contact".to_owned(),
            };
            let further = further_unit_above.map_or_else(String::new, |above| {
                format!(", a further one above {above} minutes of contact")
            });
            format!(
                "units of {unit} credited minutes, {}: {first}{further}",
                over(*window)
            )
        }
        Clause::MinutesMin {
            minutes,
            per,
            window,
            kinds: of,
        } => {
            let averaged = if window == per {
                String::new()
            } else {
                format!(", averaged over the {}", window.as_str())
            };
            format!(
                "at least {minutes} credited minutes of {} a {}{averaged}",
                kinds(of),
                per.as_str()
            )
        }
        Clause::GroupShareMax(share) => {
            format!("groups are at most {share} of the weekly supervision")
        }
        Clause::VideoShareMax(share) => {
            format!("video is at most {share} of the weekly supervision")
        }
        Clause::IndividualShareMin { share, kinds: of } => {
            format!("{} is at least {share} of the weekly minutes", kinds(of))
        }
        Clause::SupervisorsMax(most) => format!("at most {most} supervisors at once"),
        Clause::SupervisorsDistinctMin(least) => {
            format!("at least {least} different supervisors")
        }
        Clause::SuperviseesMax { most, settings } => {
            let whose = if settings.is_empty() {
                String::new()
            } else {
                format!(" placed in the setting {}", joined(settings))
            };
            format!("a supervisor has at most {most} supervisees{whose}")
        }
        Clause::GroupSizeMax(most) => format!("a group has at most {most} members"),
    }
}

fn over(window: Window) -> &'static str {
    match window {
        Window::Week => "in each week",
        Window::Month => "averaged over the month",
        Window::Term => "averaged over the term",
    }
}

/// Returns what supervision counts, a line for everything that does not count
/// in full.
pub fn credit(credit: &Credit) -> Vec<String> {
    let mut lines = Vec::new();
    for (kind, share) in [
        ("individual", credit.individual),
        ("triadic", credit.triadic),
    ] {
        if share != Thousandths::ONE {
            lines.push(format!("a minute of {kind} supervision counts {share}"));
        }
    }
    for group in &credit.groups {
        let counts = match group.portion {
            Portion::Share(share) => format!("counts {share}"),
            Portion::DividedByMembers => "is divided by the number of members".to_owned(),
        };
        lines.push(format!(
            "a minute in a group of {} or more {counts}",
            group.from
        ));
    }
    if credit.session_minutes_min.get() > 0 {
        lines.push(format!(
            "sessions under {} minutes do not count",
            credit.session_minutes_min
        ));
    }
    if !credit.supervisor_credentials.is_empty() {
        let names: Vec<&str> = credit
            .supervisor_credentials
            .iter()
            .map(String::as_str)
            .collect();
        lines.push(format!(
            "only supervisors with the credential {} count",
            names.join(" or ")
        ));
    }
    lines
}
