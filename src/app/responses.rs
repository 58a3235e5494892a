//! What supervisors say to a published plan: each accepts or declines each
//! trainee whom it gives her. A later word counts instead of an earlier one;
//! both stay on record, and a repaired plan is answered anew.

use serde_json::json;

use super::listing::{limit, page_of};
use super::round_states::check_not_closed;
use super::schedule::acts_for;
use super::transact::commit;
use super::{Actor, App, AppError, Permission, Reason};
use crate::domain::limits::is_one_line;
use crate::domain::{
    ChangeKind, ChangeOf, Key, Page, PageRequest, ProgramKey, Publication, ResponseAnswer,
    SupervisorKey, SupervisorResponse, TraineeKey, Violations,
};
use crate::store::Responses;

/// What is said to the published plan of a round.
#[derive(Clone)]
pub struct NewResponse {
    /// Run of the plan that was read, which must still be the one that holds;
    /// whichever holds when `None`.
    pub plan: Option<Key>,
    /// The supervisor.
    pub supervisor: SupervisorKey,
    /// The trainee, whom the plan gives the supervisor.
    pub trainee: TraineeKey,
    /// Whether the supervisor takes the trainee.
    pub answer: ResponseAnswer,
    /// Why, in the supervisor's own words; on one line, at most 500 characters,
    /// may be empty.
    pub reason: String,
}

/// Which responses of a round are wanted.
#[derive(Clone, Debug, Default)]
pub struct ResponseFilter {
    /// Run of the published plan; the one that holds when `None`.
    pub plan: Option<Key>,
    /// Those of one supervisor; of all when `None`.
    pub supervisor: Option<SupervisorKey>,
    /// Whether what was said before something else of the same pair is wanted
    /// too.
    pub with_earlier: bool,
}

fn check_reason(reason: &str) -> Result<(), AppError> {
    if is_one_line(reason, SupervisorResponse::REASON_MOST) && reason.trim() == reason {
        return Ok(());
    }
    let most = SupervisorResponse::REASON_MOST;
    let message = format!(
        "must be a text of at most {most} characters on one line, without blanks at its ends"
    );
    Err(AppError::Invalid(Violations::one(
        "reason", "reason", message,
    )))
}

fn not_published(round: &Key) -> AppError {
    AppError::FailedPrecondition(Reason::NotPublished {
        round: round.to_string(),
    })
}

impl App {
    /// Accepts or declines a trainee of the published plan of a round, as or
    /// for a supervisor. A closed round is answered no more. The reason goes
    /// into no event and no log.
    ///
    /// # Errors
    /// [`AppError::NotFound`] for the round; [`AppError::Invalid`] for a reason
    /// that is too long; [`AppError::FailedPrecondition`] when no plan is
    /// published, another one than was read, or one that does not give the
    /// supervisor the trainee; [`AppError::Forbidden`], or as if there were no
    /// such supervisor for another one.
    pub async fn respond(
        &self,
        actor: &Actor,
        program: &ProgramKey,
        round: &Key,
        new: &NewResponse,
    ) -> Result<SupervisorResponse, AppError> {
        acts_for(actor, program, &new.supervisor)?;
        check_reason(&new.reason)?;
        let mut write = self.write_as_allowed(actor, program).await?;
        let scope = write.scope();
        write.tx().round_fetch(scope, round).await?;
        let standing = check_not_closed(write.tx(), scope, round).await?;
        let holds = standing.publication.ok_or_else(|| not_published(round))?;
        if let Some(plan) = new.plan.as_ref().filter(|plan| **plan != holds.run) {
            return Err(AppError::FailedPrecondition(Reason::PlanReplaced {
                plan: plan.to_string(),
                published: holds.run.to_string(),
            }));
        }
        let (supervisor, trainee) = (&new.supervisor, &new.trainee);
        let given = write
            .tx()
            .is_supervised_in(scope, &holds.run, supervisor, trainee);
        if !given.await? {
            return Err(AppError::FailedPrecondition(Reason::NotSupervised {
                supervisor: supervisor.to_string(),
                trainee: trainee.to_string(),
                plan: holds.run.to_string(),
            }));
        }
        let said = (new.answer, new.reason.as_str());
        let response = write
            .response_insert(&holds, (supervisor, trainee), said, actor.name())
            .await?;
        let what = ChangeOf {
            kind: ChangeKind::ResponseGiven,
            round: round.clone(),
            run: Some(holds.run.clone()),
            response: Some((supervisor.clone(), trainee.clone(), new.answer)),
        };
        write.change_insert(&what).await?;
        let subject = format!("rounds/{round}/responses/{supervisor}/{trainee}");
        let payload = json!({
            "run": holds.run.as_str(),
            "answer": new.answer.as_str(),
            "number": response.number,
        });
        let payload = payload.to_string();
        commit(write, actor, "respond", &subject, &payload, &response).await?;
        self.inner.change_made.notify_waiters();
        Ok(response)
    }

    /// Returns what was said to a published plan of a round, by supervisor,
    /// trainee and number, with the publication.
    ///
    /// # Errors
    /// [`AppError::NotFound`] for the round; [`AppError::FailedPrecondition`]
    /// when no plan is published, or not the one that is named;
    /// [`AppError::Invalid`] for a page that is none of this list.
    pub async fn list_responses(
        &self,
        actor: &Actor,
        program: &ProgramKey,
        round: &Key,
        filter: &ResponseFilter,
        page: &PageRequest,
    ) -> Result<(Publication, Page<SupervisorResponse>), AppError> {
        let limit = limit(page)?;
        let after = page.after.as_deref().map(place).transpose()?;
        let permission = Permission::ScheduleWrite;
        let (mut tx, scope, _) = self.read(actor, program, permission).await?;
        tx.round_fetch(scope, round).await?;
        let mut publications = tx.publications(scope, round).await?;
        let publication = match &filter.plan {
            None => publications.pop(),
            Some(plan) => publications.into_iter().find(|one| one.run == *plan),
        };
        let publication = publication.ok_or_else(|| not_published(round))?;
        let wanted = Responses {
            supervisor: filter.supervisor.as_ref(),
            with_earlier: filter.with_earlier,
            after: after
                .as_ref()
                .map(|(supervisor, trainee, number)| (supervisor, trainee, *number)),
        };
        let found = tx.response_list(scope, &publication, wanted, limit).await?;
        let page = page_of(found, page, |last| {
            format!("{}/{}/{}", last.supervisor, last.trainee, last.number)
        });
        Ok((publication, page))
    }
}

/// Reads a place in the list of responses.
fn place(after: &str) -> Result<(SupervisorKey, TraineeKey, u32), AppError> {
    let read = || {
        let mut parts = after.split('/');
        let supervisor = parts.next()?.parse().ok()?;
        let trainee = parts.next()?.parse().ok()?;
        let number = parts.next()?.parse().ok()?;
        parts
            .next()
            .is_none()
            .then_some((supervisor, trainee, number))
    };
    read().ok_or_else(|| {
        let message = "is no place in this list";
        AppError::Invalid(Violations::one("page_token", "page_token", message))
    })
}
