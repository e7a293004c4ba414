//! A table as a file, written page by page; the right is looked at again for each. It is CSV, unless the table says
//! otherwise.

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
use crate::queries::{AccessRecheck, Db, Result, StoreError};

/// Some rows, and the page after them.
pub type Rows<T> = (Vec<<T as CsvTable>::Row>, Option<<T as CsvTable>::Page>);

/// What is written, and how it is read.
pub trait CsvTable: Sized + Send + Sync + 'static {
    type Permission: Permission;
    type Page: Clone + Send + Sync + 'static;
    type Row: Send + 'static;

    /// What the file is called.
    fn name(&self) -> &str;

    fn columns(&self) -> Vec<&str>;

    /// The rows of a page, and the page after it.
    ///
    /// # Errors
    /// As the store.
    fn read(&self, db: &mut Db, grant: &Grant<Self::Permission>, page: &Self::Page) -> Result<Rows<Self>>;

    /// One cell for each column.
    fn cells(&self, row: &Self::Row) -> Vec<String>;

    /// The type of the file.
    fn content_type(&self) -> &'static str {
        "text/csv; charset=utf-8"
    }

    /// Some rows in the format of the file, after the `head` at its beginning.
    ///
    /// # Errors
    /// When they cannot be written.
    fn write(&self, head: bool, rows: &[Self::Row]) -> std::io::Result<Vec<u8>> {
        write(self, head, rows)
    }
}

/// The whole table, from its first page on.
///
/// # Errors
/// When too many exports are written.
pub fn csv_file<T: CsvTable>(
    app: &App,
    viewer: &Viewer,
    table: T,
    first: T::Page,
) -> std::result::Result<HttpResponse, WebError> {
    let standing = viewer.standing().ok_or_else(WebError::not_found)?;
    let permit = app.enter_exports(standing.person)?;
    let disposition = format!("attachment; filename=\"{}\"", table.name());
    let content_type = table.content_type();
    let table = Arc::new(table);
    let begin = Some(Next { app: app.clone(), permit, page: first, head: true });
    let parts = stream::unfold(begin, move |next| {
        let (table, standing) = (table.clone(), standing.clone());
        async move { Some(part(&table, standing, next?).await) }
    });
    Ok(HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, content_type))
        .insert_header((CACHE_CONTROL, "no-store"))
        .insert_header((CONTENT_DISPOSITION, disposition))
        .streaming(parts))
}

/// What is still to be written.
struct Next<Page> {
    app: App,
    permit: Permit,
    page: Page,
    /// The column headers come first.
    head: bool,
}

/// One page. When something is wrong the answer breaks off, so that nobody takes a part for the whole.
async fn part<T: CsvTable>(
    table: &Arc<T>,
    standing: AccessRecheck,
    next: Next<T::Page>,
) -> (std::io::Result<Bytes>, Option<Next<T::Page>>) {
    if next.permit.is_over() {
        return (Err(std::io::Error::other("the export took too long")), None);
    }
    let (reader, page, now) = (table.clone(), next.page.clone(), next.app.clock.now());
    let read = next.app.store.read(move |db| {
        let grant = standing.actor(db, now)?.authorize::<T::Permission>().map_err(|_missing| StoreError::NotFound)?;
        reader.read(db, &grant, &page)
    });
    match read.await {
        Ok((rows, after)) => {
            let written = table.write(next.head, &rows).map(Bytes::from);
            (written, after.map(|page| Next { page, head: false, ..next }))
        }
        Err(StoreError::NotFound) => (Err(std::io::Error::other("the reader may no longer export this")), None),
        Err(error) => {
            log::warn!("an export broke off: {error}");
            (Err(std::io::Error::other("the database did not answer")), None)
        }
    }
}

fn write<T: CsvTable>(table: &T, head: bool, rows: &[T::Row]) -> std::io::Result<Vec<u8>> {
    csv_part(head.then(|| table.columns()), rows.iter().map(|row| table.cells(row)))
}

/// Rows as CSV (RFC 4180, UTF-8), each cell guarded against formulas. A `head` of column names comes first in a file,
/// after a byte order mark, so that spreadsheets read letters such as é correctly.
///
/// # Errors
/// None in practice: it writes to memory.
pub fn csv_part(head: Option<Vec<&str>>, rows: impl Iterator<Item = Vec<String>>) -> std::io::Result<Vec<u8>> {
    let begin = if head.is_some() { BYTE_ORDER_MARK } else { "" };
    let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(begin.as_bytes().to_vec());
    if let Some(columns) = head {
        // They may come from a peer, too.
        writer.write_record(columns.into_iter().map(|name| guard(name).into_owned()))?;
    }
    for cells in rows {
        writer.write_record(cells.iter().map(|cell| guard(cell).into_owned()))?;
    }
    writer.into_inner().map_err(|error| std::io::Error::other(error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::access::verbs;

    struct Odd;

    impl CsvTable for Odd {
        type Permission = verbs::ReadLogs;
        type Page = ();
        type Row = ();

        fn name(&self) -> &'static str {
            "odd.csv"
        }

        fn columns(&self) -> Vec<&str> {
            vec!["Id", "=1+1"]
        }

        fn read(&self, _db: &mut Db, _grant: &Grant<verbs::ReadLogs>, _page: &()) -> Result<Rows<Self>> {
            Ok((Vec::new(), None))
        }

        fn cells(&self, (): &()) -> Vec<String> {
            vec!["@x".to_owned(), "1".to_owned()]
        }
    }

    #[test]
    fn columns_are_guarded_like_cells() {
        let written = String::from_utf8(Odd.write(true, &[()]).unwrap()).unwrap();
        assert_eq!(written, "\u{feff}Id,'=1+1\r\n'@x,1\r\n");
        assert_eq!(Odd.write(false, &[()]).unwrap(), b"'@x,1\r\n", "the mark is first in the file, and only there");
    }
}
