//! From a URL to a server: what is ours in it, what is the driver's, and what may be said about it.
//!
//! Nothing of a URL is repeated in an error but what cannot be a part of a password.

use std::{net::IpAddr, path::PathBuf, time::Duration};

use nailsage_store::OpenError;
use percent_encoding::percent_decode_str;
use tokio_postgres::{
    Config,
    config::{Host, SslMode, TargetSessionAttrs},
};

#[cfg(test)]
mod tests;

/// How many connections the readers may have, unless told otherwise.
const POOL_SIZE: usize = 15;
const POOL_SIZE_MAX: usize = 1_000;

/// How long reaching a server may take, unless told otherwise.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// The same of each of several servers: one that is gone must not use up what the next one needs.
const CONNECT_TIMEOUT_OF_SEVERAL: Duration = Duration::from_secs(3);

/// After so long without a sign of life a connection is asked for one, and after so long without an answer given up.
const SILENCE: Duration = Duration::from_secs(30);

/// What the driver knows. Everything else is refused here, because its own error would repeat a part of the URL.
const DRIVER_PARAMETERS: [&str; 16] = [
    "user",
    "password",
    "dbname",
    "options",
    "application_name",
    "host",
    "hostaddr",
    "port",
    "connect_timeout",
    "tcp_user_timeout",
    "keepalives",
    "keepalives_idle",
    "keepalives_interval",
    "keepalives_retries",
    "target_session_attrs",
    "channel_binding",
];

/// How much a connection trusts the network.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Tls {
    /// No encryption.
    Disable,
    /// Encryption if the server offers it, with whoever answers.
    Prefer,
    /// Encryption with whoever answers.
    Require,
    /// Encryption with a server that proves its name to these authorities, or to the system's.
    VerifyFull { authorities: Option<PathBuf> },
}

/// Where a book is, and how to get there.
#[derive(Clone)]
pub(crate) struct Target {
    pub(crate) config: Config,
    pub(crate) tls: Tls,
    pub(crate) pool_size: usize,
    /// Hosts, ports and the database; never who connects, nor with which password.
    pub(crate) place: String,
}

impl std::fmt::Debug for Target {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Target").field("place", &self.place).field("tls", &self.tls).finish_non_exhaustive()
    }
}

fn bad_url(problem: impl Into<String>) -> OpenError {
    OpenError::BadUrl { problem: problem.into() }
}

/// Our own parameters.
#[derive(Default)]
struct Ours {
    sslmode: Option<String>,
    sslrootcert: Option<String>,
    pool_size: Option<String>,
}

impl Ours {
    fn slot(&mut self, name: &str) -> Option<&mut Option<String>> {
        match name {
            "sslmode" => Some(&mut self.sslmode),
            "sslrootcert" => Some(&mut self.sslrootcert),
            "pool_size" => Some(&mut self.pool_size),
            _ => None,
        }
    }
}

impl Target {
    /// How long reaching any of the servers may take.
    pub(crate) fn connect_limit(&self) -> Duration {
        let servers = self.config.get_hosts().len().max(self.config.get_hostaddrs().len()).max(1);
        let each = self.config.get_connect_timeout().copied().unwrap_or(CONNECT_TIMEOUT);
        each.saturating_mul(u32::try_from(servers).unwrap_or(u32::MAX))
    }

    /// Reads a URL.
    pub(crate) fn from_url(url: &str) -> Result<Self, OpenError> {
        let rest = url.strip_prefix("postgresql://").or_else(|| url.strip_prefix("postgres://"));
        let rest = rest.ok_or_else(|| bad_url("a server's URL begins with postgresql://"))?;
        ensure_unambiguous(rest)?;
        let (address, parameters) = rest.split_once('?').unwrap_or((rest, ""));
        let (ours, theirs) = sort_parameters(parameters)?;
        let mut config = parse(&format!("postgresql://{address}?{}", theirs.join("&")))?;
        if config.get_hosts().is_empty() && config.get_hostaddrs().is_empty() {
            return Err(bad_url("the URL names no host"));
        }
        if config.get_hosts().iter().any(is_more_than_a_host) {
            return Err(bad_url("only names and passwords are to be percent-encoded, not the : and @ around them"));
        }
        let tls = tls_of(&ours, &config)?;
        if config.get_hosts().is_empty() {
            // A certificate is of a name, and an address is one too.
            for address in config.get_hostaddrs().to_vec() {
                config.host(address.to_string());
            }
        }
        config.ssl_mode(match tls {
            Tls::Disable => SslMode::Disable,
            Tls::Prefer => SslMode::Prefer,
            Tls::Require | Tls::VerifyFull { .. } => SslMode::Require,
        });
        add_defaults(&mut config, &theirs);
        let pool_size = match ours.pool_size.as_deref().map(str::parse) {
            None => POOL_SIZE,
            Some(Ok(size @ 1..=POOL_SIZE_MAX)) => size,
            Some(_) => return Err(bad_url(format!("pool_size is a number from 1 to {POOL_SIZE_MAX}"))),
        };
        let place = place_of(&config);
        Ok(Self { config, tls, pool_size, place })
    }
}

/// Refuses what could be taken apart in two ways: then a part of a password might pass for a host or a database, and be
/// repeated as one.
fn ensure_unambiguous(rest: &str) -> Result<(), OpenError> {
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let beyond = &rest[authority.len()..];
    if authority.matches('@').count() > 1 || beyond.contains(['@', '#']) {
        let encoded = "@ is %40, / is %2F, ? is %3F, # is %23, : is %3A";
        return Err(bad_url(format!(
            "special characters of names and passwords have to be percent-encoded ({encoded})"
        )));
    }
    Ok(())
}

/// Whether somebody encoded what separates a host from the password before it.
fn is_more_than_a_host(host: &Host) -> bool {
    match host {
        Host::Tcp(name) => name.contains('@') || name.contains(':') && name.parse::<IpAddr>().is_err(),
        #[cfg(unix)]
        Host::Unix(_) => false,
    }
}

/// Takes our own parameters out; the others stay as they are.
fn sort_parameters(text: &str) -> Result<(Ours, Vec<&str>), OpenError> {
    let mut ours = Ours::default();
    let mut theirs = Vec::new();
    for parameter in text.split('&').filter(|parameter| !parameter.is_empty()) {
        let (name, value) = parameter.split_once('=').ok_or_else(|| bad_url("a parameter is name=value"))?;
        let decoded = |text: &str| percent_decode_str(text).decode_utf8().map(std::borrow::Cow::into_owned);
        let name = decoded(name).unwrap_or_default();
        if let Some(slot) = ours.slot(&name) {
            if slot.is_some() {
                return Err(bad_url(format!("{name} is given twice")));
            }
            *slot = Some(decoded(value).map_err(|_| bad_url(format!("the value of {name} is not valid Unicode")))?);
        } else if DRIVER_PARAMETERS.contains(&name.as_str()) {
            theirs.push(parameter);
        } else {
            let known = DRIVER_PARAMETERS.join(", ");
            let problem = "the URL has a parameter that is not known";
            return Err(bad_url(format!("{problem}; known are sslmode, sslrootcert, pool_size, {known}")));
        }
    }
    Ok((ours, theirs))
}

fn parse(url: &str) -> Result<Config, OpenError> {
    url.parse().map_err(|error: tokio_postgres::Error| {
        // Only this message of the driver's is made of fixed words.
        let cause = std::error::Error::source(&error).map(ToString::to_string).unwrap_or_default();
        let value = cause.strip_prefix("invalid value for option `").and_then(|rest| rest.strip_suffix('`'));
        match value.filter(|name| DRIVER_PARAMETERS.contains(name)) {
            Some(name) => bad_url(format!("the value of {name} is not valid")),
            None => bad_url("it cannot be read"),
        }
    })
}

fn tls_of(ours: &Ours, config: &Config) -> Result<Tls, OpenError> {
    let authorities = match ours.sslrootcert.as_deref() {
        None | Some("system") => None,
        Some(path) => Some(PathBuf::from(path)),
    };
    let is_verified = ours.sslrootcert.is_some();
    match ours.sslmode.as_deref() {
        Some("disable") => Ok(Tls::Disable),
        // Without a certificate of its own, a client takes anybody for the server; with one it had better look.
        Some("require") if !is_verified => Ok(Tls::Require),
        // Whoever checks who signed a certificate may as well check whose it is.
        Some("require" | "verify-ca" | "verify-full") => Ok(Tls::VerifyFull { authorities }),
        None if is_verified => Ok(Tls::VerifyFull { authorities }),
        Some("prefer") | None if is_local(config) => Ok(Tls::Prefer),
        None => Ok(Tls::Require),
        Some("prefer" | "allow") => Err(bad_url(
            "sslmode=prefer protects nobody on a network: say verify-full, require or, where the network is trusted, disable",
        )),
        Some(_) => Err(bad_url("sslmode is disable, prefer, require, verify-ca or verify-full")),
    }
}

/// Whether no byte leaves the machine.
fn is_local(config: &Config) -> bool {
    if !config.get_hostaddrs().is_empty() {
        return config.get_hostaddrs().iter().all(IpAddr::is_loopback);
    }
    config.get_hosts().iter().all(|host| match host {
        Host::Tcp(name) => name == "localhost" || name.parse().is_ok_and(|address: IpAddr| address.is_loopback()),
        #[cfg(unix)]
        Host::Unix(_) => true,
    })
}

/// What is better said than left to the driver.
fn add_defaults(config: &mut Config, given: &[&str]) {
    let is_given = |name: &str| given.iter().any(|parameter| parameter.split('=').next() == Some(name));
    if config.get_application_name().is_none() {
        config.application_name("nailsage");
    }
    let servers = config.get_hosts().len().max(config.get_hostaddrs().len());
    if config.get_connect_timeout().is_none() {
        config.connect_timeout(if servers > 1 { CONNECT_TIMEOUT_OF_SEVERAL } else { CONNECT_TIMEOUT });
    }
    if !is_given("keepalives_idle") {
        config.keepalives_idle(SILENCE);
    }
    if config.get_tcp_user_timeout().is_none() {
        config.tcp_user_timeout(SILENCE);
    }
    // Of several servers only one takes commands, and what is read elsewhere may be older than an answer that was given.
    if servers > 1 && config.get_target_session_attrs() == TargetSessionAttrs::Any {
        config.target_session_attrs(TargetSessionAttrs::ReadWrite);
    }
}

fn place_of(config: &Config) -> String {
    let (hosts, addresses, ports) = (config.get_hosts(), config.get_hostaddrs(), config.get_ports());
    let servers: Vec<_> = (0..hosts.len().max(addresses.len()))
        .map(|index| {
            let host = match (hosts.get(index), addresses.get(index)) {
                (Some(Host::Tcp(name)), _) if name.contains(':') => format!("[{name}]"),
                (Some(Host::Tcp(name)), _) => name.clone(),
                #[cfg(unix)]
                (Some(Host::Unix(folder)), _) => folder.display().to_string(),
                (None, address) => address.map(ToString::to_string).unwrap_or_default(),
            };
            let port = ports.get(index).or(ports.first()).copied().unwrap_or(5432);
            format!("{host}:{port}")
        })
        .collect();
    format!("postgresql://{}/{}", servers.join(","), config.get_dbname().unwrap_or_default())
}
