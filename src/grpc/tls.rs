//! TLS of the door: the certificate that the server shows, and the authority
//! that signs those of its clients.
//!
//! Certificates can be replaced while the server runs: connections that are
//! made from then on see the new ones.

use std::fmt;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::client::verify_server_cert_signed_by_trust_anchor;
use tokio_rustls::rustls::crypto::{CryptoProvider, ring};
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer, UnixTime};
use tokio_rustls::rustls::server::danger::ClientCertVerifier;
use tokio_rustls::rustls::server::{NoClientAuth, ParsedCertificate, WebPkiClientVerifier};
use tokio_rustls::rustls::{CertificateError, Error, RootCertStore, ServerConfig};

/// Protocols inside of TLS, as ALPN names them.
const HTTP_2: &[u8] = b"h2";
const HTTP_1: &[u8] = b"http/1.1";
/// A certificate that ends within this time is told beforehand.
const SOON: Duration = Duration::from_secs(14 * 24 * 60 * 60);

/// What TLS is made of, each a text in PEM.
#[derive(Clone)]
pub struct TlsFiles {
    /// The server's certificate, then those between it and its root.
    pub certificate: Vec<u8>,
    /// The private key of the certificate, without a passphrase.
    pub key: Vec<u8>,
    /// Authorities that sign the certificates of clients. Where there are any,
    /// a client without such a certificate is not let in.
    pub client_ca: Option<Vec<u8>>,
}

impl fmt::Debug for TlsFiles {
    /// Shows nothing of the key.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TlsFiles").finish_non_exhaustive()
    }
}

/// Which of the files something is wrong with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TlsFile {
    /// [`TlsFiles::certificate`].
    Certificate,
    /// [`TlsFiles::key`].
    Key,
    /// [`TlsFiles::client_ca`].
    ClientCa,
}

/// What is wrong with a file of TLS.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{what}")]
pub struct TlsMistake {
    /// The file.
    pub file: TlsFile,
    /// What is wrong with it, such as `has expired`.
    pub what: String,
}

impl TlsMistake {
    fn new(file: TlsFile, what: impl Into<String>) -> Self {
        let what = what.into();
        Self { file, what }
    }
}

/// The TLS of a server; all clones show the same certificate.
#[derive(Clone)]
pub struct Tls {
    now: Arc<RwLock<Shown>>,
}

/// What is shown to clients, by the protocols that are offered to them.
struct Shown {
    http_2: Arc<ServerConfig>,
    with_http_1: Arc<ServerConfig>,
    /// Whether the certificate ends within [`SOON`].
    ends_soon: bool,
}

impl fmt::Debug for Tls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tls").finish_non_exhaustive()
    }
}

impl Tls {
    /// Returns the TLS of a certificate that holds now.
    ///
    /// # Errors
    /// When a file is no PEM, the key is another's, or the certificate is not
    /// one for servers, has expired or does not hold yet.
    pub fn new(files: &TlsFiles) -> Result<Self, TlsMistake> {
        let shown = shown(files, UnixTime::now())?;
        Ok(Self {
            now: Arc::new(RwLock::new(shown)),
        })
    }

    /// Shows other certificates from now on. What was shown stays when
    /// something is wrong with them.
    ///
    /// # Errors
    /// As [`Tls::new`].
    pub fn replace(&self, files: &TlsFiles) -> Result<(), TlsMistake> {
        let shown = shown(files, UnixTime::now())?;
        *self.now.write().unwrap_or_else(PoisonError::into_inner) = shown;
        Ok(())
    }

    /// Says whether the certificate ends within 14 days of when it was read.
    pub fn ends_soon(&self) -> bool {
        let now = self.now.read().unwrap_or_else(PoisonError::into_inner);
        now.ends_soon
    }

    /// Returns what shakes hands with a new connection.
    pub(super) fn acceptor(&self, with_http_1: bool) -> TlsAcceptor {
        let now = self.now.read().unwrap_or_else(PoisonError::into_inner);
        let config = if with_http_1 {
            &now.with_http_1
        } else {
            &now.http_2
        };
        TlsAcceptor::from(Arc::clone(config))
    }
}

fn shown(files: &TlsFiles, now: UnixTime) -> Result<Shown, TlsMistake> {
    let provider = Arc::new(ring::default_provider());
    let chain = certificates(&files.certificate, TlsFile::Certificate)?;
    check_certificate(&chain, now, &provider)?;
    let key = private_key(&files.key)?;
    let clients = client_verifier(files.client_ca.as_deref(), &provider)?;
    let soon = UnixTime::since_unix_epoch(Duration::from_secs(now.as_secs()) + SOON);
    let ends_soon = check_certificate(&chain, soon, &provider).is_err();
    let mut http_2 = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| TlsMistake::new(TlsFile::Certificate, error.to_string()))?
        .with_client_cert_verifier(clients)
        .with_single_cert(chain, key)
        .map_err(|error| key_mistake(&error))?;
    http_2.alpn_protocols = vec![HTTP_2.to_vec()];
    let mut with_http_1 = http_2.clone();
    with_http_1.alpn_protocols.push(HTTP_1.to_vec());
    Ok(Shown {
        http_2: Arc::new(http_2),
        with_http_1: Arc::new(with_http_1),
        ends_soon,
    })
}

fn certificates(pem: &[u8], file: TlsFile) -> Result<Vec<CertificateDer<'static>>, TlsMistake> {
    let all: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(pem).collect();
    let all = all.map_err(|error| TlsMistake::new(file, format!("is not sound PEM: {error}")))?;
    if all.is_empty() {
        let what = "holds no certificate in PEM (-----BEGIN CERTIFICATE-----)";
        return Err(TlsMistake::new(file, what));
    }
    Ok(all)
}

/// Refuses a certificate that no client would trust, whoever signed it.
fn check_certificate(
    chain: &[CertificateDer<'static>],
    now: UnixTime,
    provider: &CryptoProvider,
) -> Result<(), TlsMistake> {
    let mistake = |what: String| TlsMistake::new(TlsFile::Certificate, what);
    let [first, between @ ..] = chain else {
        return Err(mistake("holds no certificate".to_owned()));
    };
    let unreadable = |error: Error| mistake(format!("holds a certificate that is broken: {error}"));
    let first = ParsedCertificate::try_from(first).map_err(unreadable)?;
    // Nobody is trusted here, so that a sound certificate is of an unknown
    // issuer; what is wrong with it by itself is found before that.
    let checked = verify_server_cert_signed_by_trust_anchor(
        &first,
        &RootCertStore::empty(),
        between,
        now,
        provider.signature_verification_algorithms.all,
    );
    match checked {
        Ok(()) | Err(Error::InvalidCertificate(CertificateError::UnknownIssuer)) => Ok(()),
        Err(Error::InvalidCertificate(
            CertificateError::Expired | CertificateError::ExpiredContext { .. },
        )) => Err(mistake("has expired; renew the certificate".to_owned())),
        Err(Error::InvalidCertificate(
            CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. },
        )) => Err(mistake(
            "does not hold yet; look at the clock of this machine".to_owned(),
        )),
        Err(Error::InvalidCertificate(
            CertificateError::InvalidPurpose | CertificateError::InvalidPurposeContext { .. },
        )) => Err(mistake("is not one for servers (serverAuth)".to_owned())),
        Err(error) => Err(mistake(format!("cannot be used: {error}"))),
    }
}

fn private_key(pem: &[u8]) -> Result<PrivateKeyDer<'static>, TlsMistake> {
    let mistake = |what| TlsMistake::new(TlsFile::Key, what);
    let is_locked = String::from_utf8_lossy(pem).contains("ENCRYPTED");
    PrivateKeyDer::from_pem_slice(pem).map_err(|_| {
        mistake(if is_locked {
            "is locked by a passphrase; give a key without one"
        } else {
            "holds no private key in PEM (-----BEGIN PRIVATE KEY-----)"
        })
    })
}

fn key_mistake(error: &Error) -> TlsMistake {
    let what = if matches!(error, Error::InconsistentKeys(_)) {
        "is not the key of the certificate".to_owned()
    } else {
        format!("cannot be used: {error}")
    };
    TlsMistake::new(TlsFile::Key, what)
}

fn client_verifier(
    pem: Option<&[u8]>,
    provider: &Arc<CryptoProvider>,
) -> Result<Arc<dyn ClientCertVerifier>, TlsMistake> {
    let Some(pem) = pem else {
        return Ok(Arc::new(NoClientAuth));
    };
    let mistake = |error: &dyn fmt::Display| {
        TlsMistake::new(TlsFile::ClientCa, format!("cannot be used: {error}"))
    };
    let mut roots = RootCertStore::empty();
    for root in certificates(pem, TlsFile::ClientCa)? {
        roots.add(root).map_err(|error| mistake(&error))?;
    }
    WebPkiClientVerifier::builder_with_provider(Arc::new(roots), Arc::clone(provider))
        .build()
        .map(|verifier| verifier as Arc<dyn ClientCertVerifier>)
        .map_err(|error| mistake(&error))
}
