//! The log of a run as a file.

use std::fmt::Write;
use std::sync::Arc;

use actix_web::HttpResponse;
use actix_web::web::{Data, Path, Query};

use super::show::{LogQuery, stored_filter};
use crate::access::{Grant, verbs};
use crate::domain::catalogue;
use crate::domain::catalogue::mentions;
use crate::domain::message::StoredMessage;
use crate::ids::{RunNo, Seq, SystemKey};
use crate::queries::runs::{Dictionary, MessageFilter, log_part, run_with_log};
use crate::queries::{Db, PageRequest, Result};
use crate::web::error::WebError;
use crate::web::export::{self, Export, Lines, Part, file_name};
use crate::web::extract::Viewer;
use crate::web::state::App;
use crate::web::ui::time::rfc3339;

/// As CSV.
///
/// # Errors
/// When the run is out of reach, too many exports are written, or the database cannot be read.
pub async fn csv(
    grant: Grant<verbs::ReadLogs>,
    viewer: Viewer,
    path: Path<(SystemKey, RunNo)>,
    query: Query<LogQuery>,
    app: Data<App>,
) -> std::result::Result<HttpResponse, WebError> {
    let log = open(&app, &grant, &viewer, path.into_inner(), &query).await?;
    export::csv(&app, &viewer, grant, log)
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
) -> std::result::Result<HttpResponse, WebError> {
    let log = open(&app, &grant, &viewer, path.into_inner(), &query).await?;
    export::ndjson(&app, &viewer, grant, log)
}

/// The messages of a run that have these words; all of them without words.
struct LogExport {
    name: String,
    of: (SystemKey, RunNo),
    dictionary: Arc<Dictionary>,
    filter: MessageFilter,
    words: String,
}

async fn open(
    app: &App,
    grant: &Grant<verbs::ReadLogs>,
    viewer: &Viewer,
    of: (SystemKey, RunNo),
    query: &LogQuery,
) -> std::result::Result<LogExport, WebError> {
    query.check()?;
    let filter = query.filter();
    let (grant, wanted, kept) = (grant.clone(), of.clone(), app.kept(viewer.now));
    let (system, run) = app.store.read(move |db| run_with_log(db, &grant, (&wanted.0, wanted.1), kept)).await?;
    Ok(LogExport {
        name: format!("{}-run-{}", file_name(&system.name), run.no),
        of,
        dictionary: app.words.clone(),
        words: filter.q.to_lowercase(),
        filter: stored_filter(&filter),
    })
}

impl Export for LogExport {
    type Permission = verbs::ReadLogs;
    type Row = StoredMessage;
    type Key = Seq;

    const PART: i64 = 200;

    fn name(&self) -> &str {
        &self.name
    }

    fn columns(&self) -> Vec<&str> {
        vec![
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
        ]
    }

    fn cells(&self, row: &StoredMessage) -> Vec<String> {
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

    fn read(&self, db: &mut Db, grant: &Grant<verbs::ReadLogs>, request: &PageRequest<Seq>) -> Result<Part<Self>> {
        let part = log_part(db, grant, (&self.of.0, self.of.1), &self.dictionary, (&self.filter, request))?;
        let (mut rows, next) = part.page.into_part();
        rows.retain(|row| self.words.is_empty() || mentions(row, &self.words));
        Ok((rows, next))
    }
}

impl Lines for LogExport {
    fn line(&self, row: &StoredMessage) -> String {
        let key = match std::str::from_utf8(&row.item_key) {
            Ok(text) => serde_json::json!(text),
            // Bytes that are no text are written as numbers, so that nothing is lost.
            Err(_not_utf8) => serde_json::json!(row.item_key),
        };
        serde_json::json!({
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
        })
        .to_string()
    }
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
