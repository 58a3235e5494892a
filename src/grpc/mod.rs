//! The gRPC door: turns messages of `practicum.v1` into domain values, passes
//! one use case of `app`, and turns the answer back.
//!
//! It knows no SQL and no record of the store. Shape is checked in `convert`,
//! with every broken field and its path; `status` translates the one error of
//! the use cases; `server` puts the services together with their limits.

mod accept;
mod admission;
mod convert;
mod methods;
pub mod pb;
mod per_caller;
mod rate;
mod refusal;
mod request;
mod request_id;
mod server;
mod services;
mod sign_in;
mod status;
mod tls;
mod web;

pub use rate::Rate;
pub use request_id::REQUEST_ID_HEADER;
pub use server::{Limits, ServeError, Transport, serve};
pub use status::ERROR_DOMAIN;
pub use tls::{Tls, TlsFile, TlsFiles, TlsMistake};
pub use web::{Origin, OriginError, Web};
