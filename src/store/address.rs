//! Where a database is: what a URL or a path names. A password goes to the
//! driver and nowhere else: an address prints without it.

use std::fmt;
use std::path::{Path, PathBuf};

use sqlx::postgres::PgConnectOptions;

use super::StoreError;

/// Where a database is.
#[derive(Clone)]
pub enum Address {
    /// A SQLite file.
    File(PathBuf),
    /// A database of a PostgreSQL server.
    Server(Box<PgConnectOptions>),
}

/// What a URL of a server may say after its `?`. The driver would only warn of
/// others, and its warning shows them: a misspelt password too.
const PARAMETERS: [&str; 17] = [
    "application_name",
    "dbname",
    "host",
    "hostaddr",
    "options",
    "password",
    "port",
    "ssl-ca",
    "ssl-cert",
    "ssl-key",
    "ssl-mode",
    "ssl-root-cert",
    "sslcert",
    "sslkey",
    "sslmode",
    "sslrootcert",
    "statement-cache-capacity",
];

const ALLOWED: &str = "use a path, sqlite:PATH, or postgres://USER@HOST/NAME";

impl Address {
    /// Returns what a URL names: `sqlite:PATH` or a bare path for a file,
    /// `postgres://...` for a server.
    ///
    /// # Errors
    /// [`StoreError::Url`] for anything else.
    pub fn parse(url: &str) -> Result<Self, StoreError> {
        let wrong = |what: String| Err(StoreError::Url(format!("{what}; {ALLOWED}")));
        let scheme = url.split_once(':').map(|(scheme, _)| scheme);
        let scheme = scheme.filter(|text| text.bytes().all(|b| b.is_ascii_alphanumeric()));
        match scheme {
            Some("postgres" | "postgresql") => return server(url),
            Some("sqlite") | None => {}
            Some(other) => return wrong(format!("\"{other}:\" names no database")),
        }
        let path = url.strip_prefix("sqlite:").unwrap_or(url);
        let path = path.strip_prefix("//").unwrap_or(path);
        if path.is_empty() {
            return wrong("the URL names no file".to_owned());
        }
        if path.contains(":memory:") || path.contains("://") {
            return wrong("the URL names no file that can be kept".to_owned());
        }
        Ok(Self::File(PathBuf::from(path)))
    }

    /// Returns the path of a file.
    pub fn file(&self) -> Option<&Path> {
        match self {
            Self::File(path) => Some(path),
            Self::Server(_) => None,
        }
    }
}

fn server(url: &str) -> Result<Address, StoreError> {
    let wrong = |what: &str| Err(StoreError::Url(format!("{what}; {ALLOWED}")));
    if !url.contains("://") {
        return wrong("the URL lacks // after its scheme");
    }
    let parameters = url.split_once('?').map_or("", |(_, parameters)| parameters);
    for parameter in parameters.split('&').filter(|text| !text.is_empty()) {
        let name = parameter.split('=').next().unwrap_or_default();
        if !PARAMETERS.contains(&name) && !name.starts_with("options[") {
            let allowed = PARAMETERS.join(", ");
            let what = format!("the URL has a parameter \"{name}\"; allowed are {allowed}");
            return Err(StoreError::Url(what));
        }
    }
    match url.parse() {
        Ok(options) => Ok(Address::Server(Box::new(options))),
        // What the driver says names a part of the URL that it does not take,
        // never the URL itself.
        Err(error) => wrong(&format!("the URL cannot be read ({error})")),
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let options = match self {
            Self::File(path) => return write!(f, "{}", path.display()),
            Self::Server(options) => options,
        };
        let user = options.get_username();
        let database = options.get_database().unwrap_or(user);
        match options.get_socket() {
            Some(socket) => {
                let socket = socket.display();
                write!(f, "postgres://{user}@localhost/{database}?host={socket}")
            }
            None => {
                let (host, port) = (options.get_host(), options.get_port());
                write!(f, "postgres://{user}@{host}:{port}/{database}")
            }
        }
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Address({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_paths_and_both_schemes() {
        for (url, shown) in [
            ("practicum.db", "practicum.db"),
            ("sqlite:here/p.db", "here/p.db"),
            ("sqlite:///tmp/p.db", "/tmp/p.db"),
            ("a@b.db", "a@b.db"),
            (
                "postgres://app@db:5433/north",
                "postgres://app@db:5433/north",
            ),
            ("postgresql://app@db/north", "postgres://app@db:5432/north"),
        ] {
            assert_eq!(Address::parse(url).unwrap().to_string(), shown, "{url}");
        }
    }

    #[test]
    fn refuses_what_names_no_database_and_says_what_does() {
        for url in [
            "",
            "sqlite:",
            "mysql://here/x",
            "http://x",
            "postgres:db",
            ":memory:",
            "sqlite::memory:",
            "postgres://app@db:port/x",
            "postgres://app@db/x?sslmode=perhaps",
        ] {
            let error = Address::parse(url).unwrap_err().to_string();
            assert!(
                error.contains("postgres://USER@HOST/NAME"),
                "{url}: {error}"
            );
        }
    }

    #[test]
    fn shows_no_password_wherever_it_stands() {
        for url in [
            "postgres://app:hush@db/north",
            "postgres://app@db/north?password=hush",
            "postgres://app:hush@localhost/north?host=/run/postgres",
        ] {
            let address = Address::parse(url).unwrap();
            let shown = format!("{address} {address:?}");
            assert!(shown.contains("app@") && !shown.contains("hush"), "{shown}");
        }
        for url in [
            "postgres://app@db/north?passwort=hush",
            "postgres://app:hush@db:port/north",
            "postgres:app:hush@db/north",
            "postgres://app:hush@db/north?sslmode=perhaps",
            "mysql://app:hush@db/north",
        ] {
            let error = format!("{:?}", Address::parse(url).unwrap_err());
            assert!(!error.contains("hush"), "{error}");
        }
    }
}
