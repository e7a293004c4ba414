//! The records of a set as CSV or NDJSON, as they were published when the export began.

use actix_web::HttpResponse;
use actix_web::web::{Data, Path, Query};

use super::{fields, question};
use crate::access::{Grant, verbs};
use crate::clock::Stamp;
use crate::domain::json::{Json, Members};
use crate::ids::SystemKey;
use crate::queries::replica::{Record, RecordsOfSet, published, records_of_set, records_part};
use crate::queries::{Db, PageRequest, Result};
use crate::web::error::WebError;
use crate::web::export::{self, Export, Lines, Part, file_name};
use crate::web::extract::Viewer;
use crate::web::state::App;
use crate::web::urls::RecordsQuery;

/// As CSV; a column for each property of the model.
///
/// # Errors
/// When the system is out of reach, too many exports are written, or the database cannot be read.
pub async fn csv(
    grant: Grant<verbs::ReadLogs>,
    viewer: Viewer,
    path: Path<(SystemKey, String)>,
    query: Query<RecordsQuery>,
    app: Data<App>,
) -> std::result::Result<HttpResponse, WebError> {
    let records = open(&app, &grant, app.kept_since(viewer.now), path.into_inner(), &query).await?;
    export::csv(&app, &viewer, grant, records)
}

/// As NDJSON: one object a line.
///
/// # Errors
/// As for [`csv()`].
pub async fn ndjson(
    grant: Grant<verbs::ReadLogs>,
    viewer: Viewer,
    path: Path<(SystemKey, String)>,
    query: Query<RecordsQuery>,
    app: Data<App>,
) -> std::result::Result<HttpResponse, WebError> {
    let records = open(&app, &grant, app.kept_since(viewer.now), path.into_inner(), &query).await?;
    export::ndjson(&app, &viewer, grant, records)
}

/// The records that are exported.
struct Records {
    name: String,
    key: SystemKey,
    of: RecordsOfSet,
    properties: Vec<String>,
}

async fn open(
    app: &App,
    grant: &Grant<verbs::ReadLogs>,
    kept_since: Stamp,
    (key, set): (SystemKey, String),
    query: &RecordsQuery,
) -> std::result::Result<Records, WebError> {
    let (question, wanted, grant) = (question(query), key.clone(), grant.clone());
    let found = app.store.read(move |db| {
        let published = published(db, &grant, &wanted)?;
        let of = records_of_set(db, &published, (&set, &question), kept_since)?;
        Ok((published.replica.model, of))
    });
    let (model, of) = found.await?;
    let (mut properties, others) = fields::names(&model, &of.set.name);
    properties.extend(others);
    let name = file_name(&of.set.name);
    Ok(Records { name, key, of, properties })
}

impl Export for Records {
    type Permission = verbs::ReadLogs;
    type Row = Record;
    type Key = Vec<u8>;

    /// A record may be long.
    const PART: i64 = 50;

    fn name(&self) -> &str {
        &self.name
    }

    fn columns(&self) -> Vec<&str> {
        ["record_key", "state"].into_iter().chain(self.properties.iter().map(String::as_str)).collect()
    }

    fn cells(&self, record: &Record) -> Vec<String> {
        let data = fields::read(&record.data);
        let fields = self.properties.iter().map(|name| data.get(name).map(fields::display_value).unwrap_or_default());
        [String::from_utf8_lossy(&record.key).into_owned(), state(record).to_owned()]
            .into_iter()
            .chain(fields)
            .collect()
    }

    fn read(&self, db: &mut Db, grant: &Grant<verbs::ReadLogs>, request: &PageRequest<Vec<u8>>) -> Result<Part<Self>> {
        records_part(db, grant, &self.key, &self.of, request)
    }
}

impl Lines for Records {
    fn line(&self, record: &Record) -> String {
        Json::Object(Members::from([
            ("record_key".to_owned(), Json::Text(String::from_utf8_lossy(&record.key).into_owned())),
            ("state".to_owned(), Json::Text(state(record).to_owned())),
            ("fields".to_owned(), Json::Object(fields::read(&record.data))),
        ]))
        .to_string()
    }
}

const fn state(record: &Record) -> &'static str {
    if record.orphaned { "orphaned" } else { "active" }
}
