//! The records of a set as CSV or NDJSON, streamed: memory does not grow with the set, a client that stops reading
//! holds no database connection, and has its place only for a while; rights are looked at again for each part.

use actix_web::HttpResponse;
use actix_web::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE};
use actix_web::web::{Data, Path, Query};
use bytes::Bytes;
use futures_util::stream;

use super::{fields, find, find_set, which};
use crate::access::{Grant, Verb, verbs};
use crate::domain::csv::guard;
use crate::ids::{RunId, SystemKey};
use crate::store::StoreError;
use crate::store::replica::{self, Place, Record, ReplicaSet, Which};
use crate::web::extract::Viewer;
use crate::web::failure::Failure;
use crate::web::standing::Standing;
use crate::web::state::App;
use crate::web::urls::RecordsQuery;

/// How many records one part has.
const PART: i64 = 500;

/// How a record is written.
#[derive(Clone, Copy)]
enum Form {
    Csv,
    Ndjson,
}

/// As CSV (RFC 4180, UTF-8), with the guard against formulas; a column for each property of the model.
///
/// # Errors
/// When the system is out of reach, too many exports are written, or the database cannot be read.
pub async fn csv(
    grant: Grant<verbs::ReadLogs>,
    viewer: Viewer,
    path: Path<(String, String)>,
    query: Query<RecordsQuery>,
    app: Data<App>,
) -> Result<HttpResponse, Failure> {
    streamed(&app, grant, &viewer, path.into_inner(), query.into_inner(), Form::Csv).await
}

/// As NDJSON: one object a line.
///
/// # Errors
/// As for [`csv()`].
pub async fn ndjson(
    grant: Grant<verbs::ReadLogs>,
    viewer: Viewer,
    path: Path<(String, String)>,
    query: Query<RecordsQuery>,
    app: Data<App>,
) -> Result<HttpResponse, Failure> {
    streamed(&app, grant, &viewer, path.into_inner(), query.into_inner(), Form::Ndjson).await
}

/// What is exported, as it was published when the export began.
#[derive(Clone)]
struct Source {
    app: App,
    grant: Grant<verbs::ReadLogs>,
    standing: Standing,
    key: SystemKey,
    set: ReplicaSet,
    published: RunId,
    meant: Which,
    columns: Vec<String>,
}

impl Source {
    async fn next(&self, place: Place) -> Result<(Vec<Record>, bool), StoreError> {
        let own = self.clone();
        let now = self.app.clock.now();
        self.app
            .store
            .read(move |db| {
                let found = find(db, &own.grant, &own.key)?;
                let part = replica::records(db, &own.set, own.published, &own.meant, &place, PART)?;
                // Signed out, disabled, or without the right by now.
                let may = own.standing.actor(db, now)?.may(&[Verb::ReadLogs], found.system.group_id);
                if may { Ok(part) } else { Err(StoreError::NotFound) }
            })
            .await
    }

    fn write(&self, form: Form, first: bool, records: &[Record]) -> std::io::Result<Vec<u8>> {
        match form {
            Form::Csv => self.write_csv(first, records),
            Form::Ndjson => write_ndjson(records),
        }
    }

    fn write_csv(&self, first: bool, records: &[Record]) -> std::io::Result<Vec<u8>> {
        let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(Vec::new());
        let fixed = ["record_key", "state"];
        if first {
            writer.write_record(fixed.into_iter().chain(self.columns.iter().map(String::as_str)))?;
        }
        for record in records {
            let data = fields::read(&record.data);
            let key = String::from_utf8_lossy(&record.key).into_owned();
            let cells = self.columns.iter().map(|name| data.get(name).map(fields::shown).unwrap_or_default());
            let cells = [key, state(record).to_owned()].into_iter().chain(cells);
            writer.write_record(cells.map(|cell| guard(&cell).into_owned()))?;
        }
        writer.into_inner().map_err(|error| std::io::Error::other(error.to_string()))
    }
}

const fn state(record: &Record) -> &'static str {
    if record.orphaned { "orphaned" } else { "active" }
}

fn write_ndjson(records: &[Record]) -> std::io::Result<Vec<u8>> {
    let mut lines = Vec::new();
    for record in records {
        let line = serde_json::json!({
            "record_key": String::from_utf8_lossy(&record.key),
            "state": state(record),
            "fields": fields::read(&record.data),
        });
        serde_json::to_writer(&mut lines, &line)?;
        lines.push(b'\n');
    }
    Ok(lines)
}

async fn streamed(
    app: &App,
    grant: Grant<verbs::ReadLogs>,
    viewer: &Viewer,
    (key, set): (String, String),
    query: RecordsQuery,
    form: Form,
) -> Result<HttpResponse, Failure> {
    let key = SystemKey::parse(&key).ok_or_else(Failure::not_found)?;
    let standing = Standing::of(viewer).ok_or_else(Failure::not_found)?;
    let (held, person) = (app.clone(), standing.person);
    let source = app
        .store
        .read(move |db| {
            let found = find(db, &grant, &key)?;
            let (set, published) = find_set(&found, &set)?;
            let meant = which(db, &found, &query)?;
            let (mut columns, others) = fields::names(&found.replica.model, &set.name);
            columns.extend(others);
            Ok(Source { app: held, grant, standing, key, set, published, meant, columns })
        })
        .await?;
    let turn = app.enter_exports(person)?;
    let (kind, ending) = match form {
        Form::Csv => ("text/csv; charset=utf-8", "csv"),
        Form::Ndjson => ("application/x-ndjson", "ndjson"),
    };
    let name: String =
        source.set.name.chars().map(|sign| if sign.is_ascii_alphanumeric() { sign } else { '-' }).collect();
    let parts = stream::unfold(Some((source, turn, Place::First, true)), move |state| async move {
        let (source, turn, place, first) = state?;
        if turn.is_over() {
            return Some((Err(std::io::Error::other("the export took too long")), None));
        }
        match source.next(place).await {
            Ok((records, more)) => {
                let written = source.write(form, first, &records).map(Bytes::from);
                let last = records.last().filter(|_| more).map(|record| Place::After(record.key.clone()));
                Some((written, last.map(|place| (source, turn, place, false))))
            }
            // The answer breaks off, so that nobody takes a part for the whole.
            Err(error) => {
                log::warn!("an export of records broke off: {error}");
                Some((Err(std::io::Error::other("the records can no longer be read")), None))
            }
        }
    });
    Ok(HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, kind))
        .insert_header((CACHE_CONTROL, "no-store"))
        .insert_header((CONTENT_DISPOSITION, format!("attachment; filename=\"{name}.{ending}\"")))
        .streaming(parts))
}
