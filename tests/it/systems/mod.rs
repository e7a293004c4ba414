//! Systems over HTTP: the list, specifying, holding, deleting, checking.

mod bulk;
mod check;
pub mod connect;
mod create;
mod delete;
mod edit;
mod export;
mod family;
mod hold;
mod kept;
mod links;
mod list;
mod orders;
mod paging;
mod races;
mod saved;
mod secrets;
mod set_credentials;
mod shared;
pub mod shelf;
mod synchronize;
mod territory;
mod timeouts;
mod together;
mod views;

use crate::desk::Desk;

/// Whether the maintained counts are what counting gives. Children are counted with their parent.
pub fn counts_hold(desk: &Desk) {
    let counted = "SELECT group_id || ' ' || overall || ' ' || count(*) AS value FROM systems
                   WHERE deleted_at IS NULL AND parent_id IS NULL GROUP BY group_id, overall ORDER BY value";
    let kept = "SELECT group_id || ' ' || overall || ' ' || n AS value FROM system_counts WHERE n <> 0 ORDER BY value";
    assert_eq!(desk.texts(kept), desk.texts(counted));
}
