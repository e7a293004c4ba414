//! The tables as Diesel sees them; the same for both databases.

mod of_bulk;
mod of_connect;
mod of_house;
mod of_replica;
mod of_runs;
mod of_systems;

pub use of_bulk::*;
pub use of_connect::*;
pub use of_house::*;
pub use of_replica::*;
pub use of_runs::*;
pub use of_systems::*;

diesel::allow_tables_to_appear_in_same_query!(
    portal,
    system_groups,
    people,
    collections,
    collection_templates,
    assignments,
    sessions,
    systems,
    system_versions,
    system_counts,
    run_hours,
    group_hours,
    lanes,
    watches,
    credentials,
    shared_credentials,
    secret_drafts,
    connect_drafts,
    connect_trials,
    runs,
    run_requests,
    run_progress,
    words,
    run_counts,
    run_timelines,
    run_comparisons,
    team_notes,
    messages,
    checks,
    item_states,
    plan_steps,
    braked_plans,
    replicas,
    replica_sets,
    replica_records,
    replica_seen,
    audit,
    audit_personal,
    database_probe,
    bulk_actions,
    bulk_items,
    saved_views,
);

// With small English letters: neither database knows others.
diesel::define_sql_function!(fn lower(text: diesel::sql_types::Text) -> diesel::sql_types::Text);
