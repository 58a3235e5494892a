//! How the database does: whether it can be reached, read and written, whether
//! it is whole, and which runs wait.

use std::path::Path;

use serde::Serialize;

use crate::app::{Clock, SystemClock};
use crate::cli::Failure;
use crate::cli::database::trouble::sentence;
use crate::cli::database::{Database, in_runtime};
use crate::domain::time::UtcSecond;
use crate::store::{
    Address, Backend, BrokenLink, Db, FileHealth, Gap, KeyRange, ProgramScope, RecordCounts,
    RunsAtWork, ServerHealth, StoreError,
};

/// Free bytes under which a disk is worth a warning.
const LITTLE_SPACE: u64 = 1 << 30;
/// Seconds after which a run that still waits is worth a warning.
const LONG_WAIT: i64 = 60;

/// The database in use.
#[derive(Debug, Serialize)]
pub(super) struct Report {
    /// Path or URL, without a password.
    place: String,
    /// `sqlite` or `postgresql`; absent where nothing answers.
    kind: Option<&'static str>,
    version: Option<String>,
    role: Option<String>,
    #[serde(skip)]
    may_migrate: bool,
    journal_mode: Option<String>,
    file_bytes: Option<u64>,
    disk_free_bytes: Option<u64>,
    schema_migration: Option<i64>,
    schema_migration_known: Option<i64>,
    writable: bool,
    records: Option<Vec<(&'static str, i64)>>,
    programs_with_whole_chain: Option<usize>,
    runs_queued: Option<i64>,
    runs_running: Option<i64>,
    runs_with_lease_over: Option<i64>,
}

/// What is worth a look, and what stops some command from working.
pub(super) struct Findings<'a> {
    pub(super) warnings: &'a mut Vec<String>,
    pub(super) problems: &'a mut Vec<String>,
}

/// Examines the database; `None` where none was named and none is there.
pub(super) fn examine(database: &Database, findings: &mut Findings<'_>) -> Option<Report> {
    let address = match Address::parse(&database.url) {
        Ok(address) => address,
        Err(error) => {
            findings.problems.push(database.explain(&error).to_string());
            return Some(Report::of("not understood".to_owned()));
        }
    };
    let mut report = Report::of(address.to_string());
    if let Some(path) = address.file() {
        if !path.exists() {
            if database.is_named() {
                let what = format!("there is no database at {address}");
                findings
                    .problems
                    .push(format!("{what}; `practicum import` makes one"));
                return Some(report);
            }
            return None;
        }
        report.look_at_disk(path, findings);
    }
    let examined = in_runtime(async {
        if let Err(error) = report.look_inside(&address, findings).await {
            findings.problems.push(sentence(&address, &error));
        }
        Ok(())
    });
    if let Err(failure) = examined {
        findings.problems.push(Failure::to_string(&failure));
    }
    Some(report)
}

impl Report {
    fn of(place: String) -> Self {
        Self {
            place,
            kind: None,
            version: None,
            role: None,
            may_migrate: false,
            journal_mode: None,
            file_bytes: None,
            disk_free_bytes: None,
            schema_migration: None,
            schema_migration_known: None,
            writable: false,
            records: None,
            programs_with_whole_chain: None,
            runs_queued: None,
            runs_running: None,
            runs_with_lease_over: None,
        }
    }

    fn look_at_disk(&mut self, path: &Path, findings: &mut Findings<'_>) {
        self.file_bytes = std::fs::metadata(path).ok().map(|file| file.len());
        let disk = rustix::fs::statvfs(path).ok();
        self.disk_free_bytes = disk.map(|disk| disk.f_bavail.saturating_mul(disk.f_frsize));
        if let Some(free) = self.disk_free_bytes.filter(|free| *free < LITTLE_SPACE) {
            findings.warnings.push(format!(
                "the disk of {} has only {} MiB left; make room before it is full",
                path.display(),
                free >> 20
            ));
        }
    }

    async fn look_inside(
        &mut self,
        address: &Address,
        findings: &mut Findings<'_>,
    ) -> Result<(), StoreError> {
        let db = Db::inspect(address).await?;
        match db.backend().await? {
            Backend::File(file) => self.file(file, address, findings),
            Backend::Server(server) => self.server(server, findings),
        }
        let schema = db.schema_version().await?;
        self.schema_migration = Some(schema.found);
        self.schema_migration_known = Some(schema.known);
        match schema.check() {
            // Whoever may migrate does so by opening it.
            Err(StoreError::SchemaBehind { found, known }) if self.may_migrate => {
                findings.warnings.push(format!(
                    "the schema is at migration {found} of {known}; `practicum migrate`, or any \
                     command over the database, brings it up to date"
                ));
                return Ok(());
            }
            other => other?,
        }
        for gap in db.gaps_in_wall().await? {
            match gap {
                // Told with what is known of the role.
                Gap::RolePassesThrough { .. } => {}
                Gap::RoleOwnsTables { .. } => findings.warnings.push(format!(
                    "{gap}; let another one serve (docs/database.md, Two roles)"
                )),
                Gap::TablesWithoutPolicy(_) => findings.problems.push(format!(
                    "{gap}, so that the database does not keep programs apart; run `practicum \
                     migrate` with the owner's URL, and look who changed them"
                )),
            }
        }
        match db.check_writable().await {
            Ok(()) => self.writable = true,
            Err(error) => findings.problems.push(sentence(address, &error)),
        }
        self.chains(&db, findings).await?;
        let mut tx = db.read().await?;
        self.records = Some(counted(tx.record_counts().await?));
        let now = SystemClock.now();
        self.runs(tx.runs_at_work(now).await?, now, findings);
        drop(tx);
        db.close().await;
        Ok(())
    }

    fn file(&mut self, file: FileHealth, address: &Address, findings: &mut Findings<'_>) {
        if file.journal_mode != "wal" {
            findings.warnings.push(format!(
                "the journal mode is {}; the next command over the database makes it wal",
                file.journal_mode
            ));
        }
        for fault in &file.faults {
            findings.problems.push(format!(
                "{address} is damaged ({fault}); put back a copy that `practicum backup` made"
            ));
        }
        self.kind = Some("sqlite");
        self.may_migrate = true;
        self.version = Some(file.version);
        self.journal_mode = Some(file.journal_mode);
    }

    fn server(&mut self, server: ServerHealth, findings: &mut Findings<'_>) {
        let role = &server.role;
        if !server.is_supported {
            let version = &server.version;
            let what = format!("PostgreSQL {version} is too old");
            findings
                .problems
                .push(format!("{what}; 15 is the oldest that is supported"));
        }
        if server.is_superuser {
            findings.warnings.push(format!(
                "the role {role} is a superuser; let another one serve (docs/database.md, Two roles)"
            ));
        }
        if !server.tables_without_right.is_empty() {
            findings.problems.push(format!(
                "the role {role} lacks rights to {}; run `practicum migrate --grant-to {role}` with \
                 the owner's URL",
                server.tables_without_right.join(", ")
            ));
        }
        self.kind = Some("postgresql");
        self.may_migrate = server.may_migrate;
        self.version = Some(server.version);
        self.role = Some(server.role);
    }

    /// Hashes the chain of each program again, and that of the users of every
    /// program.
    async fn chains(&mut self, db: &Db, findings: &mut Findings<'_>) -> Result<(), StoreError> {
        let mut tx = db.read_in(ProgramScope::EVERY_PROGRAM).await?;
        let mut whole = 0;
        let broken_at = |whose: String, broken: BrokenLink| {
            format!(
                "the chain of events of {whose} does not hold from event {} on: {}; \
                 records were changed by another program, so compare with a backup",
                broken.sequence, broken.what
            )
        };
        if let Some(broken) = tx.event_verify(ProgramScope::EVERY_PROGRAM).await? {
            let whose = "the users of every program".to_owned();
            findings.problems.push(broken_at(whose, broken));
        }
        for program in tx.program_list(&KeyRange::all()).await? {
            let key = program.value.key;
            let (scope, _) = tx.program_fetch(&key).await?;
            match tx.event_verify(scope).await? {
                None => whole += 1,
                Some(broken) => {
                    let whose = format!("the program {key}");
                    findings.problems.push(broken_at(whose, broken));
                }
            }
        }
        self.programs_with_whole_chain = Some(whole);
        Ok(())
    }

    fn runs(&mut self, runs: RunsAtWork, now: UtcSecond, findings: &mut Findings<'_>) {
        let waits = runs.queued_since.map_or(0, |since| now.0 - since.0);
        if waits > LONG_WAIT {
            findings.warnings.push(format!(
                "runs that wait for a worker: {}, one for {waits} s; start `practicum serve`, which solves them",
                runs.queued
            ));
        }
        if runs.lease_over > 0 {
            findings.warnings.push(format!(
                "runs that lost their worker: {}; the next `practicum serve` or `practicum run start` takes \
                 them up again",
                runs.lease_over
            ));
        }
        self.runs_queued = Some(runs.queued);
        self.runs_running = Some(runs.running);
        self.runs_with_lease_over = Some(runs.lease_over);
    }

    /// Returns names and values of lines for people.
    pub(super) fn lines(&self) -> Vec<(&'static str, String)> {
        let kind = match (self.kind, &self.version) {
            (Some("sqlite"), Some(version)) => format!("SQLite {version}"),
            (Some(_), Some(version)) => format!("PostgreSQL {version}"),
            _ => "cannot be used".to_owned(),
        };
        let mebibytes = |bytes: Option<u64>| bytes.map(|bytes| bytes >> 20);
        let mut about = vec![kind];
        about.extend(self.role.as_ref().map(|role| format!("role {role}")));
        about.extend(
            self.journal_mode
                .as_ref()
                .map(|mode| format!("journal {mode}")),
        );
        about.extend(mebibytes(self.file_bytes).map(|size| format!("{size} MiB")));
        about.extend(mebibytes(self.disk_free_bytes).map(|free| format!("{free} MiB free")));
        let mut lines = vec![("database", format!("{} ({})", self.place, about.join(", ")))];
        if let (Some(found), Some(known)) = (self.schema_migration, self.schema_migration_known) {
            let writable = if self.writable {
                "writable"
            } else {
                "not writable"
            };
            lines.push((
                "schema",
                format!("migration {found} of {known}, {writable}"),
            ));
        }
        if let Some(records) = &self.records {
            let records: Vec<String> = records
                .iter()
                .map(|(kind, count)| format!("{kind} {count}"))
                .collect();
            lines.push(("records", records.join(", ")));
        }
        if let Some(whole) = self.programs_with_whole_chain {
            lines.push(("chains", format!("whole in programs: {whole}")));
        }
        if let (Some(queued), Some(running), Some(over)) = (
            self.runs_queued,
            self.runs_running,
            self.runs_with_lease_over,
        ) {
            let text =
                format!("{queued} queued, {running} running, {over} with a lease that is over");
            lines.push(("runs at work", text));
        }
        lines
    }
}

fn counted(counts: RecordCounts) -> Vec<(&'static str, i64)> {
    vec![
        ("programs", counts.programs),
        ("sites", counts.sites),
        ("supervisors", counts.supervisors),
        ("trainees", counts.trainees),
        ("rounds", counts.rounds),
        ("runs", counts.runs),
        ("plans", counts.plans),
        ("events", counts.events),
    ]
}
