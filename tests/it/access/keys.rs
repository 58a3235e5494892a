//! Signing in by a key.

use practicum::app::{Actor, App, Settings, SystemClock};
use practicum::domain::time::UtcSecond;
use practicum::domain::{AccessRole, UserName};
use practicum::grpc::pb;
use practicum::store::Db;
use practicum::zone_data::ZoneData;
use secrecy::ExposeSecret;
use tonic::{Code, Status};
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_client::HealthClient;

use super::callers::{key, programs, signed_up, user};
use crate::store::databases::{World, on_both};
use crate::support::service::{Service, reason, served_by_both};

served_by_both!(
    nobody_has_to_sign_in_before_the_first_user,
    from_the_first_user_on_everybody_must_sign_in,
    a_header_that_is_not_understood_lets_nobody_in,
    health_and_reflection_stay_open,
    a_revoked_key_or_user_is_refused_at_once,
    a_role_holds_from_the_next_call_on,
);

/// The same on both databases, with a clock that the test moves.
mod by_the_clock {
    use super::*;

    on_both!(
        a_key_ends_at_its_second,
        all_wrong_keys_read_alike,
        another_server_hears_of_a_revocation_within_seconds,
        another_server_hears_of_the_first_user_within_seconds,
    );

    async fn a_key_ends_at_its_second(world: World) {
        let user = user(&world.app, "root", AccessRole::Admin).await;
        let end = UtcSecond(crate::store::databases::MONDAY.0 + 60);
        let operator = Actor::operator();
        let issued = world.app.create_api_key(&operator, &user, Some(end)).await;
        let text = issued.unwrap().text;
        let sign_in = || world.app.sign_in(Some(text.expose_secret()));
        assert!(sign_in().await.is_ok());
        world.clock.advance(59);
        assert!(sign_in().await.is_ok());
        // It was known a second ago.
        world.clock.advance(1);
        assert_unauthenticated(&sign_in().await.unwrap_err());
        assert!(world.app.known_caller(Some(text.expose_secret())).is_none());
        let past = world.app.create_api_key(&operator, &user, Some(end)).await;
        assert!(past.unwrap_err().to_string().contains("in the future"));
    }

    async fn all_wrong_keys_read_alike(world: World) {
        let user = user(&world.app, "root", AccessRole::Admin).await;
        let (one, other) = (key(&world.app, &user).await, key(&world.app, &user).await);
        let (prefix, _) = one.rsplit_once('_').unwrap();
        let (_, secret) = other.rsplit_once('_').unwrap();
        let wrong_secret = format!("{prefix}_{secret}");
        let unknown = one.replacen(&one[4..8], "ffff", 1);
        for wrong in [
            wrong_secret.as_str(),
            unknown.as_str(),
            &one[..one.len() - 1],
            "prk_",
            "prk_x_y",
            "",
            "a.b.c",
            "漢",
        ] {
            let refused = world.app.sign_in(Some(wrong)).await.unwrap_err();
            assert_unauthenticated(&refused);
        }
        assert!(world.app.sign_in(Some(&one)).await.is_ok());
        assert_unauthenticated(&world.app.sign_in(None).await.unwrap_err());
    }

    fn assert_unauthenticated(error: &practicum::app::AppError) {
        assert_eq!(
            error.to_string(),
            "sign in with a key that is valid: authorization: Bearer KEY"
        );
    }

    async fn another_server_hears_of_a_revocation_within_seconds(world: World) {
        let user = user(&world.app, "root", AccessRole::Admin).await;
        let text = key(&world.app, &user).await;
        let other = world.another_server(None).await;
        assert!(other.sign_in(Some(&text)).await.is_ok());
        let operator = Actor::operator();
        world.app.revoke_user(&operator, &user, None).await.unwrap();
        assert!(world.app.sign_in(Some(&text)).await.is_err());
        world.clock.advance(3);
        assert!(other.sign_in(Some(&text)).await.is_err());
    }

    async fn another_server_hears_of_the_first_user_within_seconds(world: World) {
        let other = world.another_server(None).await;
        assert!(!other.sign_in_needed().await.unwrap());
        assert!(other.sign_in(None).await.is_ok());
        user(&world.app, "root", AccessRole::Admin).await;
        assert!(world.app.sign_in(None).await.is_err());
        world.clock.advance(3);
        assert!(other.sign_in_needed().await.unwrap());
        assert!(other.sign_in(None).await.is_err());
        assert!(other.known_caller(None).is_none());
    }
}

fn refused(answer: Result<impl Sized, Status>) {
    let status = answer.err().unwrap();
    assert_eq!(status.code(), Code::Unauthenticated);
    assert_eq!(reason(&status), "UNAUTHENTICATED");
    let text = "sign in with a key that is valid: authorization: Bearer KEY";
    assert_eq!(status.message(), text);
}

async fn list(service: &Service) -> Result<(), Status> {
    let request = pb::ListProgramsRequest::default();
    service.programs().list_programs(request).await.map(drop)
}

async fn list_by(service: &Service, key: &str) -> Result<(), Status> {
    let mut programs = programs(&service.channel, key);
    let request = pb::ListProgramsRequest::default();
    programs.list_programs(request).await.map(drop)
}

async fn nobody_has_to_sign_in_before_the_first_user() {
    let service = Service::start().await;
    list(&service).await.unwrap();
    // A key that is sent is looked at all the same.
    refused(list_by(&service, "prk_7").await);
    list(&service).await.unwrap();
}

async fn from_the_first_user_on_everybody_must_sign_in() {
    let service = Service::start().await.with_program().await;
    list(&service).await.unwrap();
    let key = signed_up(&service.app, "north/ada", AccessRole::Viewer).await;
    refused(list(&service).await);
    list_by(&service, &key).await.unwrap();
    // Who was the only user is revoked, and the door stays shut.
    let name: UserName = "north/ada".parse().unwrap();
    let operator = Actor::operator();
    let revoked = service.app.revoke_user(&operator, &name, None).await;
    assert!(revoked.unwrap().value.revoked_at.is_some());
    refused(list(&service).await);
    refused(list_by(&service, &key).await);
}

async fn a_header_that_is_not_understood_lets_nobody_in() {
    let service = Service::start().await;
    for header in ["Basic b3BlcmF0b3I6", "Bearer", "Bearer ", "prk_1_2", ""] {
        let mut request = tonic::Request::new(pb::ListProgramsRequest::default());
        let metadata = request.metadata_mut();
        metadata.insert("authorization", header.parse().unwrap());
        refused(service.programs().list_programs(request).await);
    }
    let key = signed_up(&service.app, "root", AccessRole::Admin).await;
    let mut request = tonic::Request::new(pb::ListProgramsRequest::default());
    for _ in 0..2 {
        let header = format!("Bearer {key}").parse().unwrap();
        request.metadata_mut().append("authorization", header);
    }
    refused(service.programs().list_programs(request).await);
}

async fn health_and_reflection_stay_open() {
    let service = Service::start().await;
    signed_up(&service.app, "root", AccessRole::Admin).await;
    let mut health = HealthClient::new(service.channel.clone());
    let request = HealthCheckRequest {
        service: "practicum.v1.AccessService".to_owned(),
    };
    assert_eq!(health.check(request).await.unwrap().into_inner().status, 1);
    let contract = crate::mutation::contract::Contract::reflected(service.channel.clone()).await;
    let is_there = |path: &str| contract.methods.iter().any(|method| method.path == path);
    assert!(is_there("/practicum.v1.AuditService/VerifyChain"));
    // What is no service of the contract is not told apart without a key.
    let mut client = tonic::client::Grpc::new(service.channel.clone());
    client.ready().await.unwrap();
    let codec = tonic_prost::ProstCodec::<pb::GetProgramRequest, pb::GetProgramResponse>::default();
    let path = "/grpc.health.v1.HealthX/Check".parse().unwrap();
    let request = tonic::Request::new(pb::GetProgramRequest::default());
    refused(client.unary(request, path, codec).await);
}

async fn a_revoked_key_or_user_is_refused_at_once() {
    let service = Service::start().await;
    let (app, operator) = (&service.app, Actor::operator());
    let root = user(app, "root", AccessRole::Admin).await;
    let issued = app.create_api_key(&operator, &root, None).await.unwrap();
    let first = issued.text.expose_secret().to_owned();
    let second = key(app, &root).await;
    list_by(&service, &first).await.unwrap();
    list_by(&service, &second).await.unwrap();
    let revoked = app.revoke_api_key(&operator, &root, issued.key.id).await;
    assert!(revoked.unwrap().revoked_at.is_some());
    refused(list_by(&service, &first).await);
    list_by(&service, &second).await.unwrap();
    app.revoke_user(&operator, &root, None).await.unwrap();
    refused(list_by(&service, &second).await);
}

async fn a_role_holds_from_the_next_call_on() {
    let service = Service::start().await.with_program().await;
    let (app, operator) = (&service.app, Actor::operator());
    let ada = user(app, "north/ada", AccessRole::Viewer).await;
    let key = key(app, &ada).await;
    let update = async || {
        let request = pb::UpdateProgramRequest {
            program: Some(pb::Program {
                name: "programs/north".to_owned(),
                display_name: "Far North".to_owned(),
                ..Default::default()
            }),
            ..Default::default()
        };
        let mut programs = programs(&service.channel, &key);
        programs.update_program(request).await.map(drop)
    };
    assert_eq!(update().await.unwrap_err().code(), Code::PermissionDenied);
    let made = app
        .update_user(&operator, &ada, AccessRole::Admin, None)
        .await;
    assert_eq!(made.unwrap().value.role, AccessRole::Admin);
    update().await.unwrap();
    let made = app.update_user(&operator, &ada, AccessRole::Coordinator, None);
    made.await.unwrap();
    assert_eq!(update().await.unwrap_err().code(), Code::PermissionDenied);
}

#[tokio::test]
async fn a_server_that_requires_it_lets_nobody_in_before_the_first_user() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("p.db").display().to_string();
    let db = Db::open(&file).await.unwrap();
    let settings = Settings {
        require_sign_in: true,
        ..Settings::default()
    };
    let clock = std::sync::Arc::new(SystemClock);
    let app = App::new(db, clock, ZoneData::embedded(), settings);
    assert!(app.sign_in_needed().await.unwrap());
    assert!(!app.has_user().await.unwrap());
    assert!(app.sign_in(None).await.is_err());
    assert!(app.known_caller(None).is_none());
    let key = signed_up(&app, "root", AccessRole::Admin).await;
    assert_eq!(app.sign_in(Some(&key)).await.unwrap().name(), "root");
}
