//! The options of dates and policy, read all at once: each wrong one is named.

use chrono::NaiveDate;

use crate::cli::Failure;
use crate::domain;
use crate::domain::limits::{MISSED_MOST, STEP_MOST, is_name};
use crate::domain::{
    BlockingPairs, DayRange, Key, MAX_TERM_DAYS, Minutes, QUARTER_HOUR, Ratio, Round, Thousandths,
    UnrankedSites, calendar_day,
};

/// Dates and policy of a round.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Dates and policy")]
pub(super) struct Policy {
    /// Name shown to people [default: the key].
    #[arg(long, value_name = "TEXT")]
    display_name: Option<String>,
    /// First local day of the term, as YYYY-MM-DD.
    #[arg(long, value_name = "DAY")]
    first_day: String,
    /// Last local day of the term; at most 800 days.
    #[arg(long, value_name = "DAY")]
    last_day: String,
    /// Sessions start at multiples of this after local midnight; a multiple of
    /// 15 [default: 15].
    #[arg(long, value_name = "MINUTES")]
    session_start_step: Option<u32>,
    /// Most occurrences of a weekly session that a person may miss in the term
    /// [default: 0].
    #[arg(long, value_name = "COUNT")]
    missed_sessions_max: Option<u32>,
    /// What happens to sites that a trainee did not rank [default: forbidden].
    #[arg(long, value_enum)]
    unranked_sites: Option<Unranked>,
    /// Whether a trainee may not be placed where an excluded supervisor works
    /// [default: true].
    #[arg(long, value_name = "BOOL")]
    excluded_supervisor_closes_sites: Option<bool>,
    /// Most weekly minutes of contact for each credited minute of supervision,
    /// such as 10; no limit where it is not given.
    #[arg(long, value_name = "NUMBER", requires = "group_credit")]
    contact_per_supervision_max: Option<Thousandths>,
    /// What a minute of group supervision counts for that, such as 0.5.
    #[arg(long, value_name = "NUMBER", requires = "contact_per_supervision_max")]
    group_credit: Option<Thousandths>,
    /// What plans are compared by, first things first: names of objectives
    /// with semicolons between them; docs/roster-format.md has them all
    /// [default: `matched_priority;matched;contact_short_minutes;site_rank`].
    #[arg(long, value_name = "NAMES")]
    levels: Option<domain::Policy>,
    /// Whether a trainee and a site may both rather have each other than what
    /// the plan gives them [default: allowed].
    #[arg(long, value_enum)]
    blocking_pairs: Option<Blocking>,
}

#[derive(Clone, Copy, Debug, clap::ValueEnum)]
enum Blocking {
    /// They may; `audit` names them.
    Allowed,
    /// No plan may have such a pair.
    Forbidden,
}

#[derive(Clone, Copy, Debug, clap::ValueEnum)]
enum Unranked {
    /// The trainee cannot be placed there.
    Forbidden,
    /// They rank one below the trainee's last choice.
    Last,
}

/// Holds a line for each wrong option.
#[derive(Default)]
struct Wrong(Vec<String>);

impl Wrong {
    fn add(&mut self, option: &str, found: impl std::fmt::Display, wanted: &str) {
        self.0
            .push(format!("  {option} '{found}': wanted is {wanted}"));
    }

    fn day(&mut self, option: &str, text: &str) -> Option<NaiveDate> {
        let day = calendar_day(text);
        if day.is_none() {
            let wanted = "a day written as YYYY-MM-DD, in the years 1970 to 2199";
            self.add(option, text, wanted);
        }
        day
    }
}

impl Policy {
    /// Returns the round that the options tell; what they leave open is that
    /// of another round, or the default.
    pub(super) fn round(&self, key: &Key, like: Option<&Round>) -> Result<Round, Failure> {
        let mut wrong = Wrong::default();
        let name = self.name(key, &mut wrong);
        let term = self.term(&mut wrong);
        let step = self.step(&mut wrong);
        if let Some(missed) = self
            .missed_sessions_max
            .filter(|count| *count > MISSED_MOST)
        {
            wrong.add("--missed-sessions-max", missed, "a count from 0 to 1000");
        }
        let asked = self.contact_per_supervision_max.zip(self.group_credit).map(
            |(contact_per_supervision_max, group_credit)| Ratio {
                contact_per_supervision_max,
                group_credit,
            },
        );
        let unranked = self.unranked_sites.map(|unranked| match unranked {
            Unranked::Forbidden => UnrankedSites::Forbidden,
            Unranked::Last => UnrankedSites::Last,
        });
        let blocking = self.blocking_pairs.map(|blocking| match blocking {
            Blocking::Allowed => BlockingPairs::Allowed,
            Blocking::Forbidden => BlockingPairs::Forbidden,
        });
        let missed = self
            .missed_sessions_max
            .or(like.map(|like| like.missed_sessions_max));
        let closes = self
            .excluded_supervisor_closes_sites
            .or(like.map(|like| like.excluded_supervisor_closes_sites));
        let quarter = || Minutes::new(QUARTER_HOUR).unwrap_or_default();
        match (name, term) {
            (Some(name), Some(term)) if wrong.0.is_empty() => Ok(Round {
                key: Some(key.clone()),
                name,
                term,
                session_start_step: step
                    .or(like.map(|like| like.session_start_step))
                    .unwrap_or_else(quarter),
                missed_sessions_max: missed.unwrap_or(0),
                unranked_sites: unranked
                    .or(like.map(|like| like.unranked_sites))
                    .unwrap_or(UnrankedSites::Forbidden),
                excluded_supervisor_closes_sites: closes.unwrap_or(true),
                ratio: asked.or(like.and_then(|like| like.ratio)),
                policy: self
                    .levels
                    .clone()
                    .or(like.map(|like| like.policy.clone()))
                    .unwrap_or_default(),
                blocking_pairs: blocking
                    .or(like.map(|like| like.blocking_pairs))
                    .unwrap_or_default(),
            }),
            _ => Err(Failure::Usage(format!(
                "wrong options:\n{}",
                wrong.0.join("\n")
            ))),
        }
    }

    fn name(&self, key: &Key, wrong: &mut Wrong) -> Option<String> {
        let name = self.display_name.clone();
        let name = name.unwrap_or_else(|| key.to_string());
        if is_name(&name) && name.trim() == name {
            return Some(name);
        }
        let wanted = "a text of 1 to 200 characters on one line, without blanks at its ends";
        wrong.add("--display-name", name, wanted);
        None
    }

    fn term(&self, wrong: &mut Wrong) -> Option<DayRange> {
        let first = wrong.day("--first-day", &self.first_day);
        let last = wrong.day("--last-day", &self.last_day);
        let (first, last) = (first?, last?);
        let term = DayRange::new(first, last).filter(|term| term.days() <= MAX_TERM_DAYS);
        if term.is_none() {
            let wanted =
                format!("a day not before {first}, and a term of at most {MAX_TERM_DAYS} days");
            wrong.add("--last-day", last, &wanted);
        }
        term
    }

    fn step(&self, wrong: &mut Wrong) -> Option<Minutes> {
        let given = self.session_start_step?;
        let is_step = (QUARTER_HOUR..=STEP_MOST).contains(&given);
        let step = Minutes::new(given).filter(|step| is_step && step.is_on_grid());
        if step.is_none() {
            let wanted = "a multiple of 15 minutes from 15 to 1440";
            wrong.add("--session-start-step", given, wanted);
        }
        step
    }
}
