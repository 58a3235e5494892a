//! What kind of method a path names, as the descriptors say.

use std::collections::HashSet;

use prost::{DecodeError, Message};
use prost_types::FileDescriptorSet;

use super::pb;

/// Method of the standard health service that never ends by itself.
const HEALTH_WATCH: &str = "/grpc.health.v1.Health/Watch";
/// The other one, which is answered whatever else is to do.
const HEALTH_CHECK: &str = "/grpc.health.v1.Health/Check";
/// Paths of both versions of reflection begin so.
const REFLECTION: &str = "/grpc.reflection.";

/// How a method is limited.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// One message in, one out.
    Unary,
    /// A stream of messages, in either direction.
    Stream,
    /// A stream that asks for no sign-in.
    OpenStream,
    /// Asks for the health of the server.
    Health,
}

/// The streams of the contract, by path.
#[derive(Debug)]
pub(super) struct Methods {
    streams: HashSet<String>,
}

impl Methods {
    /// Reads them from the descriptors.
    pub(super) fn of_contract() -> Result<Self, DecodeError> {
        let files = FileDescriptorSet::decode(pb::DESCRIPTORS)?.file;
        let mut streams = HashSet::new();
        for file in &files {
            for service in &file.service {
                let is_stream = |method: &&prost_types::MethodDescriptorProto| {
                    method.client_streaming() || method.server_streaming()
                };
                for method in service.method.iter().filter(is_stream) {
                    let (package, service) = (file.package(), service.name());
                    streams.insert(format!("/{package}.{service}/{}", method.name()));
                }
            }
        }
        Ok(Self { streams })
    }

    /// Returns the kind of a method; a path that is none is refused at once,
    /// as a unary one.
    pub(super) fn kind(&self, path: &str) -> Kind {
        if path == HEALTH_CHECK {
            Kind::Health
        } else if path == HEALTH_WATCH || path.starts_with(REFLECTION) {
            Kind::OpenStream
        } else if self.streams.contains(path) {
            Kind::Stream
        } else {
            Kind::Unary
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tells_streams_from_single_messages() {
        let methods = Methods::of_contract().unwrap();
        for (path, kind) in [
            ("/practicum.v1.RunService/WatchRun", Kind::Stream),
            ("/practicum.v1.RosterService/ImportRoster", Kind::Stream),
            ("/practicum.v1.RosterService/ExportRoster", Kind::Stream),
            ("/practicum.v1.RunService/GetRun", Kind::Unary),
            ("/practicum.v1.RunService/Nothing", Kind::Unary),
            (HEALTH_WATCH, Kind::OpenStream),
            (
                "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo",
                Kind::OpenStream,
            ),
            (HEALTH_CHECK, Kind::Health),
        ] {
            assert_eq!(methods.kind(path), kind, "{path}");
        }
    }
}
