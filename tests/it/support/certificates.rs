//! Certificates for tests, made anew each time.

use practicum::grpc::TlsFiles;
use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    date_time_ymd,
};
use tonic::transport::{Certificate, Channel, ClientTlsConfig, Endpoint, Identity};

/// Somebody who signs certificates.
pub(crate) struct Authority {
    issuer: Issuer<'static, KeyPair>,
    /// The certificate that is trusted, in PEM.
    pub(crate) pem: String,
}

/// A certificate with its key, in PEM.
#[derive(Clone)]
pub(crate) struct Signed {
    pub(crate) certificate: String,
    pub(crate) key: String,
}

/// When a certificate holds.
#[derive(Clone, Copy)]
pub(crate) enum Holds {
    Now,
    Past,
    Future,
}

impl Authority {
    pub(crate) fn new() -> Self {
        let mut params = CertificateParams::default();
        params
            .distinguished_name
            .push(DnType::CommonName, "an authority");
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate().unwrap();
        let pem = params.self_signed(&key).unwrap().pem();
        let issuer = Issuer::new(params, key);
        Self { issuer, pem }
    }

    fn sign(&self, usage: ExtendedKeyUsagePurpose, holds: Holds) -> Signed {
        let names = ["localhost".to_owned(), "127.0.0.1".to_owned()];
        let mut params = CertificateParams::new(names).unwrap();
        params.extended_key_usages.push(usage);
        match holds {
            Holds::Now => {}
            Holds::Past => params.not_after = date_time_ymd(2020, 1, 1),
            Holds::Future => params.not_before = date_time_ymd(4000, 1, 1),
        }
        let key = KeyPair::generate().unwrap();
        Signed {
            certificate: params.signed_by(&key, &self.issuer).unwrap().pem(),
            key: key.serialize_pem(),
        }
    }

    /// Signs a certificate for a server on this machine.
    pub(crate) fn server(&self, holds: Holds) -> Signed {
        self.sign(ExtendedKeyUsagePurpose::ServerAuth, holds)
    }

    /// Signs a certificate for a client.
    pub(crate) fn client(&self) -> Signed {
        self.sign(ExtendedKeyUsagePurpose::ClientAuth, Holds::Now)
    }

    /// Returns how a client speaks that trusts this authority and shows a
    /// certificate, or none.
    pub(crate) fn trusted(&self, shown: Option<&Signed>) -> ClientTlsConfig {
        let config = ClientTlsConfig::new()
            .ca_certificate(Certificate::from_pem(&self.pem))
            .domain_name("localhost");
        match shown {
            Some(shown) => config.identity(Identity::from_pem(&shown.certificate, &shown.key)),
            None => config,
        }
    }
}

impl Signed {
    /// Returns what a server with this certificate is started with.
    pub(crate) fn files(&self, client_ca: Option<&Authority>) -> TlsFiles {
        TlsFiles {
            certificate: self.certificate.clone().into(),
            key: self.key.clone().into(),
            client_ca: client_ca.map(|authority| authority.pem.clone().into()),
        }
    }
}

/// Returns a connection over TLS that is made with the first call.
pub(crate) fn secure_channel(address: std::net::SocketAddr, tls: ClientTlsConfig) -> Channel {
    Endpoint::from_shared(format!("https://{address}"))
        .unwrap()
        .tls_config(tls)
        .unwrap()
        .connect_lazy()
}
