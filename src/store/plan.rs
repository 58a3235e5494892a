//! Plans: tables of keys, written once and never changed.

use serde_json::{Value, json};

use super::dispatch::{on, statements};
use super::rows::{Place, write_rows};
use super::supervisor::session_kind;
use super::{ProgramScope, StoreError, Tx, WriteTx};
use crate::domain::plan::{
    Delivery, Level, LevelResult, LevelStatus, Placement, Session, SessionMember, Unmatched,
    WeeklyStart,
};
use crate::domain::time::UtcSecond;
use crate::domain::{EntityKind, Key, MinuteOfDay, Plan, parse_weekday, weekday_word};

statements! {
    PLAN_INSERT = "INSERT INTO plan (program_id, run_key, round_key, created_at, \
        roster_sha256, solver, solver_version, tzdb_version) \
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
    PLAN_FETCH = "SELECT round_key, created_at, roster_sha256, solver, solver_version, \
        tzdb_version FROM plan WHERE program_id = $1 AND run_key = $2";
    RULE_SET_INSERT = "INSERT INTO plan_rule_set (program_id, run_key, position, rule_set) \
        SELECT $1, $3, CAST(value ->> 0 AS BIGINT), value ->> 1 FROM json_each($2)";
    RULE_SET_LIST = "SELECT rule_set FROM plan_rule_set \
        WHERE program_id = $1 AND run_key = $2 ORDER BY position";
    LEVEL_INSERT = "INSERT INTO plan_level \
        (program_id, run_key, position, level, value, bound, status) \
        SELECT $1, $3, CAST(value ->> 0 AS BIGINT), value ->> 1, CAST(value ->> 2 AS BIGINT), \
        CAST(value ->> 3 AS BIGINT), value ->> 4 FROM json_each($2)";
    LEVEL_LIST = "SELECT level, value, bound, status FROM plan_level \
        WHERE program_id = $1 AND run_key = $2 ORDER BY position";
    PLACEMENT_INSERT = "INSERT INTO placement (program_id, run_key, trainee_key, site_key, \
        contact_minutes_per_week, preference_rank) \
        SELECT $1, $3, value ->> 0, value ->> 1, CAST(value ->> 2 AS BIGINT), \
        CAST(value ->> 3 AS BIGINT) FROM json_each($2)";
    PLACEMENT_LIST = "SELECT trainee_key, site_key, contact_minutes_per_week, preference_rank \
        FROM placement WHERE program_id = $1 AND run_key = $2 ORDER BY trainee_key";
    SESSION_INSERT = "INSERT INTO session (program_id, run_key, number, supervisor_key, kind, \
        weekday, start_local, minutes, time_zone, site_key) \
        SELECT $1, $3, CAST(value ->> 0 AS BIGINT), value ->> 1, value ->> 2, value ->> 3, \
        value ->> 4, CAST(value ->> 5 AS BIGINT), value ->> 6, value ->> 7 FROM json_each($2)";
    SESSION_LIST = "SELECT number, supervisor_key, kind, weekday, start_local, minutes, \
        time_zone, site_key FROM session \
        WHERE program_id = $1 AND run_key = $2 ORDER BY number";
    MEMBER_INSERT = "INSERT INTO session_member \
        (program_id, run_key, number, trainee_key, line) \
        SELECT $1, $3, CAST(value ->> 0 AS BIGINT), value ->> 1, value ->> 2 FROM json_each($2)";
    MEMBER_LIST = "SELECT number, trainee_key, line FROM session_member \
        WHERE program_id = $1 AND run_key = $2 ORDER BY number, trainee_key, line";
    UNMATCHED_INSERT = "INSERT INTO unmatched \
        (program_id, run_key, trainee_key, reason, detail, action) \
        SELECT $1, $3, value ->> 0, value ->> 1, value ->> 2, value ->> 3 FROM json_each($2)";
    UNMATCHED_LIST = "SELECT trainee_key, reason, detail, action FROM unmatched \
        WHERE program_id = $1 AND run_key = $2 ORDER BY trainee_key";
}

/// A plan with what it was made from and with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlanRecord {
    /// Key of the round.
    pub round: Key,
    /// When it was stored.
    pub created_at: UtcSecond,
    /// SHA-256 of the canonical roster.
    pub roster_sha256: String,
    /// Rule sets, in order.
    pub rule_sets: Vec<String>,
    /// Name of the solver.
    pub solver: String,
    /// Version of the solver.
    pub solver_version: String,
    /// Version of the zone data.
    pub tzdb_version: String,
    /// The plan.
    pub plan: Plan,
}

/// Returns the rows of one statement about a plan.
macro_rules! plan_list {
    ($tx:expr, $sql:expr, $scope:expr, $run:expr) => {
        on!(&mut *$tx, |connection| {
            sqlx::query_as($sql)
                .bind($scope.program_id)
                .bind($run.as_str())
                .fetch_all(connection)
                .await
        })
    };
}

pub(super) type SessionRow = (
    i64,
    String,
    String,
    Option<String>,
    Option<String>,
    i64,
    String,
    Option<String>,
);

pub(super) fn session(place: Place<'_>, row: SessionRow) -> Result<Session, StoreError> {
    let (number, supervisor, kind, weekday, start, minutes, time_zone, site) = row;
    let weekly_start = match (weekday, start) {
        (Some(weekday), Some(start)) => Some(WeeklyStart {
            weekday: place.some(parse_weekday(&weekday))?,
            start: place.some(MinuteOfDay::parse(&start))?,
        }),
        (None, None) => None,
        (Some(_), None) | (None, Some(_)) => return Err(place.corrupt()),
    };
    Ok(Session {
        number: place.count(number)?,
        supervisor: place.parse(&supervisor)?,
        kind: place.some(session_kind(&kind))?,
        weekly_start,
        minutes: place.minutes(minutes)?,
        time_zone: place.parse(&time_zone)?,
        delivery: match site {
            Some(site) => Delivery::InPerson(place.parse(&site)?),
            None => Delivery::Video,
        },
        members: Vec::new(),
    })
}

impl Tx {
    /// Returns the plan of a run.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when the run has none.
    pub async fn plan_fetch(
        &mut self,
        scope: ProgramScope,
        run: &Key,
    ) -> Result<PlanRecord, StoreError> {
        let rows: Vec<(String, i64, String, String, String, String)> =
            plan_list!(self, PLAN_FETCH, scope, run)?;
        let place = Place {
            table: "plan",
            key: run.as_str(),
        };
        let head = rows.into_iter().next();
        let (round, created_at, roster_sha256, solver, solver_version, tzdb_version) = head
            .ok_or_else(|| StoreError::NotFound {
                kind: EntityKind::Plan,
                key: run.to_string(),
            })?;
        let rule_sets: Vec<(String,)> = plan_list!(self, RULE_SET_LIST, scope, run)?;
        Ok(PlanRecord {
            round: place.parse(&round)?,
            created_at: UtcSecond(created_at),
            roster_sha256,
            rule_sets: rule_sets.into_iter().map(|(rule_set,)| rule_set).collect(),
            solver,
            solver_version,
            tzdb_version,
            plan: self.plan_tables(scope, run, place).await?,
        })
    }

    async fn plan_tables(
        &mut self,
        scope: ProgramScope,
        run: &Key,
        place: Place<'_>,
    ) -> Result<Plan, StoreError> {
        let levels: Vec<(String, i64, i64, String)> = plan_list!(self, LEVEL_LIST, scope, run)?;
        let placements: Vec<(String, String, i64, i64)> =
            plan_list!(self, PLACEMENT_LIST, scope, run)?;
        let unmatched: Vec<(String, String, String, String)> =
            plan_list!(self, UNMATCHED_LIST, scope, run)?;
        let mut plan = Plan {
            sessions: self.session_list(scope, run, place).await?,
            ..Plan::default()
        };
        for (level, value, bound, status) in levels {
            plan.levels.push(LevelResult {
                level: place.some(Level::from_name(&level))?,
                value,
                bound,
                status: place.word(&status, &LevelStatus::ALL, LevelStatus::as_str)?,
            });
        }
        for (trainee, site, contact, rank) in placements {
            plan.placements.push(Placement {
                trainee: place.parse(&trainee)?,
                site: place.parse(&site)?,
                contact: place.minutes(contact)?,
                preference_rank: place.count(rank)?,
            });
        }
        for (trainee, reason, detail, action) in unmatched {
            plan.unmatched.push(Unmatched {
                trainee: place.parse(&trainee)?,
                reason: place.parse(&reason)?,
                detail,
                action,
            });
        }
        Ok(plan)
    }

    async fn session_list(
        &mut self,
        scope: ProgramScope,
        run: &Key,
        place: Place<'_>,
    ) -> Result<Vec<Session>, StoreError> {
        let rows: Vec<SessionRow> = plan_list!(self, SESSION_LIST, scope, run)?;
        let members: Vec<(i64, String, String)> = plan_list!(self, MEMBER_LIST, scope, run)?;
        let mut sessions = rows
            .into_iter()
            .map(|row| session(place, row))
            .collect::<Result<Vec<_>, _>>()?;
        for (number, trainee, line) in members {
            let number = place.count(number)?;
            let at = sessions.binary_search_by_key(&number, |session| session.number);
            let session = at.ok().and_then(|at| sessions.get_mut(at));
            place.some(session)?.members.push(SessionMember {
                trainee: place.parse(&trainee)?,
                line: place.parse(&line)?,
            });
        }
        Ok(sessions)
    }
}

fn session_row(session: &Session) -> Value {
    let weekly = session.weekly_start;
    json!([
        session.number,
        session.supervisor.as_str(),
        session.kind.as_str(),
        weekly.map(|weekly| weekday_word(weekly.weekday)),
        weekly.map(|weekly| weekly.start.to_string()),
        session.minutes.get(),
        session.time_zone.as_str(),
        session.delivery.site().map(|site| site.as_str()),
    ])
}

/// Returns the rows of each table of a plan, with the statement that writes
/// them.
fn tables(record: &PlanRecord) -> [(&'static str, Vec<Value>); 6] {
    let plan = &record.plan;
    let rule_sets = record.rule_sets.iter().enumerate();
    let rule_sets = rule_sets.map(|(place, rule_set)| json!([place, rule_set]));
    let levels = plan.levels.iter().enumerate().map(|(place, level)| {
        let (name, status) = (level.level.name(), level.status.as_str());
        json!([place, name, level.value, level.bound, status])
    });
    let placements = plan.placements.iter().map(|one| {
        let (trainee, site) = (one.trainee.as_str(), one.site.as_str());
        json!([trainee, site, one.contact.get(), one.preference_rank])
    });
    let members = plan.sessions.iter().flat_map(|session| {
        let member = |member: &SessionMember| {
            json!([
                session.number,
                member.trainee.as_str(),
                member.line.as_str()
            ])
        };
        session.members.iter().map(member).collect::<Vec<_>>()
    });
    let unmatched = plan.unmatched.iter().map(|one| {
        let (trainee, reason) = (one.trainee.as_str(), one.reason.name());
        json!([trainee, reason, one.detail, one.action])
    });
    [
        (RULE_SET_INSERT, rule_sets.collect()),
        (LEVEL_INSERT, levels.collect()),
        (PLACEMENT_INSERT, placements.collect()),
        (
            SESSION_INSERT,
            plan.sessions.iter().map(session_row).collect(),
        ),
        (MEMBER_INSERT, members.collect()),
        (UNMATCHED_INSERT, unmatched.collect()),
    ]
}

impl WriteTx {
    /// Stores the plan of a run, once.
    pub(super) async fn plan_insert(
        &mut self,
        run: &Key,
        record: &PlanRecord,
    ) -> Result<(), StoreError> {
        let program_id = self.scope.program_id;
        on!(&mut self.tx, |connection| {
            sqlx::query(PLAN_INSERT)
                .bind(program_id)
                .bind(run.as_str())
                .bind(record.round.as_str())
                .bind(record.created_at.0)
                .bind(record.roster_sha256.as_str())
                .bind(record.solver.as_str())
                .bind(record.solver_version.as_str())
                .bind(record.tzdb_version.as_str())
                .execute(connection)
                .await
                .map(drop)
        })?;
        for (sql, rows) in tables(record) {
            write_rows(&mut self.tx, sql, program_id, run.as_str(), &rows).await?;
        }
        Ok(())
    }
}
