//! What an open run is, so that databases find it by their indexes.

/// Open runs of these systems. Each state has its own index, which a database uses only if the state is written out; a
/// look for "not ended" would read all runs of the systems.
macro_rules! open_runs {
    ($of_systems:expr) => {{
        use diesel::sql_types::Bool;

        use crate::store::cached::fixed;
        let queued = $of_systems.and(fixed::<Bool>("runs.state = 'queued'"));
        queued.or($of_systems.and(fixed::<Bool>("runs.state = 'running'")))
    }};
}
pub(super) use open_runs;
