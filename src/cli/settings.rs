//! The command line together with the configuration file. What the file says
//! stands in for the defaults of the options, so that a flag, and then the
//! environment, count more.

use std::path::{Path, PathBuf};

use clap::{ArgMatches, Command, CommandFactory, FromArgMatches};

use super::Failure;
use crate::config::Config;

/// The configuration file that is read where nobody names one.
const USUAL: &str = "practicum.toml";

/// Parses the command line. Wrong options and `--help` end the program here.
pub(super) fn parse<C: CommandFactory + FromArgMatches>(
    named: impl Fn(&C) -> Named,
) -> Result<(C, Config), Failure> {
    let read = |matches: &mut ArgMatches| {
        C::from_arg_matches_mut(matches).unwrap_or_else(|error| error.exit())
    };
    let cli = read(&mut C::command().get_matches());
    let path = match named(&cli) {
        Named::NotRead => return Ok((cli, Config::default())),
        Named::Usual if Path::new(USUAL).exists() => PathBuf::from(USUAL),
        Named::Usual => return Ok((cli, Config::default())),
        Named::File(path) => path,
    };
    let config = Config::read(&path).map_err(|error| Failure::Usage(error.to_string()))?;
    let mut command = with_defaults(C::command(), &config);
    let cli = read(&mut command.get_matches_mut());
    Ok((cli, config))
}

/// Which configuration file a command reads.
pub(super) enum Named {
    /// None: the command has no settings.
    NotRead,
    /// `practicum.toml`, where it is there.
    Usual,
    /// One that was named, and must be there.
    File(PathBuf),
}

/// Returns a command, and all below it, with the settings of the file as the
/// defaults of its options.
fn with_defaults(command: Command, config: &Config) -> Command {
    command
        .mut_args(|argument| {
            let setting = match argument.get_id().as_str() {
                "database" => config.database_url.clone(),
                "tzdir" => config
                    .zone_data_folder
                    .as_ref()
                    .map(|path| path.display().to_string()),
                "listen" => config.serve.listen.map(|address| address.to_string()),
                "jwks" => config.serve.jwks.clone(),
                "jwt_issuer" => config.serve.jwt_issuer.clone(),
                "jwt_audience" => config.serve.jwt_audience.clone(),
                "log_format" => config.serve.log_format.clone(),
                "tls_certificate" => config.serve.tls_certificate.clone(),
                "tls_key" => config.serve.tls_key.clone(),
                "tls_client_ca" => config.serve.tls_client_ca.clone(),
                "calls_per_second" => config.serve.calls_per_second.map(|n| n.to_string()),
                _ => None,
            };
            match setting {
                // Options keep their defaults as long as the program runs.
                Some(setting) => argument.default_value(&*setting.leak()),
                None => argument,
            }
        })
        .mut_subcommands(|below| with_defaults(below, config))
}
