//! Tokens (JWT) of an identity provider, whose public keys are in a JWKS file.
//!
//! Only signatures by public keys are taken, each key by the algorithms of its
//! own kind: a token without a signature, or with one by a shared secret, is
//! never looked at, so that nobody signs with a public key as the secret.

use std::fmt;
use std::sync::{PoisonError, RwLock};

use jsonwebtoken::errors::{Error, ErrorKind};
use jsonwebtoken::jwk::{
    AlgorithmParameters, EllipticCurve, Jwk, JwkSet, KeyAlgorithm, PublicKeyUse,
};
use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode, decode_header};
use serde::Deserialize;

use crate::domain::UserKey;
use crate::domain::time::UtcSecond;

/// How far the clocks of provider and server may differ, in seconds.
const LEEWAY: i64 = 60;

/// Why a JWKS file cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct InvalidKeySet(String);

/// A public key that signs tokens.
struct TokenKey {
    id: Option<String>,
    key: DecodingKey,
    validation: Validation,
}

/// Checks tokens of one issuer for one audience.
pub struct TokenVerifier {
    issuer: String,
    audience: String,
    keys: RwLock<Vec<TokenKey>>,
}

impl fmt::Debug for TokenVerifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TokenVerifier")
            .field("issuer", &self.issuer)
            .field("audience", &self.audience)
            .finish_non_exhaustive()
    }
}

/// What is read of a token; the rest is checked before.
#[derive(Deserialize)]
struct Claims {
    sub: String,
    exp: i64,
}

impl TokenVerifier {
    /// Reads the text of a JWKS file. A token must be of the issuer and for the
    /// audience.
    ///
    /// # Errors
    /// When the text is no JWKS, has a shared secret, or has no key that signs.
    /// Keys for something else, and those of an unknown kind, are passed over.
    pub fn read(jwks: &str, issuer: &str, audience: &str) -> Result<Self, InvalidKeySet> {
        let verifier = Self {
            issuer: issuer.to_owned(),
            audience: audience.to_owned(),
            keys: RwLock::default(),
        };
        verifier.read_again(jwks)?;
        Ok(verifier)
    }

    /// Takes the keys of another text from now on, and no others: a provider
    /// changes its keys from time to time.
    ///
    /// # Errors
    /// As [`TokenVerifier::read`]; the keys then stay as they are.
    pub fn read_again(&self, jwks: &str) -> Result<(), InvalidKeySet> {
        let set: JwkSet = serde_json::from_str(jwks)
            .map_err(|error| InvalidKeySet(format!("is no JWKS: {error}")))?;
        let mut keys = Vec::new();
        for (index, jwk) in set.keys.iter().enumerate() {
            let wrong =
                |why: &str| InvalidKeySet(format!("has a key (number {}) {why}", index + 1));
            if matches!(jwk.algorithm, AlgorithmParameters::OctetKey(_)) {
                return Err(wrong("that is a shared secret; only public keys are taken"));
            }
            let algorithms = algorithms(jwk);
            let encrypts = matches!(jwk.common.public_key_use, Some(PublicKeyUse::Encryption));
            if encrypts || algorithms.is_empty() {
                continue;
            }
            let key = DecodingKey::from_jwk(jwk).map_err(|_| wrong("that cannot be read"))?;
            keys.push(TokenKey {
                id: jwk.common.key_id.clone(),
                key,
                validation: validation(algorithms, &self.issuer, &self.audience),
            });
        }
        if keys.is_empty() {
            let what = "has no key that signs: RSA, P-256, P-384 or Ed25519";
            return Err(InvalidKeySet(what.to_owned()));
        }
        *self.keys.write().unwrap_or_else(PoisonError::into_inner) = keys;
        Ok(())
    }

    /// Returns the user whom a token names, and the first instant at which it is
    /// over, however far the clocks differ.
    ///
    /// # Errors
    /// What is wrong with a token that does not hold, for the log alone.
    pub fn verify(&self, token: &str) -> Result<(UserKey, UtcSecond), &'static str> {
        let header = decode_header(token).map_err(|error| why(&error))?;
        let keys = self.keys.read().unwrap_or_else(PoisonError::into_inner);
        let key = match (&header.kid, keys.as_slice()) {
            (Some(id), keys) => keys.iter().find(|key| key.id.as_ref() == Some(id)),
            (None, [only]) => Some(only),
            (None, _) => None,
        };
        let key = key.ok_or("a token by a key that the JWKS file does not have")?;
        let token = decode::<Claims>(token, &key.key, &key.validation);
        let token = token.map_err(|error| why(&error))?;
        let Claims { sub, exp } = token.claims;
        let user = sub.parse();
        let user = user.map_err(|_| "a token whose sub is no key of a user")?;
        Ok((user, UtcSecond(exp.saturating_add(LEEWAY))))
    }
}

/// Tells operators what is wrong with a token, of which nothing is logged.
#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "kinds may be added; most come from tokens that were never valid"
)]
fn why(error: &Error) -> &'static str {
    match error.kind() {
        ErrorKind::ExpiredSignature => "a token that is over",
        ErrorKind::ImmatureSignature => "a token that does not hold yet",
        ErrorKind::InvalidIssuer => "a token of another issuer",
        ErrorKind::InvalidAudience => "a token for another audience",
        ErrorKind::InvalidAlgorithm => "a token by an algorithm that its key does not take",
        ErrorKind::InvalidSignature => "a token with a wrong signature",
        ErrorKind::MissingRequiredClaim(_) => "a token without exp, iss, aud or sub",
        _ => "a malformed token",
    }
}

/// What a token must say of itself.
fn validation(algorithms: Vec<Algorithm>, issuer: &str, audience: &str) -> Validation {
    let mut validation = Validation {
        algorithms,
        leeway: LEEWAY.unsigned_abs(),
        validate_nbf: true,
        ..Validation::default()
    };
    validation.set_issuer(&[issuer]);
    validation.set_audience(&[audience]);
    validation.set_required_spec_claims(&["exp", "iss", "aud", "sub"]);
    validation
}

/// Returns the algorithms by which a key signs: those of its kind, or the only
/// one that it names; none for a kind that is not known.
#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "a kind that is added later signs nothing here until somebody looks at it"
)]
fn algorithms(jwk: &Jwk) -> Vec<Algorithm> {
    use Algorithm::{ES256, ES384, EdDSA, PS256, PS384, PS512, RS256, RS384, RS512};
    let of_kind: &[(KeyAlgorithm, Algorithm)] = match &jwk.algorithm {
        AlgorithmParameters::RSA(_) => &[
            (KeyAlgorithm::RS256, RS256),
            (KeyAlgorithm::RS384, RS384),
            (KeyAlgorithm::RS512, RS512),
            (KeyAlgorithm::PS256, PS256),
            (KeyAlgorithm::PS384, PS384),
            (KeyAlgorithm::PS512, PS512),
        ],
        AlgorithmParameters::EllipticCurve(key) if key.curve == EllipticCurve::P256 => {
            &[(KeyAlgorithm::ES256, ES256)]
        }
        AlgorithmParameters::EllipticCurve(key) if key.curve == EllipticCurve::P384 => {
            &[(KeyAlgorithm::ES384, ES384)]
        }
        AlgorithmParameters::OctetKeyPair(key) if key.curve == EllipticCurve::Ed25519 => {
            &[(KeyAlgorithm::EdDSA, EdDSA)]
        }
        _ => &[],
    };
    let named = jwk.common.key_algorithm;
    let allowed = of_kind
        .iter()
        .filter(|(name, _)| named.is_none_or(|named| named == *name));
    allowed.map(|(_, algorithm)| *algorithm).collect()
}
