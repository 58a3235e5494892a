//! Tokens (JWT) of an identity provider, with keys that the test makes.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::crypto::sign;
use jsonwebtoken::{Algorithm, EncodingKey};
use practicum::app::{Clock, SystemClock};
use rcgen::{KeyPair, PKCS_ECDSA_P256_SHA256, PKCS_ED25519};
use serde_json::{Value, json};

/// Who gives tokens in tests.
pub(crate) const ISSUER: &str = "https://login.example.org";
/// For whom.
pub(crate) const AUDIENCE: &str = "practicum";

/// What signs tokens, and its public key: raw, and as a JWK.
pub(crate) struct Signer {
    key: EncodingKey,
    algorithm: Algorithm,
    pub(crate) public: Vec<u8>,
    pub(crate) jwk: Value,
}

impl Signer {
    pub(crate) fn p256(id: &str) -> Self {
        let pair = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).unwrap();
        let public = pair.public_key_raw().to_vec();
        let part = |range| URL_SAFE_NO_PAD.encode(&public[range]);
        let jwk = json!({
            "kty": "EC", "crv": "P-256", "kid": id, "use": "sig", "alg": "ES256",
            "x": part(1..33), "y": part(33..65),
        });
        Self {
            key: EncodingKey::from_ec_der(&pair.serialize_der()),
            algorithm: Algorithm::ES256,
            public,
            jwk,
        }
    }

    pub(crate) fn ed25519() -> Self {
        let pair = KeyPair::generate_for(&PKCS_ED25519).unwrap();
        let public = pair.public_key_raw().to_vec();
        let jwk = json!({ "kty": "OKP", "crv": "Ed25519", "x": URL_SAFE_NO_PAD.encode(&public) });
        Self {
            key: EncodingKey::from_ed_der(&pair.serialize_der()),
            algorithm: Algorithm::EdDSA,
            public,
            jwk,
        }
    }

    pub(crate) fn token(&self, header: &Value, claims: &Value) -> String {
        let message = message(header, claims);
        let signature = sign(message.as_bytes(), &self.key, self.algorithm).unwrap();
        format!("{message}.{signature}")
    }
}

/// Returns what a token signs.
pub(crate) fn message(header: &Value, claims: &Value) -> String {
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    format!("{}.{}", part(header), part(claims))
}

pub(crate) fn header(id: &str) -> Value {
    json!({ "alg": "ES256", "typ": "JWT", "kid": id })
}

/// Returns what a token says that holds now.
pub(crate) fn claims(user: &str) -> Value {
    let now = SystemClock.now().0;
    json!({ "iss": ISSUER, "aud": AUDIENCE, "sub": user, "exp": now + 600, "nbf": now - 5 })
}
