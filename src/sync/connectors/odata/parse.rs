//! Parses the form into settings, with an error per field.

use reqwest::header::{HeaderName, HeaderValue};
use secrecy::SecretString;
use serde_json::Value;
use url::Url;

use super::form::FIELDS;
use super::select::Pattern;
use super::settings::{Auth, Emptied, Gone, KEY, Paging, Settings, header};
use crate::domain::kind::Reading;
use crate::net::Net;
use crate::net::identity::{Unfit, check_chain};
use crate::sync::connector::{FieldError, Typed};
use crate::sync::connectors::typed::TypedForm;

/// Headers that Syncdesk sets itself, or that would carry a secret in the open.
const TAKEN: &[&str] = &[
    "accept",
    "authorization",
    "connection",
    "content-length",
    "cookie",
    "host",
    "if-none-match",
    "prefer",
    "proxy-authorization",
    "transfer-encoding",
];

/// Reads the form into the JSON that is stored: one flat object with the form's own fields, without secrets.
pub(super) fn read(typed: &Typed) -> Reading {
    let mut form = TypedForm::new(typed);
    form.service_address("root", "Enter the service root URL.");
    form.sign_in();
    for (name, sets) in [("config_name", "config_sets"), ("master_name", "master_sets")] {
        form.data_set(name, sets);
    }
    let choices = [
        ("gone", Gone::parse(form.text("gone")).map(Gone::as_str)),
        ("emptied", Emptied::parse(form.text("emptied")).map(Emptied::as_str)),
        ("paging", Paging::parse(form.text("paging")).map(Paging::as_str)),
    ];
    for (field, word) in choices {
        match word {
            Some(word) => form.set(field, word),
            None => form.wrong(field, "Choose an option."),
        }
    }
    form.number("page_size", "1000", 1, 50_000);
    form.number("parallel", "4", 1, 16);
    form.number("timeout_seconds", "60", 1, 3_600);
    form.further_headers();
    form.way();
    let mut reading = form.finish(FIELDS);
    if reading.errors.is_empty() && Settings::from_json(&reading.settings).is_none() {
        reading.errors.push(FieldError { field: "root", message: "These settings are not valid.".to_owned() });
    }
    reading
}

/// The fields that decide who receives the secret, by which way.
pub(super) const OWNER: &[&str] =
    &["root", "auth", "account", "token_url", "scope", "header_name", "certificate", "proxy", "ca"];

impl TypedForm<'_> {
    fn service_address(&mut self, field: &'static str, missing: &str) {
        let text = self.text(field).trim_end_matches('/');
        match Url::parse(text) {
            _ if text.is_empty() => self.wrong(field, missing),
            Ok(url) if !matches!(url.scheme(), "http" | "https") || url.host_str().is_none() => {
                self.wrong(field, "The URL must start with https:// or http://.");
            }
            Ok(url) if !url.username().is_empty() || url.password().is_some() => {
                self.wrong(
                    field,
                    "Remove the user name and password from the URL: everyone who sees these settings would see them.",
                );
            }
            Ok(url) if url.query().is_some_and(|query| query.starts_with("sap-client")) => {
                self.wrong(
                    field,
                    "Remove the “?” and everything after it. Set the SAP client under Additional headers: sap-client: 100.",
                );
            }
            Ok(url) if url.query().is_some() || url.fragment().is_some() => {
                self.wrong(field, "The URL must not contain “?” or “#”.");
            }
            Ok(url) if url.path().ends_with("$metadata") => self.wrong(field, "Remove $metadata from the end."),
            Ok(url) => self.set(field, url.as_str().trim_end_matches('/')),
            Err(error) => {
                self.wrong(
                    field,
                    format!("This is not a valid URL ({error}). It must start with https:// or http://."),
                );
            }
        }
    }

    fn sign_in(&mut self) {
        for field in ["account", "token_url", "scope", "header_name", "certificate"] {
            self.set(field, "");
        }
        let Some(auth) = Auth::parse(self.text("auth")) else {
            return self.wrong("auth", "Choose how to sign in.");
        };
        self.set("auth", auth.as_str());
        match auth {
            Auth::None => {}
            Auth::Basic => self.named_account("Enter the user name."),
            Auth::OAuth2 => {
                self.named_account("Enter the client ID.");
                self.service_address("token_url", "Enter the token URL.");
                self.set("scope", self.text("scope"));
            }
            Auth::Header => {
                let name = self.text("header_name");
                if HeaderName::try_from(name).is_err() || TAKEN[..].contains(&name.to_lowercase().as_str()) {
                    self.wrong("header_name", "Enter a valid header name.");
                }
                self.set("header_name", name);
            }
            Auth::Certificate => self.client_certificate(),
        }
    }

    /// The key is at hand when it was typed; that of another certificate has to be.
    fn client_certificate(&mut self) {
        let certificate = self.text("certificate");
        if self.json.get("root").and_then(Value::as_str).is_some_and(|root| !root.starts_with("https://")) {
            self.wrong("root", "A client certificate requires an https:// URL.");
        }
        let unfit = match self.typed.get(KEY).filter(|key| !key.is_empty()) {
            _ if certificate.is_empty() => return self.wrong("certificate", "Enter the certificate."),
            Some(key) => Net::default().showing(certificate, &SecretString::from(key.as_str())).err(),
            None => check_chain(certificate).map_err(Unfit::Certificate).err(),
        };
        let cannot = |words: String| format!("Not valid: {words}.");
        match unfit {
            Some(Unfit::Certificate(words)) => self.wrong("certificate", cannot(words)),
            Some(Unfit::Key(words)) => self.wrong(KEY, cannot(words)),
            None => {}
        }
        self.set("certificate", certificate);
    }

    fn named_account(&mut self, missing: &str) {
        let account = self.text("account");
        if account.is_empty() {
            self.wrong("account", missing);
        } else if account.chars().any(char::is_control) {
            self.wrong("account", "Must not contain control characters.");
        }
        self.set("account", account);
    }

    fn data_set(&mut self, name: &'static str, sets: &'static str) {
        let title = self.text(name);
        if title.is_empty() || title.chars().count() > 60 {
            self.wrong(name, "Use at most 60 characters.");
        }
        self.set(name, title);
        let patterns: Vec<String> = self.lines(sets).iter().map(|line| line.trim().to_owned()).collect();
        for wrong in patterns.iter().filter(|pattern| Pattern::read(pattern).is_none()) {
            self.wrong(
                sets,
                format!("“{wrong}” is not a valid entity set pattern. Use letters, digits, “_”, “.” and “*”."),
            );
        }
        self.set(sets, patterns);
    }

    fn further_headers(&mut self) {
        let lines = self.lines("headers");
        for line in &lines {
            let good = header(line).filter(|(name, value)| {
                HeaderName::try_from(name.as_str()).is_ok() && HeaderValue::try_from(value.as_str()).is_ok()
            });
            match good {
                None => self.wrong("headers", format!("“{line}” is not a valid header. Use Name: value.")),
                Some((name, _)) if TAKEN.contains(&name.to_lowercase().as_str()) => {
                    self.wrong("headers", format!("{name} is set by Syncdesk and cannot be changed."));
                }
                Some(_) => {}
            }
        }
        self.set("headers", lines);
    }

    /// Proxy and certificate authority.
    fn way(&mut self) {
        let proxy = self.text("proxy");
        if proxy.is_empty() {
            self.set("proxy", "");
        } else {
            self.service_address("proxy", "");
        }
        let ca = self.text("ca");
        if !ca.is_empty()
            && let Err(words) = check_chain(ca).and_then(|()| Net::default().trusting(ca.as_bytes()))
        {
            self.wrong("ca", format!("Not valid: {words}."));
        }
        self.set("ca", ca);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(typed: &Typed) -> Result<Value, Vec<FieldError>> {
        let Reading { settings, errors } = read(typed);
        if errors.is_empty() { Ok(settings) } else { Err(errors) }
    }

    fn typed(pairs: &[(&str, &str)]) -> Typed {
        let defaults = super::super::form::FIELDS.iter().map(|field| (field.name, field.default));
        let root = ("root", "https://sap.example/odata/SRV/");
        defaults
            .chain([root])
            .chain(pairs.iter().copied())
            .map(|(name, text)| (name.to_owned(), text.to_owned()))
            .collect()
    }

    fn wrong(pairs: &[(&str, &str)]) -> Vec<&'static str> {
        parse(&typed(pairs)).unwrap_err().into_iter().map(|error| error.field).collect()
    }

    #[test]
    fn what_is_stored_is_what_the_form_needs_again() {
        let basic =
            [("auth", "basic"), ("account", "ada"), ("token_url", "https://elsewhere"), ("config_sets", "Units\n\nT*")];
        let json = parse(&typed(&basic)).unwrap();
        let expected = serde_json::json!({
            "root": "https://sap.example/odata/SRV", "auth": "basic", "account": "ada", "token_url": "", "scope": "",
            "header_name": "", "certificate": "", "config_name": "Business Configuration", "config_sets": ["Units", "T*"],
            "master_name": "Master Data", "master_sets": ["*"], "gone": "warning", "emptied": "error", "paging": "server", "page_size": 1000,
            "parallel": 4, "timeout_seconds": 60, "headers": [], "proxy": "", "ca": "",
        });
        assert_eq!(json, expected, "what another way to sign in would need is not kept");
        let settings = Settings::from_json(&json).unwrap();
        let identity = r#"["basic","https://sap.example","","","ada","","","",""]"#;
        let (slot, owner) = settings.owner().unwrap();
        assert_eq!((slot, owner.identity.as_str()), ("secret", identity));
    }

    /// A secret that was given for one place, or one way to it, does not go to another.
    #[test]
    fn the_recipient_of_a_secret_or_of_its_token_is_bound_to_it() {
        let settings = |change: (&str, &str)| {
            let given = [("auth", "oauth2"), ("account", "a"), ("token_url", "https://id.example/token"), change];
            Settings::from_json(&parse(&typed(&given)).unwrap()).unwrap()
        };
        let covers = |one: &Settings, other: &Settings| one.owner().unwrap().1.covers(&other.owner().unwrap().1);
        let before = settings(("root", "https://sap.example/odata/SRV"));
        for change in [
            ("root", "https://other.example/odata/SRV"),
            ("root", "https://sap.example:444/odata/SRV"),
            ("root", "https://sap.example/odata/OTHER"),
            ("root", "https://sap.example/odata"),
            ("token_url", "https://id.example/other"),
            ("token_url", "https://other.example/token"),
            ("scope", "write"),
            ("account", "b"),
            ("proxy", "http://proxy.example:3128"),
        ] {
            assert!(!covers(&before, &settings(change)), "{change:?}");
        }
        let ca = Settings { ca: "another".to_owned(), ..before.clone() };
        assert!(!covers(&before, &ca));
        for same in [("root", "https://sap.example/odata/SRV/v2"), ("page_size", "7")] {
            assert!(covers(&before, &settings(same)), "{same:?}");
        }
    }

    /// A shared credential goes to each service that gets the secret, and only where nobody else could get it.
    #[test]
    fn which_services_get_a_secret_that_may_be_shared() {
        let services = |change: (&str, &str)| {
            let given = [("root", "https://sap.example/a"), ("account", "a"), ("auth", "basic"), change];
            let settings = Settings::from_json(&parse(&typed(&given)).unwrap()).unwrap();
            settings
                .owner()
                .unwrap()
                .1
                .services
                .iter()
                .map(|to| format!("{}{}", to.origin, to.path))
                .collect::<Vec<_>>()
        };
        let oauth = [
            ("auth", "oauth2"),
            ("account", "a"),
            ("root", "https://sap.example/a"),
            ("token_url", "https://id.example/t"),
        ];
        let oauth = Settings::from_json(&parse(&typed(&oauth)).unwrap()).unwrap().owner().unwrap().1.services;
        assert_eq!(
            oauth.iter().map(|to| to.origin.as_str()).collect::<Vec<_>>(),
            ["https://sap.example", "https://id.example"]
        );
        assert_eq!(services(("page_size", "7")), ["https://sap.example/a/"]);
        assert!(services(("proxy", "http://proxy.example:3128")).is_empty());
        assert!(services(("root", "https://sap.example/a/..%2fb")).is_empty());
        let settings = Settings::from_json(&parse(&typed(&[("auth", "basic"), ("account", "a")])).unwrap()).unwrap();
        let own_authority = Settings { ca: "PEM".to_owned(), ..settings.clone() };
        assert!(own_authority.owner().unwrap().1.services.is_empty());
        let key = Settings { auth: Auth::Certificate, ..settings.clone() };
        let signs = [&settings, &key].map(|settings| settings.owner().unwrap().1.services[0].signs);
        assert_eq!(signs, [false, true]);
    }

    #[test]
    fn errors_stand_beside_their_fields() {
        for (pairs, fields) in [
            (&[("root", "")][..], &["root"][..]),
            (&[("root", "ftp://x/y")], &["root"]),
            (&[("root", "https://u:p@x/y")], &["root"]),
            (&[("root", "https://x/y?z=1")], &["root"]),
            (&[("root", "https://x/$metadata")], &["root"]),
            (&[("auth", "ntlm")], &["auth"]),
            (&[("auth", "basic")], &["account"]),
            (&[("auth", "oauth2"), ("account", "a")], &["token_url"]),
            (&[("auth", "header"), ("header_name", "a b")], &["header_name"]),
            (&[("auth", "header"), ("header_name", "Cookie")], &["header_name"]),
            (&[("master_sets", "A B"), ("config_name", "")], &["config_name", "master_sets"]),
            (&[("gone", "maybe"), ("emptied", ""), ("paging", "")], &["gone", "emptied", "paging"]),
            (
                &[("page_size", "0"), ("parallel", "17"), ("timeout_seconds", "x")],
                &["page_size", "parallel", "timeout_seconds"],
            ),
            (&[("headers", "no colon")], &["headers"]),
            (&[("headers", "Authorization: Basic x")], &["headers"]),
            (&[("proxy", "socks5://x"), ("ca", "not PEM")], &["proxy", "ca"]),
            (&[("proxy", "http://user:password@proxy.example:3128")], &["proxy"]),
        ] {
            assert_eq!(wrong(pairs), fields, "{pairs:?}");
        }
    }
}
