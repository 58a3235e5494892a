//! A service on a loopback port over a fresh database, as its clients see it.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use practicum::app::{App, Clock, Settings, SystemClock};
use practicum::grpc::{self, Limits, Transport, pb};
use practicum::store::Db;
use practicum::zone_data;
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tonic::transport::{Channel, Endpoint};
use tonic::{Code, Status};
use tonic_types::StatusExt;

use crate::store::databases::{behind, serving, with_postgres, with_sqlite};

tokio::task_local! {
    /// URL of the database of the test under way.
    static DATABASE: String;
}

/// Returns the URL of the database of the test under way.
pub(crate) fn database_url() -> String {
    DATABASE.with(Clone::clone)
}

/// Runs a test whose services keep their records in a new SQLite file.
pub(crate) fn on_sqlite<F: Future<Output = ()>>(test: impl FnOnce() -> F) {
    with_sqlite(|url| DATABASE.scope(url, test()));
}

/// Runs a test whose services keep their records in a new PostgreSQL database.
pub(crate) fn on_postgres<F: Future<Output = ()>>(test: impl FnOnce() -> F) {
    with_postgres(|url| DATABASE.scope(serving(&url), test()));
}

/// Stamps each test of a file for services on both databases.
macro_rules! served_by_both {
    ($($test:ident),+ $(,)?) => {
        mod sqlite {
            $(#[test] fn $test() { crate::support::service::on_sqlite(super::$test); })+
        }
        mod postgres {
            $(#[test] fn $test() { crate::support::service::on_postgres(super::$test); })+
        }
    };
}

pub(crate) use served_by_both;

/// A running service; it ends with the test.
pub(crate) struct Service {
    pub(crate) app: App,
    pub(crate) db: Db,
    pub(crate) channel: Channel,
    pub(crate) address: std::net::SocketAddr,
    pub(crate) server: JoinHandle<()>,
    stop: watch::Sender<bool>,
    stop_work: watch::Sender<bool>,
    worker: JoinHandle<()>,
    /// Of the database; empty where the test opened it by itself.
    url: String,
    _folder: TempDir,
}

impl Service {
    /// Starts a service with the usual limits.
    pub(crate) async fn start() -> Self {
        Self::with_limits(Limits::default()).await
    }

    /// Starts a service with a clock of its own.
    pub(crate) async fn at(clock: Arc<dyn Clock>) -> Self {
        Box::pin(Self::with(Transport::default(), clock)).await
    }

    /// Starts a service with other limits.
    pub(crate) async fn with_limits(limits: Limits) -> Self {
        Self::with_transport(limits.into()).await
    }

    /// Starts a service that speaks otherwise with its callers.
    pub(crate) async fn with_transport(transport: Transport) -> Self {
        Box::pin(Self::with(transport, Arc::new(SystemClock))).await
    }

    async fn with(transport: Transport, clock: Arc<dyn Clock>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let file = || folder.path().join("practicum.db").display().to_string();
        let url = DATABASE.try_with(Clone::clone).unwrap_or_else(|_| file());
        let db = Db::open(&url).await.unwrap();
        let settings = Settings {
            solver_program: Some(env!("CARGO_BIN_EXE_practicum").into()),
            ..Settings::default()
        };
        let zones = zone_data::open(None).unwrap();
        let app = App::new(db.clone(), clock, zones, settings);
        Self::started(app, (db, url), folder, transport).await
    }

    /// Starts a service over use cases that are there already.
    pub(crate) async fn over(app: App, db: Db) -> Self {
        let folder = tempfile::tempdir().unwrap();
        Self::started(app, (db, String::new()), folder, Transport::default()).await
    }

    async fn started(
        app: App,
        (db, url): (Db, String),
        folder: TempDir,
        transport: Transport,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (stop, is_stopping) = watch::channel(false);
        let until = |mut is_stopping: watch::Receiver<bool>| async move {
            let _ = is_stopping.wait_for(|stopping| *stopping).await;
        };
        let server = tokio::spawn({
            let (app, until) = (app.clone(), until(is_stopping.clone()));
            async move { grpc::serve(app, listener, transport, until).await.unwrap() }
        });
        let (stop_work, is_stopping_work) = watch::channel(false);
        let worker = tokio::spawn({
            let (app, until) = (app.clone(), until(is_stopping_work));
            async move { app.work(until).await }
        });
        let endpoint = Endpoint::from_shared(format!("http://{address}")).unwrap();
        Self {
            app,
            db,
            channel: endpoint.connect_lazy(),
            address,
            server,
            stop,
            stop_work,
            worker,
            url,
            _folder: folder,
        }
    }

    /// Asks the service to end.
    pub(crate) fn stop(&self) {
        self.stop.send(true).unwrap();
        // The worker may have been stopped before.
        self.stop_work.send_replace(true);
    }

    /// Takes up no more runs: those that are started stay queued.
    pub(crate) async fn stop_working(&mut self) {
        self.stop_work.send(true).unwrap();
        (&mut self.worker).await.unwrap();
    }

    /// Creates the program `north`.
    pub(crate) async fn with_program(self) -> Self {
        let request = pb::CreateProgramRequest {
            program_id: "north".to_owned(),
            program: Some(pb::Program {
                display_name: "North".to_owned(),
                time_zone: "Europe/Lisbon".to_owned(),
                ..Default::default()
            }),
            ..Default::default()
        };
        self.programs().create_program(request).await.unwrap();
        self
    }

    pub(crate) fn programs(&self) -> pb::program_service_client::ProgramServiceClient<Channel> {
        pb::program_service_client::ProgramServiceClient::new(self.channel.clone())
    }

    pub(crate) fn sites(&self) -> pb::site_service_client::SiteServiceClient<Channel> {
        pb::site_service_client::SiteServiceClient::new(self.channel.clone())
    }

    pub(crate) fn supervisors(
        &self,
    ) -> pb::supervisor_service_client::SupervisorServiceClient<Channel> {
        pb::supervisor_service_client::SupervisorServiceClient::new(self.channel.clone())
    }

    pub(crate) fn trainees(&self) -> pb::trainee_service_client::TraineeServiceClient<Channel> {
        pb::trainee_service_client::TraineeServiceClient::new(self.channel.clone())
    }

    pub(crate) fn availability(
        &self,
    ) -> pb::availability_service_client::AvailabilityServiceClient<Channel> {
        pb::availability_service_client::AvailabilityServiceClient::new(self.channel.clone())
    }

    pub(crate) fn exclusions(
        &self,
    ) -> pb::exclusion_service_client::ExclusionServiceClient<Channel> {
        pb::exclusion_service_client::ExclusionServiceClient::new(self.channel.clone())
    }

    pub(crate) fn requirements(
        &self,
    ) -> pb::requirement_service_client::RequirementServiceClient<Channel> {
        pb::requirement_service_client::RequirementServiceClient::new(self.channel.clone())
    }

    pub(crate) fn rosters(&self) -> pb::roster_service_client::RosterServiceClient<Channel> {
        pb::roster_service_client::RosterServiceClient::new(self.channel.clone())
    }

    pub(crate) fn rounds(&self) -> pb::round_service_client::RoundServiceClient<Channel> {
        pb::round_service_client::RoundServiceClient::new(self.channel.clone())
    }

    pub(crate) fn rule_sets(&self) -> pb::rule_set_service_client::RuleSetServiceClient<Channel> {
        pb::rule_set_service_client::RuleSetServiceClient::new(self.channel.clone())
    }

    pub(crate) fn runs(&self) -> pb::run_service_client::RunServiceClient<Channel> {
        pb::run_service_client::RunServiceClient::new(self.channel.clone())
    }

    pub(crate) fn schedules(&self) -> pb::schedule_service_client::ScheduleServiceClient<Channel> {
        pb::schedule_service_client::ScheduleServiceClient::new(self.channel.clone())
    }

    pub(crate) fn plans(&self) -> pb::plan_service_client::PlanServiceClient<Channel> {
        pb::plan_service_client::PlanServiceClient::new(self.channel.clone())
    }
}

/// Returns the reason of an error.
pub(crate) fn reason(status: &Status) -> String {
    let info = status.get_details_error_info();
    info.map(|info| info.reason).unwrap_or_default()
}

/// Returns the paths of broken fields.
pub(crate) fn broken(status: &Status) -> Vec<String> {
    assert_eq!(status.code(), Code::InvalidArgument, "{status:?}");
    let fields = status.get_details_bad_request().unwrap().field_violations;
    fields
        .into_iter()
        .map(|violation| violation.field)
        .collect()
}

/// Returns the messages of an import: a header, then the files of a folder cut
/// into small pieces.
pub(crate) fn import_messages(
    header: pb::ImportRosterHeader,
    files: &[(String, Vec<u8>)],
) -> Vec<pb::ImportRosterRequest> {
    use pb::import_roster_request::Part;
    let mut parts = vec![Part::Header(header)];
    for (file_name, contents) in files {
        for piece in contents.chunks(1000) {
            parts.push(Part::Piece(pb::FilePiece {
                file_name: file_name.clone(),
                contents: piece.to_vec(),
            }));
        }
    }
    let message = |part| pb::ImportRosterRequest { part: Some(part) };
    parts.into_iter().map(message).collect()
}

/// Returns the files of one of the lifelike rosters.
pub(crate) fn roster_files(roster: &str) -> Vec<(String, Vec<u8>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/data/rosters")
        .join(roster);
    let mut files: Vec<(String, Vec<u8>)> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| {
            let entry = entry.unwrap();
            let name = entry.file_name().into_string().unwrap();
            (name, std::fs::read(entry.path()).unwrap())
        })
        .collect();
    files.sort();
    files
}

/// Waits until something holds, for up to ten seconds.
pub(crate) async fn eventually<F: Future<Output = bool>>(mut holds: impl FnMut() -> F) {
    for _ in 0..200 {
        if holds().await {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("it did not come to hold");
}

/// Opens the database of a service as its owner, for a test that looks behind
/// it.
pub(crate) async fn database(service: &Service) -> Db {
    behind(&service.url).await
}
