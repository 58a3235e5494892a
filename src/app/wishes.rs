//! A coordinator's decisions on a round: pins and forbids.

use super::transact::commit;
use super::{Actor, App, AppError, Permission, Reason};
use crate::domain::{EntityKind, Forbid, Key, Pin, ProgramKey, SiteOrSupervisor, TraineeKey};
use crate::store::{Participants, RoundRows};

/// Returns the name of a pin or a forbid: `trainee/site/key`.
fn name(trainee: &TraineeKey, target: &SiteOrSupervisor) -> String {
    format!("{trainee}/{}/{}", target.kind(), target.key())
}

/// Checks that both sides of a pair take part in a round.
fn check_participants(
    participants: &Participants,
    trainee: &TraineeKey,
    target: &SiteOrSupervisor,
) -> Result<(), AppError> {
    let missing = |kind, key: &str| AppError::NotFound {
        kind,
        key: key.to_owned(),
    };
    if !participants.trainees.contains(trainee) {
        return Err(missing(EntityKind::Trainee, trainee.as_str()));
    }
    match target {
        SiteOrSupervisor::Site(key) if !participants.sites.contains(key) => {
            Err(missing(EntityKind::Site, key.as_str()))
        }
        SiteOrSupervisor::Supervisor(key) if !participants.supervisors.contains(key) => {
            Err(missing(EntityKind::Supervisor, key.as_str()))
        }
        SiteOrSupervisor::Site(_) | SiteOrSupervisor::Supervisor(_) => Ok(()),
    }
}

fn against(trainee: &TraineeKey, target: &SiteOrSupervisor, already: &'static str) -> AppError {
    AppError::FailedPrecondition(Reason::PinAgainstForbid {
        trainee: trainee.to_string(),
        target: target.key().to_owned(),
        already,
    })
}

impl App {
    /// Adds a pin to a round; one that is there already stays.
    ///
    /// # Errors
    /// [`AppError::NotFound`] when the trainee or the target does not take part
    /// in the round, [`AppError::FailedPrecondition`] when the pair is forbidden or
    /// the round is closed.
    pub async fn pin(
        &self,
        actor: &Actor,
        program: &ProgramKey,
        round: &Key,
        pin: Pin,
    ) -> Result<(), AppError> {
        let mut write = self.change_round(actor, program, round, None).await?;
        let scope = write.scope();
        let there = write.tx().round_rows(scope, round).await?;
        check_participants(&there.participants, &pin.trainee, &pin.target)?;
        let is_other = |other: &Forbid| other.trainee == pin.trainee && other.target == pin.target;
        if there.forbids.iter().any(is_other) {
            return Err(against(&pin.trainee, &pin.target, "forbidden"));
        }
        let subject = format!("rounds/{round}/pins/{}", name(&pin.trainee, &pin.target));
        if !there.pins.contains(&pin) {
            write.round_touch(round).await?;
        }
        let rows = RoundRows {
            pins: vec![pin],
            ..RoundRows::default()
        };
        write.round_rows_write(round, &rows).await?;
        commit(write, actor, "pin", &subject, "{}", &()).await
    }

    /// Removes a pin.
    ///
    /// # Errors
    /// [`AppError::NotFound`] when there is none;
    /// [`AppError::FailedPrecondition`] when the round is closed.
    pub async fn unpin(
        &self,
        actor: &Actor,
        program: &ProgramKey,
        round: &Key,
        pin: &Pin,
    ) -> Result<(), AppError> {
        let rows = RoundRows {
            pins: vec![pin.clone()],
            ..RoundRows::default()
        };
        let mut write = self.change_round(actor, program, round, None).await?;
        let scope = write.scope();
        let there = write.tx().round_rows(scope, round).await?;
        if !there.pins.contains(pin) {
            return Err(AppError::NotFound {
                kind: EntityKind::Pin,
                key: name(&pin.trainee, &pin.target),
            });
        }
        write.round_rows_remove(round, &rows).await?;
        write.round_touch(round).await?;
        let subject = format!("rounds/{round}/pins/{}", name(&pin.trainee, &pin.target));
        commit(write, actor, "unpin", &subject, "{}", &()).await
    }

    /// Adds a forbid to a round; one that is there already stays.
    ///
    /// # Errors
    /// As [`App::pin`], with the words exchanged.
    pub async fn forbid(
        &self,
        actor: &Actor,
        program: &ProgramKey,
        round: &Key,
        forbid: Forbid,
    ) -> Result<(), AppError> {
        let mut write = self.change_round(actor, program, round, None).await?;
        let scope = write.scope();
        let there = write.tx().round_rows(scope, round).await?;
        check_participants(&there.participants, &forbid.trainee, &forbid.target)?;
        let is_other =
            |other: &Pin| other.trainee == forbid.trainee && other.target == forbid.target;
        if there.pins.iter().any(is_other) {
            return Err(against(&forbid.trainee, &forbid.target, "pinned"));
        }
        let subject = format!(
            "rounds/{round}/forbids/{}",
            name(&forbid.trainee, &forbid.target)
        );
        if !there.forbids.contains(&forbid) {
            write.round_touch(round).await?;
        }
        let rows = RoundRows {
            forbids: vec![forbid],
            ..RoundRows::default()
        };
        write.round_rows_write(round, &rows).await?;
        commit(write, actor, "forbid", &subject, "{}", &()).await
    }

    /// Removes a forbid.
    ///
    /// # Errors
    /// [`AppError::NotFound`] when there is none;
    /// [`AppError::FailedPrecondition`] when the round is closed.
    pub async fn unforbid(
        &self,
        actor: &Actor,
        program: &ProgramKey,
        round: &Key,
        forbid: &Forbid,
    ) -> Result<(), AppError> {
        let rows = RoundRows {
            forbids: vec![forbid.clone()],
            ..RoundRows::default()
        };
        let mut write = self.change_round(actor, program, round, None).await?;
        let scope = write.scope();
        let there = write.tx().round_rows(scope, round).await?;
        if !there.forbids.contains(forbid) {
            return Err(AppError::NotFound {
                kind: EntityKind::Forbid,
                key: name(&forbid.trainee, &forbid.target),
            });
        }
        write.round_rows_remove(round, &rows).await?;
        write.round_touch(round).await?;
        let subject = format!(
            "rounds/{round}/forbids/{}",
            name(&forbid.trainee, &forbid.target)
        );
        commit(write, actor, "unforbid", &subject, "{}", &()).await
    }

    /// Returns the pins and the forbids of a round, by trainee and target.
    ///
    /// # Errors
    /// [`AppError::NotFound`].
    pub async fn list_pins(
        &self,
        actor: &Actor,
        program: &ProgramKey,
        round: &Key,
    ) -> Result<(Vec<Pin>, Vec<Forbid>), AppError> {
        let (mut tx, scope, _) = self.read(actor, program, Permission::RoundRead).await?;
        tx.round_fetch(scope, round).await?;
        let rows = tx.round_rows(scope, round).await?;
        Ok((rows.pins, rows.forbids))
    }
}
