//! The start page: which systems need somebody, why, since when, and what to do. It reads the first page of the list,
//! which begins with the worst status.

mod view;

pub use view::{OverviewView, view};

use actix_web::HttpResponse;

use super::systems::list::{member, status_counts};
use crate::access::Verb;
use crate::domain::status::Overall;
use crate::queries::systems::{Family, ListedSystem, Sort, SystemFilter, SystemList, system_list};
use crate::queries::{Db, PageRequest, Start};
use crate::web::extract::{Loaded, Viewer};
use crate::web::loader::{LoadError, Reading};
use crate::web::response;
use crate::web::ui::Nav;

/// How many systems it names; the list has all of them.
const NAMED: i64 = 20;

/// Reads the systems with the worst status.
///
/// # Errors
/// When the database cannot be read.
pub fn load(reading: &Reading, db: &mut Db) -> Result<SystemList, LoadError> {
    let worst = SystemFilter { family: Family::Parents, sort: Sort::Status, ..SystemFilter::default() };
    let request = PageRequest::new(Start::First, NAMED);
    Ok(system_list(db, &reading.grant()?, |_groups| worst, &request, reading.app.kept_since(reading.now))?)
}

/// The overview.
pub async fn show(Loaded(loaded): Loaded<SystemList>, viewer: Viewer) -> HttpResponse {
    let of = |overall: Overall| {
        let rows = loaded.page.rows.iter().filter(move |row| row.member.system.overall == overall);
        rows.map(|row: &ListedSystem| member(&row.member, row.children.first().map(|child| &*child.system), &viewer))
            .collect()
    };
    let shown = OverviewView {
        counts: status_counts(&loaded),
        errors: of(Overall::Error),
        warnings: of(Overall::Warning),
        may_create: viewer.may_anywhere(&[Verb::SpecifySystems]),
    };
    response::page(view(&viewer.page_context(Some(Nav::Overview)), &shown))
}
