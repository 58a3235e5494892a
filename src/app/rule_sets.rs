//! Rule sets: those that are shipped and the program's own in one list. One of
//! the program's own stands in the place of a shipped one of the same id.

use std::collections::BTreeSet;

use serde_json::json;

use super::listing::{page_of, page_range};
use super::rosters::{blocking, rule_sets_of};
use super::rule_check::RulesOf;
use super::transact::{check_etag, commit};
use super::{Actor, App, AppError, Permission};
use crate::domain::{
    EntityKind, Key, Page, PageRequest, ProgramKey, RuleSet, RuleSetFilter, Versioned, Violations,
};
use crate::roster::{
    RosterErrors, read_rule_set, rule_set_mark, shipped_rule_set, shipped_rule_sets,
};
use crate::store::{KeyRange, ProgramScope, RuleSetText, Tx, WriteTx};

/// Most bytes of the text of a rule set.
pub const RULE_SET_TEXT_MAX: usize = 64 << 10;

/// Where a rule set is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RuleSetOrigin {
    /// In Practicum itself.
    Shipped,
    /// In the program, with its version.
    Program(Versioned<()>),
    /// In a round or under a plan, as it was when they were made.
    Kept(RulesOf),
}

/// A rule set and where it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnownRuleSet {
    /// The rule set.
    pub set: RuleSet,
    /// Where it is kept.
    pub origin: RuleSetOrigin,
}

fn shipped(set: &RuleSet) -> KnownRuleSet {
    KnownRuleSet {
        set: set.clone(),
        origin: RuleSetOrigin::Shipped,
    }
}

fn not_found(key: &Key) -> AppError {
    AppError::NotFound {
        kind: EntityKind::RuleSet,
        key: key.to_string(),
    }
}

/// Returns the program's own rule sets of some keys through a filter, by key.
pub(super) async fn own_rule_sets(
    tx: &mut Tx,
    scope: ProgramScope,
    keys: &KeyRange,
    filter: &RuleSetFilter,
) -> Result<Vec<KnownRuleSet>, AppError> {
    let found = tx.rule_set_list(scope, keys, filter).await?;
    let known = |record: Versioned<RuleSetText>| {
        let set = read_rule_set(record.value.key.as_str(), &record.value.text);
        Ok(KnownRuleSet {
            set: set.map_err(|errors| AppError::Internal(errors.into()))?,
            origin: RuleSetOrigin::Program(record.with(())),
        })
    };
    found.into_iter().map(known).collect()
}

async fn own_rule_set(
    tx: &mut Tx,
    scope: ProgramScope,
    key: &Key,
) -> Result<Option<KnownRuleSet>, AppError> {
    let range = KeyRange::one(key.as_str());
    let found = own_rule_sets(tx, scope, &range, &RuleSetFilter::default()).await?;
    Ok(found.into_iter().next())
}

/// Returns the version of a rule set of the program's own.
fn version(own: &KnownRuleSet) -> Result<&Versioned<()>, AppError> {
    match &own.origin {
        RuleSetOrigin::Program(version) => Ok(version),
        RuleSetOrigin::Shipped | RuleSetOrigin::Kept(_) => Err(not_found(&own.set.key)),
    }
}

/// Reads the text of a rule set; every mistake is told with its key and line.
fn read(text: &str) -> Result<RuleSet, AppError> {
    if text.len() > RULE_SET_TEXT_MAX {
        let message = format!("may have at most {RULE_SET_TEXT_MAX} bytes");
        return Err(AppError::Invalid(Violations::one(
            "toml", "length", message,
        )));
    }
    // As a file is read: without a byte-order mark.
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    read_rule_set("toml", text).map_err(|errors| AppError::Invalid(violations(&errors)))
}

fn violations(errors: &RosterErrors) -> Violations {
    let mut violations = Violations::default();
    for error in errors.as_slice() {
        let path = match &error.column {
            Some(key) => format!("toml.{key}"),
            None => "toml".to_owned(),
        };
        let line = error.row.map(|row| format!("line {row}: "));
        let message = line.unwrap_or_default() + &error.complaint();
        violations.add(path, "rule_set", message);
    }
    violations
}

impl App {
    /// Returns rule sets through a filter, by id: the program's own, and the
    /// shipped ones that none of them stands in the place of.
    ///
    /// # Errors
    /// [`AppError::NotFound`] for the program; [`AppError::Invalid`] for a page
    /// of no or too many records.
    pub async fn list_rule_sets(
        &self,
        actor: &Actor,
        program: &ProgramKey,
        page: &PageRequest,
        filter: &RuleSetFilter,
    ) -> Result<Page<KnownRuleSet>, AppError> {
        let range = page_range(page)?;
        let (mut tx, scope, _) = self.read(actor, program, Permission::RoundRead).await?;
        let mut sets = own_rule_sets(&mut tx, scope, &range, filter).await?;
        let all = shipped_rule_sets().iter();
        let range = KeyRange::of(all.clone().map(|set| set.key.as_str()));
        let any = RuleSetFilter::default();
        let replaced = tx.rule_set_list(scope, &range, &any);
        let replaced = replaced.await?.into_iter();
        let replaced: BTreeSet<Key> = replaced.map(|record| record.value.key).collect();
        let is_after = |set: &RuleSet| {
            let after = page.after.as_deref();
            after.is_none_or(|after| after < set.key.as_str())
        };
        let others = all.filter(|set| is_after(set) && filter.admits(set));
        let others = others.filter(|set| !replaced.contains(&set.key));
        sets.extend(others.map(shipped));
        sets.sort_by(|one, other| one.set.key.cmp(&other.set.key));
        Ok(page_of(sets, page, |known| known.set.key.to_string()))
    }

    /// Returns a rule set as it is known to the program now.
    ///
    /// # Errors
    /// [`AppError::NotFound`].
    pub async fn get_rule_set(
        &self,
        actor: &Actor,
        program: &ProgramKey,
        key: &Key,
    ) -> Result<KnownRuleSet, AppError> {
        let (mut tx, scope) = self.glance(actor, program, Permission::RoundRead).await?;
        let own = own_rule_set(&mut tx, scope, key).await?;
        own.or_else(|| shipped_rule_set(key).map(shipped))
            .ok_or_else(|| not_found(key))
    }

    /// Returns a rule set as a round holds it, or as a plan was made with it.
    ///
    /// # Errors
    /// [`AppError::NotFound`] for round, run and rule set;
    /// [`AppError::FailedPrecondition`] when there is no plan.
    pub async fn get_kept_rule_set(
        &self,
        actor: &Actor,
        program: &ProgramKey,
        of: RulesOf,
        key: &Key,
    ) -> Result<KnownRuleSet, AppError> {
        let sets = match &of {
            RulesOf::Round(round) => {
                let (mut tx, scope) = self.glance(actor, program, Permission::RoundRead).await?;
                let record = tx.round_fetch(scope, round).await?;
                rule_sets_of(&record.value.rule_sets)?
            }
            RulesOf::Plan(run) => {
                let (_, roster) = self.plan_with_roster(actor, program, run).await?;
                roster.rule_sets
            }
        };
        let found = sets.into_iter().find(|set| set.key == *key);
        let set = found.ok_or_else(|| not_found(key))?;
        Ok(KnownRuleSet {
            set,
            origin: RuleSetOrigin::Kept(of),
        })
    }

    /// Creates a rule set of the program's own from its TOML text. No round
    /// asks for it yet.
    ///
    /// # Errors
    /// [`AppError::Invalid`] with every mistake in the text, at `toml` and the
    /// key; [`AppError::NotFound`] for the program,
    /// [`AppError::AlreadyExists`] when one of the program's own has the id.
    pub async fn create_rule_set(
        &self,
        actor: &Actor,
        program: &ProgramKey,
        text: String,
    ) -> Result<KnownRuleSet, AppError> {
        let set = blocking(move || read(&text)).await??;
        let mut write = self.write(actor, program, Permission::RoundWrite).await?;
        let scope = write.scope();
        let there = own_rule_set(write.tx(), scope, &set.key).await?;
        if there.is_some() {
            return Err(AppError::AlreadyExists {
                kind: EntityKind::RuleSet,
                key: set.key.to_string(),
            });
        }
        self.write_rule_set(actor, write, "create_rule_set", &set)
            .await
    }

    /// Replaces the text of a rule set of the program's own. Rounds that hold
    /// it keep the text that they have until they name it again. With `etag`,
    /// only when that is still its version.
    ///
    /// # Errors
    /// As [`App::create_rule_set`], also for a text of another id;
    /// [`AppError::NotFound`] when the program has none of its own of that id,
    /// [`AppError::StaleEtag`].
    pub async fn update_rule_set(
        &self,
        actor: &Actor,
        program: &ProgramKey,
        key: &Key,
        text: String,
        etag: Option<i64>,
    ) -> Result<KnownRuleSet, AppError> {
        let set = blocking(move || read(&text)).await??;
        if set.key != *key {
            let message = format!("must be {key}; a rule set of another id is another one");
            let wrong = Violations::one("toml.id", "immutable", message);
            return Err(AppError::Invalid(wrong));
        }
        let mut write = self.write(actor, program, Permission::RoundWrite).await?;
        let scope = write.scope();
        let before = own_rule_set(write.tx(), scope, key).await?;
        let before = before.ok_or_else(|| not_found(key))?;
        check_etag(EntityKind::RuleSet, key.as_str(), version(&before)?, etag)?;
        self.write_rule_set(actor, write, "update_rule_set", &set)
            .await
    }

    async fn write_rule_set(
        &self,
        actor: &Actor,
        mut write: WriteTx,
        kind: &str,
        set: &RuleSet,
    ) -> Result<KnownRuleSet, AppError> {
        let scope = write.scope();
        write.rule_set_write(set).await?;
        let after = own_rule_set(write.tx(), scope, &set.key).await?;
        let after = after.ok_or_else(|| not_found(&set.key))?;
        let subject = format!("rule_sets/{}", set.key);
        let payload = json!({ "rule_set": rule_set_mark(set) }).to_string();
        commit(write, actor, kind, &subject, &payload, &after).await?;
        Ok(after)
    }

    /// Deletes a rule set of the program's own; a shipped one of the same id is
    /// known again. Rounds and plans that hold it keep it.
    ///
    /// # Errors
    /// [`AppError::NotFound`], [`AppError::StaleEtag`].
    pub async fn delete_rule_set(
        &self,
        actor: &Actor,
        program: &ProgramKey,
        key: &Key,
        etag: Option<i64>,
    ) -> Result<(), AppError> {
        let mut write = self.write(actor, program, Permission::RoundWrite).await?;
        let scope = write.scope();
        let before = own_rule_set(write.tx(), scope, key).await?;
        let before = before.ok_or_else(|| not_found(key))?;
        check_etag(EntityKind::RuleSet, key.as_str(), version(&before)?, etag)?;
        write.rule_set_delete(key).await?;
        let subject = format!("rule_sets/{key}");
        commit(write, actor, "delete_rule_set", &subject, "{}", &()).await
    }
}
