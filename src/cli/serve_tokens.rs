//! Whose tokens `serve` takes beside keys.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::Failure;
use super::serve_transport::at_each_hangup;
use crate::app::{InvalidKeySet, TokenVerifier};

/// Options of `serve` that concern tokens.
#[derive(Debug, clap::Args)]
pub(super) struct TokenArgs {
    /// Let users sign in by tokens (JWT) too, whose public keys are in this
    /// JWKS file; see docs/access.md. Read again on SIGHUP.
    #[arg(long, value_name = "FILE")]
    jwks: Option<PathBuf>,
    /// Issuer that a token must name as `iss`.
    #[arg(long, value_name = "ISSUER")]
    jwt_issuer: Option<String>,
    /// Audience that a token must name as `aud`.
    #[arg(long, value_name = "AUDIENCE")]
    jwt_audience: Option<String>,
}

/// Where the keys of tokens come from, and what checks tokens by them.
pub(super) struct Tokens {
    file: PathBuf,
    verifier: Arc<TokenVerifier>,
}

impl TokenArgs {
    /// Returns what was asked for; `None` where no tokens are taken.
    ///
    /// # Errors
    /// When only some of the three options are given, or the file cannot be
    /// read or used.
    pub(super) fn asked(&self) -> Result<Option<Tokens>, Failure> {
        let (file, issuer, audience) = match (&self.jwks, &self.jwt_issuer, &self.jwt_audience) {
            (None, None, None) => return Ok(None),
            (Some(file), Some(issuer), Some(audience)) => (file, issuer, audience),
            _ => {
                let how =
                    "--jwks, --jwt-issuer and --jwt-audience go together: give all three or none";
                return Err(Failure::Usage(how.to_owned()));
            }
        };
        let verifier = TokenVerifier::read(&text(file)?, issuer, audience);
        Ok(Some(Tokens {
            file: file.clone(),
            verifier: Arc::new(verifier.map_err(|error| unusable(file, &error))?),
        }))
    }
}

impl Tokens {
    pub(super) fn verifier(&self) -> Arc<TokenVerifier> {
        Arc::clone(&self.verifier)
    }

    /// Reads the file again each time that SIGHUP asks for it, as long as the
    /// program runs.
    ///
    /// # Errors
    /// When the signal cannot be listened to.
    pub(super) fn follow_hangups(self) -> std::io::Result<()> {
        at_each_hangup(move || match self.read_again() {
            Ok(()) => tracing::info!("read the keys of tokens again"),
            Err(failure) => {
                let mistake = failure.to_string();
                tracing::error!(mistake, "keeps the keys of tokens that it has");
            }
        })
    }

    fn read_again(&self) -> Result<(), Failure> {
        let read = self.verifier.read_again(&text(&self.file)?);
        read.map_err(|error| unusable(&self.file, &error))
    }
}

fn text(file: &Path) -> Result<String, Failure> {
    std::fs::read_to_string(file).map_err(|error| {
        let place = file.display();
        Failure::Unavailable(format!("the JWKS file {place} cannot be read: {error}"))
    })
}

fn unusable(file: &Path, error: &InvalidKeySet) -> Failure {
    Failure::Invalid(format!("the JWKS file {} {error}", file.display()))
}
