//! Kinds of systems, as far as they are specified: the fields of their settings and what follows
//! from what was typed. What a kind does is `sync`'s.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use super::plain_http::Recipient;
use super::run::Stage;

/// The lane of systems that do one thing at a time.
pub const MAIN_LANE: &str = "main";

/// How systems of one kind are specified.
pub trait ConnectorKind: Send + Sync {
    /// The word in the database and in addresses.
    fn kind(&self) -> &'static str;

    /// The name on pages.
    fn title(&self) -> &'static str;

    /// What can be connected with it, in a few words.
    fn about(&self) -> &'static str {
        ""
    }

    /// What can run at the same time in one system of this kind.
    fn lanes(&self) -> &'static [&'static str] {
        &[MAIN_LANE]
    }

    /// The fields of the settings form, in order.
    fn fields(&self) -> &'static [Field];

    /// Reads what was typed, as far as it can be read: one error for each field that cannot be used.
    fn read(&self, typed: &Typed) -> Reading;

    /// To whom the secret of each slot would be sent. When the one it was given for does not cover that any more
    /// ([`SecretRecipient::covers`]), a stored secret must be entered again, or is removed. Slots whose secret nobody would get
    /// are omitted.
    fn owners(&self, settings: &serde_json::Value) -> BTreeMap<&'static str, SecretRecipient>;

    /// The fields that decide who receives the secret of a slot. While one of them has an error, the recipient is
    /// unknown.
    fn owner_fields(&self, slot: &str) -> &'static [&'static str];

    /// The URLs that the secret of each slot is sent to, if there is one.
    fn recipients(&self, settings: &serde_json::Value) -> Vec<Recipient>;

    /// The local folders that it reads or writes, each with its field.
    fn local_folders(&self, settings: &serde_json::Value) -> Vec<(&'static str, PathBuf)>;

    /// The place that runs write to, as an address that ends in `/`, and whether they delete there.
    fn territory(&self, settings: &serde_json::Value) -> Option<WriteTarget>;

    /// The fields that the territory follows from; the first is where to say that it is taken.
    fn territory_fields(&self) -> &'static [&'static str];

    /// The stages that a connection has with these settings, and with credentials in these slots; the others are not needed.
    fn stages(&self, settings: &serde_json::Value, slots: &[String]) -> Vec<Stage>;

    /// The field and the value of the timeout for the service, if systems of this kind have one.
    fn service_timeout(&self, _settings: &serde_json::Value) -> Option<(&'static str, Duration)> {
        None
    }

    /// What a connection reaches, without what signs in: a URL or `file://` and a path, each with the word by which
    /// messages name it (`source`, `destination`), if they do.
    fn addresses(&self, _settings: &serde_json::Value) -> Vec<(&'static str, String)> {
        Vec::new()
    }

    /// The field and the path of a local folder that does not exist, if that is why a check failed with this code and these
    /// arguments.
    fn missing_folder(
        &self,
        _settings: &serde_json::Value,
        _code: &str,
        _args: &[String],
    ) -> Option<(&'static str, PathBuf)> {
        None
    }

    /// What tells both ends from any other: when it changes, what was remembered of items says nothing.
    fn ends(&self, settings: &serde_json::Value) -> String;
}

/// Whom a secret is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SecretRecipient {
    /// Scheme, host, port and account of the service, and the way to it.
    pub identity: String,
    /// The paths below which the secret is used, each decoded and ending in `/`: of the service, and of what else gets
    /// the secret. `None` for a path that nothing is below of, because it leads upwards.
    pub paths: Vec<Option<String>>,
    /// Whether it cannot do without.
    pub required: bool,
    /// Each service that gets the secret. Empty if a shared credential cannot be used.
    pub services: Vec<SecretScope>,
}

/// Where a shared credential can be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SecretScope {
    /// Scheme, host and port.
    pub origin: String,
    pub account: String,
    /// Decoded and ending in `/`: everything below it belongs to the scope.
    pub path: String,
    /// Whether the secret only signs requests: such a secret is never sent.
    pub signs: bool,
}

impl SecretScope {
    /// Whether nobody else would get the secret.
    #[must_use]
    pub fn covers(&self, recipient: &SecretRecipient) -> bool {
        let fits = |service: &Self| {
            service.origin == self.origin
                && service.account == self.account
                && service.path.starts_with(&self.path)
                && service.signs == self.signs
        };
        !recipient.services.is_empty() && recipient.services.iter().all(fits)
    }
}

impl SecretRecipient {
    /// Whether a secret that was given for this one may be used for `other`: the same, or deeper below the same paths.
    #[must_use]
    pub fn covers(&self, other: &Self) -> bool {
        let below = |(ours, theirs): (&Option<String>, &Option<String>)| match (ours, theirs) {
            (Some(ours), Some(theirs)) => theirs.starts_with(ours.as_str()),
            (None, _) | (_, None) => false,
        };
        let same = self.paths == other.paths;
        self.identity == other.identity
            && (same || (self.paths.len() == other.paths.len() && self.paths.iter().zip(&other.paths).all(below)))
    }
}

/// Finds a kind by its word.
pub type Kinds = fn(&str) -> Option<&'static dyn ConnectorKind>;

/// Where a system writes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WriteTarget {
    /// Ends in `/`. Places that are the same have the same address, however the settings spell them.
    pub address: String,
    /// It is everything that a host has.
    pub whole_host: bool,
    pub deletes: bool,
}

impl WriteTarget {
    /// Whether one of the two would delete what the other keeps.
    #[must_use]
    pub fn collides(&self, other: &Self) -> bool {
        (self.deletes || other.deletes)
            && (self.address.starts_with(&other.address) || other.address.starts_with(&self.address))
    }
}

/// A settings form that was read.
#[derive(Debug, Clone)]
pub struct Reading {
    /// The settings to store, without secrets. A field with an error has its default.
    pub settings: serde_json::Value,
    pub errors: Vec<FieldError>,
}

/// What was typed into the settings form, by field name. Secrets stand under their slot.
pub type Typed = BTreeMap<String, String>;

/// A field of a settings form.
#[derive(Debug, Clone, Copy)]
pub struct Field {
    pub name: &'static str,
    pub label: &'static str,
    pub help: &'static str,
    /// Heading under which the field stands.
    pub section: &'static str,
    pub input: Input,
    pub default: &'static str,
    pub page: FormPage,
    /// Most people leave it as it is.
    pub advanced: bool,
    /// The options of the section's choice that use it; empty: it is always used.
    pub only: &'static [&'static str],
}

/// The page of a new system that asks for a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FormPage {
    /// Where the service is, and how Syncdesk signs in.
    Location,
    /// What is synchronized.
    Selection,
}

impl Field {
    /// In the order in which one reads a form.
    #[must_use]
    pub const fn new(
        name: &'static str,
        label: &'static str,
        help: &'static str,
        section: &'static str,
        input: Input,
        default: &'static str,
    ) -> Self {
        Self { name, label, help, section, input, default, page: FormPage::Location, advanced: false, only: &[] }
    }

    /// Asked for once the connection works.
    #[must_use]
    pub const fn of_selection(mut self) -> Self {
        self.page = FormPage::Selection;
        self
    }

    #[must_use]
    pub const fn advanced(mut self) -> Self {
        self.advanced = true;
        self
    }

    /// Used by these options of the section's choice only.
    #[must_use]
    pub const fn only(mut self, options: &'static [&'static str]) -> Self {
        self.only = options;
        self
    }

    /// What it is about.
    #[must_use]
    pub fn area(&self) -> SettingsArea {
        match self.section {
            WHAT => SettingsArea::Content,
            CARE => SettingsArea::Limits,
            _ => SettingsArea::Connection,
        }
    }
}

/// The section of what is synchronized.
pub const WHAT: &str = "What is synchronized";
/// The section of speed and limits.
pub const CARE: &str = "Limits and safety";

/// What a setting is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SettingsArea {
    /// Where the service is and how to sign in.
    Connection,
    Content,
    Limits,
}

impl SettingsArea {
    pub const ALL: &[Self] = &[Self::Connection, Self::Content, Self::Limits];

    /// The heading on pages.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::Connection => "Location and sign-in",
            Self::Content => WHAT,
            Self::Limits => "Limits",
        }
    }
}

/// How a field is filled in.
#[derive(Debug, Clone, Copy)]
pub enum Input {
    Line,
    /// One entry a line.
    Lines,
    Number,
    /// Value and label of each choice.
    Choice(&'static [(&'static str, &'static str)]),
    /// A credential: write-only, kept encrypted under the field's name as its slot.
    Secret,
    /// The same with several lines, such as a key in PEM.
    SecretLines,
}

impl Input {
    /// Whether what is typed is a credential, which is never sent back.
    #[must_use]
    pub const fn is_secret(self) -> bool {
        matches!(self, Self::Secret | Self::SecretLines)
    }
}

/// What is wrong with a field, for the person who entered it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldError {
    pub field: &'static str,
    pub message: String,
}
