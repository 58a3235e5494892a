//! The macro that lets one query serve both databases, and nothing else.

/// Runs the body with the connection of whichever database a [`super::Tx`]
/// is of: `on!(tx, |connection| sqlx::query(SQL).execute(connection).await)`.
///
/// The body is pasted into two arms, and sqlx infers the database from the
/// connection in each, so that the body names none. It looks like a closure
/// but is none: `?` and `return` in it leave the whole function.
macro_rules! on {
    ($tx:expr, |$connection:ident| $body:expr) => {
        match $tx {
            $crate::store::Tx::Sqlite(transaction) => {
                let $connection = &mut **transaction;
                $body
            }
            $crate::store::Tx::Postgres(transaction) => {
                let $connection = &mut **transaction;
                $body
            }
        }
    };
}

/// Names the statements of a file and lists them, so that a test can prepare
/// every one on both databases. A limit is `LIMIT CAST($4 AS BIGINT)`: where it
/// is a bare parameter, SQLite plans the statement again each time it runs.
macro_rules! statements {
    ($($(#[$doc:meta])* $name:ident = $sql:expr;)+) => {
        $($(#[$doc])* const $name: &str = $sql;)+
        /// The statements of this file, by name.
        pub(super) const STATEMENTS: &[(&str, &str)] = &[$((stringify!($name), $name)),+];
    };
}

pub(super) use {on, statements};
