//! Parses the form into settings, with an error per field.

use std::path::{Component, Path};

use url::Url;

use super::endpoint::Which;
use super::filter::PathFilter;
use super::form::FIELDS;
use super::location::Location;
use super::path::ItemPath;
use super::settings::{EndpointKind, Mode, Settings, is_bucket, is_label};
use crate::domain::kind::Reading;
use crate::sync::connector::{FieldError, Typed};
use crate::sync::connectors::typed::TypedForm;

/// Reads the form into the JSON that is stored: one flat object with the form's own fields, without secrets.
pub(super) fn read(typed: &Typed) -> Reading {
    let mut form = TypedForm::new(typed);
    form.end(&SOURCE);
    form.end(&DESTINATION);
    form.mode();
    form.patterns("include");
    form.patterns("exclude");
    form.number("transfers", "4", 1, 32);
    form.number("brake_percent", "20", 0, 100);
    form.number("brake_count", "10", 0, 1_000_000_000);
    let ends_are_good = !ENDS.iter().any(|end| end.iter().any(|field| form.is_wrong(field)));
    let mut reading = form.finish(FIELDS);
    let (field, message) = match Settings::from_json(&reading.settings) {
        Some(settings) if ends_are_good && overlap(&settings) => (
            "destination_path",
            "The source and the destination must not be the same, and neither can contain the other.",
        ),
        Some(_) => return reading,
        None => ("source_kind", "These settings are not valid."),
    };
    reading.errors.push(FieldError { field, message: message.to_owned() });
    reading
}

/// The fields that say where the source is, and where the destination is. They also decide who receives its secret.
pub(super) const ENDS: [&[&str]; 2] = [
    &["source_kind", "source_path", "source_bucket", "source_endpoint", "source_region", "source_account"],
    &[
        "destination_kind",
        "destination_path",
        "destination_bucket",
        "destination_endpoint",
        "destination_region",
        "destination_account",
    ],
];

/// The fields that say where runs write, and whether they delete there.
pub(super) const TERRITORY: &[&str] = &[
    "destination_path",
    "destination_kind",
    "destination_bucket",
    "destination_endpoint",
    "destination_account",
    "mode",
];

/// Characters of the names that [`is_bucket`] and [`is_label`] accept, for people.
const OF_BUCKETS: &str = "letters without accents, digits, dots, hyphens, underscores and $";
const OF_LABELS: &str = "letters without accents, digits, hyphens and underscores";

fn overlap(settings: &Settings) -> bool {
    Location::of(&settings.source).overlaps(&Location::of(&settings.destination))
}

/// The names of the fields of one end.
struct EndpointFields {
    which: Which,
    kind: &'static str,
    path: &'static str,
    bucket: &'static str,
    endpoint: &'static str,
    region: &'static str,
    account: &'static str,
}

const SOURCE: EndpointFields = EndpointFields {
    which: Which::Source,
    kind: "source_kind",
    path: "source_path",
    bucket: "source_bucket",
    endpoint: "source_endpoint",
    region: "source_region",
    account: "source_account",
};

const DESTINATION: EndpointFields = EndpointFields {
    which: Which::Destination,
    kind: "destination_kind",
    path: "destination_path",
    bucket: "destination_bucket",
    endpoint: "destination_endpoint",
    region: "destination_region",
    account: "destination_account",
};

impl TypedForm<'_> {
    fn end(&mut self, fields: &EndpointFields) {
        let Some(kind) = EndpointKind::parse(self.text(fields.kind)) else {
            return self.wrong(fields.kind, format!("Choose the type of the {}.", fields.which.as_str()));
        };
        self.set(fields.kind, kind.as_str());
        for field in [fields.bucket, fields.endpoint, fields.region, fields.account] {
            self.set(field, "");
        }
        match kind {
            EndpointKind::Local => self.local_path(fields.path),
            EndpointKind::S3 => {
                self.remote_path(fields.path);
                self.part_of_url(fields.bucket, Some("Enter the name of the bucket."), is_bucket, OF_BUCKETS);
                self.endpoint(fields.endpoint, false);
                self.without_bucket(fields);
                self.part_of_url(fields.region, None, is_label, OF_LABELS);
                self.required(fields.account, "Enter the access key ID.");
            }
            EndpointKind::Azblob => {
                self.remote_path(fields.path);
                self.part_of_url(fields.bucket, Some("Enter the name of the container."), is_bucket, OF_BUCKETS);
                self.endpoint(fields.endpoint, false);
                self.part_of_url(fields.account, Some("Enter the storage account."), is_label, OF_LABELS);
            }
            EndpointKind::Webdav => {
                self.remote_path(fields.path);
                self.endpoint(fields.endpoint, true);
                self.set(fields.account, self.text(fields.account).to_owned());
            }
        }
    }

    fn required(&mut self, field: &'static str, message: &str) {
        let text = self.text(field).to_owned();
        if text.is_empty() {
            self.wrong(field, message);
        } else if text.chars().any(|sign| sign.is_control() || sign.is_whitespace() || sign == '/') {
            self.wrong(field, "Must not contain spaces or slashes.");
        }
        self.set(field, text);
    }

    /// Bucket, region and storage account become parts of the URL: other characters would change which host or path is
    /// called. `missing`: the error of an empty field, if it must not be empty.
    fn part_of_url(&mut self, field: &'static str, missing: Option<&str>, fits: fn(&str) -> bool, allowed: &str) {
        let text = self.text(field).to_owned();
        match missing {
            Some(missing) if text.is_empty() => self.wrong(field, missing),
            _ if !text.is_empty() && !fits(&text) => self.wrong(field, format!("Use only {allowed}.")),
            Some(_) | None => {}
        }
        self.set(field, text);
    }

    /// A host that begins with the name of the bucket is called without it. Amazon's hosts are meant so; of other hosts
    /// nobody knows.
    fn without_bucket(&mut self, fields: &EndpointFields) {
        let host = Url::parse(self.text(fields.endpoint)).ok().and_then(|url| url.host_str().map(str::to_owned));
        let rest =
            host.and_then(|host| Some(host.strip_prefix(self.text(fields.bucket))?.strip_prefix('.')?.to_owned()));
        if let Some(rest) = rest.filter(|rest| !rest.ends_with("amazonaws.com")) {
            self.wrong(fields.endpoint, format!("The host begins with the name of the bucket. Enter the URL of the service without it, such as https://{rest}."));
        }
    }

    /// White space at the ends of a folder's name belongs to it.
    fn local_path(&mut self, field: &'static str) {
        let text = self.typed.get(field).map_or("", |text| text.trim_end_matches(['\r', '\n']));
        let path = Path::new(text);
        if text.trim().is_empty() {
            return self.wrong(field, "Enter the folder.");
        }
        if !path.is_absolute() {
            return self.wrong(field, "Enter an absolute path, starting with /.");
        }
        if text.contains('\0') || path.components().any(|part| matches!(part, Component::ParentDir)) {
            return self.wrong(field, "The path must not contain “..”.");
        }
        let clean: std::path::PathBuf = path.components().collect();
        self.set(field, clean.to_string_lossy().into_owned());
    }

    fn remote_path(&mut self, field: &'static str) {
        let text = self.text(field).trim_matches('/').to_owned();
        if ItemPath::parse(text.as_bytes()).is_none() {
            self.wrong(field, "The path must not contain empty names, “.” or “..”.");
        }
        self.set(field, text);
    }

    fn endpoint(&mut self, field: &'static str, required: bool) {
        let text = self.text(field).trim_end_matches('/').to_owned();
        if text.is_empty() {
            if required {
                self.wrong(field, "Enter the URL of the share.");
            }
            return;
        }
        match Url::parse(&text) {
            Ok(url) if !matches!(url.scheme(), "http" | "https") || url.host_str().is_none() => {
                self.wrong(field, "The URL must start with http:// or https://.");
            }
            Ok(url) if !url.username().is_empty() || url.password().is_some() => {
                self.wrong(field, "Enter user name and password in their own fields, not in the URL.");
            }
            Ok(url) if url.query().is_some() || url.fragment().is_some() => {
                self.wrong(field, "The URL must not contain “?” or “#”.");
            }
            Ok(url) => self.set(field, url.as_str().trim_end_matches('/')),
            Err(error) => {
                self.wrong(
                    field,
                    format!("This is not a valid URL ({error}). It must start with https:// or http://."),
                );
            }
        }
    }

    fn mode(&mut self) {
        match Mode::parse(self.text("mode")) {
            Some(mode) => self.set("mode", mode.as_str()),
            None => self.wrong("mode", "Choose copy or mirror."),
        }
    }

    fn patterns(&mut self, field: &'static str) {
        let lines = self.lines(field);
        if let Err(message) = PathFilter::new(&[], &lines) {
            self.wrong(field, message);
        }
        self.set(field, lines);
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    fn parse(typed: &Typed) -> Result<Value, Vec<FieldError>> {
        let Reading { settings, errors } = read(typed);
        if errors.is_empty() { Ok(settings) } else { Err(errors) }
    }

    fn typed(pairs: &[(&str, &str)]) -> Typed {
        let mut typed: Typed = [
            ("source_kind", "local"),
            ("source_path", "/data/files/in/"),
            ("destination_kind", "local"),
            ("destination_path", "/data/files/out"),
            ("mode", "mirror"),
        ]
        .map(|(name, text)| (name.to_owned(), text.to_owned()))
        .into();
        typed.extend(pairs.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())));
        typed
    }

    fn wrong(pairs: &[(&str, &str)]) -> Vec<&'static str> {
        parse(&typed(pairs)).unwrap_err().into_iter().map(|error| error.field).collect()
    }

    #[test]
    fn what_is_stored_is_what_the_form_needs_again() {
        let json = parse(&typed(&[("exclude", "*.tmp\r\n\r\ncache/\r\n"), ("transfers", "8")])).unwrap();
        let expected = serde_json::json!({
            "source_kind": "local", "source_path": "/data/files/in", "source_bucket": "", "source_endpoint": "",
            "source_region": "", "source_account": "",
            "destination_kind": "local", "destination_path": "/data/files/out", "destination_bucket": "",
            "destination_endpoint": "", "destination_region": "", "destination_account": "",
            "mode": "mirror", "include": [], "exclude": ["*.tmp", "cache/"],
            "transfers": 8, "brake_percent": 20, "brake_count": 10,
        });
        assert_eq!(json, expected);
        let settings = Settings::from_json(&json).unwrap();
        assert_eq!(settings.destination.address(), "file:///data/files/out/");
        assert_eq!(settings.exclude, ["*.tmp", "cache/"]);
    }

    #[test]
    fn errors_stand_beside_their_fields() {
        assert_eq!(wrong(&[("source_path", "in")]), ["source_path"]);
        assert_eq!(wrong(&[("source_path", "/data/../etc")]), ["source_path"]);
        assert_eq!(wrong(&[("source_kind", "ftp"), ("mode", "move")]), ["source_kind", "mode"]);
        assert_eq!(wrong(&[("transfers", "0")]), ["transfers"]);
        assert_eq!(wrong(&[("transfers", "33"), ("brake_percent", "x")]), ["transfers", "brake_percent"]);
        assert_eq!(wrong(&[("include", "[a")]), ["include"]);
        assert_eq!(
            wrong(&[("destination_kind", "s3"), ("destination_path", "")]),
            ["destination_bucket", "destination_account"]
        );
        let webdav = [("source_kind", "webdav"), ("source_path", "a/../b"), ("source_endpoint", "ftp://x")];
        assert_eq!(wrong(&webdav), ["source_path", "source_endpoint"]);
        assert_eq!(
            wrong(&[("source_kind", "webdav"), ("source_path", ""), ("source_endpoint", "http://u:p@x/")]),
            ["source_endpoint"]
        );
    }

    #[test]
    fn ends_must_not_contain_each_other() {
        assert_eq!(wrong(&[("destination_path", "/data/files/in")]), ["destination_path"]);
        assert_eq!(wrong(&[("destination_path", "/data/files/in/deeper")]), ["destination_path"]);
        assert_eq!(wrong(&[("source_path", "/data/files/out/in")]), ["destination_path"]);
        let webdav = |endpoint| {
            let ends = [("source_kind", "webdav"), ("source_endpoint", "http://127.0.0.1:9/dav"), ("source_path", "")];
            let to = [("destination_kind", "webdav"), ("destination_endpoint", endpoint), ("destination_path", "a")];
            parse(&typed(&[ends, to].concat())).is_ok()
        };
        assert!(!webdav("http://localhost:9//%64av") && webdav("http://localhost:10/dav"));
        assert!(parse(&typed(&[("destination_path", "/data/files/in2")])).is_ok());
    }
}
