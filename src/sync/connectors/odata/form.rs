//! The fields of the settings form.

use crate::sync::connector::{Field, Input};

const AUTH: Input = Input::Choice(&[
    ("none", "None"),
    ("basic", "User name and password"),
    ("oauth2", "OAuth 2.0 client credentials"),
    ("header", "Key in a header"),
    ("certificate", "Certificate of the client (mutual TLS)"),
]);

const PAGING: Input = Input::Choice(&[
    ("server", "The service cuts pages, by links (or gives everything at once)"),
    ("client", "Syncdesk asks for pages, by $top and $skip"),
]);

const GONE: Input = Input::Choice(&[
    ("warning", "Warning: its records stay as they are, and the other sets are read"),
    ("error", "Error: the run ends, and everything stays as it is"),
]);

const EMPTIED: Input = Input::Choice(&[
    ("error", "Error: its records stay as they are, and the other sets are read"),
    ("orphan", "It is taken as it is: all its records become orphaned"),
]);

const SERVICE: &str = "Service";
const SIGN_IN: &str = "Sign-in";
const WHAT: &str = "What is synchronized";
const CARE: &str = "Speed and care";
const WAY: &str = "The way there";

const SETS: &str = "Names of entity sets, one per line; * matches any characters, and a line that begins with - leaves \
sets out. Empty for none. A set that both lists name belongs to the configuration.";

/// Every field, in the order of the form.
pub(super) static FIELDS: &[Field] = &[
    Field::new(
        "root",
        "Service root",
        "URL of an OData service of version 2 or 4, without $metadata. Version 3 is not supported.",
        SERVICE,
        Input::Line,
        "",
    ),
    Field::new("auth", "Method", "How Syncdesk signs in at the service.", SIGN_IN, AUTH, "none"),
    Field::new("account", "User name or client id", "For a password, and for OAuth 2.0.", SIGN_IN, Input::Line, ""),
    Field::new(
        "token_url",
        "Token address",
        "OAuth 2.0 only: the URL that issues access tokens.",
        SIGN_IN,
        Input::Line,
        "",
    ),
    Field::new("scope", "Scope", "OAuth 2.0 only; empty for none.", SIGN_IN, Input::Line, ""),
    Field::new(
        "header_name",
        "Header of the key",
        "For a key in a header: its name, such as APIKey.",
        SIGN_IN,
        Input::Line,
        "",
    ),
    Field::new(
        "secret",
        "Secret",
        "The password, the client secret, or the key. Kept encrypted and never shown.",
        SIGN_IN,
        Input::Secret,
        "",
    ),
    Field::new(
        "certificate",
        "Client certificate",
        "For a certificate: as PEM text, followed by those between it and its authority. Only for addresses with https://.",
        SIGN_IN,
        Input::Lines,
        "",
    ),
    Field::new(
        "key",
        "Private key",
        "Of the client certificate: as PEM text, without a pass phrase. Kept encrypted and never shown; another \
         certificate, host or proxy, enter it again.",
        SIGN_IN,
        Input::SecretLines,
        "",
    ),
    Field::new(
        "config_name",
        "First data set",
        "What its entity sets are together.",
        WHAT,
        Input::Line,
        "Business Configuration",
    ),
    Field::new("config_sets", "Its entity sets", SETS, WHAT, Input::Lines, ""),
    Field::new(
        "master_name",
        "Second data set",
        "What its entity sets are together.",
        WHAT,
        Input::Line,
        "Master Data",
    ),
    Field::new("master_sets", "Its entity sets", SETS, WHAT, Input::Lines, "*"),
    Field::new(
        "gone",
        "When a set is gone",
        "What to do when the service no longer offers a set, or answers 404 to it.",
        WHAT,
        GONE,
        "warning",
    ),
    Field::new(
        "emptied",
        "When a set is empty",
        "What to do when a set that had records comes back empty.",
        WHAT,
        EMPTIED,
        "error",
    ),
    Field::new("paging", "Pages", "Who cuts a set into pages.", CARE, PAGING, "server"),
    Field::new(
        "page_size",
        "Records a page",
        "1–50,000. The service may send fewer. A page of more than 64 MB is refused: then enter a smaller number.",
        CARE,
        Input::Number,
        "1000",
    ),
    Field::new("parallel", "Sets at once", "1 to 16.", CARE, Input::Number, "4"),
    Field::new(
        "timeout_seconds",
        "Timeout",
        "Maximum time without any data from the service: 1–3600.",
        CARE,
        Input::Number,
        "60",
    ),
    Field::new(
        "headers",
        "Further headers",
        "One per line, as Name: value. Everyone who sees these settings sees them, so enter no secrets here.",
        WAY,
        Input::Lines,
        "",
    ),
    Field::new(
        "proxy",
        "Proxy",
        "Address of an HTTP proxy, such as http://proxy.example.org:3128; empty for none. Where it stands has \
         to be allowed like any other peer; which hosts it reaches is its own affair.",
        WAY,
        Input::Line,
        "",
    ),
    Field::new(
        "ca",
        "Certificate authority",
        "For a service whose certificate the machine does not know: the authority's certificate as PEM text.",
        WAY,
        Input::Lines,
        "",
    ),
];
