//! The supervision lines of a round.

use serde_json::json;

use super::round_parts::{check_once, commit_part};
use super::{Actor, App, AppError};
use crate::domain::{Key, ProgramKey, SupervisionLine, Versioned};
use crate::store::RoundRows;

impl App {
    /// Returns the supervision lines of a round, by level and line, with the
    /// version of the round.
    ///
    /// # Errors
    /// [`AppError::NotFound`].
    pub async fn list_supervision_lines(
        &self,
        actor: &Actor,
        program: &ProgramKey,
        round: &Key,
    ) -> Result<Versioned<Vec<SupervisionLine>>, AppError> {
        let (mut tx, scope, record) = self.read_round(actor, program, round).await?;
        Ok(record.with(tx.supervision_line_list(scope, round).await?))
    }

    /// Replaces all supervision lines of a round. With `etag`, only when that
    /// is still the version of the round.
    ///
    /// # Errors
    /// [`AppError::Invalid`] when a level has two lines of one name,
    /// [`AppError::NotFound`], [`AppError::StaleEtag`].
    pub async fn replace_supervision_lines(
        &self,
        actor: &Actor,
        program: &ProgramKey,
        round: &Key,
        lines: Vec<SupervisionLine>,
        etag: Option<i64>,
    ) -> Result<Versioned<Vec<SupervisionLine>>, AppError> {
        check_once(lines.iter().enumerate().map(|(index, line)| {
            let path = format!("supervision_lines[{index}].line");
            (path, (&line.level, &line.line))
        }))?;
        let mut write = self.change_round(actor, program, round, etag).await?;
        let scope = write.scope();
        let rows = |supervision_lines| RoundRows {
            supervision_lines,
            ..RoundRows::default()
        };
        let before = write.tx().supervision_line_list(scope, round).await?;
        write.round_rows_remove(round, &rows(before)).await?;
        write.round_rows_write(round, &rows(lines)).await?;
        let after = write.tx().supervision_line_list(scope, round).await?;
        let payload = json!({ "lines": after.len() });
        let kind = "replace_supervision_lines";
        let part = "supervision_lines";
        commit_part(write, actor, round, kind, part, &payload, after).await
    }
}
