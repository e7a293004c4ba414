//! The one place that builds outgoing clients: resolver filter, redirects, proxy, timeouts.
//!
//! What it promises: a connection is made only to addresses that [`filter::AddressFilter`] lets through, however
//! the peer's name resolves; redirects stay on the same origin and are never followed for a request that changes
//! something; proxies of the environment are ignored; nothing is waited for without end; all responses in memory
//! share one budget; and what goes wrong is a [`PeerFailure`] with the stage at which it happened. [`secrets`] takes
//! credentials out of everything that a service is quoted with.
//! What it leaves out: what a status means to an item (that is the connector's), and retrying a
//! body that can be read only once.

pub mod body;
pub mod client;
mod coding;
pub mod date;
pub mod filter;
pub mod identity;
mod listed;
pub mod listings;
pub mod memory;
pub mod models;
pub mod origin;
pub mod pace;
pub mod progress_watchdog;
mod redirect;
pub mod resolve;
pub mod retry;
pub mod secrets;
mod stages;
pub mod status;
pub mod trouble;

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use ipnet::IpNet;
use reqwest::redirect::Policy;
use reqwest::{Certificate, Identity, Proxy, Url};
use secrecy::SecretString;

use crate::domain::run::{PeerFailure, Stage};
use client::Client;
use filter::AddressFilter;
use identity::Unfit;
use listings::Listings;
use memory::Memory;
use resolve::Resolver;
use secrets::Secrets;
pub use stages::stages;

/// The address in the settings cannot be used. Args: the address, why in words.
pub const PEER_ADDRESS: &str = "PEER-ADDRESS";
/// The peer's address is not one that connections may go to. Args: the host.
pub const PEER_FORBIDDEN: &str = "PEER-FORBIDDEN";

/// What connectors may reach. Cheap to clone.
///
/// Private and loopback addresses are refused unless the operator's allow-list has them;
/// link-local and metadata addresses always.
#[derive(Debug, Clone)]
pub struct Net {
    filter: AddressFilter,
    proxy: Option<Proxy>,
    authorities: Vec<Certificate>,
    identity: Option<Identity>,
    patience: Patience,
    /// The longest that anybody may wait for a sign of life.
    longest_idle: Duration,
    http_1: bool,
    memory: Memory,
    listings: Listings,
    secrets: Secrets,
    client: Arc<OnceLock<Client>>,
}

/// How long to wait, and how often to try.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Patience {
    /// For name lookup, TCP and TLS together.
    pub connect: Duration,
    /// For the next sign of life on a connection.
    pub idle: Duration,
    /// How often a request is sent at most, the first time included.
    pub attempts: u32,
    /// Before the second attempt; doubled before each further one.
    pub pause: Duration,
    /// The longest pause before an attempt. A peer that asks for a longer one is not tried again here.
    pub longest_pause: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(15),
            idle: Duration::from_mins(1),
            attempts: 4,
            pause: Duration::from_millis(500),
            longest_pause: Duration::from_secs(30),
        }
    }
}

impl Default for Net {
    fn default() -> Self {
        Self::new(Vec::new())
    }
}

impl Net {
    /// With the operator's allow-list.
    #[must_use]
    pub fn new(allowed: Vec<IpNet>) -> Self {
        let memory = Memory::default();
        Self {
            filter: AddressFilter::new(allowed),
            proxy: None,
            authorities: Vec::new(),
            identity: None,
            patience: Patience::default(),
            longest_idle: Duration::MAX,
            http_1: false,
            listings: Listings::new(&memory),
            memory,
            secrets: Secrets::default(),
            client: Arc::default(),
        }
    }

    /// Through this proxy, which passes the filter like any peer. It resolves names itself: where it connects to
    /// is its own affair.
    ///
    /// # Errors
    /// When it is no address of an HTTP proxy, or is the literal of an address that is not allowed.
    pub fn through(mut self, proxy: &Url) -> Result<Self, PeerFailure> {
        check_address(&self.filter, proxy)?;
        let usable = Proxy::all(proxy.clone()).map_err(|error| unusable(proxy.as_str(), &trouble::words(&error)))?;
        self.proxy = Some(usable);
        self.client = Arc::default();
        Ok(self)
    }

    /// Trusts these certificate authorities besides those of the machine.
    ///
    /// # Errors
    /// When it is no PEM file with certificates; in words.
    pub fn trusting(mut self, pem: &[u8]) -> Result<Self, String> {
        self.authorities = Certificate::from_pem_bundle(pem).map_err(|error| trouble::words(&error))?;
        if self.authorities.is_empty() {
            return Err("it contains no certificate".to_owned());
        }
        self.client = Arc::default();
        Ok(self)
    }

    /// Without HTTP/2, of which nobody learns for sure why a peer ended TLS: of 300 refusals of a client without a
    /// certificate, 154 came as a closed connection.
    #[must_use]
    pub fn over_http_1(mut self) -> Self {
        self.http_1 = true;
        self.client = Arc::default();
        self
    }

    /// Shows this certificate to peers that ask for one: a chain in PEM, the client's own first, and its key.
    ///
    /// # Errors
    /// When one of them cannot be used, or they do not belong together.
    pub fn showing(mut self, chain: &str, key: &SecretString) -> Result<Self, Unfit> {
        self.identity = Some(identity::identity(chain, key)?);
        self.client = Arc::default();
        Ok(self)
    }

    #[must_use]
    pub fn patient(mut self, patience: Patience) -> Self {
        self.patience = Patience { idle: patience.idle.min(self.longest_idle), ..patience };
        self.client = Arc::default();
        self
    }

    /// Waits for a sign of life no longer than this, whatever a system asks for: the operator's limit.
    #[must_use]
    pub fn waiting_at_most(mut self, longest_idle: Duration) -> Self {
        self.longest_idle = longest_idle;
        let patience = self.patience;
        self.patient(patience)
    }

    /// With this budget for the responses that are in memory at the same time.
    #[must_use]
    pub fn within(mut self, memory: Memory) -> Self {
        self.listings = Listings::new(&memory);
        self.memory = memory;
        self.client = Arc::default();
        self
    }

    /// The same for one system, with its credentials: its folder listings are counted for themselves.
    #[must_use]
    pub fn for_system(&self, secrets: Secrets) -> Self {
        Self { listings: Listings::new(&self.memory), secrets, client: Arc::default(), ..self.clone() }
    }

    /// What is known of the credentials of the system.
    #[must_use]
    pub const fn secrets(&self) -> &Secrets {
        &self.secrets
    }

    /// The folder listings that are in memory.
    #[must_use]
    pub const fn listings(&self) -> &Listings {
        &self.listings
    }

    /// How long it waits, and how often it tries.
    #[must_use]
    pub const fn patience(&self) -> Patience {
        self.patience
    }

    /// The client, made once.
    ///
    /// # Errors
    /// When TLS cannot be set up on this machine.
    pub fn client(&self) -> Result<Client, PeerFailure> {
        if let Some(client) = self.client.get() {
            return Ok(client.clone());
        }
        let client = self.build().map_err(|error| {
            PeerFailure::new(Stage::Settings, trouble::PEER_TLS).arg("").quoting(trouble::words(&error))
        })?;
        Ok(self.client.get_or_init(|| client).clone())
    }

    /// An address from settings or from a peer, as one that requests can go to.
    ///
    /// # Errors
    /// When it is none, or is the literal of an address that is not allowed.
    pub fn address(&self, text: &str) -> Result<Url, PeerFailure> {
        let url = Url::parse(text).map_err(|error| unusable(text, &error.to_string()))?;
        check_address(&self.filter, &url)?;
        Ok(url)
    }

    fn build(&self) -> Result<Client, reqwest::Error> {
        let http = self.configured().tls_certs_merge(self.authorities.clone()).build().or_else(|error| {
            // A machine without root certificates: what needs none still works.
            log::warn!("the certificates of this machine cannot be used: {}", trouble::words(&error));
            self.configured().tls_certs_only(self.authorities.clone()).build()
        })?;
        Ok(Client {
            http,
            filter: self.filter.clone(),
            patience: self.patience,
            memory: self.memory.clone(),
            listings: self.listings.clone(),
            secrets: self.secrets.clone(),
        })
    }

    fn configured(&self) -> reqwest::ClientBuilder {
        let builder = reqwest::Client::builder()
            .user_agent(concat!("Syncdesk/", env!("CARGO_PKG_VERSION")))
            .referer(false)
            .no_proxy()
            .dns_resolver(Resolver { filter: self.filter.clone() })
            // They are followed by `redirect`, which knows the method.
            .redirect(Policy::none())
            .connect_timeout(self.patience.connect)
            .pool_idle_timeout(Duration::from_secs(30));
        let builder = if self.http_1 { builder.http1_only() } else { builder };
        let builder = match &self.proxy {
            Some(proxy) => builder.proxy(proxy.clone()),
            None => builder,
        };
        match &self.identity {
            Some(identity) => builder.identity(identity.clone()),
            None => builder,
        }
    }
}

/// The host if it is an IP address. Clients connect to it without asking the resolver.
fn literal(url: &Url) -> Option<std::net::IpAddr> {
    match url.host()? {
        url::Host::Domain(name) => name.parse().ok(),
        url::Host::Ipv4(address) => Some(address.into()),
        url::Host::Ipv6(address) => Some(address.into()),
    }
}

fn check_address(filter: &AddressFilter, url: &Url) -> Result<(), PeerFailure> {
    if !matches!(url.scheme(), "http" | "https") {
        return Err(unusable(url.as_str(), "it must start with https:// or http://"));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(PeerFailure::new(Stage::Settings, PEER_ADDRESS)
            .arg(trouble::host_of(url))
            .arg("it must not contain a user name or password"));
    }
    match literal(url).map(|address| filter.check(address)) {
        Some(Err(forbidden)) => Err(trouble::forbidden(trouble::host_of(url), forbidden)),
        Some(Ok(())) | None => Ok(()),
    }
}

fn unusable(address: &str, why: &str) -> PeerFailure {
    PeerFailure::new(Stage::Settings, PEER_ADDRESS).arg(address).arg(why)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_waits_longer_than_the_operator_allows() {
        let second = Duration::from_secs(1);
        let idle = |net: Net| net.patience().idle;
        assert_eq!(idle(Net::default().waiting_at_most(second)), second);
        let asks = |seconds| Patience { idle: second * seconds, ..Patience::default() };
        assert_eq!(idle(Net::default().waiting_at_most(second * 5).patient(asks(3_600))), second * 5);
        assert_eq!(idle(Net::default().waiting_at_most(second * 5).patient(asks(2))), second * 2);
    }
}
