//! Names of columns and rows for other programs: the rule, and whom it is
//! about, in keys.

use std::collections::HashMap;

use super::Formulation;
use crate::domain::weekday_word;
use crate::matching::candidates::Candidates;
use crate::matching::model::{Label, Subject};

/// Names of the columns and rows of a model, each once, without blanks.
pub(in crate::matching) struct Names {
    pub(in crate::matching) columns: Vec<String>,
    pub(in crate::matching) rows: Vec<String>,
}

impl Names {
    /// Returns the names of a model. A name that several share is numbered
    /// from the second on, as in `no_overlap(sup-3).2`.
    pub(in crate::matching) fn new(formulation: &Formulation, candidates: &Candidates<'_>) -> Self {
        let model = &formulation.model;
        let rows = model.rows().iter().map(|row| {
            row.label
                .map_or_else(|| "row".to_owned(), |label| of_label(candidates, label))
        });
        Self {
            columns: numbered(columns(formulation, candidates)),
            rows: numbered(rows.collect()),
        }
    }
}

fn columns(formulation: &Formulation, candidates: &Candidates<'_>) -> Vec<String> {
    let mut names = vec!["one".to_owned(); formulation.model.columns().len()];
    let trainee = |trainee| of_subject(candidates, Subject::Trainee(trainee));
    let site = |site| of_subject(candidates, Subject::Site(site));
    for (pair, column) in candidates.pairs.iter().zip(&formulation.place) {
        if let Some(column) = column {
            names[column.position()] = call("place", &[trainee(pair.trainee), site(pair.site)]);
        }
    }
    for (position, column) in &formulation.lowered {
        let pair = &candidates.pairs[*position];
        names[column.position()] = call("lowered", &[trainee(pair.trainee), site(pair.site)]);
    }
    for (position, column) in &formulation.finish {
        let pair = &candidates.pairs[*position];
        names[column.position()] = call("finish", &[trainee(pair.trainee), site(pair.site)]);
    }
    let filled = |position: usize| {
        let fill = &candidates.fills[position];
        let line = Subject::Line {
            trainee: fill.trainee,
            line: fill.line,
        };
        let supervisor = Subject::Supervisor(fill.supervisor);
        vec![
            of_subject(candidates, line),
            of_subject(candidates, supervisor),
        ]
    };
    for (position, column) in formulation.fill.iter().enumerate() {
        if let Some(column) = column {
            let mut about = filled(position);
            let pair = candidates.fills[position].pair;
            about.extend(pair.map(|pair| site(candidates.pairs[pair].site)));
            names[column.position()] = call("fill", &about);
        }
    }
    for meet in &formulation.meets {
        let (venue, start, kind) = (meet.venue, meet.start, meet.kind);
        let mut about = filled(meet.fill);
        about.push(of_subject(
            candidates,
            Subject::Session { venue, start, kind },
        ));
        names[meet.column.position()] = call("meet", &about);
    }
    for (column, label) in formulation.model.column_labels() {
        names[column.position()] = of_label(candidates, label);
    }
    names
}

fn of_label(candidates: &Candidates<'_>, label: Label) -> String {
    let about = label.subjects();
    let about: Vec<String> = about
        .map(|subject| of_subject(candidates, subject))
        .collect();
    call(label.rule.name(), &about)
}

fn call(word: &str, about: &[String]) -> String {
    format!("{word}({})", about.join(","))
}

fn of_subject(candidates: &Candidates<'_>, subject: Subject) -> String {
    let roster = candidates.roster;
    match subject {
        Subject::Trainee(trainee) => roster.trainees[trainee].key.to_string(),
        Subject::Site(site) => roster.sites[site].key.to_string(),
        Subject::Supervisor(supervisor) => roster.supervisors[supervisor].key.to_string(),
        Subject::Line { trainee, line } => {
            let line = candidates.lines[trainee][line].line.as_str();
            let plain = |c: char| if c.is_ascii_graphic() { c } else { '_' };
            let line: String = line.chars().map(plain).collect();
            format!("{},{line}", roster.trainees[trainee].key)
        }
        Subject::Session { venue, start, kind } => {
            let weekly = candidates.start(venue, start);
            let place = candidates.venues[venue].site;
            let place = place.map_or("video", |site| roster.sites[site].key.as_str());
            let kind = kind.as_str();
            let weekday = weekday_word(weekly.weekday);
            format!("{weekday}-{},{kind},{place}", weekly.start)
        }
    }
}

fn numbered(mut names: Vec<String>) -> Vec<String> {
    let mut uses: HashMap<String, u32> = HashMap::new();
    for name in &mut names {
        let count = uses.entry(name.clone()).or_default();
        *count += 1;
        if *count > 1 {
            *name = format!("{name}.{count}");
        }
    }
    names
}
