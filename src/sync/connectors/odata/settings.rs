//! The typed settings of an OData service.

use base64::Engine;
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::domain::kind::{SecretRecipient, SecretScope};
use crate::domain::words::words;
use crate::net::origin::{origin, path};

words! {
    /// How Syncdesk signs in.
    Auth {
        None = "none",
        Basic = "basic",
        /// OAuth 2.0, client credentials.
        OAuth2 = "oauth2",
        /// A key in a header.
        Header = "header",
        /// A certificate of the client's own (mutual TLS).
        Certificate = "certificate",
    }
}

words! {
    /// Who cuts a set into pages.
    Paging {
        /// The service, by links; it may also give everything at once.
        Server = "server",
        /// Syncdesk, by `$top` and `$skip`.
        Client = "client",
    }
}

words! {
    /// What it means when a set no longer exists.
    Gone { Warning = "warning", Error = "error", }
}

words! {
    /// What it means when a set that had records comes without any.
    Emptied { Error = "error", Orphan = "orphan", }
}

/// What a data set is for: which codes tell of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    Configuration = 0,
    Master = 1,
}

impl Role {
    /// Its own of a pair of codes.
    #[must_use]
    pub const fn of(self, codes: [&'static str; 2]) -> &'static str {
        let [configuration, master] = codes;
        match self {
            Self::Configuration => configuration,
            Self::Master => master,
        }
    }
}

/// A group of entity sets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DataSet {
    pub role: Role,
    pub name: String,
    /// Names of sets; `*` matches any characters.
    pub patterns: Vec<String>,
}

/// The settings of an OData system.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// Without a slash at its end.
    pub root: String,
    pub auth: Auth,
    /// User name, or client id.
    pub account: String,
    pub token_url: String,
    pub scope: String,
    /// The header that carries the key.
    pub header_name: String,
    /// The client's own, with those between it and its authority: PEM.
    pub certificate: String,
    /// A set belongs to the first that names it.
    pub data_sets: [DataSet; 2],
    pub gone: Gone,
    pub emptied: Emptied,
    pub paging: Paging,
    /// 1 to 50,000.
    pub page_size: u32,
    /// Sets that are read at the same time: 1 to 16.
    pub parallel: usize,
    pub timeout_seconds: u64,
    pub headers: Vec<(String, String)>,
    /// Empty for none.
    pub proxy: String,
    /// PEM; empty for the machine's own authorities.
    pub ca: String,
}

/// The slot of what is sent to sign in.
pub const SECRET: &str = "secret";

/// The slot of the certificate's private key: it never leaves the machine, but signs.
pub const KEY: &str = "key";

impl Settings {
    /// From the stored JSON; `None` if it is not ours.
    #[must_use]
    pub fn from_json(json: &Value) -> Option<Self> {
        let text = |name: &str| Some(json.get(name)?.as_str()?.to_owned());
        let lines = |name: &str| -> Option<Vec<String>> {
            json.get(name)?.as_array()?.iter().map(|line| line.as_str().map(str::to_owned)).collect()
        };
        let number = |name: &str| json.get(name)?.as_u64();
        Some(Self {
            root: text("root")?,
            auth: Auth::parse(&text("auth")?)?,
            account: text("account")?,
            token_url: text("token_url")?,
            scope: text("scope")?,
            header_name: text("header_name")?,
            // It was not always asked for.
            certificate: text("certificate").unwrap_or_default(),
            data_sets: [
                DataSet { role: Role::Master, name: text("master_name")?, patterns: lines("master_sets")? },
                DataSet { role: Role::Configuration, name: text("config_name")?, patterns: lines("config_sets")? },
            ],
            gone: Gone::parse(&text("gone")?)?,
            // It was not always asked for.
            emptied: text("emptied").map_or(Some(Emptied::Error), |word| Emptied::parse(&word))?,
            paging: Paging::parse(&text("paging")?)?,
            page_size: u32::try_from(number("page_size")?).ok()?,
            parallel: usize::try_from(number("parallel")?).ok()?.clamp(1, 16),
            timeout_seconds: number("timeout_seconds")?,
            headers: lines("headers")?.iter().map(|line| header(line)).collect::<Option<_>>()?,
            proxy: text("proxy")?,
            ca: text("ca")?,
        })
    }

    /// To whom the secret of which slot would be sent, and by which way.
    #[must_use]
    pub fn owner(&self) -> Option<(&'static str, SecretRecipient)> {
        let slot = match self.auth {
            Auth::None => return None,
            Auth::Basic | Auth::OAuth2 | Auth::Header => SECRET,
            Auth::Certificate => KEY,
        };
        // Whatever line ends it was sent with.
        let digest = |pem: &str| match pem.lines().collect::<Vec<_>>().join("\n") {
            pem if pem.is_empty() => pem,
            pem => base64::prelude::BASE64_STANDARD_NO_PAD.encode(Sha256::digest(pem)),
        };
        // With OAuth the secret goes to one host, and a token had for it to the other. A list, so that no field
        // can look like a part of another.
        let identity = serde_json::json!([
            self.auth.as_str(),
            origin(&self.root),
            origin(&self.token_url),
            self.scope,
            self.account,
            self.header_name,
            self.proxy,
            digest(&self.ca),
            digest(&self.certificate),
        ])
        .to_string();
        let paths = vec![path(&self.root), path(&self.token_url)];
        let services = self.services().unwrap_or_default();
        Some((slot, SecretRecipient { identity, paths, required: true, services }))
    }

    /// Each service that gets the secret. `None` if others could get it too: a proxy, the holder of an authority's key, or
    /// a server that understands a path differently.
    fn services(&self) -> Option<Vec<SecretScope>> {
        if !self.proxy.is_empty() || !self.ca.is_empty() {
            return None;
        }
        let urls = [&self.root, &self.token_url].into_iter().filter(|url| !url.is_empty());
        let scope = |url: &String| {
            Some(SecretScope {
                origin: origin(url),
                account: self.account.clone(),
                path: path(url)?,
                signs: self.auth == Auth::Certificate,
            })
        };
        urls.map(scope).collect()
    }
}

/// `Name: value`.
pub(super) fn header(line: &str) -> Option<(String, String)> {
    let (name, value) = line.split_once(':')?;
    Some((name.trim().to_owned(), value.trim().to_owned()))
}
