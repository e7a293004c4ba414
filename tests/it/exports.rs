//! Exports of tables: a person who loses the permission or the reach during an export gets no more of it.

use serde_json::json;

use crate::database::both_databases;
use crate::desk::{Desk, RunRows};
use crate::logs::reading::Stalled;
use crate::odata::stub::{Service, json as reply};
use crate::systems::shelf;

/// More than fits into all buffers on the way: rows of 20 KB each.
const ROWS: usize = 2_000;
const LONG: usize = 20_000;
const ALL: usize = ROWS * LONG;

/// Systems of Finance with long names, and a run of each. No row ends with a 0: `0 CR LF CR LF` ends an answer.
fn fill(desk: &Desk) {
    let names: Vec<String> = (0..ROWS).map(|number| format!("{number:04}")).collect();
    let systems: Vec<_> = names.iter().map(|name| shelf::new(name, "Finance")).collect();
    shelf::put(desk, 1, &systems);
    desk.sql(&format!("UPDATE systems SET name = name || '{}'", "x".repeat(LONG)));
    let at = desk.context.clock.now().0.to_string();
    RunRows { queued: &at, ended: &at, counts: [0, 0, 0, 7], ..RunRows::default() }.put(&mut desk.bare());
}

/// Begins to read a file, does this to the database, and reads on: the file breaks off.
async fn breaks_off(desk: &Desk, path: &str, change: &str, back: &str) {
    let mona = desk.as_("mona").await;
    let (bytes, whole) = Stalled::at(&desk.base, &mona, path).await.read_on().await;
    assert!(whole && bytes > ALL, "{path}: {bytes} bytes while nothing changes, to the end: {whole}");
    let export = Stalled::at(&desk.base, &mona, path).await;
    desk.sql(change);
    let (bytes, whole) = export.read_on().await;
    assert!(!whole && bytes < ALL, "{path}: {bytes} bytes, as if it were all");
    desk.sql(back);
}

/// Takes all rights from Mona.
pub const TAKE: &str = "CREATE TABLE kept AS SELECT * FROM assignments;
    DELETE FROM assignments WHERE person_id = (SELECT id FROM people WHERE name = 'mona')";
/// Gives them back.
pub const GIVE: &str = "DELETE FROM assignments; INSERT INTO assignments SELECT * FROM kept; DROP TABLE kept";

both_databases! {
    async fn the_right_is_asked_for_each_part(desk: Desk) {
        fill(&desk);
        for path in ["/systems.csv", "/logs.csv"] {
            breaks_off(&desk, path, TAKE, GIVE).await;
        }
    }

    /// The role stays, and the system moves to a group that it does not reach.
    async fn the_reach_is_asked_for_each_part(desk: Desk) {
        let service = Service::start();
        let thing = json!({ "value": [{ "Id": 1, "Name": "one" }] }).to_string();
        service.says("Things", move || reply(&thing));
        let system = desk.odata_system(&service.root(), &[("settings.config_sets", "Others")]).await;
        desk.sync(&system).await;
        let key = if desk.is_on_postgres() { "convert_to((10000 + i)::text, 'UTF8')" } else { "CAST((10000 + i) AS BLOB)" };
        desk.sql(&format!(
            "INSERT INTO replica_records (set_id, record_key, from_run, to_run, orphaned, digest, data)
               WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {ROWS})
               SELECT set_id, {key}, from_run, NULL, orphaned, digest, '{{\"Name\":\"{}\"}}' FROM replica_records, n",
            "x".repeat(LONG)
        ));
        let group = |name: &str| {
            format!("UPDATE systems SET group_id = (SELECT id FROM system_groups WHERE name = '{name}') WHERE key = '{}'", system.key)
        };
        for kind in ["csv", "ndjson"] {
            let path = format!("{}/replica/Things/records.{kind}", system.page());
            breaks_off(&desk, &path, &group("Sales"), &group("Finance")).await;
            breaks_off(&desk, &path, TAKE, GIVE).await;
        }
    }
}
