//! The fields of the settings form.

use crate::sync::connector::{Field, Input};

const KINDS: Input = Input::Choice(&[
    ("local", "Local folder"),
    ("s3", "S3 bucket"),
    ("azblob", "Azure Blob container"),
    ("webdav", "WebDAV share"),
]);

const MODES: Input = Input::Choice(&[
    ("copy", "Copy: never delete anything at the destination"),
    ("mirror", "Mirror: delete at the destination what the source does not have"),
]);

const PATH: &str = "Local folder: its absolute path, inside a folder that the operator allows. Otherwise: the folder \
below bucket, container or share; empty for all of it.";
const BUCKET: &str = "Name of the S3 bucket or of the Azure container. Not for local folders and WebDAV.";
const ENDPOINT: &str = "Address of the service, such as https://dav.example.org/share for WebDAV. For S3 and Azure only \
where it is not the usual one. Not for local folders.";
const REGION: &str = "S3 only: the region of the bucket, such as eu-central-1.";
const ACCOUNT: &str = "S3: the access key id. Azure: the storage account. WebDAV: the user name, empty for none.";
const SECRET: &str =
    "S3: the secret access key. Azure: the account key. WebDAV: the password. Kept encrypted and never shown.";

const SOURCE: &str = "Source";
const DESTINATION: &str = "Destination";
const WHAT: &str = "What is synchronized";
const CARE: &str = "Speed and care";

/// Every field, in the order of the form.
pub(super) static FIELDS: &[Field] = &[
    Field::new("source_kind", "Kind", "What the files are read from.", SOURCE, KINDS, "local"),
    Field::new("source_path", "Folder", PATH, SOURCE, Input::Line, ""),
    Field::new("source_bucket", "Bucket or container", BUCKET, SOURCE, Input::Line, ""),
    Field::new("source_endpoint", "Endpoint", ENDPOINT, SOURCE, Input::Line, ""),
    Field::new("source_region", "Region", REGION, SOURCE, Input::Line, ""),
    Field::new("source_account", "Account", ACCOUNT, SOURCE, Input::Line, ""),
    Field::new("source_secret", "Secret", SECRET, SOURCE, Input::Secret, ""),
    Field::new("destination_kind", "Kind", "What the files are written to.", DESTINATION, KINDS, "local"),
    Field::new("destination_path", "Folder", PATH, DESTINATION, Input::Line, ""),
    Field::new("destination_bucket", "Bucket or container", BUCKET, DESTINATION, Input::Line, ""),
    Field::new("destination_endpoint", "Endpoint", ENDPOINT, DESTINATION, Input::Line, ""),
    Field::new("destination_region", "Region", REGION, DESTINATION, Input::Line, ""),
    Field::new("destination_account", "Account", ACCOUNT, DESTINATION, Input::Line, ""),
    Field::new("destination_secret", "Secret", SECRET, DESTINATION, Input::Secret, ""),
    Field::new("mode", "Mode", "A mirror run that would delete much stops and asks first.", WHAT, MODES, "copy"),
    Field::new(
        "include",
        "Include",
        "One pattern a line; empty for everything. *.txt matches names in any folder, /docs/*.txt one path, \
         docs/ for a folder with all in it; ** spans folders.",
        WHAT,
        Input::Lines,
        "",
    ),
    Field::new(
        "exclude",
        "Exclude",
        "One pattern a line, as above. What matches is neither copied nor deleted; exclude wins over include.",
        WHAT,
        Input::Lines,
        "",
    ),
    Field::new("transfers", "Concurrent transfers", "1 to 32.", CARE, Input::Number, "4"),
    Field::new(
        "brake_percent",
        "Deletion limit (%)",
        "A mirror run that would delete more than this share of the destination’s items, and more than the number \
         below, stops before the first deletion.",
        CARE,
        Input::Number,
        "20",
    ),
    Field::new(
        "brake_count",
        "Deletion limit (items)",
        "Deletions up to this number are always allowed, unless they would empty the destination.",
        CARE,
        Input::Number,
        "10",
    ),
];
