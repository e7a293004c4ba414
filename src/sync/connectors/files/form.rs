//! The fields of the settings form.

use crate::domain::kind::{CARE, WHAT};
use crate::sync::connector::{Field, Input};

const KINDS: Input = Input::Choice(&[
    ("local", "Local folder"),
    ("s3", "S3 bucket"),
    ("azblob", "Azure Blob container"),
    ("webdav", "WebDAV share"),
]);

const MODES: Input = Input::Choice(&[
    ("copy", "Copy: never delete at the destination"),
    ("mirror", "Mirror: also delete what does not exist at the source"),
]);

const PATH: &str = "Local folder: absolute path in an allowed folder. Otherwise: folder within the bucket, container \
    or share. Empty: all of it.";
const BUCKET: &str = "Name of the S3 bucket or the Azure container.";
const ENDPOINT: &str = "URL of the service. WebDAV: for example https://dav.example.org/share. S3 and Azure: only if \
    it is not the default endpoint.";
const REGION: &str = "Region of the bucket, for example eu-central-1.";
const ACCOUNT: &str = "S3: access key ID. Azure: storage account. WebDAV: user name, or empty for none.";
const SECRET: &str =
    "S3: secret access key. Azure: account key. WebDAV: password. Stored encrypted and never shown again.";

const REMOTE: &[&str] = &["s3", "azblob", "webdav"];
const OBJECTS: &[&str] = &["s3", "azblob"];

const SOURCE: &str = "Source";
const DESTINATION: &str = "Destination";

/// Every field, in the order of the form.
pub(super) static FIELDS: &[Field] = &[
    Field::new("source_kind", "Kind", "Where files are read from.", SOURCE, KINDS, "local"),
    Field::new("source_path", "Folder", PATH, SOURCE, Input::Line, ""),
    Field::new("source_bucket", "Bucket or container", BUCKET, SOURCE, Input::Line, "").only(OBJECTS),
    Field::new("source_endpoint", "Endpoint", ENDPOINT, SOURCE, Input::Line, "").only(REMOTE),
    Field::new("source_region", "Region", REGION, SOURCE, Input::Line, "").only(&["s3"]),
    Field::new("source_account", "Account", ACCOUNT, SOURCE, Input::Line, "").only(REMOTE),
    Field::new("source_secret", "Secret", SECRET, SOURCE, Input::Secret, "").only(REMOTE),
    Field::new("destination_kind", "Kind", "Where files are written to.", DESTINATION, KINDS, "local"),
    Field::new("destination_path", "Folder", PATH, DESTINATION, Input::Line, ""),
    Field::new("destination_bucket", "Bucket or container", BUCKET, DESTINATION, Input::Line, "").only(OBJECTS),
    Field::new("destination_endpoint", "Endpoint", ENDPOINT, DESTINATION, Input::Line, "").only(REMOTE),
    Field::new("destination_region", "Region", REGION, DESTINATION, Input::Line, "").only(&["s3"]),
    Field::new("destination_account", "Account", ACCOUNT, DESTINATION, Input::Line, "").only(REMOTE),
    Field::new("destination_secret", "Secret", SECRET, DESTINATION, Input::Secret, "").only(REMOTE),
    Field::new(
        "mode",
        "Mode",
        "If a mirror run would delete a lot, it stops and asks for confirmation.",
        WHAT,
        MODES,
        "copy",
    )
    .of_selection(),
    Field::new(
        "include",
        "Include",
        "One pattern per line. Empty: everything. *.txt matches names in any folder, /docs/*.txt paths below the \
         root, docs/ a folder with everything in it. ** matches across folders.",
        WHAT,
        Input::Lines,
        "",
    )
    .of_selection(),
    Field::new(
        "exclude",
        "Exclude",
        "One pattern per line, as above. Matching items are neither copied nor deleted. Exclude overrides include.",
        WHAT,
        Input::Lines,
        "",
    )
    .of_selection(),
    Field::new("transfers", "Concurrent transfers", "1–32.", CARE, Input::Number, "4").of_selection().advanced(),
    Field::new(
        "brake_percent",
        "Deletion limit (%)",
        "A mirror run stops before the first deletion if it would delete more than this percentage of the items at \
         the destination, and more than the number below.",
        CARE,
        Input::Number,
        "20",
    )
    .of_selection()
    .advanced(),
    Field::new(
        "brake_count",
        "Deletion limit (items)",
        "Deletions up to this number are always allowed, unless they would empty the destination.",
        CARE,
        Input::Number,
        "10",
    )
    .of_selection()
    .advanced(),
];
