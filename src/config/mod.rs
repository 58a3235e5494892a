//! The configuration file: settings of `serve` and of the database, in TOML.
//!
//! The command line reads it, and nobody else. What the command line or the
//! environment says counts more than the file, and the file more than what is
//! built in. Every unknown key and every bad value is told at once, with file,
//! line and what is allowed.

use std::fmt;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use toml::de::{DeTable, DeValue};

use crate::store::Address;

/// The settings of a file; `None` where it says nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Config {
    /// Which database: a path or a URL; may hold a password.
    pub database_url: Option<String>,
    /// Folder of TZif files.
    pub zone_data_folder: Option<PathBuf>,
    /// Settings of `serve`.
    pub serve: ServeConfig,
}

/// Settings of `serve`; `None` where the file says nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ServeConfig {
    /// Address on which calls are taken.
    pub listen: Option<SocketAddr>,
    /// How lines of the log are written: `pretty` or `json`.
    pub log_format: Option<String>,
    /// Whether callers must sign in even while the database has no user.
    pub require_sign_in: Option<bool>,
    /// JWKS file with the keys of tokens.
    pub jwks: Option<String>,
    /// Issuer of tokens.
    pub jwt_issuer: Option<String>,
    /// Audience of tokens.
    pub jwt_audience: Option<String>,
    /// Runs that are solved at a time.
    pub solves_at_a_time: Option<u32>,
    /// Connections at a time.
    pub connections: Option<u32>,
    /// Calls at a time on one connection.
    pub calls_per_connection: Option<u32>,
    /// Largest message that is taken, in bytes.
    pub message_bytes_max: Option<u32>,
    /// Age at which a connection is asked to go, in seconds.
    pub connection_age_seconds: Option<u32>,
    /// File of the server's certificate.
    pub tls_certificate: Option<String>,
    /// File of its private key.
    pub tls_key: Option<String>,
    /// File of the authorities that sign the certificates of clients.
    pub tls_client_ca: Option<String>,
    /// Whether plain text is allowed beyond loopback.
    pub plaintext_beyond_loopback: Option<bool>,
    /// Whether grpc-web is spoken.
    pub grpc_web: Option<bool>,
    /// Origins whose pages may call.
    pub grpc_web_origins: Option<Vec<String>>,
    /// Unary calls at a time.
    pub calls_in_flight: Option<u32>,
    /// Streams at a time.
    pub streams_in_flight: Option<u32>,
    /// Streams at a time of one caller.
    pub streams_per_caller: Option<u32>,
    /// How long a unary call may take, in seconds.
    pub call_seconds: Option<u32>,
    /// Calls a second of one caller; 0 for as many as they like.
    pub calls_per_second: Option<u32>,
    /// Calls of one caller at once, after a pause.
    pub calls_burst: Option<u32>,
}

/// Every section and key that there is.
const SECTIONS: [(&str, &[&str]); 3] = [
    ("database", &["url"]),
    (
        "serve",
        &[
            "call_seconds",
            "calls_burst",
            "calls_in_flight",
            "calls_per_connection",
            "calls_per_second",
            "connection_age_seconds",
            "connections",
            "grpc_web",
            "grpc_web_origins",
            "jwks",
            "jwt_audience",
            "jwt_issuer",
            "listen",
            "log_format",
            "message_bytes_max",
            "plaintext_beyond_loopback",
            "require_sign_in",
            "solves_at_a_time",
            "streams_in_flight",
            "streams_per_caller",
            "tls_certificate",
            "tls_client_ca",
            "tls_key",
        ],
    ),
    ("zone_data", &["folder"]),
];

/// A mistake in a configuration file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigMistake {
    /// Line, from 1.
    pub line: usize,
    /// Section and key; empty where the text is no TOML.
    pub key: String,
    /// What is wrong, and what is allowed.
    pub message: String,
}

/// Why a configuration file cannot be used.
#[derive(Debug)]
pub enum ConfigError {
    /// It cannot be read.
    Unreadable(PathBuf, std::io::Error),
    /// Every mistake in it, by line.
    Wrong(PathBuf, Vec<ConfigMistake>),
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (path, mistakes) = match self {
            Self::Unreadable(path, error) => {
                return write!(
                    f,
                    "the configuration {} cannot be read: {error}",
                    path.display()
                );
            }
            Self::Wrong(path, mistakes) => (path.display(), mistakes),
        };
        write!(f, "the configuration {path} is wrong:")?;
        for ConfigMistake { line, key, message } in mistakes {
            let between = if key.is_empty() { "" } else { ": " };
            write!(f, "\n  {path}, line {line}: {key}{between}{message}")?;
        }
        Ok(())
    }
}

impl std::error::Error for ConfigError {}

impl Config {
    /// Reads a file.
    ///
    /// # Errors
    /// When it cannot be read, is no TOML, or says what is not allowed.
    pub fn read(path: &Path) -> Result<Self, ConfigError> {
        let text = std::fs::read_to_string(path)
            .map_err(|error| ConfigError::Unreadable(path.to_owned(), error))?;
        Self::parse(&text).map_err(|mistakes| ConfigError::Wrong(path.to_owned(), mistakes))
    }

    /// Reads the text of a file.
    ///
    /// # Errors
    /// Every mistake in it, by line.
    pub fn parse(text: &str) -> Result<Self, Vec<ConfigMistake>> {
        let (root, faults) = DeTable::parse_recoverable(text);
        let mut document = Document {
            text,
            root: root.get_ref(),
            mistakes: Vec::new(),
        };
        for fault in &faults {
            let at = fault.span().map_or(0, |span| span.start);
            document.refuse(at, String::new(), fault.message().to_owned());
        }
        if faults.is_empty() {
            document.refuse_unknown_keys();
        }
        let config = document.config();
        let mut mistakes = document.mistakes;
        if mistakes.is_empty() {
            return Ok(config);
        }
        mistakes.sort_by_key(|mistake| mistake.line);
        Err(mistakes)
    }
}

struct Document<'a> {
    text: &'a str,
    root: &'a DeTable<'a>,
    mistakes: Vec<ConfigMistake>,
}

impl<'a> Document<'a> {
    /// Adds a mistake at a byte of the text.
    fn refuse(&mut self, at: usize, key: String, message: String) {
        let before = self.text.get(..at).unwrap_or_default();
        let line = before.bytes().filter(|byte| *byte == b'\n').count() + 1;
        self.mistakes.push(ConfigMistake { line, key, message });
    }

    fn refuse_unknown_keys(&mut self) {
        let sections = SECTIONS.map(|(name, _)| name).join(", ");
        for (name, value) in self.root {
            let (at, name) = (name.span().start, name.get_ref().as_ref());
            let Some((_, keys)) = SECTIONS.iter().find(|(section, _)| *section == name) else {
                let message = format!("unknown; the sections are {sections}");
                self.refuse(at, name.to_owned(), message);
                continue;
            };
            let Some(table) = value.get_ref().as_table() else {
                let message = format!("must be a section, [{name}]");
                self.refuse(at, name.to_owned(), message);
                continue;
            };
            for key in table.keys() {
                let (at, key) = (key.span().start, key.get_ref().as_ref());
                if !keys.contains(&key) {
                    let message = format!("unknown; the keys of [{name}] are {}", keys.join(", "));
                    self.refuse(at, format!("{name}.{key}"), message);
                }
            }
        }
    }

    fn config(&mut self) -> Config {
        let text = |value: &DeValue<'_>| value.as_str().map(str::to_owned);
        Config {
            database_url: self.database_url(),
            zone_data_folder: self
                .value("zone_data", "folder", "the path of a folder", |value| {
                    text(value).filter(|path| !path.is_empty())
                })
                .map(PathBuf::from),
            serve: ServeConfig {
                listen: self.value(
                    "serve",
                    "listen",
                    "an address and a port, such as \"127.0.0.1:7420\" or \"[::1]:7420\"",
                    |value| value.as_str()?.parse().ok(),
                ),
                log_format: self.value("serve", "log_format", "\"pretty\" or \"json\"", |value| {
                    text(value).filter(|word| ["pretty", "json"].contains(&word.as_str()))
                }),
                require_sign_in: self.flag("require_sign_in"),
                jwks: self.file("jwks"),
                jwt_issuer: self.text("jwt_issuer", "a text in quotes"),
                jwt_audience: self.text("jwt_audience", "a text in quotes"),
                solves_at_a_time: self.number("solves_at_a_time", 1, 256),
                connections: self.number("connections", 1, 65_536),
                calls_per_connection: self.number("calls_per_connection", 1, 1024),
                message_bytes_max: self.number("message_bytes_max", 65_536, 64 << 20),
                connection_age_seconds: self.number("connection_age_seconds", 60, 86_400),
                tls_certificate: self.file("tls_certificate"),
                tls_key: self.file("tls_key"),
                tls_client_ca: self.file("tls_client_ca"),
                plaintext_beyond_loopback: self.flag("plaintext_beyond_loopback"),
                grpc_web: self.flag("grpc_web"),
                grpc_web_origins: self.value(
                    "serve",
                    "grpc_web_origins",
                    "a list of texts, such as [\"https://desk.example.org\"]",
                    |value| {
                        let origins = value.as_array()?.iter();
                        origins.map(|origin| text(origin.get_ref())).collect()
                    },
                ),
                calls_in_flight: self.number("calls_in_flight", 1, 65_536),
                streams_in_flight: self.number("streams_in_flight", 1, 1 << 20),
                streams_per_caller: self.number("streams_per_caller", 1, 1 << 20),
                call_seconds: self.number("call_seconds", 1, 3600),
                calls_per_second: self.number("calls_per_second", 0, 1_000_000),
                calls_burst: self.number("calls_burst", 1, 1_000_000),
            },
        }
    }

    /// Reads the URL, of which a message shows nothing: it may hold a password.
    fn database_url(&mut self) -> Option<String> {
        let mut why = "must be a path or a URL in quotes".to_owned();
        let (at, url) = self.find("database", "url")?;
        let url = url.as_str().map(str::to_owned);
        if let Some(url) = url {
            match Address::parse(&url) {
                Ok(_) => return Some(url),
                Err(error) => why = error.to_string(),
            }
        }
        self.refuse(at, "database.url".to_owned(), why);
        None
    }

    fn number(&mut self, key: &str, least: u32, most: u32) -> Option<u32> {
        let allowed = format!("a whole number from {least} to {most}");
        self.value("serve", key, &allowed, |value| {
            let integer = value.as_integer()?;
            let number = u32::from_str_radix(integer.as_str(), integer.radix()).ok()?;
            (least..=most).contains(&number).then_some(number)
        })
    }

    fn flag(&mut self, key: &str) -> Option<bool> {
        self.value("serve", key, "true or false", DeValue::as_bool)
    }

    fn file(&mut self, key: &str) -> Option<String> {
        self.text(key, "the path of a file")
    }

    fn text(&mut self, key: &str, allowed: &str) -> Option<String> {
        self.value("serve", key, allowed, |value| {
            let text = value.as_str().filter(|text| !text.is_empty())?;
            Some(text.to_owned())
        })
    }

    fn value<T>(
        &mut self,
        section: &str,
        key: &str,
        allowed: &str,
        parse: impl FnOnce(&DeValue<'a>) -> Option<T>,
    ) -> Option<T> {
        let (at, value) = self.find(section, key)?;
        let parsed = parse(value);
        if parsed.is_none() {
            self.refuse(at, format!("{section}.{key}"), format!("must be {allowed}"));
        }
        parsed
    }

    /// Returns where a value stands, and the value.
    fn find(&self, section: &str, key: &str) -> Option<(usize, &'a DeValue<'a>)> {
        let (_, table) = self
            .root
            .iter()
            .find(|(name, _)| name.get_ref() == section)?;
        let mut entries = table.get_ref().as_table()?.iter();
        let (_, value) = entries.find(|(name, _)| name.get_ref() == key)?;
        Some((value.span().start, value.get_ref()))
    }
}

#[cfg(test)]
mod tests;
