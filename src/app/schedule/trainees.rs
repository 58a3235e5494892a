//! The trainees of a supervisor, and what she said to each.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::book::People;
use super::{PublishedSession, which_supervisor};
use crate::app::listing::{limit, page_of};
use crate::app::{Actor, App, AppError};
use crate::domain::plan::{Placement, Session};
use crate::domain::{
    Key, Page, PageRequest, Participant, ProgramKey, Publication, SupervisorKey,
    SupervisorResponse, Tag, TraineeKey,
};
use crate::store::{ProgramScope, Responses, Tx};

/// A line of a trainee that the supervisor fills.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SupervisedLine {
    /// The line of the trainee's level.
    pub line: Tag,
    /// The session that fills it.
    pub session: Arc<Session>,
}

/// A trainee whom a published plan gives a supervisor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SupervisedTrainee {
    /// The publication of the plan.
    pub publication: Arc<Publication>,
    /// The trainee.
    pub trainee: TraineeKey,
    /// The trainee's name as it is today; empty when he or she is gone.
    pub name: String,
    /// The site, the weekly contact and the rank of the site.
    pub placement: Option<Placement>,
    /// Name of the site as it is today; empty when it is gone.
    pub site_name: String,
    /// The lines that the supervisor fills, by name.
    pub lines: Vec<SupervisedLine>,
    /// What the supervisor said last to this publication; `None` as long as
    /// nothing was said.
    pub response: Option<SupervisorResponse>,
}

impl SupervisedTrainee {
    fn place(&self) -> String {
        place(&self.publication.round, &self.trainee)
    }
}

fn place(round: &Key, trainee: &TraineeKey) -> String {
    // No key has a character below the hyphen, so that this is in the order of
    // the pairs.
    format!("{round} {trainee}")
}

type Lines = BTreeMap<String, (Arc<Publication>, TraineeKey, Vec<SupervisedLine>)>;

/// Returns the trainees of sessions with their lines, by round and trainee.
fn by_trainee(sessions: &[PublishedSession]) -> Lines {
    let mut trainees = Lines::new();
    for one in sessions {
        for member in &one.session.members {
            let place = place(&one.publication.round, &member.trainee);
            let (_, _, lines) = trainees.entry(place).or_insert_with(|| {
                let publication = Arc::clone(&one.publication);
                (publication, member.trainee.clone(), Vec::new())
            });
            lines.push(SupervisedLine {
                line: member.line.clone(),
                session: Arc::clone(&one.session),
            });
        }
    }
    for (_, _, lines) in trainees.values_mut() {
        lines.sort_by(|a, b| a.line.cmp(&b.line));
    }
    trainees
}

/// Returns what a supervisor said last to each trainee of publications, by the
/// place in the list.
async fn responses(
    tx: &mut Tx,
    scope: ProgramScope,
    supervisor: &SupervisorKey,
    publications: impl IntoIterator<Item = &Publication>,
) -> Result<BTreeMap<String, SupervisorResponse>, AppError> {
    let wanted = Responses {
        supervisor: Some(supervisor),
        ..Responses::default()
    };
    let mut said = BTreeMap::new();
    for publication in publications {
        let found = tx.response_list(scope, publication, wanted, i64::MAX);
        for response in found.await? {
            said.insert(place(&response.round, &response.trainee), response);
        }
    }
    Ok(said)
}

impl App {
    /// Returns the trainees whom the plans that hold give a supervisor, by
    /// round and trainee. `named` is the supervisor; the one that the caller
    /// is when `None`.
    ///
    /// # Errors
    /// [`AppError::NotFound`] when there is no such supervisor, or none whom
    /// the caller may see.
    pub async fn list_supervised_trainees(
        &self,
        actor: &Actor,
        program: &ProgramKey,
        named: Option<&SupervisorKey>,
        page: &PageRequest,
    ) -> Result<Page<SupervisedTrainee>, AppError> {
        let limit = usize::try_from(limit(page)?).unwrap_or(usize::MAX);
        let supervisor = which_supervisor(actor, program, named)?;
        let of = Participant::Supervisor(supervisor.clone());
        let (mut tx, scope, _) = self.read_as_allowed(program).await?;
        let sessions = self.published_sessions(&mut tx, scope, &of).await?;
        let after = page.after.as_deref();
        let found: Vec<(Arc<Publication>, TraineeKey, Vec<SupervisedLine>)> = by_trainee(&sessions)
            .into_iter()
            .filter(|(place, _)| after.is_none_or(|after| place.as_str() > after))
            .take(limit)
            .map(|(_, found)| found)
            .collect();
        let pairs = found
            .iter()
            .map(|(publication, trainee, _)| (&publication.run, trainee));
        let mut placements = tx.placements_among(scope, pairs).await?;
        let publications: BTreeMap<&Key, &Publication> = found
            .iter()
            .map(|(publication, ..)| (&publication.run, publication.as_ref()))
            .collect();
        let mut said = responses(&mut tx, scope, &supervisor, publications.into_values()).await?;
        let sites = placements.values().map(|one| one.site.clone());
        let sites: Vec<Participant> = sites.map(Participant::Site).collect();
        let people = People::load(&mut tx, scope, &of, &sessions, sites).await?;
        let trainee = |(publication, trainee, lines): (Arc<Publication>, TraineeKey, Vec<_>)| {
            let placement = placements.remove(&(publication.run.clone(), trainee.clone()));
            let site = placement.as_ref().map(|placement| &placement.site);
            SupervisedTrainee {
                name: people.trainee_name(&trainee),
                site_name: site.map_or_else(String::new, |site| people.site_name(site)),
                response: said.remove(&place(&publication.round, &trainee)),
                placement,
                publication,
                trainee,
                lines,
            }
        };
        let trainees: Vec<SupervisedTrainee> = found.into_iter().map(trainee).collect();
        Ok(page_of(trainees, page, SupervisedTrainee::place))
    }
}
