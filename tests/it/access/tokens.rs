//! Signing in by tokens (JWT), with keys that the test makes.

use std::sync::Arc;

use jsonwebtoken::crypto::sign;
use jsonwebtoken::{Algorithm, EncodingKey};
use practicum::app::{Actor, App, Clock, Permission, Settings, SystemClock, TokenVerifier};
use practicum::domain::AccessRole;
use practicum::zone_data::ZoneData;
use serde_json::{Value, json};

use super::callers::user;
use crate::store::databases::{World, on_both};
use crate::support::tokens::{AUDIENCE, ISSUER, Signer, claims, header, message};

on_both!(
    a_token_has_the_roles_of_all_users_of_its_name,
    a_token_that_says_something_else_is_refused,
    no_token_is_signed_by_a_shared_secret_or_by_nobody,
    a_token_of_a_revoked_or_unknown_user_is_refused,
);

/// Returns the use cases with the keys of some signers.
fn app(world: &World, keys: &[&Value]) -> App {
    let jwks = json!({ "keys": keys }).to_string();
    let verifier = TokenVerifier::read(&jwks, ISSUER, AUDIENCE).unwrap();
    let settings = Settings {
        tokens: Some(Arc::new(verifier)),
        ..Settings::default()
    };
    let db = world.db.clone();
    App::new(db, Arc::new(SystemClock), ZoneData::embedded(), settings)
}

async fn create_program(app: &App, key: &str) {
    let new = practicum::app::NewProgram {
        key: Some(key.parse().unwrap()),
        name: "North".to_owned(),
        time_zone: "UTC".parse().unwrap(),
    };
    app.create_program(&Actor::operator(), new).await.unwrap();
}

async fn a_token_has_the_roles_of_all_users_of_its_name(world: World) {
    let (signer, other) = (Signer::p256("one"), Signer::p256("two"));
    let app = app(&world, &[&other.jwk, &signer.jwk]);
    for program in ["north", "south", "west"] {
        create_program(&app, program).await;
    }
    user(&app, "north/ada", AccessRole::Viewer).await;
    user(&app, "south/ada", AccessRole::Admin).await;
    user(&app, "west/bo", AccessRole::Admin).await;
    let token = signer.token(&header("one"), &claims("ada"));
    let actor = app.sign_in(Some(&token)).await.unwrap();
    assert_eq!(actor.name(), "token:ada");
    let may = |program: &str, permission| actor.may(&program.parse().unwrap(), permission);
    assert!(may("north", Permission::PlanRead));
    assert!(!may("north", Permission::RunWrite));
    assert!(may("south", Permission::AccessWrite));
    assert!(!actor.may_see(&"west".parse().unwrap()));
    assert!(!actor.may_everywhere(Permission::PlanRead));
    // A key that nobody installed takes no tokens.
    let plain = world.another_server(None).await;
    assert!(plain.sign_in(Some(&token)).await.is_err());
}

async fn a_token_that_says_something_else_is_refused(world: World) {
    let (signer, stranger) = (Signer::p256("one"), Signer::p256("one"));
    let app = app(&world, &[&signer.jwk]);
    user(&app, "ada", AccessRole::Viewer).await;
    let now = SystemClock.now().0;
    let changed = |field: &str, value: Value| {
        let mut claims = claims("ada");
        claims[field] = value;
        signer.token(&header("one"), &claims)
    };
    let without = |field: &str| {
        let mut claims = claims("ada");
        claims.as_object_mut().unwrap().remove(field);
        signer.token(&header("one"), &claims)
    };
    let good = signer.token(&header("one"), &claims("ada"));
    let (_, signature) = good.rsplit_once('.').unwrap();
    let other_text = format!("{}.{signature}", message(&header("one"), &claims("root")));
    for (why, token) in [
        ("over", changed("exp", json!(now - 120))),
        ("not yet", changed("nbf", json!(now + 120))),
        (
            "issuer",
            changed("iss", json!("https://elsewhere.example.org")),
        ),
        ("audience", changed("aud", json!("other"))),
        ("no user", changed("sub", json!("no spaces"))),
        ("without exp", without("exp")),
        ("without iss", without("iss")),
        ("without aud", without("aud")),
        ("without sub", without("sub")),
        ("key", signer.token(&header("two"), &claims("ada"))),
        ("stranger", stranger.token(&header("one"), &claims("ada"))),
        ("text", other_text),
        ("cut", good[..good.len() - 2].to_owned()),
        ("dots", "..".to_owned()),
    ] {
        assert!(app.sign_in(Some(&token)).await.is_err(), "{why}");
    }
    assert!(app.sign_in(Some(&good)).await.is_ok());
    let several = changed("aud", json!(["other", AUDIENCE]));
    assert!(app.sign_in(Some(&several)).await.is_ok());
}

async fn no_token_is_signed_by_a_shared_secret_or_by_nobody(world: World) {
    let signer = Signer::p256("one");
    let app = app(&world, &[&signer.jwk]);
    user(&app, "ada", AccessRole::Admin).await;
    let none = json!({ "alg": "none", "typ": "JWT", "kid": "one" });
    let unsigned = message(&none, &claims("ada"));
    for token in [
        format!("{unsigned}."),
        signer.token(&none, &claims("ada")),
        format!("{}.", message(&header("one"), &claims("ada"))),
    ] {
        assert!(app.sign_in(Some(&token)).await.is_err(), "{token}");
    }
    // Whoever takes the public key for a secret.
    let public = signer.public.as_slice();
    for secret in [public, &public[1..], signer.jwk.to_string().as_bytes(), b""] {
        let header = json!({ "alg": "HS256", "typ": "JWT", "kid": "one" });
        let message = message(&header, &claims("ada"));
        let secret = EncodingKey::from_secret(secret);
        let signature = sign(message.as_bytes(), &secret, Algorithm::HS256).unwrap();
        let token = format!("{message}.{signature}");
        assert!(app.sign_in(Some(&token)).await.is_err());
    }
}

async fn a_token_of_a_revoked_or_unknown_user_is_refused(world: World) {
    let signer = Signer::p256("one");
    let app = app(&world, &[&signer.jwk]);
    let ada = user(&app, "ada", AccessRole::Admin).await;
    let token = signer.token(&header("one"), &claims("ada"));
    let actor = app.sign_in(Some(&token)).await.unwrap();
    let own = app.revoke_user(&actor, &ada, None).await.unwrap_err();
    assert!(own.to_string().contains("signed in"), "{own}");
    let unknown = signer.token(&header("one"), &claims("bo"));
    assert!(app.sign_in(Some(&unknown)).await.is_err());
    app.revoke_user(&Actor::operator(), &ada, None)
        .await
        .unwrap();
    assert!(app.sign_in(Some(&token)).await.is_err());
}

#[tokio::test]
async fn a_token_by_ed25519_is_taken() {
    let folder = tempfile::tempdir().unwrap();
    let signer = Signer::ed25519();
    let jwks = json!({ "keys": [signer.jwk] });
    let verifier = TokenVerifier::read(&jwks.to_string(), ISSUER, AUDIENCE).unwrap();
    let settings = Settings {
        tokens: Some(Arc::new(verifier)),
        ..Settings::default()
    };
    let file = folder.path().join("p.db").display().to_string();
    let db = practicum::store::Db::open(&file).await.unwrap();
    let app = App::new(db, Arc::new(SystemClock), ZoneData::embedded(), settings);
    user(&app, "ada", AccessRole::Viewer).await;
    // The only key needs no identifier.
    let token = signer.token(&json!({ "alg": "EdDSA" }), &claims("ada"));
    assert!(app.sign_in(Some(&token)).await.is_ok());
}

#[test]
fn a_key_set_that_is_read_again_takes_the_place_of_the_first() {
    let (first, second) = (Signer::p256("one"), Signer::p256("two"));
    let set = |signer: &Signer| json!({ "keys": [signer.jwk] }).to_string();
    let verifier = TokenVerifier::read(&set(&first), ISSUER, AUDIENCE).unwrap();
    let holds = |signer: &Signer, id| {
        let token = signer.token(&header(id), &claims("ada"));
        verifier.verify(&token).is_ok()
    };
    assert!(holds(&first, "one") && !holds(&second, "two"));
    verifier.read_again("{").unwrap_err();
    assert!(holds(&first, "one"));
    verifier.read_again(&set(&second)).unwrap();
    assert!(!holds(&first, "one") && holds(&second, "two"));
}

#[test]
fn a_key_set_must_have_a_public_key_that_signs_and_no_secret() {
    let read = |jwks: &str| {
        let read = TokenVerifier::read(jwks, ISSUER, AUDIENCE);
        read.map(drop).map_err(|error| error.to_string())
    };
    let signer = Signer::p256("one");
    let with = |other: Value| json!({ "keys": [signer.jwk, other] }).to_string();
    assert!(read("{").unwrap_err().contains("is no JWKS"));
    assert!(
        read("{\"keys\":[]}")
            .unwrap_err()
            .contains("no key that signs")
    );
    let secret = with(json!({ "kty": "oct", "k": "c2VjcmV0" }));
    assert!(read(&secret).unwrap_err().contains("number 2"));
    // What is of another kind, or for something else, is passed over.
    let mut encrypts = signer.jwk.clone();
    encrypts["use"] = json!("enc");
    let only = json!({ "keys": [encrypts] }).to_string();
    assert!(read(&only).unwrap_err().contains("no key that signs"));
    read(&with(encrypts)).unwrap();
}
