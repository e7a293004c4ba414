//! The log of a run as CSV or NDJSON, streamed: memory does not grow with the log, a client that stops
//! reading holds no database connection, and has its permit only for a while; rights are looked at again for each part.

use std::fmt::Write;

use actix_web::HttpResponse;
use actix_web::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE};
use actix_web::web::{Data, Path, Query};
use bytes::Bytes;
use futures_util::stream;

use super::reader::{LogReader, Stopped, file_name};
use super::show::{LogQuery, stored_filter};
use crate::access::{Grant, verbs};
use crate::domain::catalogue;
use crate::domain::catalogue::mentions;
use crate::domain::message::StoredMessage;
use crate::ids::{RunNo, SystemKey};
use crate::queries::runs::MessageFilter;
use crate::web::csv_file::csv_part;
use crate::web::error::WebError;
use crate::web::extract::Viewer;
use crate::web::state::App;
use crate::web::ui::time::rfc3339;

/// How many messages one part has.
const PART: i64 = 200;

/// How a message is written.
#[derive(Clone, Copy)]
enum ExportFormat {
    Csv,
    Ndjson,
}

/// As CSV (RFC 4180, UTF-8), with the guard against formulas.
///
/// # Errors
/// When the run is out of reach, too many exports are written, or the database cannot be read.
pub async fn csv(
    grant: Grant<verbs::ReadLogs>,
    viewer: Viewer,
    path: Path<(SystemKey, RunNo)>,
    query: Query<LogQuery>,
    app: Data<App>,
) -> Result<HttpResponse, WebError> {
    let filter = exported(&query)?;
    let reader = LogReader::open(&app, &grant, &viewer, path.into_inner(), filter, 0).await?;
    streamed(&app, reader, ExportFormat::Csv, &query.filter().q)
}

/// As NDJSON: one object a line.
///
/// # Errors
/// As for [`csv()`].
pub async fn ndjson(
    grant: Grant<verbs::ReadLogs>,
    viewer: Viewer,
    path: Path<(SystemKey, RunNo)>,
    query: Query<LogQuery>,
    app: Data<App>,
) -> Result<HttpResponse, WebError> {
    let filter = exported(&query)?;
    let reader = LogReader::open(&app, &grant, &viewer, path.into_inner(), filter, 0).await?;
    streamed(&app, reader, ExportFormat::Ndjson, &query.filter().q)
}

fn exported(query: &LogQuery) -> Result<MessageFilter, WebError> {
    query.check()?;
    Ok(stored_filter(&query.filter()))
}

/// The messages that have these words; all of them without words.
fn streamed(app: &App, reader: LogReader, form: ExportFormat, words: &str) -> Result<HttpResponse, WebError> {
    let needle = words.to_lowercase();
    let permit = app.enter_exports(reader.person())?;
    let (kind, ending) = match form {
        ExportFormat::Csv => ("text/csv; charset=utf-8", "csv"),
        ExportFormat::Ndjson => ("application/x-ndjson", "ndjson"),
    };
    let name = file_name(&reader.system, reader.run.no, ending);
    let parts = stream::unfold(Some((reader, permit, needle, true)), move |state| async move {
        let (mut reader, permit, needle, first) = state?;
        if permit.is_over() {
            return Some((Err(std::io::Error::other("the export took too long")), None));
        }
        match reader.next(PART).await {
            Ok(mut part) => {
                part.rows.retain(|row| needle.is_empty() || mentions(row, &needle));
                let written = write(form, first, &part.rows);
                let rest = if part.at_end { None } else { Some((reader, permit, needle, false)) };
                Some((written.map(Bytes::from), rest))
            }
            // The answer breaks off, so that nobody takes a part for the whole.
            Err(Stopped::Refused) => Some((Err(std::io::Error::other("the reader may no longer read this log")), None)),
            Err(Stopped::Failed(error)) => {
                log::warn!("an export broke off: {error}");
                Some((Err(std::io::Error::other("the database did not answer")), None))
            }
        }
    });
    Ok(HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, kind))
        .insert_header((CACHE_CONTROL, "no-store"))
        .insert_header((CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")))
        .streaming(parts))
}

fn write(form: ExportFormat, first: bool, rows: &[StoredMessage]) -> std::io::Result<Vec<u8>> {
    match form {
        ExportFormat::Csv => write_csv(first, rows),
        ExportFormat::Ndjson => write_ndjson(rows),
    }
}

const COLUMNS: [&str; 11] = [
    "number",
    "time",
    "category",
    "code",
    "direction",
    "operation",
    "item_type",
    "item_key",
    "text",
    "foreign_text",
    "cut",
];

fn write_csv(first: bool, rows: &[StoredMessage]) -> std::io::Result<Vec<u8>> {
    csv_part(first.then(|| COLUMNS.to_vec()), rows.iter().map(cells))
}

fn cells(row: &StoredMessage) -> Vec<String> {
    vec![
        row.seq.to_string(),
        rfc3339(row.at),
        row.category.as_str().to_owned(),
        row.code.clone(),
        row.direction.as_str().to_owned(),
        row.operation.as_str().to_owned(),
        row.item_type.clone(),
        key_as_text(&row.item_key),
        catalogue::text(&row.code, &row.args),
        row.foreign_text.clone().unwrap_or_default(),
        if row.cut { "yes" } else { "no" }.to_owned(),
    ]
}

/// A key as text. In a key that is not UTF-8, bytes that are no text are written as `\xFF`, and a backslash twice.
fn key_as_text(key: &[u8]) -> String {
    if let Ok(text) = std::str::from_utf8(key) {
        return text.to_owned();
    }
    let mut text = String::new();
    for chunk in key.utf8_chunks() {
        text.push_str(&chunk.valid().replace('\\', "\\\\"));
        for byte in chunk.invalid() {
            // Writing into a String cannot fail.
            let _ = write!(text, "\\x{byte:02X}");
        }
    }
    text
}

fn write_ndjson(rows: &[StoredMessage]) -> std::io::Result<Vec<u8>> {
    let mut lines = Vec::new();
    for row in rows {
        let key = match std::str::from_utf8(&row.item_key) {
            Ok(text) => serde_json::json!(text),
            // Bytes that are no text stand as numbers, so that nothing is lost.
            Err(_not_utf8) => serde_json::json!(row.item_key),
        };
        let line = serde_json::json!({
            "number": row.seq,
            "time": rfc3339(row.at),
            "category": row.category.as_str(),
            "code": row.code,
            "direction": row.direction.as_str(),
            "operation": row.operation.as_str(),
            "item_type": row.item_type,
            "item_key": key,
            "text": catalogue::text(&row.code, &row.args),
            "args": row.args,
            "foreign_text": row.foreign_text,
            "cut": row.cut,
        });
        serde_json::to_writer(&mut lines, &line)?;
        lines.push(b'\n');
    }
    Ok(lines)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_that_is_not_utf_8_can_be_told_from_others() {
        assert_eq!(key_as_text("Prüfung\\1".as_bytes()), "Prüfung\\1");
        assert_eq!(key_as_text(b"bad\xff.txt"), "bad\\xFF.txt");
        assert_eq!(key_as_text(b"a\\xFF\xfe"), "a\\\\xFF\\xFE");
    }
}
