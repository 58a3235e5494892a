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
    /// Loopback address on which calls are taken.
    pub listen: Option<SocketAddr>,
    /// How lines of the log are written: `pretty` or `json`.
    pub log_format: Option<String>,
    /// Whether callers must sign in even while the database has no user.
    pub require_sign_in: Option<bool>,
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
}

/// Every section and key that there is.
const SECTIONS: [(&str, &[&str]); 3] = [
    ("database", &["url"]),
    (
        "serve",
        &[
            "calls_per_connection",
            "connection_age_seconds",
            "connections",
            "listen",
            "log_format",
            "message_bytes_max",
            "require_sign_in",
            "solves_at_a_time",
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
                    "a loopback address and a port, such as \"127.0.0.1:7420\" or \"[::1]:7420\"",
                    |value| {
                        let address: SocketAddr = value.as_str()?.parse().ok()?;
                        address.ip().is_loopback().then_some(address)
                    },
                ),
                log_format: self.value("serve", "log_format", "\"pretty\" or \"json\"", |value| {
                    text(value).filter(|word| ["pretty", "json"].contains(&word.as_str()))
                }),
                require_sign_in: self.value(
                    "serve",
                    "require_sign_in",
                    "true or false",
                    DeValue::as_bool,
                ),
                solves_at_a_time: self.number("solves_at_a_time", 1, 256),
                connections: self.number("connections", 1, 65_536),
                calls_per_connection: self.number("calls_per_connection", 1, 1024),
                message_bytes_max: self.number("message_bytes_max", 65_536, 64 << 20),
                connection_age_seconds: self.number("connection_age_seconds", 60, 86_400),
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
mod tests {
    use super::*;

    fn mistakes(text: &str) -> Vec<(usize, String, String)> {
        let mistakes = Config::parse(text).unwrap_err();
        mistakes
            .into_iter()
            .map(|mistake| (mistake.line, mistake.key, mistake.message))
            .collect()
    }

    #[test]
    fn tells_every_mistake_at_once_with_its_line_and_what_is_allowed() {
        let text = "[database]\nuri = \"p.db\"\n\n[serve]\nlisten = \"0.0.0.0:7420\"\n\
                    solves_at_a_time = 0\nlog_format = \"xml\"\nconnections = \"many\"\n[sever]\n";
        let found = mistakes(text);
        let places: Vec<(usize, &str)> = found.iter().map(|m| (m.0, m.1.as_str())).collect();
        assert_eq!(
            places,
            [
                (2, "database.uri"),
                (5, "serve.listen"),
                (6, "serve.solves_at_a_time"),
                (7, "serve.log_format"),
                (8, "serve.connections"),
                (9, "sever"),
            ]
        );
        for (mistake, allowed) in found.iter().zip([
            "url",
            "127.0.0.1:7420",
            "from 1 to 256",
            "\"pretty\" or \"json\"",
            "from 1 to 65536",
            "database, serve, zone_data",
        ]) {
            assert!(mistake.2.contains(allowed), "{mistake:?}");
        }
    }

    #[test]
    fn tells_where_a_text_is_no_toml() {
        let found = mistakes("[serve]\nlisten = \n");
        assert_eq!(found[0].0, 2, "{found:?}");
    }

    #[test]
    fn shows_no_password_of_a_bad_url() {
        for url in ["mysql://app:hush@db/x", "postgres://app:hush@db:x/y"] {
            let found = mistakes(&format!("[database]\nurl = \"{url}\"\n"));
            assert_eq!((found[0].0, found[0].1.as_str()), (2, "database.url"));
            assert!(!found[0].2.contains("hush"), "{found:?}");
        }
    }

    #[test]
    fn the_example_in_the_docs_has_every_key() {
        let example = Config::parse(include_str!("../docs/practicum.toml")).unwrap();
        assert_eq!(
            example,
            Config {
                database_url: Some("practicum.db".to_owned()),
                zone_data_folder: Some(PathBuf::from("/usr/share/zoneinfo")),
                serve: ServeConfig {
                    listen: Some(([127, 0, 0, 1], 7420).into()),
                    log_format: Some("pretty".to_owned()),
                    require_sign_in: Some(true),
                    solves_at_a_time: Some(2),
                    connections: Some(1024),
                    calls_per_connection: Some(128),
                    message_bytes_max: Some(4 << 20),
                    connection_age_seconds: Some(1800),
                },
            }
        );
    }

    #[test]
    fn an_empty_file_says_nothing() {
        assert_eq!(Config::parse("").unwrap(), Config::default());
        assert_eq!(Config::parse("[serve]\n").unwrap(), Config::default());
    }
}
