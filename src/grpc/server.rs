//! Puts the services together with their limits, and stops them in time.

use std::time::Duration;

use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio_stream::wrappers::ReceiverStream;
use tonic::body::Body;
use tonic::codec::CompressionEncoding;
use tonic::codegen::http::Response;
use tonic::service::Routes;
use tonic::transport::Server;
use tonic_health::ServingStatus;
use tonic_health::pb::health_server::{Health, HealthServer};
use tonic_health::server::HealthReporter;
use tonic_web::GrpcWebLayer;
use tower::util::{MapResponseLayer, option_layer};

use super::accept::{AcceptLimits, accept};
use super::admission::{AdmissionLayer, AdmissionLimits};
use super::methods::Methods;
use super::pb;
use super::per_caller::PerCallerLayer;
use super::rate::{self, Rate};
use super::refusal;
use super::request_id::RequestIdLayer;
use super::services::{
    AccessCalls, AuditCalls, AvailabilityCalls, ChangeCalls, ExclusionCalls, PlanCalls,
    ProgramCalls, RequirementCalls, RosterCalls, RoundCalls, RuleSetCalls, RunCalls, ScheduleCalls,
    SiteCalls, SupervisorCalls, TraineeCalls,
};
use super::sign_in::SignInLayer;
use super::tls::Tls;
use super::web::Web;
use crate::app::App;

/// What the server gives to its callers at most.
#[derive(Clone, Debug)]
pub struct Limits {
    /// Largest message that is taken, in bytes.
    pub message_in: usize,
    /// Largest message that is sent, in bytes.
    pub message_out: usize,
    /// Calls at a time on one connection.
    pub streams: u32,
    /// Largest list of headers, in bytes.
    pub headers: u32,
    /// Connections at a time.
    pub connections: usize,
    /// Unary calls at a time, over all connections; further ones are refused.
    pub calls: usize,
    /// Unary calls at a time of one caller; further ones are refused.
    pub calls_per_caller: usize,
    /// Streams at a time, over all connections; further ones are refused. Of
    /// those that ask for no sign-in (health, reflection), a sixteenth as many.
    pub watches: usize,
    /// Streams at a time of one caller; further ones are refused.
    pub watches_per_caller: usize,
    /// How long a unary call may take.
    pub call_time: Duration,
    /// How often one caller may call; as often as they like when `None`.
    pub rate: Option<Rate>,
    /// How long a connection may say nothing at first; with TLS, how long the
    /// handshake may take, and then once more.
    pub first_byte: Duration,
    /// Age at which a connection is asked to go.
    pub connection_age: Duration,
    /// How long calls on an old connection may go on; then it is cut.
    pub connection_age_grace: Duration,
    /// How long a quiet connection is left alone before it is asked whether it
    /// is still there, and how long its answer may take.
    pub keepalive: Duration,
    /// How long calls may go on after the server was asked to stop.
    pub drain: Duration,
}

impl Limits {
    /// Returns how many of so many calls one caller may have under way.
    #[must_use]
    pub fn share_of_calls(calls: usize) -> usize {
        (calls / 4).max(1)
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            message_in: 4 << 20,
            message_out: 16 << 20,
            streams: 128,
            headers: 16 << 10,
            connections: 1024,
            calls: 1024,
            calls_per_caller: Self::share_of_calls(1024),
            watches: 4096,
            watches_per_caller: 1024,
            call_time: Duration::from_secs(120),
            rate: None,
            first_byte: Duration::from_secs(5),
            connection_age: Duration::from_secs(30 * 60),
            connection_age_grace: Duration::from_secs(60),
            keepalive: Duration::from_secs(20),
            drain: Duration::from_secs(8),
        }
    }
}

/// How the server speaks with its callers.
#[derive(Clone, Debug, Default)]
pub struct Transport {
    /// What callers are given at most.
    pub limits: Limits,
    /// TLS; plain text when `None`.
    pub tls: Option<Tls>,
    /// grpc-web over HTTP/1 beside gRPC over HTTP/2; not spoken when `None`.
    pub web: Option<Web>,
}

impl From<Limits> for Transport {
    /// Plain text, and gRPC alone.
    fn from(limits: Limits) -> Self {
        Self {
            limits,
            ..Self::default()
        }
    }
}

/// Serves the use cases on a listener until `until` is ready, then drains:
/// health turns to `NOT_SERVING`, watchers are sent elsewhere, no call is
/// taken any more, and those under way get [`Limits::drain`] to end.
///
/// # Errors
/// When the listener fails, or the descriptors of the contract are broken.
pub async fn serve(
    app: App,
    listener: TcpListener,
    transport: impl Into<Transport>,
    until: impl Future<Output = ()> + Send,
) -> Result<(), ServeError> {
    let Transport { limits, tls, web } = transport.into();
    let accepting = AcceptLimits {
        connections: limits.connections,
        first_byte: limits.first_byte,
        age: limits.connection_age + limits.connection_age_grace,
        with_http_1: web.is_some(),
    };
    let (stop, is_stopping) = watch::channel(false);
    let (health, routes) = router(app.clone(), &limits, is_stopping.clone()).await?;
    let admission = AdmissionLimits {
        calls: limits.calls,
        streams: limits.watches,
        open_streams: limits.watches.div_ceil(16),
        call_time: limits.call_time,
    };
    let methods = Methods::of_contract()?;
    let per_caller = PerCallerLayer::new(limits.calls_per_caller, limits.watches_per_caller);
    let (strangers, rated) = rate::layers(limits.rate);
    let incoming = ReceiverStream::new(accept(listener, accepting, tls));
    let mut drained = is_stopping.clone();
    let stopped = async move {
        let _ = drained.wait_for(|stopping| *stopping).await;
    };
    let serving = builder(&limits)
        .accept_http1(web.is_some())
        .layer(option_layer(web.as_ref().map(Web::origins_layer)))
        .layer(option_layer(web.as_ref().map(|_| GrpcWebLayer::new())))
        .layer(RequestIdLayer)
        .layer(AdmissionLayer::new(methods, admission))
        .layer(strangers)
        .layer(SignInLayer { app })
        .layer(rated)
        .layer(per_caller)
        .layer(Told::new(refusal::told))
        .add_routes(routes)
        .serve_with_incoming_shutdown(incoming, stopped);
    tokio::pin!(serving);
    tokio::select! {
        ended = &mut serving => return Ok(ended?),
        () = until => {}
    }
    tracing::info!("stops: takes no more calls");
    for service in SERVICES.iter().chain(&[""]) {
        health
            .set_service_status(service, ServingStatus::NotServing)
            .await;
    }
    // Nobody is left to hear it when this fails.
    let _ = stop.send(true);
    if tokio::time::timeout(limits.drain, serving).await.is_err() {
        tracing::warn!("cuts off calls that did not end in time");
    }
    Ok(())
}

/// The server could not go on.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// The transport failed.
    #[error("the server failed: {0}")]
    Transport(#[from] tonic::transport::Error),
    /// The descriptors of the contract cannot be read.
    #[error("the descriptors of the contract are broken: {0}")]
    Reflection(#[from] tonic_reflection::server::Error),
    /// The descriptors of the contract cannot be decoded.
    #[error("the descriptors of the contract are broken: {0}")]
    Descriptors(#[from] prost::DecodeError),
}

/// The services of the contract, as health and reflection name them.
const SERVICES: &[&str] = &[
    pb::access_service_server::SERVICE_NAME,
    pb::audit_service_server::SERVICE_NAME,
    pb::availability_service_server::SERVICE_NAME,
    pb::change_service_server::SERVICE_NAME,
    pb::exclusion_service_server::SERVICE_NAME,
    pb::plan_service_server::SERVICE_NAME,
    pb::program_service_server::SERVICE_NAME,
    pb::requirement_service_server::SERVICE_NAME,
    pb::roster_service_server::SERVICE_NAME,
    pb::round_service_server::SERVICE_NAME,
    pb::rule_set_service_server::SERVICE_NAME,
    pb::run_service_server::SERVICE_NAME,
    pb::schedule_service_server::SERVICE_NAME,
    pb::site_service_server::SERVICE_NAME,
    pb::supervisor_service_server::SERVICE_NAME,
    pb::trainee_service_server::SERVICE_NAME,
];

type Told = MapResponseLayer<fn(Response<Body>) -> Response<Body>>;

#[expect(clippy::too_many_lines, reason = "one entry for each service")]
async fn router(
    app: App,
    limits: &Limits,
    is_stopping: watch::Receiver<bool>,
) -> Result<(HealthReporter, Routes), ServeError> {
    let (health, health_service) = health().await;
    macro_rules! limited {
        ($server:path, $calls:expr) => {
            <$server>::new($calls)
                .accept_compressed(CompressionEncoding::Gzip)
                .send_compressed(CompressionEncoding::Gzip)
                .max_decoding_message_size(limits.message_in)
                .max_encoding_message_size(limits.message_out)
        };
    }
    let changes = ChangeCalls {
        app: app.clone(),
        is_stopping: is_stopping.clone(),
    };
    let runs = RunCalls {
        app: app.clone(),
        is_stopping,
    };
    macro_rules! calls {
        ($calls:ident) => {
            $calls { app: app.clone() }
        };
    }
    let router = Routes::new(health_service)
        .add_service(reflection().build_v1()?)
        .add_service(reflection().build_v1alpha()?)
        .add_service(limited!(
            pb::access_service_server::AccessServiceServer<_>,
            calls!(AccessCalls)
        ))
        .add_service(limited!(
            pb::audit_service_server::AuditServiceServer<_>,
            calls!(AuditCalls)
        ))
        .add_service(limited!(
            pb::availability_service_server::AvailabilityServiceServer<_>,
            calls!(AvailabilityCalls)
        ))
        .add_service(limited!(
            pb::change_service_server::ChangeServiceServer<_>,
            changes
        ))
        .add_service(limited!(
            pb::exclusion_service_server::ExclusionServiceServer<_>,
            calls!(ExclusionCalls)
        ))
        .add_service(limited!(
            pb::plan_service_server::PlanServiceServer<_>,
            calls!(PlanCalls)
        ))
        .add_service(limited!(
            pb::program_service_server::ProgramServiceServer<_>,
            calls!(ProgramCalls)
        ))
        .add_service(limited!(
            pb::requirement_service_server::RequirementServiceServer<_>,
            calls!(RequirementCalls)
        ))
        .add_service(limited!(
            pb::roster_service_server::RosterServiceServer<_>,
            RosterCalls::new(app.clone())
        ))
        .add_service(limited!(
            pb::round_service_server::RoundServiceServer<_>,
            calls!(RoundCalls)
        ))
        .add_service(limited!(
            pb::rule_set_service_server::RuleSetServiceServer<_>,
            calls!(RuleSetCalls)
        ))
        .add_service(limited!(pb::run_service_server::RunServiceServer<_>, runs))
        .add_service(limited!(
            pb::schedule_service_server::ScheduleServiceServer<_>,
            calls!(ScheduleCalls)
        ))
        .add_service(limited!(
            pb::site_service_server::SiteServiceServer<_>,
            calls!(SiteCalls)
        ))
        .add_service(limited!(
            pb::supervisor_service_server::SupervisorServiceServer<_>,
            calls!(SupervisorCalls)
        ))
        .add_service(limited!(
            pb::trainee_service_server::TraineeServiceServer<_>,
            calls!(TraineeCalls)
        ));
    Ok((health, router))
}

/// Returns the health of the services, all of which serve.
async fn health() -> (HealthReporter, HealthServer<impl Health>) {
    let (reporter, service) = tonic_health::server::health_reporter();
    for name in SERVICES {
        reporter
            .set_service_status(name, ServingStatus::Serving)
            .await;
    }
    (reporter, service)
}

fn reflection() -> tonic_reflection::server::Builder<'static> {
    tonic_reflection::server::Builder::configure()
        .register_encoded_file_descriptor_set(pb::DESCRIPTORS)
        .register_encoded_file_descriptor_set(tonic_health::pb::FILE_DESCRIPTOR_SET)
}

fn builder(limits: &Limits) -> Server {
    // Resets that a hostile peer provokes cost work, and are not counted by
    // default.
    const RESETS_MOST: usize = 64;
    Server::builder()
        .max_concurrent_streams(limits.streams)
        .http2_max_header_list_size(limits.headers)
        .http2_max_local_error_reset_streams(Some(RESETS_MOST))
        .http2_max_pending_accept_reset_streams(Some(RESETS_MOST))
        .http2_keepalive_interval(Some(limits.keepalive))
        .http2_keepalive_timeout(Some(limits.keepalive))
        // Asks to go. With a grace tonic would only cut, and ask nobody; the
        // connection itself knows when to end.
        .max_connection_age(limits.connection_age)
}
