//! The list of systems as CSV.

use std::collections::HashMap;

use actix_web::HttpResponse;
use actix_web::web::{Data, Query};

use super::list::filter;
use crate::access::{Grant, verbs};
use crate::clock::Stamp;
use crate::ids::GroupId;
use crate::queries::groups_in_reach;
use crate::queries::systems::{Family, Listed, SystemCursor, SystemFilter, system_list_part};
use crate::queries::{Db, PageRequest, Result as Read};
use crate::web::error::WebError;
use crate::web::export::{self, Export, Part};
use crate::web::extract::Viewer;
use crate::web::present;
use crate::web::state::App;
use crate::web::ui::time::rfc3339;
use crate::web::urls::SystemsQuery;

struct SystemsExport {
    filter: SystemFilter,
    /// The names of the groups in reach.
    groups: HashMap<GroupId, String>,
}

/// The filtered list.
///
/// # Errors
/// When too many exports are written, or the database cannot be read.
pub async fn show(
    grant: Grant<verbs::Export>,
    viewer: Viewer,
    query: Query<SystemsQuery>,
    app: Data<App>,
) -> Result<HttpResponse, WebError> {
    let reach = grant.clone();
    let groups = app.store.read(move |db| groups_in_reach(db, &reach)).await?;
    let mut filter = filter(&query, &groups);
    if filter.family == Family::Parents {
        filter.family = Family::All;
    }
    export::csv(&app, &viewer, grant, SystemsExport { filter, groups: groups.into_iter().collect() })
}

impl Export for SystemsExport {
    type Permission = verbs::Export;
    type Row = Listed;
    type Key = SystemCursor;

    const PART: i64 = 500;

    fn name(&self) -> &'static str {
        "systems"
    }

    fn columns(&self) -> Vec<&str> {
        vec![
            "key",
            "name",
            "kind",
            "group",
            "production",
            "status",
            "sources",
            "connection",
            "synchronization",
            "last_attempt",
            "last_success",
            "next_due",
            "on_hold",
            "parent",
        ]
    }

    fn read(&self, db: &mut Db, grant: &Grant<verbs::Export>, request: &PageRequest<SystemCursor>) -> Read<Part<Self>> {
        system_list_part(db, grant, &self.filter, request)
    }

    fn cells(&self, Listed { system, parent }: &Listed) -> Vec<String> {
        let at = |stamp: Option<Stamp>| stamp.map(rfc3339).unwrap_or_default();
        vec![
            system.key.to_string(),
            system.name.clone(),
            system.kind.clone(),
            self.groups.get(&system.group_id).cloned().unwrap_or_default(),
            if system.production { "yes" } else { "no" }.to_owned(),
            present::overall(system).word.to_lowercase(),
            present::sources(system, None).join(", "),
            system.connection.title().to_lowercase(),
            present::lane_badge(system.synchronization).word.to_lowercase(),
            at(system.last_attempt_at),
            at(system.last_success_at),
            at(system.next_due),
            system.hold_reason.clone().unwrap_or_default(),
            parent.clone().unwrap_or_default(),
        ]
    }
}
