//! The list of systems as CSV, page by page; the right is looked at again for each.

use actix_web::HttpResponse;
use actix_web::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE};
use actix_web::web::{Data, Query};
use bytes::Bytes;
use futures_util::stream;

use super::list::filter;
use crate::access::{Grant, verbs};
use crate::domain::csv::guard;
use crate::store::systems::{Listed, Page};
use crate::store::{StoreError, groups, systems};
use crate::web::extract::Viewer;
use crate::web::failure::Failure;
use crate::web::standing::Standing;
use crate::web::state::App;
use crate::web::ui::time::rfc3339;
use crate::web::urls::SystemsQuery;

/// How many systems one part has.
const PART: i64 = 500;

const COLUMNS: [&str; 12] = [
    "key",
    "name",
    "kind",
    "group",
    "production",
    "status",
    "connection",
    "synchronization",
    "last_attempt",
    "last_success",
    "next_due",
    "on_hold",
];

/// The filtered list.
///
/// # Errors
/// When too many exports are written, or the database cannot be read.
pub async fn show(
    grant: Grant<verbs::Export>,
    viewer: Viewer,
    query: Query<SystemsQuery>,
    app: Data<App>,
) -> Result<HttpResponse, Failure> {
    let scope = grant.scope().clone();
    let groups = app.store.read(move |db| groups::within(db, &scope)).await?;
    let filter = filter(&query, &groups);
    let standing = Standing::of(&viewer).ok_or_else(Failure::not_found)?;
    let place = app.enter_exports(standing.person)?;
    let parts = stream::unfold(Some((app, place, Page::First)), move |state| {
        let (filter, standing) = (filter.clone(), standing.clone());
        async move {
            let (app, place, page) = state?;
            if place.is_over() {
                return Some((Err(std::io::Error::other("the export took too long")), None));
            }
            let (first, now) = (matches!(page, Page::First), app.clock.now());
            let read = app.store.read(move |db| {
                let grant = standing.actor(db, now)?.authorize::<verbs::Export>();
                systems::list(db, &grant.map_err(|_missing| StoreError::NotFound)?, &filter, &page, PART)
            });
            match read.await {
                Ok((rows, more)) => {
                    let next = rows.last().filter(|_| more).map(|row| Page::After(row.place.clone()));
                    Some((write(first, &rows).map(Bytes::from), next.map(|page| (app, place, page))))
                }
                // The answer breaks off, so that nobody takes a part for the whole.
                Err(StoreError::NotFound) => {
                    Some((Err(std::io::Error::other("the reader may no longer export this list")), None))
                }
                Err(error) => {
                    log::warn!("an export broke off: {error}");
                    Some((Err(std::io::Error::other("the database did not answer")), None))
                }
            }
        }
    });
    Ok(HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, "text/csv; charset=utf-8"))
        .insert_header((CACHE_CONTROL, "no-store"))
        .insert_header((CONTENT_DISPOSITION, "attachment; filename=\"systems.csv\""))
        .streaming(parts))
}

fn write(first: bool, rows: &[Listed]) -> std::io::Result<Vec<u8>> {
    let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(Vec::new());
    if first {
        writer.write_record(COLUMNS)?;
    }
    for Listed { system, group, .. } in rows {
        let at = |stamp: Option<crate::clock::Stamp>| stamp.map(rfc3339).unwrap_or_default();
        let cells = [
            system.key.to_string(),
            system.name.clone(),
            system.kind.clone(),
            group.clone(),
            if system.production { "yes" } else { "no" }.to_owned(),
            system.overall.as_str().to_owned(),
            system.connection.as_str().to_owned(),
            system.synchronization.as_str().to_owned(),
            at(system.last_attempt_at),
            at(system.last_success_at),
            at(system.next_due),
            system.hold_reason.clone().unwrap_or_default(),
        ];
        writer.write_record(cells.iter().map(|cell| guard(cell).into_owned()))?;
    }
    writer.into_inner().map_err(|error| std::io::Error::other(error.to_string()))
}
