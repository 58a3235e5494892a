//! What belongs to a round: supervision lines, wishes, pins, forbids and
//! rankings. Who takes part is in `participant`.

use super::dispatch::{on, statements};
use super::rows::Place;
use super::supervisor::session_kind;
use super::{KeyRange, Participants, ProgramScope, StoreError, Tx};
use crate::domain::{
    Forbid, Key, LicenceRule, Pin, Preference, Role, SiteOrSupervisor, SiteRanking,
    SupervisionLine, TraineeKey,
};

statements! {
    LINE_LIST = "SELECT level, line, role, minutes_per_week, licence FROM supervision_line \
        WHERE program_id = $1 AND round_key = $2 ORDER BY level, line";
    LINE_KIND_LIST = "SELECT level, line, word FROM supervision_line_kind \
        WHERE program_id = $1 AND round_key = $2 ORDER BY level, line, word";
    PREFERENCE_LIST = "SELECT trainee_key, target, target_key, rank FROM preference \
        WHERE program_id = $1 AND round_key = $2 AND trainee_key >= $3 AND trainee_key <= $4 \
        ORDER BY trainee_key, target, target_key";
    PIN_LIST = "SELECT trainee_key, target, target_key FROM pin \
        WHERE program_id = $1 AND round_key = $2 ORDER BY trainee_key, target, target_key";
    FORBID_LIST = "SELECT trainee_key, target, target_key FROM forbid \
        WHERE program_id = $1 AND round_key = $2 ORDER BY trainee_key, target, target_key";
    RANKING_LIST = "SELECT site_key, trainee_key, rank FROM site_ranking \
        WHERE program_id = $1 AND round_key = $2 AND site_key >= $3 AND site_key <= $4 \
        ORDER BY site_key, trainee_key";
}

/// Rows of a round, each list in the order of its keys.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RoundRows {
    /// Who takes part.
    pub participants: Participants,
    /// Supervision lines.
    pub supervision_lines: Vec<SupervisionLine>,
    /// Ranked wishes.
    pub preferences: Vec<Preference>,
    /// Pins.
    pub pins: Vec<Pin>,
    /// Forbids.
    pub forbids: Vec<Forbid>,
    /// Sites' rankings.
    pub site_rankings: Vec<SiteRanking>,
}

const LICENCE_RULES: [LicenceRule; 2] = [LicenceRule::Jurisdiction, LicenceRule::Any];

pub(super) const fn licence_word(rule: LicenceRule) -> &'static str {
    match rule {
        LicenceRule::Jurisdiction => "jurisdiction",
        LicenceRule::Any => "any",
    }
}

/// Reads the target of a wish.
pub(super) fn target(
    place: Place<'_>,
    kind: &str,
    key: &str,
) -> Result<SiteOrSupervisor, StoreError> {
    match kind {
        "site" => Ok(SiteOrSupervisor::Site(place.parse(key)?)),
        "supervisor" => Ok(SiteOrSupervisor::Supervisor(place.parse(key)?)),
        _ => Err(place.corrupt()),
    }
}

type Pair = (String, String, String);

fn pair(
    table: &'static str,
    (trainee, kind, key): &Pair,
) -> Result<(TraineeKey, SiteOrSupervisor), StoreError> {
    let place = Place {
        table,
        key: trainee,
    };
    Ok((place.parse(trainee)?, target(place, kind, key)?))
}

/// Returns the rows of one statement about a round, of all owners or of a
/// range of them.
macro_rules! round_list {
    ($tx:expr, $sql:expr, $scope:expr, $round:expr $(, $owners:expr)?) => {
        on!(&mut *$tx, |connection| {
            sqlx::query_as($sql)
                .bind($scope.program_id)
                .bind($round.as_str())
                $(.bind($owners.from.as_str()).bind($owners.until.as_str()))?
                .fetch_all(connection)
                .await
        })
    };
}

impl Tx {
    /// Returns all rows of a round.
    ///
    /// # Errors
    /// When the database fails, or holds what no row can be.
    pub async fn round_rows(
        &mut self,
        scope: ProgramScope,
        round: &Key,
    ) -> Result<RoundRows, StoreError> {
        let all = KeyRange::all();
        let pins: Vec<Pair> = round_list!(self, PIN_LIST, scope, round)?;
        let forbids: Vec<Pair> = round_list!(self, FORBID_LIST, scope, round)?;
        let pin = |row: Pair| pair("pin", &row).map(|(trainee, target)| Pin { trainee, target });
        let forbid =
            |row: Pair| pair("forbid", &row).map(|(trainee, target)| Forbid { trainee, target });
        Ok(RoundRows {
            participants: self.participants(scope, round).await?,
            supervision_lines: self.supervision_line_list(scope, round).await?,
            preferences: self.preference_list(scope, round, &all).await?,
            pins: pins
                .into_iter()
                .map(pin)
                .collect::<Result<_, StoreError>>()?,
            forbids: forbids
                .into_iter()
                .map(forbid)
                .collect::<Result<_, StoreError>>()?,
            site_rankings: self.site_ranking_list(scope, round, &all).await?,
        })
    }

    /// Returns the wishes of a range of trainees, by trainee and target.
    ///
    /// # Errors
    /// When the database fails, or holds what no wish can be.
    pub async fn preference_list(
        &mut self,
        scope: ProgramScope,
        round: &Key,
        trainees: &KeyRange,
    ) -> Result<Vec<Preference>, StoreError> {
        let rows: Vec<(String, String, String, i64)> =
            round_list!(self, PREFERENCE_LIST, scope, round, trainees)?;
        let preference = |(trainee, kind, key, rank): (String, String, String, i64)| {
            let (trainee, target) = pair("preference", &(trainee, kind, key))?;
            let place = Place {
                table: "preference",
                key: trainee.as_str(),
            };
            let rank = place.count(rank)?;
            Ok(Preference {
                trainee,
                target,
                rank,
            })
        };
        rows.into_iter().map(preference).collect()
    }

    /// Returns the rankings of a range of sites, by site and trainee.
    ///
    /// # Errors
    /// When the database fails, or holds what no ranking can be.
    pub async fn site_ranking_list(
        &mut self,
        scope: ProgramScope,
        round: &Key,
        sites: &KeyRange,
    ) -> Result<Vec<SiteRanking>, StoreError> {
        let rows: Vec<(String, String, i64)> =
            round_list!(self, RANKING_LIST, scope, round, sites)?;
        let ranking = |(site, trainee, rank): (String, String, i64)| {
            let place = Place {
                table: "site_ranking",
                key: &site,
            };
            Ok(SiteRanking {
                site: place.parse(&site)?,
                trainee: place.parse(&trainee)?,
                rank: place.count(rank)?,
            })
        };
        rows.into_iter().map(ranking).collect()
    }

    /// Returns the supervision lines of a round, by level and line.
    ///
    /// # Errors
    /// When the database fails, or holds what no line can be.
    pub async fn supervision_line_list(
        &mut self,
        scope: ProgramScope,
        round: &Key,
    ) -> Result<Vec<SupervisionLine>, StoreError> {
        let rows: Vec<(String, String, String, i64, String)> =
            round_list!(self, LINE_LIST, scope, round)?;
        let kinds: Vec<(String, String, String)> = round_list!(self, LINE_KIND_LIST, scope, round)?;
        let line =
            |(level, line, role, minutes, licence): (String, String, String, i64, String)| {
                let place = Place {
                    table: "supervision_line",
                    key: &line,
                };
                let own = kinds.iter().filter(|(l, n, _)| *l == level && *n == line);
                Ok(SupervisionLine {
                    level: place.parse(&level)?,
                    line: place.parse(&line)?,
                    kinds: own
                        .map(|(_, _, word)| place.some(session_kind(word)))
                        .collect::<Result<_, StoreError>>()?,
                    role: place.word(&role, &Role::ALL, Role::as_str)?,
                    minutes_per_week: place.minutes(minutes)?,
                    licence: place.word(&licence, &LICENCE_RULES, licence_word)?,
                })
            };
        rows.into_iter().map(line).collect()
    }
}
