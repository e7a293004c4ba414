//! Settings that work and are dangerous: one sentence each for the log.

use percent_encoding::percent_decode_str;
use secrecy::ExposeSecret;
use url::Host;

use super::{Config, DatabaseUrl};
use crate::domain::plain_http::is_loopback;

impl Config {
    /// What the operator should know about these settings. `serves`: whether this process serves pages.
    #[must_use]
    pub fn warnings(&self, serves: bool) -> Vec<String> {
        let database = match &self.database {
            DatabaseUrl::Postgres { url } => postgres(url.expose_secret(), self.postgres_sslmode.as_deref()),
            DatabaseUrl::Sqlite { .. } => None,
        };
        let portal = || self.unencrypted_portal();
        database.into_iter().chain(serves.then(portal).flatten()).collect()
    }

    fn unencrypted_portal(&self) -> Option<String> {
        if self.is_https() {
            return None;
        }
        let public = self.public_url.as_ref().filter(|url| !url.host().is_some_and(|host| is_loopback(&host)));
        if let Some(url) = public {
            let address = url.as_str().trim_end_matches('/');
            return Some(format!(
                "People use {address} without encryption: anyone on the network can read their passwords. Put a TLS \
                 proxy in front and set --public-url to its https URL."
            ));
        }
        (!self.listen.ip().to_canonical().is_loopback()).then(|| {
            format!(
                "Syncdesk listens on {} without encryption, and other machines can reach it: anyone on the network can \
                 read passwords. Listen on 127.0.0.1, put a TLS proxy in front, and set --public-url to its https URL.",
                self.listen
            )
        })
    }
}

/// How libpq protects the connection (documentation of Postgres, SSL Support, table of sslmode): only `verify-full`
/// makes sure that it talks to the right server.
fn postgres(url: &str, default_mode: Option<&str>) -> Option<String> {
    let (address, query) = url.split_once('?').unwrap_or((url, ""));
    let parameter = |name: &str| {
        let found = query.split('&').filter_map(|pair| pair.split_once('=')).rfind(|(key, _)| *key == name);
        found.map(|(_key, value)| percent_decode_str(value).decode_utf8_lossy().into_owned())
    };
    let authority = address.split_once("://").map_or("", |(_scheme, rest)| rest.split('/').next().unwrap_or_default());
    let hosts = authority.rsplit_once('@').map_or(authority, |(_user, hosts)| hosts);
    let hosts = percent_decode_str(hosts).decode_utf8_lossy().into_owned();
    // Parameters win over the address; hostaddr says where the connection really goes.
    let hosts = parameter("hostaddr").or_else(|| parameter("host")).unwrap_or(hosts);
    let remote = hosts.split(',').find(|host| is_remote(host))?;
    let mode = parameter("sslmode").or_else(|| default_mode.map(ToOwned::to_owned)).unwrap_or_default();
    let what = match mode.as_str() {
        "verify-full" | "verify-ca" => return None,
        "require" => "is encrypted, but Syncdesk does not verify the server's certificate",
        _ => "may be unencrypted, and Syncdesk does not verify the server's certificate",
    };
    Some(format!(
        "The connection to the database on {remote} {what}: anyone on the network can read or change the data. Add \
         sslmode=verify-full to DATABASE_URL, and sslrootcert if the certificate is from your own certificate authority."
    ))
}

/// Whether a host of a Postgres URL is another machine: not empty, a folder of a socket, or this machine.
fn is_remote(host: &str) -> bool {
    let is_port = |port: &str| port.bytes().all(|byte| byte.is_ascii_digit());
    let host = match host.rsplit_once(':') {
        Some((host, port)) if is_port(port) && (host.ends_with(']') || !host.contains(':')) => host,
        _ => host,
    };
    let host = host.trim_start_matches('[').trim_end_matches(']');
    let address = host.parse::<std::net::IpAddr>().ok();
    let is_here = match address {
        Some(address) => address.to_canonical().is_loopback(),
        None => is_loopback(&Host::Domain(host)),
    };
    !(host.is_empty() || host.starts_with(['/', '@']) || is_here)
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("postgres://desk:pa55@db.example.org/desk", Some("db.example.org may be unencrypted"))]
    #[case("postgres://desk:pa55@db.example.org:5433/desk?sslmode=prefer", Some("may be unencrypted"))]
    #[case("postgres://db.example.org/desk?sslmode=disable", Some("may be unencrypted"))]
    #[case("postgres://db.example.org/desk?sslmode=allow", Some("may be unencrypted"))]
    #[case("postgresql://10.0.0.7/desk?sslmode=require", Some("10.0.0.7 is encrypted, but"))]
    #[case("postgres://127.0.0.1,db.example.org/desk", Some("db.example.org"))]
    #[case("postgres://[2001:db8::1]:5432/desk", Some("2001:db8::1"))]
    #[case("postgres:///desk?host=db.example.org", Some("db.example.org"))]
    #[case("postgres://localhost/desk?hostaddr=192.0.2.7", Some("192.0.2.7"))]
    #[case("postgres://a:p@a@db.example.org/desk", Some("db.example.org"))]
    #[case("postgres://db.example.org/desk?sslmode=verify-full", None)]
    #[case("postgres://db.example.org/desk?application_name=x&sslmode=verify-ca", None)]
    #[case("postgres://desk@localhost/desk", None)]
    #[case("postgres://127.0.0.1:5433/desk", None)]
    #[case("postgres://[::1]:5433/desk", None)]
    #[case("postgres:///desk?host=/run/postgresql", None)]
    #[case("postgres://%2Frun%2Fpostgresql/desk", None)]
    #[case("postgres:///desk", None)]
    fn databases(#[case] url: &str, #[case] expected: Option<&str>) {
        let said = postgres(url, None);
        assert_eq!(said.is_some(), expected.is_some(), "{url}: {said:?}");
        let said = said.unwrap_or_default();
        assert!(said.contains(expected.unwrap_or_default()), "{said}");
        assert!(!said.contains("pa55") && !said.contains("a:p"), "{said}");
    }

    #[test]
    fn the_mode_may_come_from_the_environment() {
        let url = "postgres://db.example.org/desk";
        assert!(postgres(url, Some("verify-full")).is_none());
        assert!(postgres(&format!("{url}?sslmode=prefer"), Some("verify-full")).is_some());
    }
}
