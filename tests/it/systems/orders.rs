//! Lists read only the rows that they show: in each order and filter by an index, and where none has it, a limited number.

use super::list::shown;
use super::shelf::{Box_, key, names, new, put};
use crate::database::both_databases;
use crate::desk::{Desk, RunRows};
use crate::statements::{Recorded, explained, statements_of};

/// Copies a system, with another name, key and time, and gives each copy a run.
fn multiply(desk: &Desk, n: i64) {
    put(desk, 1, &[new("Model", "Finance"), new("Shop", "Sales")]);
    desk.sql(&format!(
        "INSERT INTO systems (key, name, kind, group_id, production, settings, settings_version, time_zone, schedule, timeout_us,
           max_attempts, connection, synchronization, overall, overall_since, last_success_at, last_attempt_at, created_at)
         WITH RECURSIVE s(i) AS (SELECT 1000 UNION ALL SELECT i + 1 FROM s WHERE i < 999 + {n})
         SELECT replace(replace(CAST(1000000000 + i AS TEXT), '0', 'a'), '1', 'b'), 'Copy ' || i, kind, CASE WHEN i % 4 = 0 THEN group_id ELSE (SELECT id FROM system_groups WHERE name = 'Sales') END,
           production, settings, 1, time_zone, schedule, 1, 1, connection, synchronization,
           CASE i % 50 WHEN 0 THEN 'error' WHEN 1 THEN 'warning' WHEN 2 THEN 'open' ELSE 'ok' END, 0, i * 7919 % 10000, 0, 0
         FROM s, systems WHERE name = 'Model'"
    ));
    let result = "CASE WHEN systems.id % 50 = 0 THEN 'error' ELSE 'completed' END";
    RunRows { queued: "systems.id", result, ..RunRows::default() }.put(&mut desk.bare());
    desk.sql("ANALYZE");
}

/// How the database finds the rows of a page.
async fn plan(desk: &Desk, who: &str, page: &str, table: &str) -> String {
    let visitor = desk.as_(who).await;
    let statements = statements_of(desk, async { visitor.get(page).await.expect(200) }).await;
    let list = statements.iter().find(|one| {
        one.contains(&format!(" FROM {table}")) && one.contains("ORDER BY")
            || one.contains(&format!("(({table}")) && one.contains("ORDER BY")
    });
    desk.bare().plan(&explained(list.unwrap_or_else(|| panic!("{page}: {statements:#?}"))))
}

fn assert_reads_in_order(page: &str, plan: &str, indexes: &[&str]) {
    assert!(indexes.iter().any(|index| plan.contains(index)), "{page}: not by {indexes:?}: {plan}");
    for whole in ["Sort", "TEMP B-TREE", "Seq Scan on systems", "Seq Scan on runs"] {
        assert!(!plan.contains(whole), "{page}: {plan}");
    }
}

both_databases! {
    /// Each order of the list of systems has its index, also with a status and for readers of one group, on every page.
    async fn each_order_of_systems_has_its_index(desk: Recorded) {
        let desk = &desk.0;
        // Where few rows are left, Postgres reads them all and sorts them.
        multiply(desk, 20_000);
        // Postgres may also pass over the other groups in the index of all: their number is in it.
        for (who, indexes) in [("wim", &["systems_by_"][..]), ("mona", &["systems_of_group_by_", "systems_by_"])] {
            for query in ["sort=", "sort=name", "sort=success", "sort=&status=ok", "sort=name&status=ok", "sort=success&status=ok"] {
                // In the middle.
                let rank = if query.contains("success") { 5_000 } else { 2 };
                let place = format!("{rank}.{}.Copy%203000", key(50));
                for cursor in [String::new(), format!("&after={place}"), format!("&before={place}"), "&before=end".to_owned()] {
                    let page = format!("/systems?{query}{cursor}");
                    let plan = plan(desk, who, &page, "systems").await;
                    assert_reads_in_order(&format!("{who} {page}"), &plan, indexes);
                    // A later page is looked up by its place; what comes before it is not read.
                    let begins = if desk.is_on_postgres() { "Index Cond: (" } else { ",key)" };
                    assert!(!cursor.contains(".Copy") || plan.contains(begins), "{who} {page}: {plan}");
                }
            }
        }
    }

    /// The runs of all systems, those of one result, and those that have not ended.
    async fn the_runs_of_all_systems_have_their_indexes(desk: Recorded) {
        let desk = &desk.0;
        multiply(desk, 5_000);
        for (page, index) in
            [("/logs", "runs_by_time"), ("/logs?result=error", "runs_by_result"), ("/logs?result=open", "runs_open")]
        {
            assert_reads_in_order(page, &plan(desk, "ada", page, "runs").await, &[index]);
        }
    }

    /// A search of systems examines a limited number, says so, and continues from there, in both directions.
    async fn a_search_of_systems_is_bounded_and_continues(desk: Desk) {
        multiply(&desk, 12_000);
        let ada = desk.as_("ada").await;
        for (query, first, name) in
            [("?sort=name&q=model", "after", "Model"), ("?sort=name&q=copy%2010001&before=end", "before", "Copy 10001")]
        {
            let page = ada.get(&format!("/systems{query}")).await.expect(200);
            assert_eq!(names(&page), [""; 0], "it lies further away");
            assert!(page.says("No matches so far. Searched up to Copy") && page.says("Search the rest"), "{}", page.told());
            let on = &page.attributes(".empty a", "href")[0];
            assert!(on.contains(first), "{on}");
            let rest = ada.get(on).await.expect(200);
            assert_eq!(names(&rest), [name], "{on}");
            assert!(!rest.says("Search the rest"), "that is the end");
        }
        // In the middle, with nothing up to the end in this direction: the way back leads from that end.
        let middle = format!("0.{}.Copy%2012000", key(50));
        for (query, link, expected) in [("before", "next", "/systems?q=nobody&sort=name"), ("after", "prev", "/systems?q=nobody&sort=name&before=end")] {
            let page = ada.get(&format!("/systems?sort=name&q=nobody&{query}={middle}")).await.expect(200);
            assert_eq!(page.attributes(&format!("a[rel={link}]"), "href"), [expected], "{query}");
        }
        let part = ada.get(&format!("/systems?sort=name&kind=files&rows=25&before={middle}")).await.expect(200);
        assert_eq!(names(&part).len(), 25);
        let found = ada.get("/systems?sort=name&q=nobody").await.expect(200);
        assert_eq!(found.attributes("a.btn", "href")[0], "/systems.csv?q=nobody&sort=name", "the export goes on to the end");
        assert_eq!(ada.get("/systems.csv?q=model").await.expect(200).body.lines().count(), 2, "an export continues to the end");
    }

    /// A reader of many groups gets every system in an export.
    async fn a_reader_of_many_groups(desk: Desk) {
        for number in 10..50 {
            desk.add_group(&format!("Group {number}")).await;
        }
        desk.sql(
            "INSERT INTO systems (key, name, kind, group_id, production, settings, settings_version, time_zone, schedule,
               timeout_us, max_attempts, connection, synchronization, overall, overall_since, created_at)
               WITH RECURSIVE s(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM s WHERE i < 501)
               SELECT replace(replace(CAST(1000000000 + id * 1000 + i AS TEXT), '0', 'a'), '1', 'b'), 'System ' || i, 'files', id,
                 TRUE, '{}', 1, 'UTC', 'none', 1, 1, 'ok', 'completed', 'ok', 0, 0
               FROM s, system_groups WHERE name LIKE 'Group %'",
        );
        desk.add_person("nora", "Operator", Some("Group 10")).await;
        for number in 11..50 {
            desk.assign("nora", "Operator", &format!("Group {number}"));
        }
        let nora = desk.as_("nora").await;
        assert_eq!(nora.get("/systems.csv?sort=name").await.expect(200).body.lines().count(), 1 + 40 * 501);
    }

    /// No index has the order of several groups together.
    async fn readers_of_several_groups_see_the_same_order(desk: Desk) {
        let groups = ["Finance", "General", "Sales"];
        let overall = ["error", "warning", "ok", "open"];
        let names: Vec<String> = (0..99).map(|n| format!("{} {:03}", groups[n % 3], n * 7 % 99)).collect();
        let systems: Vec<Box_<'_>> = names.iter().zip(0..).map(|(name, n)| {
            Box_ { name, group: groups[n % 3], overall: overall[n % 4], success: i64::try_from(n % 5).ok() }
        }).collect();
        put(&desk, 1, &systems);
        desk.add_person("nora", "Operator", Some("Finance")).await;
        desk.assign("nora", "Operator", "Sales");
        for query in ["?rows=100", "?rows=100&sort=name", "?rows=100&sort=success", "?rows=100&status=ok"] {
            let mut all = shown(&desk, "ada", query).await;
            all.retain(|name| !name.starts_with("General"));
            assert_eq!(shown(&desk, "nora", query).await, all, "{query}");
            let some = query.replace("rows=100", "rows=25");
            assert_eq!(shown(&desk, "nora", &some).await, all[..all.len().min(25)], "{query}");
            assert_eq!(shown(&desk, "nora", &format!("{some}&before=end")).await, all[all.len().saturating_sub(25)..], "{query}");
        }
    }
}
