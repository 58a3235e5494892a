//! The part of published plans that is about one supervisor, trainee or site:
//! her sessions of several plans, who meets in them, and where they are placed.

use std::collections::BTreeMap;

use serde_json::json;

use super::dispatch::{on, statements};
use super::plan::{SessionRow, session};
use super::rows::Place;
use super::{ProgramScope, StoreError, Tx};
use crate::domain::plan::{Placement, Session, SessionMember};
use crate::domain::{Key, Participant, TraineeKey};

statements! {
    /// `$2` are the runs, `$3` is the supervisor.
    SESSION_OF_SUPERVISOR = "SELECT run_key, number, supervisor_key, kind, weekday, start_local, \
        minutes, time_zone, site_key FROM session WHERE program_id = $1 \
        AND run_key IN (SELECT value ->> 0 FROM json_each($2)) AND supervisor_key = $3 \
        ORDER BY run_key, number";
    SESSION_OF_SITE = "SELECT run_key, number, supervisor_key, kind, weekday, start_local, \
        minutes, time_zone, site_key FROM session WHERE program_id = $1 \
        AND run_key IN (SELECT value ->> 0 FROM json_each($2)) AND site_key = $3 \
        ORDER BY run_key, number";
    SESSION_OF_TRAINEE = "SELECT run_key, number, supervisor_key, kind, weekday, start_local, \
        minutes, time_zone, site_key FROM session WHERE program_id = $1 \
        AND (run_key, number) IN (SELECT run_key, number FROM session_member \
        WHERE program_id = $1 AND run_key IN (SELECT value ->> 0 FROM json_each($2)) \
        AND trainee_key = $3) ORDER BY run_key, number";
    /// `$2` are the runs and the numbers of sessions.
    MEMBER_OF_SESSIONS = "SELECT run_key, number, trainee_key, line FROM session_member \
        WHERE program_id = $1 AND (run_key, number) IN \
        (SELECT value ->> 0, CAST(value ->> 1 AS BIGINT) FROM json_each($2)) \
        ORDER BY run_key, number, trainee_key, line";
    /// `$2` are the runs and the trainees.
    PLACEMENT_AMONG = "SELECT run_key, trainee_key, site_key, contact_minutes_per_week, \
        preference_rank FROM placement WHERE program_id = $1 AND (run_key, trainee_key) IN \
        (SELECT value ->> 0, value ->> 1 FROM json_each($2)) ORDER BY run_key, trainee_key";
}

#[derive(sqlx::FromRow)]
struct SessionOfRun {
    run_key: String,
    number: i64,
    supervisor_key: String,
    kind: String,
    weekday: Option<String>,
    start_local: Option<String>,
    minutes: i64,
    time_zone: String,
    site_key: Option<String>,
}

impl SessionOfRun {
    fn into_parts(self) -> (String, SessionRow) {
        let row = (
            self.number,
            self.supervisor_key,
            self.kind,
            self.weekday,
            self.start_local,
            self.minutes,
            self.time_zone,
            self.site_key,
        );
        (self.run_key, row)
    }
}

fn place(run: &str) -> Place<'_> {
    Place {
        table: "session",
        key: run,
    }
}

impl Tx {
    /// Returns the sessions of somebody in the plans of some runs, with their
    /// members: those that a supervisor holds, that a trainee attends, that
    /// are held at a site. They are by run and number.
    ///
    /// # Errors
    /// When the database fails, or holds what cannot be.
    pub async fn sessions_of(
        &mut self,
        scope: ProgramScope,
        runs: &[&Key],
        whose: &Participant,
    ) -> Result<Vec<(Key, Session)>, StoreError> {
        let sql = match whose {
            Participant::Supervisor(_) => SESSION_OF_SUPERVISOR,
            Participant::Site(_) => SESSION_OF_SITE,
            Participant::Trainee(_) => SESSION_OF_TRAINEE,
        };
        let rows: Vec<[&str; 1]> = runs.iter().map(|run| [run.as_str()]).collect();
        let rows = json!(rows).to_string();
        let found: Vec<SessionOfRun> = on!(&mut *self, |connection| {
            sqlx::query_as(sql)
                .bind(scope.program_id)
                .bind(&rows)
                .bind(whose.key())
                .fetch_all(connection)
                .await
        })?;
        let mut members = self.members_of(scope, &found).await?;
        let read = |row: SessionOfRun| {
            let (run, row) = row.into_parts();
            let place = place(&run);
            let mut session = session(place, row)?;
            session.members = members
                .remove(&(run.clone(), i64::from(session.number)))
                .unwrap_or_default();
            Ok((place.parse(&run)?, session))
        };
        found.into_iter().map(read).collect()
    }

    /// Returns the members of sessions by run and number.
    async fn members_of(
        &mut self,
        scope: ProgramScope,
        sessions: &[SessionOfRun],
    ) -> Result<BTreeMap<(String, i64), Vec<SessionMember>>, StoreError> {
        let rows: Vec<(&str, i64)> = sessions
            .iter()
            .map(|row| (row.run_key.as_str(), row.number))
            .collect();
        let rows = json!(rows).to_string();
        let found: Vec<(String, i64, String, String)> = on!(self, |connection| {
            sqlx::query_as(MEMBER_OF_SESSIONS)
                .bind(scope.program_id)
                .bind(&rows)
                .fetch_all(connection)
                .await
        })?;
        let mut members: BTreeMap<(String, i64), Vec<SessionMember>> = BTreeMap::new();
        for (run, number, trainee, line) in found {
            let member = SessionMember {
                trainee: place(&run).parse(&trainee)?,
                line: place(&run).parse(&line)?,
            };
            members.entry((run, number)).or_default().push(member);
        }
        Ok(members)
    }

    /// Returns the placements of some trainees in the plans of some runs, by
    /// run and trainee.
    ///
    /// # Errors
    /// As [`Tx::sessions_of`].
    pub async fn placements_among(
        &mut self,
        scope: ProgramScope,
        trainees: impl IntoIterator<Item = (&Key, &TraineeKey)>,
    ) -> Result<BTreeMap<(Key, TraineeKey), Placement>, StoreError> {
        let rows: Vec<(&str, &str)> = trainees
            .into_iter()
            .map(|(run, trainee)| (run.as_str(), trainee.as_str()))
            .collect();
        let rows = json!(rows).to_string();
        let found: Vec<(String, String, String, i64, i64)> = on!(self, |connection| {
            sqlx::query_as(PLACEMENT_AMONG)
                .bind(scope.program_id)
                .bind(&rows)
                .fetch_all(connection)
                .await
        })?;
        let read = |(run, trainee, site, contact, rank): (String, String, String, i64, i64)| {
            let place = Place {
                table: "placement",
                key: &run,
            };
            let placement = Placement {
                trainee: place.parse(&trainee)?,
                site: place.parse(&site)?,
                contact: place.minutes(contact)?,
                preference_rank: place.count(rank)?,
            };
            Ok(((place.parse(&run)?, placement.trainee.clone()), placement))
        };
        found.into_iter().map(read).collect()
    }
}
