//! grpc-web, for callers in a browser, and which pages may call.
//!
//! A browser asks first whether a page of another origin may call at all; only
//! the origins that were named are told that it may.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use tonic::codegen::http::header::{AUTHORIZATION, CONTENT_TYPE};
use tonic::codegen::http::{HeaderName, HeaderValue, Method, Uri};
use tower_http::cors::{AllowOrigin, CorsLayer};

use super::request_id::REQUEST_ID_HEADER;

/// How long a browser may remember which pages may call.
const REMEMBERED: Duration = Duration::from_secs(600);
/// Headers of grpc-web that a page sends.
const SENT: [&str; 4] = [
    "grpc-timeout",
    "x-grpc-web",
    "x-user-agent",
    REQUEST_ID_HEADER,
];
/// Headers of an answer that a page may read.
const READ: [&str; 4] = [
    "grpc-message",
    "grpc-status",
    "grpc-status-details-bin",
    REQUEST_ID_HEADER,
];

/// grpc-web beside gRPC.
#[derive(Clone, Debug, Default)]
pub struct Web {
    /// Origins whose pages may call; with none only programs and pages of the
    /// server's own origin can.
    pub origins: Vec<Origin>,
}

impl Web {
    pub(super) fn origins_layer(&self) -> CorsLayer {
        let origins = self.origins.iter().map(|origin| origin.0.clone());
        let sent = SENT.map(HeaderName::from_static);
        CorsLayer::new()
            .allow_origin(AllowOrigin::list(origins))
            .allow_methods([Method::POST])
            .allow_headers(
                [AUTHORIZATION, CONTENT_TYPE]
                    .into_iter()
                    .chain(sent)
                    .collect::<Vec<_>>(),
            )
            .expose_headers(READ.map(HeaderName::from_static))
            .max_age(REMEMBERED)
    }
}

/// Where a page comes from: scheme, host and, where it is not the usual one,
/// port, such as `https://desk.example.org`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin(HeaderValue);

/// A text that is no origin.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be https:// or http://, a host and perhaps a port, such as https://desk.example.org")]
pub struct OriginError;

impl FromStr for Origin {
    type Err = OriginError;

    /// Reads an origin as a browser writes it: in lower case, without a path.
    fn from_str(text: &str) -> Result<Self, OriginError> {
        let uri: Uri = text.parse().map_err(|_| OriginError)?;
        let (Some("https" | "http"), Some(authority)) = (uri.scheme_str(), uri.authority()) else {
            return Err(OriginError);
        };
        let is_whole = text.split_once("://").map(|(_, host)| host) == Some(authority.as_str());
        let is_plain = !text.contains(['@', '*']) && text == text.to_lowercase();
        if !is_whole || !is_plain {
            return Err(OriginError);
        }
        HeaderValue::from_str(text)
            .map(Self)
            .map_err(|_| OriginError)
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.to_str().unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_is_a_scheme_a_host_and_a_port() {
        for text in [
            "https://desk.example.org",
            "http://127.0.0.1:8080",
            "https://[::1]:1",
        ] {
            assert_eq!(text.parse::<Origin>().unwrap().to_string(), text);
        }
        for text in [
            "*",
            "https://*",
            "null",
            "",
            "desk.example.org",
            "https://desk.example.org/",
            "https://desk.example.org/path",
            "https://me@desk.example.org",
            "https://Desk.example.org",
            "ftp://desk.example.org",
        ] {
            assert_eq!(text.parse::<Origin>(), Err(OriginError), "{text}");
        }
    }
}
