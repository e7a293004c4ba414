//! A list as a file, CSV or NDJSON, streamed part by part: memory does not grow with the list, a client that stops reading
//! holds no database connection, and has its permit only for a while. Rights are checked again for each part.

use std::sync::Arc;

use actix_web::HttpResponse;
use actix_web::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE};
use bytes::Bytes;
use futures_util::stream;

use super::concurrency_limit::Permit;
use super::error::WebError;
use super::extract::Viewer;
use super::state::App;
use crate::access::{Grant, Permission};
use crate::domain::csv::{BYTE_ORDER_MARK, guard};
use crate::queries::{AccessRecheck, Db, PageRequest, Result, Start, StoreError};

/// Some rows, and the key after which the list continues.
pub type Part<E> = (Vec<<E as Export>::Row>, Option<<E as Export>::Key>);

/// A list that is exported.
pub trait Export: Send + Sync + 'static {
    type Permission: Permission;
    type Row: Send + 'static;
    type Key: Clone + Send + Sync + 'static;

    /// Maximum number of rows of one part.
    const PART: i64;

    /// The name of the file, without its ending.
    fn name(&self) -> &str;

    fn columns(&self) -> Vec<&str>;

    /// One cell for each column.
    fn cells(&self, row: &Self::Row) -> Vec<String>;

    /// A part of the list.
    ///
    /// # Errors
    /// As the store.
    fn read(
        &self,
        db: &mut Db,
        grant: &Grant<Self::Permission>,
        request: &PageRequest<Self::Key>,
    ) -> Result<Part<Self>>
    where
        Self: Sized;
}

/// A list that can be exported as NDJSON, too.
pub trait Lines: Export {
    /// A row as a JSON object in one line.
    fn line(&self, row: &Self::Row) -> String;
}

/// The whole list as CSV (RFC 4180, UTF-8), each cell guarded against formulas.
///
/// # Errors
/// When too many exports are written.
pub fn csv<E: Export>(
    app: &App,
    viewer: &Viewer,
    grant: Grant<E::Permission>,
    list: E,
) -> std::result::Result<HttpResponse, WebError> {
    export(app, viewer, grant, list, &Format { ending: "csv", content_type: "text/csv; charset=utf-8", write: to_csv })
}

/// The whole list as NDJSON: one object a line.
///
/// # Errors
/// As for [`csv()`].
pub fn ndjson<E: Lines>(
    app: &App,
    viewer: &Viewer,
    grant: Grant<E::Permission>,
    list: E,
) -> std::result::Result<HttpResponse, WebError> {
    let format = Format { ending: "ndjson", content_type: "application/x-ndjson", write: to_lines };
    export(app, viewer, grant, list, &format)
}

/// Writes rows; the flag is set for the first part of a file.
type Write<E> = fn(&E, bool, &[<E as Export>::Row]) -> std::io::Result<Vec<u8>>;

struct Format<E: Export> {
    ending: &'static str,
    content_type: &'static str,
    write: Write<E>,
}

fn export<E: Export>(
    app: &App,
    viewer: &Viewer,
    grant: Grant<E::Permission>,
    list: E,
    format: &Format<E>,
) -> std::result::Result<HttpResponse, WebError> {
    let reader = viewer.recheck(grant).ok_or_else(WebError::not_found)?;
    let permit = app.enter_exports(reader.person)?;
    let disposition = format!("attachment; filename=\"{}.{}\"", list.name(), format.ending);
    let write = format.write;
    let begin = Next { app: app.clone(), permit, reader, list: Arc::new(list), start: Start::First };
    let parts = stream::unfold(Some(begin), move |next| async move { Some(part(next?, write).await) });
    Ok(HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, format.content_type))
        .insert_header((CACHE_CONTROL, "no-store"))
        .insert_header((CONTENT_DISPOSITION, disposition))
        .streaming(parts))
}

/// What is still to be written.
struct Next<E: Export> {
    app: App,
    permit: Permit,
    reader: AccessRecheck<E::Permission>,
    list: Arc<E>,
    start: Start<E::Key>,
}

/// One part. When something is wrong the response breaks off, so that nobody takes a part for the whole.
async fn part<E: Export>(mut next: Next<E>, write: Write<E>) -> (std::io::Result<Bytes>, Option<Next<E>>) {
    if next.permit.is_over() {
        return (Err(std::io::Error::other("Export stopped: time limit reached")), None);
    }
    let (list, mut reader, now) = (next.list.clone(), next.reader.clone(), next.app.clock.now());
    let request = PageRequest::new(next.start.clone(), E::PART);
    let read = next.app.store.read(move |db| {
        let part = reader.read(db, now, |db, grant| list.read(db, grant, &request))?;
        Ok((part, reader))
    });
    match read.await {
        Ok(((rows, after), reader)) => {
            let is_first = matches!(next.start, Start::First);
            let written = write(&next.list, is_first, &rows).map(Bytes::from);
            next.reader = reader;
            (written, after.map(|key| Next { start: Start::After(key), ..next }))
        }
        Err(StoreError::NotFound) => (Err(std::io::Error::other("Export stopped: access was withdrawn")), None),
        Err(error) => {
            log::warn!("an export was interrupted: {error}");
            (Err(std::io::Error::other("the database did not respond")), None)
        }
    }
}

/// A name of ours or of a service as the name of a file.
#[must_use]
pub fn file_name(name: &str) -> String {
    name.chars().map(|letter| if letter.is_ascii_alphanumeric() { letter } else { '-' }).collect()
}

/// A byte order mark comes first in a file, so that spreadsheets read letters such as é correctly.
fn to_csv<E: Export>(list: &E, is_first: bool, rows: &[E::Row]) -> std::io::Result<Vec<u8>> {
    let begin = if is_first { BYTE_ORDER_MARK } else { "" };
    let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(begin.as_bytes().to_vec());
    if is_first {
        // Column names can come from a service, too.
        writer.write_record(list.columns().into_iter().map(|name| guard(name).into_owned()))?;
    }
    for row in rows {
        writer.write_record(list.cells(row).iter().map(|cell| guard(cell).into_owned()))?;
    }
    writer.into_inner().map_err(|error| std::io::Error::other(error.to_string()))
}

#[expect(clippy::unnecessary_wraps, reason = "has the type of to_csv")]
fn to_lines<E: Lines>(list: &E, _is_first: bool, rows: &[E::Row]) -> std::io::Result<Vec<u8>> {
    Ok(rows.iter().flat_map(|row| [list.line(row), "\n".to_owned()]).collect::<String>().into_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::access::verbs;

    struct Odd;

    impl Export for Odd {
        type Permission = verbs::ReadLogs;
        type Row = ();
        type Key = ();

        const PART: i64 = 1;

        fn name(&self) -> &'static str {
            "odd"
        }

        fn columns(&self) -> Vec<&str> {
            vec!["Id", "=1+1"]
        }

        fn cells(&self, (): &()) -> Vec<String> {
            vec!["@x".to_owned(), "1".to_owned()]
        }

        fn read(
            &self,
            _db: &mut Db,
            _grant: &Grant<verbs::ReadLogs>,
            _request: &PageRequest<()>,
        ) -> Result<Part<Self>> {
            Ok((Vec::new(), None))
        }
    }

    #[test]
    fn columns_are_guarded_like_cells() {
        let written = String::from_utf8(to_csv(&Odd, true, &[()]).unwrap()).unwrap();
        assert_eq!(written, "\u{feff}Id,'=1+1\r\n'@x,1\r\n");
        assert_eq!(to_csv(&Odd, false, &[()]).unwrap(), b"'@x,1\r\n", "the mark is first in the file, and only there");
    }
}
