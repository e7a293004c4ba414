//! How many statements a page takes, however many rows it shows. Session, person and rights are not counted: they are
//! the same for every page.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, Once, PoisonError};

use diesel::connection::{Instrumentation, InstrumentationEvent, set_default_instrumentation};

use syncdesk::clock::SystemClock;
use syncdesk::web::routes::ROUTES;

use crate::database::both_databases;
use crate::desk::{Desk, RunRows};
use crate::systems::shelf::{Box_, put};

/// A statement with its values, and whether the connection had prepared it before.
type Statement = (String, bool);

/// Statements by database, for those that a test watches.
static SEEN: Mutex<BTreeMap<String, Vec<Statement>>> = Mutex::new(BTreeMap::new());

fn seen() -> MutexGuard<'static, BTreeMap<String, Vec<Statement>>> {
    SEEN.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Notes the statements of one connection, if its database is watched.
#[derive(Default)]
struct Recorder {
    url: String,
    prepared: BTreeSet<String>,
}

impl Instrumentation for Recorder {
    fn on_connection_event(&mut self, event: InstrumentationEvent<'_>) {
        match event {
            InstrumentationEvent::StartEstablishConnection { url, .. } => {
                // The store adds parameters.
                self.url = url.split('?').next().unwrap_or(url).to_owned();
            }
            InstrumentationEvent::StartQuery { query, .. } => {
                if let Some(statements) = seen().get_mut(&self.url) {
                    let text = query.to_string();
                    let sql = text.split(" -- binds: ").next().unwrap_or_default();
                    let is_prepared = self.prepared.contains(sql);
                    statements.push((text, is_prepared));
                }
            }
            InstrumentationEvent::CacheQuery { sql, .. } => {
                self.prepared.insert(sql.to_owned());
            }
            _ => {}
        }
    }
}

/// Connections that are opened from now on are recorded. Call it before the portal opens its own.
pub fn record() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        set_default_instrumentation(|| Some(Box::new(Recorder::default()))).expect("nothing else instruments");
    });
}

/// What the portal asks its database during `work`.
async fn all_statements_of<T>(desk: &Desk, work: impl Future<Output = T>) -> Vec<Statement> {
    let url = desk.target_url();
    seen().insert(url.clone(), Vec::new());
    work.await;
    seen().remove(&url).unwrap_or_default()
}

/// The same without what every request asks.
pub async fn statements_of<T>(desk: &Desk, work: impl Future<Output = T>) -> Vec<String> {
    let all = all_statements_of(desk, work).await;
    let unquoted = |(statement, _): Statement| {
        let (sql, values) = statement.split_once(" -- binds").unwrap_or((&statement, ""));
        format!("{} -- binds{values}", sql.replace(['`', '"'], ""))
    };
    let all = all.into_iter().map(unquoted);
    // Where the system is belongs to the rights.
    let located = "SELECT systems.group_id, systems.deleted_at FROM systems WHERE (systems.key";
    let (of_access, control) = (
        ["sessions", "people", "assignments", "sum(system_counts.n)", located],
        ["BEGIN", "COMMIT", "PRAGMA", "SET ", "SELECT 1 "],
    );
    let is_counted = |statement: &String| {
        !of_access.iter().any(|part| statement.contains(part))
            && !control.iter().any(|word| statement.starts_with(word))
    };
    all.filter(is_counted).collect()
}

/// Fifty systems with a running run, a queued one and three that have ended. System 07 has three children and two lanes.
fn fill(desk: &Desk) {
    desk.leaves_work();
    let names: Vec<String> = (0..50).map(|number| format!("System {number:02}")).collect();
    let systems: Vec<Box_<'_>> =
        names.iter().map(|name| Box_ { name, group: "Finance", overall: "ok", success: Some(3) }).collect();
    put(desk, 1, &systems);
    let mut bare = desk.bare();
    let of = "name LIKE 'System %'";
    let by_hand = RunRows { of, trigger: "manual", principal: "ada", ..RunRows::default() };
    for (no, result) in [(1, "'completed'"), (2, "'error'"), (3, "'canceled'")] {
        RunRows { numbers: no..=no, result, ..by_hand.clone() }.put(&mut bare);
    }
    for (no, state) in [(4, "running"), (5, "queued")] {
        let open = RunRows {
            numbers: no..=no,
            state,
            not_before: "9000000000000000",
            ended: "NULL",
            result: "NULL",
            ..by_hand.clone()
        };
        open.put(&mut bare);
    }
    desk.sql(
        "UPDATE systems SET parent_id = (SELECT id FROM systems WHERE name = 'System 07') WHERE name >= 'System 47';
         INSERT INTO lanes (system_id, lane, synchronization, failures_in_row)
         SELECT id, lane, 'completed', 0 FROM systems, (SELECT 'main' AS lane UNION SELECT 'upload') AS of_two WHERE name = 'System 07';
         UPDATE run_progress SET items_done = 7, items_total = 9;
         UPDATE run_progress SET n_error = 3 WHERE run_id IN (SELECT id FROM runs WHERE no = 2)",
    );
}

both_databases! {
    /// The list of systems takes at most 6 statements, and the overview 10, whatever they show.
    async fn pages_take_few(desk: Recorded) {
        let desk = &desk.0;
        fill(desk);
        let wim = desk.as_("wim").await;
        wim.get("/systems/views?list=sort%3Dname").await.expect(200);
        wim.submit("/systems/views", &[("name", "By name")]).await.expect(303);
        for list in ["/overview", "/systems", "/systems?q=System"] {
            let statements = statements_of(desk, async { wim.get(list).await.expect(200) }).await;
            assert!(!statements.is_empty(), "they are recorded");
            // A search reads both levels: how far it goes, and what it finds.
            let most = if list.contains("q=") { 9 } else if list == "/overview" { 10 } else { 6 };
            assert!(statements.len() <= most, "{list}: {statements:#?}");
        }
        let list = wim.get("/systems").await.expect(200);
        assert_eq!(list.texts("tbody th a").len(), 50);
        assert_eq!(list.texts("tbody tr").iter().filter(|row| row.contains("7 of 9")).count(), 50, "{}", list.told());
    }

    /// A running run, a retry of one that failed, and a check that waits: the page of the system, and those of its runs.
    async fn of_one_system(desk: Recorded) {
        let desk = &desk.0;
        fill(desk);
        desk.sql(
            "UPDATE runs SET retries_run = (SELECT id FROM runs failed WHERE failed.system_id = runs.system_id AND no = 2)
             WHERE no = 5;
             UPDATE runs SET end_code = 'PEER-AWAY' WHERE no = 2;",
        );
        let ada = desk.as_("ada").await;
        let key = desk.texts("SELECT key AS value FROM systems WHERE name = 'System 07'").concat();
        ada.get(&format!("/systems/{key}")).await.expect(200);
        ada.submit(&format!("/systems/{key}/check"), &[]).await.expect(303);
        for (page, most, says) in [
            (format!("/systems/{key}"), 8, "7 of 9"),
            (format!("/systems/{key}/runs/2"), 6, "PEER-AWAY"),
            (format!("/systems/{key}/runs/4"), 6, "7 of 9"),
            (format!("/systems/{key}/runs/5"), 6, "after run 4"),
        ] {
            let statements = statements_of(desk, async { ada.get(&page).await.expect(200) }).await;
            assert!(!statements.is_empty() && statements.len() <= most, "{page}: {} {statements:#?}", statements.len());
            let shown = ada.get(&page).await.expect(200);
            assert!(shown.says(says), "{page}: {}", shown.told());
        }
    }
}

both_databases! {
    /// However long the history of a system is: its open runs are not looked for among all of them.
    async fn open_runs_are_found_by_their_indexes(desk: Recorded) {
        let desk = &desk.0;
        fill(desk);
        RunRows { of: "name = 'System 07'", numbers: 6..=20_000, queued: "i", ..RunRows::default() }.put(&mut desk.bare());
        desk.sql("ANALYZE");
        let ada = desk.as_("ada").await;
        let key = desk.texts("SELECT key AS value FROM systems WHERE name = 'System 07'").concat();
        for page in ["/systems".to_owned(), format!("/systems/{key}")] {
            let statements = statements_of(desk, async { ada.get(&page).await.expect(200) }).await;
            let open = statements.iter().find(|statement| statement.contains("runs.state = 'queued'"));
            let plan = desk.bare().plan(&explained(open.expect("it asks for open runs")));
            // Neither the table nor the index of all runs of a system: what is left are the indexes of these states.
            for all in ["Seq Scan on runs", "SCAN runs", "runs_system_id_no", "autoindex_runs"] {
                assert!(!plan.contains(all), "{page}: {plan}");
            }
        }
    }
}

both_databases! {
    /// A page that is shown again prepares no statement again, whatever it lists and for each reader.
    async fn are_prepared_once(desk: Recorded) {
        let desk = &desk.0;
        fill(desk);
        let key = desk.texts("SELECT key AS value FROM systems WHERE name = 'System 07'").concat();
        let pages = [
            "/overview".to_owned(),
            "/systems".to_owned(),
            "/systems?sort=name&status=ok".to_owned(),
            "/systems?sort=success&q=System".to_owned(),
            format!("/systems/{key}"),
            format!("/systems/{key}/checks"),
            format!("/systems/{key}/queue"),
            format!("/systems/{key}/runs/2"),
            format!("/systems/{key}/runs/4"),
            format!("/systems/{key}/runs/5"),
            "/logs".to_owned(),
            "/logs?result=error&system=System".to_owned(),
            "/logs/messages?q=nothing".to_owned(),
            "/logs/checks?result=error".to_owned(),
            "/account".to_owned(),
            "/help/codes/PEER-AWAY".to_owned(),
        ];
        // Mona has one group.
        for reader in [desk.as_("ada").await, desk.as_("mona").await] {
            for page in &pages {
                // Each of the connections meets it.
                for _ in 0..4 {
                    reader.get(page).await.expect(200);
                }
                let statements = all_statements_of(desk, async { reader.get(page).await.expect(200) }).await;
                assert!(!statements.is_empty(), "{page}");
                let control = ["BEGIN", "COMMIT", "SELECT 1"];
                let again: Vec<&String> = statements.iter().filter(|(_, prepared)| !prepared).map(|(sql, _)| sql).collect();
                let again: Vec<_> = again.into_iter().filter(|sql| !control.iter().any(|word| sql.starts_with(word))).collect();
                assert!(again.is_empty(), "{page}: {again:#?}");
            }
        }
    }
}

both_databases! {
    /// A page takes one trip to the database: session, person, rights and page are read in one transaction.
    async fn are_in_one_transaction(desk: Recorded) {
        let desk = &desk.0;
        fill(desk);
        let ada = desk.as_("ada").await;
        let key = desk.texts("SELECT key AS value FROM systems WHERE name = 'System 07'").concat();
        ada.get("/systems").await.expect(200);
        let bulk = ada.submit("/systems/bulk", &[(&format!("s.{key}"), "on"), ("do", "release")]).await.expect(303);
        let bulk = bulk.location().trim_start_matches("/bulk/");
        let pages = ROUTES.iter().filter(|route| route.load.is_some()).map(|route| {
            let path = route.path.replace("{bulk}", bulk).replace("{system}", &key).replace("{code}", "PEER-AWAY").replace("{set}", "Orders");
            // A run that goes on can be canceled; the others are as they ended.
            path.replace("{run}", if path.ends_with("/cancel") { "4" } else { "2" })
        });
        for page in &pages.collect::<Vec<_>>() {
            let statements = all_statements_of(desk, async {
                let shown = ada.get(page).await;
                // There is neither a published set nor a plan.
                let is_there = !page.contains("/replica/") && !page.ends_with("/plan");
                assert_eq!(shown.status, if is_there { 200 } else { 404 }, "{page}: {}", shown.told());
            })
            .await;
            // Connections to Postgres are tried when they are taken out of the pool: once, as there is one trip.
            let (tried, statements): (Vec<_>, Vec<_>) = statements.iter().map(|(sql, _)| sql).partition(|sql| sql.starts_with("SELECT 1"));
            assert_eq!(tried.len(), usize::from(desk.is_on_postgres()), "{page}: {statements:#?}");
            let begins: Vec<bool> = statements.iter().map(|sql| sql.starts_with("BEGIN")).collect();
            let ends: Vec<bool> = statements.iter().map(|sql| sql.starts_with("COMMIT") || sql.starts_with("ROLLBACK")).collect();
            assert!(statements.len() > 3 && begins[0] && ends[ends.len() - 1], "{page}: {statements:#?}");
            assert_eq!((begins.iter().filter(|one| **one).count(), ends.iter().filter(|one| **one).count()), (1, 1), "{page}");
        }
    }
}

/// The statement that asks for the plan of a recorded one, with its values put in.
pub fn explained(statement: &str) -> String {
    let (sql, values) = statement.split_once(" -- binds: [").expect("diesel records the values");
    let values: Vec<String> = values.trim_end_matches(']').split(", ").map(as_sql).collect();
    if sql.contains('?') {
        return format!(
            "EXPLAIN QUERY PLAN {}",
            values.iter().fold(sql.to_owned(), |sql, one| sql.replacen('?', one, 1))
        );
    }
    // From the last place to the first, as `$1` is also the beginning of `$10`.
    let places = values.iter().enumerate().rev();
    format!("EXPLAIN {}", places.fold(sql.to_owned(), |sql, (place, one)| sql.replace(&format!("${}", place + 1), one)))
}

/// A value as diesel records it, such as `SystemId(7)`, in SQL.
fn as_sql(value: &str) -> String {
    match value.split('"').collect::<Vec<_>>()[..] {
        [_, text, _] => format!("'{text}'"),
        _ if value.chars().any(char::is_numeric) => value.chars().filter(|letter| letter.is_numeric()).collect(),
        // A word of a closed set.
        _ => format!("'{}'", value.to_lowercase()),
    }
}

/// A desk whose statements are recorded.
pub struct Recorded(pub Desk);

impl crate::database::Fixture for Recorded {
    async fn on(database: crate::database::Database) -> Self {
        record();
        // Workers would ask the database too.
        Self(Desk::with(database, &[], Arc::new(SystemClock)).await)
    }
}
