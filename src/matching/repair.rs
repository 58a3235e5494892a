//! What of an earlier plan can no longer stand, and why: the reasons of a
//! repair, and what would happen if nothing were done.
//!
//! A trainee's arrangement *falls* when rules about the trainee alone close
//! the place or a session, or when more trainees rely on a site or a
//! supervisor than there is room for; then each of them is in question.

use std::collections::{BTreeMap, BTreeSet};

use super::MatchError;
use super::candidates::{Candidates, Fill};
use super::eligibility::{Index, supervisor_obstacle};
use super::load::Load;
use super::reasons::{stop_text, stopped_at};
use super::timetable::Timetable;
use crate::domain::plan::{Placement, Session};
use crate::domain::time::ZoneTable;
use crate::domain::{Plan, Roster, Rule, TraineeKey, weekday_word};

/// An arrangement of an earlier plan that cannot stand, or is in question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fallen {
    /// Whose arrangement it was.
    pub trainee: TraineeKey,
    /// The rule that would be broken.
    pub rule: Rule,
    /// What is wrong, in words and keys.
    pub detail: String,
}

/// Returns the arrangements of a plan that cannot stand as they are under a
/// roster, by trainee, each with the first rule that stops it. Trainees who
/// are not in the roster any more are left out.
///
/// # Errors
/// When a zone of the roster cannot be put on the line of slots.
pub fn fallen(roster: &Roster, zones: &ZoneTable, plan: &Plan) -> Result<Vec<Fallen>, MatchError> {
    let candidates = Candidates::new(roster, zones)?;
    let index = Index::new(roster);
    let old = Old {
        candidates: &candidates,
        index: &index,
        nobody: Load::new(&candidates, &Timetable::default()),
        sessions: sessions_of(plan),
        crowds: crowds(roster, &index, plan),
    };
    let placements = plan.placements.iter();
    Ok(placements
        .filter_map(|placement| {
            let (rule, detail) = old.stopped(placement)?;
            let trainee = placement.trainee.clone();
            Some(Fallen {
                trainee,
                rule,
                detail,
            })
        })
        .collect())
}

/// An earlier plan beside the candidates of today.
struct Old<'o> {
    candidates: &'o Candidates<'o>,
    index: &'o Index<'o>,
    nobody: Load,
    sessions: BTreeMap<&'o TraineeKey, Vec<(&'o Session, &'o str)>>,
    crowds: Crowds,
}

/// Sites and supervisors on whom more rely than there is room for.
struct Crowds {
    sites: BTreeMap<usize, (Rule, String)>,
    supervisors: BTreeMap<usize, (Rule, String)>,
}

impl Old<'_> {
    /// Returns what stops an arrangement; `None` where nothing does, or where
    /// the trainee is gone.
    fn stopped(&self, placement: &Placement) -> Option<(Rule, String)> {
        let candidates = self.candidates;
        let trainee = self.index.trainee(&placement.trainee)?;
        let Some(site) = self.index.site(&placement.site) else {
            let text = format!("{} is not in the roster any more", placement.site);
            return Some((Rule::SiteRanked, text));
        };
        if let Some(crowd) = self.crowds.sites.get(&site) {
            return Some(crowd.clone());
        }
        let mut pairs = candidates.pairs_of(trainee);
        let Some(pair) = pairs.find(|pair| candidates.pairs[*pair].site == site) else {
            let (rule, text) = stopped_at(candidates, &self.nobody, trainee, site);
            return Some((rule, format!("{}: {text}", placement.site)));
        };
        let sessions = self.sessions.get(&placement.trainee);
        let mut sessions = sessions.into_iter().flatten();
        sessions.find_map(|(session, line)| self.session_stopped(trainee, pair, session, line))
    }

    fn session_stopped(
        &self,
        trainee: usize,
        pair: usize,
        session: &Session,
        line: &str,
    ) -> Option<(Rule, String)> {
        let candidates = self.candidates;
        let (key, name) = (&session.supervisor, line);
        let Some(supervisor) = self.index.supervisor(key) else {
            let text = format!("{name}: {key} is not in the roster any more");
            return Some((Rule::SupervisionLines, text));
        };
        if let Some((rule, text)) = self.crowds.supervisors.get(&supervisor) {
            return Some((*rule, format!("{name}: {text}")));
        }
        let mut lines = candidates.lines[trainee].iter();
        let Some(line) = lines.position(|line| line.line.as_str() == name) else {
            let text = format!("{name} is no line of the trainee's level any more");
            return Some((Rule::SupervisionLines, text));
        };
        let suits = |fill: &&Fill| {
            fill.line == line
                && fill.supervisor == supervisor
                && fill.pair.is_none_or(|own| own == pair)
        };
        let mut fills = candidates.fills_of(trainee).filter(suits).peekable();
        if fills.peek().is_none() {
            let roster = candidates.roster;
            let rule = supervisor_obstacle(
                roster,
                &roster.trainees[trainee],
                &candidates.wishes[trainee],
                candidates.lines[trainee][line],
                supervisor,
                &roster.supervisors[supervisor],
            );
            let rule = rule.unwrap_or(Rule::AvailableEveryWeek);
            return Some((rule, format!("{name}: {key} is {}", stop_text(rule))));
        }
        if fills.any(|fill| self.has_start(fill, session)) {
            return None;
        }
        let at = session.weekly_start.map_or_else(String::new, |at| {
            format!("{} {}", weekday_word(at.weekday), at.start)
        });
        let text = format!("{name}: {key} and the trainee no longer share {at} in every week");
        Some((Rule::AvailableEveryWeek, text))
    }

    fn has_start(&self, fill: &Fill, session: &Session) -> bool {
        let Some(wanted) = session.weekly_start else {
            return !fill.meets();
        };
        let site = session.delivery.site().map(|key| self.index.site(key));
        self.candidates.starts(fill).any(|(venue, starts)| {
            let is_there = match site {
                None => self.candidates.venues[venue].site.is_none(),
                Some(site) => site.is_some() && self.candidates.venues[venue].site == site,
            };
            is_there
                && starts.iter().any(|start| {
                    let slot = self.candidates.start(venue, start);
                    (slot.weekday, slot.start) == (wanted.weekday, wanted.start)
                })
        })
    }
}

fn sessions_of(plan: &Plan) -> BTreeMap<&TraineeKey, Vec<(&Session, &str)>> {
    let mut sessions: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for session in &plan.sessions {
        for member in &session.members {
            let own: &mut Vec<_> = sessions.entry(&member.trainee).or_default();
            own.push((session, member.line.as_str()));
        }
    }
    sessions
}

fn crowds(roster: &Roster, index: &Index<'_>, plan: &Plan) -> Crowds {
    let is_here = |key: &TraineeKey| index.trainee(key).is_some();
    let mut sites = BTreeMap::new();
    for (position, site) in roster.sites.iter().enumerate() {
        let placed = || {
            let of_site = plan.placements.iter().filter(|p| p.site == site.key);
            of_site.filter(|p| is_here(&p.trainee))
        };
        let count = u32::try_from(placed().count()).unwrap_or(u32::MAX);
        let contact: u64 = placed().map(|p| u64::from(p.contact.get())).sum();
        let (places, offered) = (site.capacity, site.contact_per_week.get());
        if count > places {
            let text = format!("{} has {places} places for {count} trainees", site.key);
            sites.insert(position, (Rule::SiteCapacity, text));
        } else if contact > u64::from(offered) {
            let text = format!("{} offers {offered} of {contact} minutes", site.key);
            sites.insert(position, (Rule::SiteContactMinutes, text));
        }
    }
    let mut supervisors = BTreeMap::new();
    for (position, person) in roster.supervisors.iter().enumerate() {
        let own = || {
            let sessions = plan.sessions.iter();
            sessions.filter(|session| session.supervisor == person.key)
        };
        let members = own().flat_map(|session| &session.members);
        let members: BTreeSet<&TraineeKey> = members
            .map(|member| &member.trainee)
            .filter(|trainee| is_here(trainee))
            .collect();
        let (count, left) = (members.len(), person.caseload_left());
        let minutes: u64 = own().map(|s| u64::from(s.minutes.get())).sum();
        let most = person.minutes_per_week_max.get();
        if u32::try_from(count).unwrap_or(u32::MAX) > left {
            let text = format!("{} can take {left} of {count} trainees", person.key);
            supervisors.insert(position, (Rule::CaseloadLimit, text));
        } else if minutes > u64::from(most) {
            let text = format!("{} has {most} of {minutes} minutes a week", person.key);
            supervisors.insert(position, (Rule::SupervisorWeeklyMinutes, text));
        }
    }
    Crowds { sites, supervisors }
}
