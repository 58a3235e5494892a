//! What supervision a placement needs: every line once, nothing else, and
//! enough of it for the contact.

use crate::domain::plan::Placement;
use crate::domain::{Rule, Trainee};

use super::breach::Breaches;
use super::index::Index;

pub(super) fn check(index: &Index<'_>, breaches: &mut Breaches) {
    for trainee in &index.roster.trainees {
        match index.placement(&trainee.key) {
            Some(placement) => {
                every_line_once(index, trainee, breaches);
                supervision_ratio(index, trainee, placement, breaches);
            }
            None => nothing_filled(index, trainee, breaches),
        }
    }
    only_own_lines_by_the_right_role(index, breaches);
}

fn every_line_once(index: &Index<'_>, trainee: &Trainee, breaches: &mut Breaches) {
    for line in index.roster.lines_of(&trainee.level) {
        let times = index
            .filled(&trainee.key)
            .iter()
            .filter(|filled| *filled.line == line.line)
            .count();
        if times != 1 {
            breaches.rule(
                Rule::SupervisionLines,
                format!("trainee {}", trainee.key),
                format!("line {} is filled {times} times, not once", line.line),
            );
        }
    }
}

fn nothing_filled(index: &Index<'_>, trainee: &Trainee, breaches: &mut Breaches) {
    for filled in index.filled(&trainee.key) {
        breaches.rule(
            Rule::SupervisionLines,
            format!("trainee {}", trainee.key),
            format!("meets in {} without a placement", filled.session.id()),
        );
    }
}

fn only_own_lines_by_the_right_role(index: &Index<'_>, breaches: &mut Breaches) {
    for session in &index.plan.sessions {
        for (member, trainee) in index.members(session) {
            let subject = || format!("trainee {}", trainee.key);
            let Some(line) = index.line(trainee, &member.line) else {
                breaches.rule(
                    Rule::SupervisionLines,
                    subject(),
                    format!(
                        "{} fills line {}, which level {} does not have",
                        session.id(),
                        member.line,
                        trainee.level
                    ),
                );
                continue;
            };
            if let Some(supervisor) = index.supervisor(&session.supervisor)
                && supervisor.role != line.role
            {
                breaches.rule(
                    Rule::SupervisionLines,
                    subject(),
                    format!(
                        "line {} asks for a {} supervisor, {} is {}",
                        line.line,
                        line.role.as_str(),
                        supervisor.key,
                        supervisor.role.as_str()
                    ),
                );
            }
        }
    }
}

fn supervision_ratio(
    index: &Index<'_>,
    trainee: &Trainee,
    placement: &Placement,
    breaches: &mut Breaches,
) {
    let Some(ratio) = index.roster.round.ratio else {
        return;
    };
    if index.roster.supervision_lines.is_empty() {
        return;
    }
    let supervision = index
        .filled(&trainee.key)
        .iter()
        .map(|filled| (filled.session.kind, filled.session.minutes));
    let allowed = ratio.contact_allowed(supervision);
    if placement.contact > allowed {
        breaches.rule(
            Rule::SupervisionRatio,
            format!("trainee {}", trainee.key),
            format!(
                "{} minutes of contact a week, the supervision carries {allowed}",
                placement.contact
            ),
        );
    }
}
