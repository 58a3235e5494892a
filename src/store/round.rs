//! Rounds: dates and policy.

use sqlx::FromRow;
use uuid::Uuid;

use super::dispatch::{on, statements};
use super::listing::{ListTable, list_table, page_of, records_of};
use super::rows::{Place, RecordColumns};
use super::{KeyRange, ProgramScope, Seek, StoreError, Tx, WriteTx};
use crate::domain::{
    BlockingPairs, EntityKind, Key, Ratio, Round, RoundFilter, Thousandths, UnrankedSites,
    Versioned,
};

/// The lists of rounds; their filter is a day of the term.
pub(super) const ROUNDS: ListTable = list_table!(
    "round",
    "key_is_given, name, first_day, last_day, session_start_step_minutes, missed_sessions_max, \
    unranked_sites, excluded_supervisor_closes_sites, contact_per_supervision_max_thousandths, \
    group_credit_thousandths, has_availability, policy, rule_sets, blocking_pairs",
    "name",
    "($5 = '' OR (first_day <= $5 AND last_day >= $5))"
);

statements! {
    ROUND_WRITE = "INSERT INTO round (program_id, key, id, version, created_at, updated_at, \
        key_is_given, name, first_day, last_day, session_start_step_minutes, \
        missed_sessions_max, unranked_sites, excluded_supervisor_closes_sites, \
        contact_per_supervision_max_thousandths, group_credit_thousandths, has_availability, \
        policy, rule_sets, blocking_pairs) \
        VALUES ($1, $2, $3, 1, $4, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, \
        $17, $18) \
        ON CONFLICT (program_id, key) DO UPDATE SET version = round.version + 1, \
        updated_at = excluded.updated_at, deleted_at = NULL, \
        key_is_given = excluded.key_is_given, name = excluded.name, \
        first_day = excluded.first_day, last_day = excluded.last_day, \
        session_start_step_minutes = excluded.session_start_step_minutes, \
        missed_sessions_max = excluded.missed_sessions_max, \
        unranked_sites = excluded.unranked_sites, \
        excluded_supervisor_closes_sites = excluded.excluded_supervisor_closes_sites, \
        contact_per_supervision_max_thousandths = \
        excluded.contact_per_supervision_max_thousandths, \
        group_credit_thousandths = excluded.group_credit_thousandths, \
        has_availability = excluded.has_availability, policy = excluded.policy, \
        rule_sets = excluded.rule_sets, blocking_pairs = excluded.blocking_pairs";
    ROUND_TOUCH = "UPDATE round SET version = version + 1, updated_at = $3 \
        WHERE program_id = $1 AND key = $2 AND deleted_at IS NULL";
}

/// A round as it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RoundRecord {
    /// Its key.
    pub key: Key,
    /// Dates and policy; with a key only where the folder names one.
    pub round: Round,
    /// Whether the roster says when people are available at all.
    pub has_availability: bool,
    /// The texts of the rule sets that hold, in order.
    pub rule_sets: Vec<String>,
}

#[derive(FromRow)]
struct RoundRow {
    #[sqlx(flatten)]
    record: RecordColumns,
    key_is_given: bool,
    name: String,
    first_day: String,
    last_day: String,
    session_start_step_minutes: i64,
    missed_sessions_max: i64,
    unranked_sites: String,
    excluded_supervisor_closes_sites: bool,
    contact_per_supervision_max_thousandths: Option<i64>,
    group_credit_thousandths: Option<i64>,
    has_availability: bool,
    policy: String,
    rule_sets: String,
    blocking_pairs: String,
}

const UNRANKED_SITES: [UnrankedSites; 2] = [UnrankedSites::Forbidden, UnrankedSites::Last];

const fn unranked_word(unranked: UnrankedSites) -> &'static str {
    match unranked {
        UnrankedSites::Forbidden => "forbidden",
        UnrankedSites::Last => "last",
    }
}

impl RoundRow {
    fn into_round(self) -> Result<Versioned<RoundRecord>, StoreError> {
        let place = Place {
            table: "round",
            key: &self.record.key,
        };
        let key: Key = place.parse(&self.record.key)?;
        let factor = |number: i64| place.some(Thousandths::new(place.count(number)?));
        let ratio = match (
            self.contact_per_supervision_max_thousandths,
            self.group_credit_thousandths,
        ) {
            (Some(most), Some(credit)) => Some(Ratio {
                contact_per_supervision_max: factor(most)?,
                group_credit: factor(credit)?,
            }),
            (None, None) => None,
            (Some(_), None) | (None, Some(_)) => return Err(place.corrupt()),
        };
        let round = Round {
            key: self.key_is_given.then(|| key.clone()),
            name: self.name,
            term: place.days(&self.first_day, &self.last_day)?,
            session_start_step: place.minutes(self.session_start_step_minutes)?,
            missed_sessions_max: place.count(self.missed_sessions_max)?,
            unranked_sites: place.word(&self.unranked_sites, &UNRANKED_SITES, unranked_word)?,
            excluded_supervisor_closes_sites: self.excluded_supervisor_closes_sites,
            ratio,
            policy: place.parse(&self.policy)?,
            blocking_pairs: place.word(
                &self.blocking_pairs,
                &BlockingPairs::ALL,
                BlockingPairs::as_str,
            )?,
        };
        Ok(self.record.with(RoundRecord {
            key,
            round,
            has_availability: self.has_availability,
            rule_sets: serde_json::from_str(&self.rule_sets).map_err(|_| place.corrupt())?,
        }))
    }
}

impl Tx {
    /// Returns the rounds of some keys, by key.
    ///
    /// # Errors
    /// When the database fails, or holds what no round can be.
    pub async fn round_list(
        &mut self,
        scope: ProgramScope,
        keys: &KeyRange,
    ) -> Result<Vec<Versioned<RoundRecord>>, StoreError> {
        let rows: Vec<RoundRow> = records_of(self, ROUNDS.of_keys(keys), scope, keys).await?;
        rows.into_iter().map(RoundRow::into_round).collect()
    }

    /// Returns a page of rounds through a filter, in its order.
    ///
    /// # Errors
    /// As [`Tx::round_list`].
    pub async fn round_page(
        &mut self,
        scope: ProgramScope,
        seek: &Seek,
        filter: &RoundFilter,
    ) -> Result<Vec<Versioned<RoundRecord>>, StoreError> {
        let day = filter.day.map(|day| day.to_string()).unwrap_or_default();
        let rows: Vec<RoundRow> = page_of(self, &ROUNDS, scope, seek, &[&day]).await?;
        rows.into_iter().map(RoundRow::into_round).collect()
    }

    /// Returns a round.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when there is none of that key.
    pub async fn round_fetch(
        &mut self,
        scope: ProgramScope,
        key: &Key,
    ) -> Result<Versioned<RoundRecord>, StoreError> {
        let found = self
            .round_list(scope, &KeyRange::one(key.as_str()))
            .await?
            .into_iter()
            .next();
        found.ok_or_else(|| StoreError::NotFound {
            kind: EntityKind::Round,
            key: key.to_string(),
        })
    }
}

impl WriteTx {
    /// Gives a round a new version, since what belongs to it changes.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn round_touch(&mut self, key: &Key) -> Result<(), StoreError> {
        let (program_id, now) = (self.scope.program_id, self.now.0);
        on!(&mut self.tx, |connection| {
            sqlx::query(ROUND_TOUCH)
                .bind(program_id)
                .bind(key.as_str())
                .bind(now)
                .execute(connection)
                .await
                .map(drop)
        })?;
        Ok(())
    }

    /// Creates or replaces a round, a new version.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn round_write(&mut self, record: &RoundRecord) -> Result<(), StoreError> {
        let (program_id, now) = (self.scope.program_id, self.now.0);
        let round = &record.round;
        let rule_sets = serde_json::json!(record.rule_sets).to_string();
        let factor = |of: fn(&Ratio) -> Thousandths| {
            round.ratio.as_ref().map(|ratio| i64::from(of(ratio).get()))
        };
        on!(&mut self.tx, |connection| {
            sqlx::query(ROUND_WRITE)
                .bind(program_id)
                .bind(record.key.as_str())
                .bind(Uuid::now_v7())
                .bind(now)
                .bind(round.key.is_some())
                .bind(round.name.as_str())
                .bind(round.term.first().to_string())
                .bind(round.term.last().to_string())
                .bind(i64::from(round.session_start_step.get()))
                .bind(i64::from(round.missed_sessions_max))
                .bind(unranked_word(round.unranked_sites))
                .bind(round.excluded_supervisor_closes_sites)
                .bind(factor(|ratio| ratio.contact_per_supervision_max))
                .bind(factor(|ratio| ratio.group_credit))
                .bind(record.has_availability)
                .bind(round.policy.to_string())
                .bind(rule_sets.as_str())
                .bind(round.blocking_pairs.as_str())
                .execute(connection)
                .await
                .map(drop)
        })?;
        Ok(())
    }
}
