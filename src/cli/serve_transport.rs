//! How `serve` speaks with its callers: TLS, grpc-web, limits, and which
//! addresses may be listened on.

use std::net::SocketAddr;
use std::num::NonZeroU32;
use std::path::{Path, PathBuf};
use std::time::Duration;

use tokio::signal::unix::{SignalKind, signal};

use super::Failure;
use crate::config::ServeConfig;
use crate::grpc::{Limits, Origin, Rate, Tls, TlsFile, TlsFiles, Transport, Web};

/// Calls a second of one caller, where nothing else is said.
const CALLS_PER_SECOND: u32 = 200;

/// Options of `serve` that concern its callers.
#[derive(Debug, clap::Args)]
pub(super) struct TransportArgs {
    /// Certificate to show, in PEM, followed by those between it and its root;
    /// calls are then taken by TLS alone. Read again on SIGHUP.
    #[arg(long, env = "PRACTICUM_TLS_CERTIFICATE", value_name = "FILE")]
    tls_certificate: Option<PathBuf>,
    /// Private key of the certificate, in PEM, without a passphrase.
    #[arg(long, env = "PRACTICUM_TLS_KEY", value_name = "FILE")]
    tls_key: Option<PathBuf>,
    /// Authorities, in PEM, that sign the certificates of clients; nobody else
    /// is let in.
    #[arg(long, env = "PRACTICUM_TLS_CLIENT_CA", value_name = "FILE")]
    tls_client_ca: Option<PathBuf>,
    /// Take plain text beyond loopback: only behind a proxy that adds TLS.
    #[arg(long)]
    plaintext_beyond_loopback: bool,
    /// Speak grpc-web over HTTP/1 as well, for callers in a browser.
    #[arg(long)]
    grpc_web: bool,
    /// Origin whose pages may call by grpc-web, such as
    /// `https://desk.example.org`; may be given several times.
    #[arg(long, value_name = "ORIGIN")]
    grpc_web_origin: Vec<Origin>,
    /// Calls a second that one caller may make in the long run; 0 for as many
    /// as they like. 200 when left out, and no limit for the operator, of whom
    /// no sign-in is asked.
    #[arg(long, env = "PRACTICUM_CALLS_PER_SECOND", value_name = "NUMBER",
        value_parser = clap::value_parser!(u32).range(0..=1_000_000))]
    calls_per_second: Option<u32>,
}

/// What `serve` was asked for, checked.
pub(super) struct Asked {
    pub(super) transport: Transport,
    /// Where its certificates come from.
    files: Option<TlsPaths>,
}

impl TransportArgs {
    /// Returns what was asked for.
    ///
    /// # Errors
    /// When options go ill together, the address must not be listened on, or a
    /// certificate cannot be used.
    pub(super) fn asked(&self, listen: SocketAddr, config: &ServeConfig) -> Result<Asked, Failure> {
        let files = self.tls_paths()?;
        let is_plain_allowed =
            self.plaintext_beyond_loopback || config.plaintext_beyond_loopback == Some(true);
        check_reach(listen, files.is_some() || is_plain_allowed)?;
        let web = self.web(config)?;
        let tls = files.as_ref().map(TlsPaths::open).transpose()?;
        let transport = Transport {
            limits: self.limits(config),
            tls,
            web,
        };
        Ok(Asked { transport, files })
    }

    fn tls_paths(&self) -> Result<Option<TlsPaths>, Failure> {
        match (&self.tls_certificate, &self.tls_key) {
            (Some(certificate), Some(key)) => Ok(Some(TlsPaths {
                certificate: certificate.clone(),
                key: key.clone(),
                client_ca: self.tls_client_ca.clone(),
            })),
            (None, None) if self.tls_client_ca.is_none() => Ok(None),
            _ => Err(Failure::Usage(
                "TLS needs both --tls-certificate and --tls-key; --tls-client-ca may come beside them"
                    .to_owned(),
            )),
        }
    }

    fn web(&self, config: &ServeConfig) -> Result<Option<Web>, Failure> {
        let mut origins = self.grpc_web_origin.clone();
        if origins.is_empty() {
            for origin in config.grpc_web_origins.iter().flatten() {
                origins.push(origin.parse().map_err(|error| {
                    Failure::Usage(format!("serve.grpc_web_origins: {origin}: {error}"))
                })?);
            }
        }
        if self.grpc_web || config.grpc_web == Some(true) {
            return Ok(Some(Web { origins }));
        }
        if !self.grpc_web_origin.is_empty() {
            let message = "--grpc-web-origin says whose pages may call by --grpc-web; give both";
            return Err(Failure::Usage(message.to_owned()));
        }
        Ok(None)
    }

    /// Returns what the server gives to its callers.
    fn limits(&self, config: &ServeConfig) -> Limits {
        let usual = Limits::default();
        let seconds = |number: u32| Duration::from_secs(number.into());
        let often = self.calls_per_second.unwrap_or(CALLS_PER_SECOND);
        let burst = config
            .calls_burst
            .unwrap_or_else(|| often.saturating_mul(2));
        let rate = NonZeroU32::new(often).zip(NonZeroU32::new(burst));
        let calls = config.calls_in_flight.map_or(usual.calls, whole);
        Limits {
            message_in: config.message_bytes_max.map_or(usual.message_in, whole),
            streams: config.calls_per_connection.unwrap_or(usual.streams),
            connections: config.connections.map_or(usual.connections, whole),
            connection_age: config
                .connection_age_seconds
                .map_or(usual.connection_age, seconds),
            calls,
            calls_per_caller: Limits::share_of_calls(calls),
            watches: config.streams_in_flight.map_or(usual.watches, whole),
            watches_per_caller: config
                .streams_per_caller
                .map_or(usual.watches_per_caller, whole),
            call_time: config.call_seconds.map_or(usual.call_time, seconds),
            rate: rate.map(|(calls_per_second, burst)| Rate {
                calls_per_second,
                burst,
                spares_operator: self.calls_per_second.is_none(),
            }),
            ..usual
        }
    }
}

/// Says whether others than the operator of this machine can reach an address,
/// so that whoever calls must sign in.
pub(super) fn is_reached_by_others(listen: SocketAddr) -> bool {
    !listen.ip().is_loopback()
}

/// Refuses an address that others can reach, unless what they say is safe on
/// its way.
fn check_reach(listen: SocketAddr, is_safe: bool) -> Result<(), Failure> {
    if is_safe || !is_reached_by_others(listen) {
        return Ok(());
    }
    Err(Failure::Usage(format!(
        "--listen {listen} is not a loopback address, and plain text can be read on its way: give \
         --tls-certificate and --tls-key, or --plaintext-beyond-loopback behind a proxy that adds TLS"
    )))
}

pub(super) fn whole(number: u32) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}

/// Where certificates come from.
#[derive(Clone, Debug)]
struct TlsPaths {
    certificate: PathBuf,
    key: PathBuf,
    client_ca: Option<PathBuf>,
}

impl TlsPaths {
    fn open(&self) -> Result<Tls, Failure> {
        let files = self.read().map_err(Failure::Unavailable)?;
        let tls = Tls::new(&files)
            .map_err(|mistake| Failure::Unavailable(self.said(mistake.file, &mistake.what)))?;
        Ok(tls)
    }

    /// Shows what the files hold now; what was shown before stays when
    /// something is wrong with them.
    fn read_again(&self, tls: &Tls) -> Result<(), String> {
        let files = self.read()?;
        tls.replace(&files)
            .map_err(|mistake| self.said(mistake.file, &mistake.what))
    }

    fn read(&self) -> Result<TlsFiles, String> {
        let read = |path: &Path, file| {
            std::fs::read(path)
                .map_err(|error| self.said(file, &format!("cannot be read: {error}")))
        };
        let client_ca = self.client_ca.as_ref();
        Ok(TlsFiles {
            certificate: read(&self.certificate, TlsFile::Certificate)?,
            key: read(&self.key, TlsFile::Key)?,
            client_ca: client_ca
                .map(|path| read(path, TlsFile::ClientCa))
                .transpose()?,
        })
    }

    /// Returns a sentence about one of the files.
    fn said(&self, file: TlsFile, what: &str) -> String {
        let (option, path) = match file {
            TlsFile::Certificate => ("--tls-certificate", Some(&self.certificate)),
            TlsFile::Key => ("--tls-key", Some(&self.key)),
            TlsFile::ClientCa => ("--tls-client-ca", self.client_ca.as_ref()),
        };
        let path = path.map(|path| path.display().to_string());
        format!("{option} {} {what}", path.unwrap_or_default())
    }
}

impl Asked {
    /// Reads the certificates again each time that SIGHUP asks for it, as long
    /// as the program runs. Without TLS the signal ends the program, as usual.
    ///
    /// # Errors
    /// When the signal cannot be listened to.
    pub(super) fn follow_hangups(&self) -> std::io::Result<()> {
        let (Some(files), Some(tls)) = (self.files.clone(), self.transport.tls.clone()) else {
            return Ok(());
        };
        tell_of_end(&tls);
        at_each_hangup(move || match files.read_again(&tls) {
            Ok(()) => {
                tracing::info!("read the certificates again");
                tell_of_end(&tls);
            }
            Err(mistake) => tracing::error!(mistake, "keeps the certificates that it has"),
        })
    }
}

/// Does something each time that SIGHUP asks for it, as long as the program
/// runs.
///
/// # Errors
/// When the signal cannot be listened to.
pub(super) fn at_each_hangup(read_again: impl Fn() + Send + 'static) -> std::io::Result<()> {
    let mut hangups = signal(SignalKind::hangup())?;
    tokio::spawn(async move {
        while hangups.recv().await.is_some() {
            read_again();
        }
    });
    Ok(())
}

fn tell_of_end(tls: &Tls) {
    if tls.ends_soon() {
        tracing::warn!("the certificate ends within 14 days");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn beyond_loopback_nothing_is_said_in_the_open() {
        let is_open = |listen: &str, is_safe| check_reach(listen.parse().unwrap(), is_safe).is_ok();
        for loopback in ["127.0.0.1:0", "127.9.9.9:1", "[::1]:0"] {
            assert!(is_open(loopback, false), "{loopback}");
            assert!(!is_reached_by_others(loopback.parse().unwrap()));
        }
        for reached in [
            "0.0.0.0:0",
            "[::]:0",
            "192.0.2.7:80",
            "[::ffff:127.0.0.1]:80",
        ] {
            assert!(!is_open(reached, false), "{reached}");
            assert!(is_open(reached, true), "{reached}");
            assert!(is_reached_by_others(reached.parse().unwrap()));
        }
    }
}
