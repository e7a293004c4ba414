//! The fields of the settings form.

use crate::domain::kind::{CARE, WHAT};
use crate::sync::connector::{Field, Input};

const AUTH: Input = Input::Choice(&[
    ("none", "None"),
    ("basic", "User name and password"),
    ("oauth2", "OAuth 2.0 client credentials"),
    ("header", "API key in a header"),
    ("certificate", "Client certificate (mutual TLS)"),
]);

const PAGING: Input = Input::Choice(&[
    ("server", "By the service, with next links (or everything in one response)"),
    ("client", "By Syncdesk, with $top and $skip"),
]);

const GONE: Input = Input::Choice(&[
    ("warning", "Warning: keep its records and read the other sets"),
    ("error", "Error: stop the run and change nothing"),
]);

const EMPTIED: Input = Input::Choice(&[
    ("error", "Error: keep its records and read the other sets"),
    ("orphan", "Accept: all its records become orphaned"),
]);

const SERVICE: &str = "Service";
const SIGN_IN: &str = "Sign-in";
const WAY: &str = "Network";

const SETS: &str = "One entity set per line. * matches any characters; a line that starts with - excludes sets. \
    Empty: none. A set in both lists belongs to the first data set.";

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
    Field::new("auth", "Method", "How Syncdesk signs in to the service.", SIGN_IN, AUTH, "none"),
    Field::new("account", "User name or client ID", "User name, or OAuth 2.0 client ID.", SIGN_IN, Input::Line, "")
        .only(&["basic", "oauth2"]),
    Field::new("token_url", "Token URL", "URL that issues access tokens.", SIGN_IN, Input::Line, "").only(&["oauth2"]),
    Field::new("scope", "Scope", "Empty: none.", SIGN_IN, Input::Line, "").only(&["oauth2"]),
    Field::new(
        "header_name",
        "Header name",
        "Header that contains the API key, for example APIKey.",
        SIGN_IN,
        Input::Line,
        "",
    )
    .only(&["header"]),
    Field::new(
        "secret",
        "Secret",
        "Password, client secret or API key. Stored encrypted and never shown again.",
        SIGN_IN,
        Input::Secret,
        "",
    )
    .only(&["basic", "oauth2", "header"]),
    Field::new(
        "certificate",
        "Client certificate",
        "PEM text, followed by its intermediate certificates. Requires an https:// URL.",
        SIGN_IN,
        Input::Lines,
        "",
    )
    .only(&["certificate"]),
    Field::new(
        "key",
        "Private key",
        "PEM text without a passphrase. Stored encrypted and never shown again. If you change the certificate, host \
         or proxy, enter it again.",
        SIGN_IN,
        Input::SecretLines,
        "",
    )
    .only(&["certificate"]),
    Field::new(
        "config_name",
        "Data set 1: name",
        "A name for this group of entity sets.",
        WHAT,
        Input::Line,
        "Business Configuration",
    )
    .of_selection(),
    Field::new("config_sets", "Data set 1: entity sets", SETS, WHAT, Input::Lines, "").of_selection(),
    Field::new(
        "master_name",
        "Data set 2: name",
        "A name for this group of entity sets.",
        WHAT,
        Input::Line,
        "Master Data",
    )
    .of_selection(),
    Field::new("master_sets", "Data set 2: entity sets", SETS, WHAT, Input::Lines, "*").of_selection(),
    Field::new(
        "gone",
        "If a set is missing",
        "What to do if the service no longer offers a set or returns 404 for it.",
        WHAT,
        GONE,
        "warning",
    )
    .of_selection(),
    Field::new(
        "emptied",
        "If a set is empty",
        "What to do if a set that had records is returned empty.",
        WHAT,
        EMPTIED,
        "error",
    )
    .of_selection(),
    Field::new("paging", "Paging", "How a set is split into pages.", CARE, PAGING, "server").of_selection().advanced(),
    Field::new(
        "page_size",
        "Records per page",
        "1–50,000. The service may return fewer. A page of more than 64 MB is refused: in this case, enter a smaller \
         number.",
        CARE,
        Input::Number,
        "1000",
    )
    .of_selection()
    .advanced(),
    Field::new("parallel", "Concurrent sets", "1–16.", CARE, Input::Number, "4").of_selection().advanced(),
    Field::new(
        "timeout_seconds",
        "Timeout (seconds)",
        "Maximum time without any data from the service: 1–3600.",
        CARE,
        Input::Number,
        "60",
    )
    .advanced(),
    Field::new(
        "headers",
        "Additional headers",
        "One per line, as Name: value. Visible to everyone who can see the settings: do not enter secrets here.",
        WAY,
        Input::Lines,
        "",
    )
    .advanced(),
    Field::new(
        "proxy",
        "Proxy",
        "URL of an HTTP proxy, for example http://proxy.example.org:3128. Empty: none. The proxy must be in the \
         allowed networks; Syncdesk does not restrict which hosts it connects to.",
        WAY,
        Input::Line,
        "",
    )
    .advanced(),
    Field::new(
        "ca",
        "Certificate authority",
        "PEM text of the authority’s certificate. Only needed if this machine does not trust the certificate of the \
         service.",
        WAY,
        Input::Lines,
        "",
    )
    .advanced(),
];
