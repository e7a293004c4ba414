//! The migrations: up, down and up again on both databases, to the same schema, which diesel knows.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use diesel::connection::SimpleConnection;
use diesel::{QueryableByName, RunQueryDsl, sql_query, sql_types::Text};
use diesel_migrations::{FileBasedMigrations, MigrationHarness};

use syncdesk::clock::{Clock, SystemClock};

use crate::database::{Bare, Database, TestDatabase, both_databases};

const SQLITE_SCHEMA: &str = include_str!("sqlite.sql");
const POSTGRES_SCHEMA: &str = include_str!("postgres.sql");
const LEFT_ON_SQLITE: &str = include_str!("left_on_sqlite.sql");
const LEFT_ON_POSTGRES: &str = include_str!("left_on_postgres.sql");
const EXACT_ON_POSTGRES: &str = include_str!("exact_on_postgres.sql");

both_databases! {
    fn down_leaves_nothing_and_up_again_gives_the_same(database: TestDatabase) {
        let mut connection = database.connect();
        connection.up();
        let first = connection.schema();
        assert!(first.len() > 100, "the foundation has over a hundred columns: {first:#?}");
        connection.down();
        assert_eq!(connection.lines(LEFT_ON_SQLITE, LEFT_ON_POSTGRES), BTreeSet::new());
        connection.up();
        assert_eq!(connection.schema(), first);
    }
}

both_databases! {
    /// Checks from before they had numbers get them in their order, each system's from 1.
    fn checks_are_numbered(database: TestDatabase) {
        let mut connection = database.connect();
        connection.up_to(1);
        connection.execute(
            "INSERT INTO systems (id, key, name, kind, group_id, production, settings, settings_version, time_zone, schedule,
                 timeout_us, max_attempts, connection, synchronization, overall, overall_since, created_at)
               SELECT n, 'key ' || n, 'Name ' || n, 'files', (SELECT min(id) FROM system_groups), FALSE, '{}', 1, 'UTC', '',
                 1, 1, 'ok', 'open', 'neutral', 0, 0
               FROM (SELECT 1 AS n UNION SELECT 2) AS two;
             INSERT INTO checks (system_id, state, principal, queued_at, ok) VALUES
               (1, 'ended', 'p', 1, TRUE), (2, 'ended', 'p', 2, TRUE), (1, 'queued', 'p', 3, NULL)",
        );
        connection.up();
        let numbers = "SELECT CAST(system_id AS TEXT) || ' ' || CAST(no AS TEXT) || ' ' || state AS value FROM checks ORDER BY id";
        assert_eq!(connection.texts(numbers), ["1 1 ended", "2 1 ended", "1 2 queued"]);
    }
}

/// The number of migrations before principals had a kind.
const BEFORE_PRINCIPALS: usize = 11;

both_databases! {
    /// Who did something was a name. It becomes the person of that name, or the part of Syncdesk that used it; what could be
    /// either, or neither, is unknown. Everything else stays, and no number of a run is given twice.
    fn principals_get_a_kind(database: TestDatabase) {
        let mut connection = database.connect();
        connection.up_to(BEFORE_PRINCIPALS);
        connection.execute(
            "INSERT INTO people (id, name, created_at) VALUES (7, 'ada', 0), (8, 'Worker', 0), (9, 'Schedule', 0);
             INSERT INTO systems (id, key, name, kind, group_id, production, settings, settings_version, time_zone, schedule,
                 timeout_us, max_attempts, connection, synchronization, overall, overall_since, created_at, hold_by)
               SELECT n, 'key ' || n, 'Name ' || n, 'files', (SELECT min(id) FROM system_groups), FALSE, '{}', 1, 'UTC', '',
                 1, 1, 'ok', 'open', 'neutral', 0, 0, CASE n WHEN 1 THEN 'ada' END
               FROM (SELECT 1 AS n UNION SELECT 2) AS two;
             INSERT INTO runs (id, system_id, no, lane, state, trigger, principal, attempt, not_before, queued_at, ended_at, result, cancel_by)
               VALUES (1, 1, 1, 'main', 'ended', 'manual', 'ada', 1, 0, 0, 1, 'canceled', 'ada'),
                 (2, 1, 2, 'main', 'ended', 'schedule', 'Schedule', 1, 0, 0, 1, 'completed', NULL),
                 (3, 1, 3, 'main', 'ended', 'manual', 'Schedule', 1, 0, 0, 1, 'completed', 'Console'),
                 (4, 1, 4, 'main', 'ended', 'manual', 'Worker', 1, 0, 0, 1, 'completed', NULL),
                 (5, 1, 5, 'main', 'ended', 'manual', 'Console', 1, 0, 0, 1, 'completed', 'renamed'),
                 (6, 1, 6, 'main', 'ended', 'manual', 'renamed', 1, 0, 0, 1, 'completed', NULL),
                 (7, 2, 1, 'main', 'ended', 'manual', 'ada', 1, 0, 0, 1, 'completed', NULL);
             INSERT INTO run_requests (system_id, request_key, run_id) VALUES (1, 'a', 1);
             INSERT INTO house_notes (code, advice, stands, written_by, written_at) VALUES ('FILE-DRIFT', 'Call us.', 'beside', 'ada', 1);
             INSERT INTO assignments (person_id, collection_id, group_id, created_at, created_by) VALUES (7, 1, NULL, 0, 'Console');
             DELETE FROM runs WHERE id = 7",
        );
        if let Bare::Postgres(_) = connection {
            connection.execute("SELECT setval('runs_id_seq', 7)");
        }
        connection.up();
        let stored = |kind: &str, id: &str, from: &str| {
            format!("SELECT coalesce({kind}, '-') || ' ' || coalesce(CAST({id} AS TEXT), '-') AS value FROM {from}")
        };
        assert_eq!(
            connection.texts(&stored("principal_kind", "principal_id", "runs ORDER BY id")),
            ["person 7", "schedule -", "unknown -", "unknown -", "console -", "unknown -"]
        );
        assert_eq!(
            connection.texts(&stored("cancel_by_kind", "cancel_by_id", "runs ORDER BY id")),
            ["person 7", "- -", "console -", "- -", "unknown -", "- -"]
        );
        assert_eq!(connection.texts(&stored("hold_by_kind", "hold_by_id", "systems ORDER BY id")), ["person 7", "- -"]);
        assert_eq!(connection.texts(&stored("written_by_kind", "written_by_id", "team_notes")), ["person 7"]);
        assert_eq!(connection.texts(&stored("created_by_kind", "created_by_id", "assignments")), ["console -"]);
        assert_eq!(connection.texts("SELECT request_key AS value FROM run_requests"), ["a"], "what refers to a run stays");
        connection.execute(
            "INSERT INTO runs (system_id, no, lane, state, trigger, principal, attempt, not_before, queued_at)
               VALUES (2, 2, 'main', 'queued', 'reported', 'ada', 1, 0, 0)",
        );
        assert_eq!(connection.texts("SELECT CAST(max(id) AS TEXT) AS value FROM runs"), ["8"], "run 7 was given");
    }
}

/// The number of migrations before the overview.
const BEFORE_OVERVIEW: usize = 15;

both_databases! {
    /// The hours of the last two days come from the runs that are there, and how bad the last day was from them.
    fn hours_come_from_runs(database: TestDatabase) {
        let mut connection = database.connect();
        connection.up_to(BEFORE_OVERVIEW);
        let hour = SystemClock.now().0 / 3_600_000_000 * 3_600_000_000;
        connection.execute(&format!(
            "INSERT INTO systems (id, key, name, kind, group_id, production, settings, settings_version, time_zone, schedule,
                 timeout_us, max_attempts, connection, synchronization, overall, overall_since, created_at, deleted_at)
               SELECT n, 'key ' || n, 'Name ' || n, 'files', (SELECT min(id) FROM system_groups), FALSE, '{{}}', 1, 'UTC', '',
                 1, 1, 'ok', 'open', 'error', 5, 0, CASE n WHEN 2 THEN 1 END
               FROM (SELECT 1 AS n UNION SELECT 2) AS two;
             INSERT INTO watches (system_id, fresh_from, silent_at) VALUES (1, 0, 9), (2, 0, NULL);
             INSERT INTO runs (system_id, no, lane, state, trigger, principal_kind, principal, attempt, not_before, queued_at, ended_at, result)
               VALUES (1, 1, 'main', 'ended', 'manual', 'console', 'Console', 1, 0, {hour} - 200000000000, 1, 'error'),
                 (1, 2, 'main', 'ended', 'manual', 'console', 'Console', 1, 0, {hour} - 3600000000, 1, 'error'),
                 (1, 3, 'main', 'ended', 'manual', 'console', 'Console', 1, 0, {hour} - 1, 1, 'completed_with_warnings'),
                 (1, 4, 'main', 'ended', 'manual', 'console', 'Console', 1, 0, {hour} - 7200000000, 1, 'completed_with_warnings'),
                 (2, 1, 'main', 'ended', 'manual', 'console', 'Console', 1, 0, {hour} - 1, 1, 'completed')"
        ));
        connection.up();
        let rows = |table: &str| {
            let counts = ["completed", "warnings", "errors", "canceled"].map(|name| format!("CAST({name} AS TEXT)"));
            format!("SELECT CAST(({hour} - hour) / 3600000000 AS TEXT) || ': ' || {} AS value FROM {table} ORDER BY hour", counts.join(" || ' ' || "))
        };
        assert_eq!(connection.texts(&rows("run_hours")), ["2: 0 1 0 0", "1: 0 1 1 0"]);
        assert_eq!(connection.texts(&rows("group_hours")), ["2: 0 1 0 0", "1: 1 1 1 0"]);
        let system = format!(
            "SELECT CAST(day_rank AS TEXT) || ' ' || CAST((day_until - {hour}) / 3600000000 AS TEXT) || ' ' || CAST(success_due AS TEXT) || ' ' || CAST(bad_since AS TEXT) AS value FROM systems WHERE id = 1"
        );
        assert_eq!(connection.texts(&system), ["-101 22 9 5"]);
    }
}

/// The number of migrations before credentials could be shared.
const BEFORE_SHARED_CREDENTIALS: usize = 14;

both_databases! {
    /// Secrets that systems have stay, upwards and downwards; a shared one does not outlive the table.
    fn secrets_stay_where_they_are(database: TestDatabase) {
        let mut connection = database.connect();
        connection.up_to(BEFORE_SHARED_CREDENTIALS);
        let bytes = if let Bare::Sqlite(_) = connection { "x'61'" } else { "'a'::bytea" };
        connection.execute(&format!(
            "INSERT INTO systems (id, key, name, kind, group_id, production, settings, settings_version, time_zone, schedule,
                 timeout_us, max_attempts, connection, synchronization, overall, overall_since, created_at)
               SELECT 1, 'key', 'Name', 'files', min(id), FALSE, '{{}}', 1, 'UTC', '', 1, 1, 'ok', 'open', 'neutral', 0, 0
               FROM system_groups;
             INSERT INTO credentials (system_id, slot, key_id, sealed) VALUES (1, 'secret', 'k', {bytes})"
        ));
        connection.up_to(1);
        connection.execute(&format!(
            "INSERT INTO shared_credentials SELECT 'shared', min(id), 'Archive', 'https://a', '', '/', FALSE, 'k', {bytes},
               0, 'console', NULL, 'Console', 0, 'console', NULL, 'Console' FROM system_groups;
             INSERT INTO credentials (system_id, slot, group_id, shared_key) SELECT 1, 'key', min(id), 'shared' FROM system_groups"
        ));
        let slots = "SELECT slot || coalesce(key_id, '-') AS value FROM credentials ORDER BY slot";
        assert_eq!(connection.texts(slots), ["key-", "secretk"]);
        connection.down_to(BEFORE_SHARED_CREDENTIALS);
        assert_eq!(connection.texts(slots), ["secretk"]);
    }
}

/// With foreign keys on, rebuilding a table would delete what refers to it: the migration refuses.
#[test]
fn a_table_is_not_rebuilt_while_foreign_keys_are_on() {
    let database = TestDatabase::on(Database::Sqlite);
    let mut connection = database.connect();
    connection.up_to(BEFORE_PRINCIPALS);
    connection.execute("PRAGMA foreign_keys = ON");
    let Bare::Sqlite(sqlite) = &mut connection else { panic!("a SQLite database") };
    let source = FileBasedMigrations::from_path(migrations("sqlite")).expect("migrations");
    let refused = sqlite.run_pending_migrations(source).map(|_| ()).expect_err("it fails").to_string();
    assert!(refused.contains("foreign_keys_are_off"), "{refused}");
}

#[test]
fn both_schemas_are_equal() {
    let [sqlite, postgres] = [Database::Sqlite, Database::Postgres].map(|kind| {
        let database = TestDatabase::on(kind);
        let mut connection = database.connect();
        connection.up();
        connection.schema()
    });
    assert_same(("SQLite", &sqlite), ("Postgres", &postgres));
}

#[test]
fn both_have_the_same_migrations_with_the_same_checks() {
    let [sqlite, postgres] = ["sqlite", "postgres"].map(|kind| {
        let names = fs::read_dir(migrations(kind)).expect("a folder of migrations");
        names
            .map(|entry| entry.expect("an entry").path())
            .flat_map(|folder| {
                let name = folder.file_name().expect("a name").to_string_lossy().into_owned();
                assert!(folder.join("down.sql").is_file(), "{name} can be undone on {kind}");
                let text = fs::read_to_string(folder.join("up.sql")).expect("an up.sql");
                // SQLite repeats the checks of a table that it rebuilds.
                [vec![name], checks(&text).collect()].concat()
            })
            .collect()
    });
    assert_same(("SQLite", &sqlite), ("Postgres", &postgres));
}

#[test]
fn diesel_knows_every_column() {
    let database = TestDatabase::on(Database::Postgres);
    let mut connection = database.connect();
    connection.up();
    let columns = connection.lines("", EXACT_ON_POSTGRES);
    let source = [
        include_str!("../../../src/store/schema/of_connect.rs"),
        include_str!("../../../src/store/schema/of_bulk.rs"),
        include_str!("../../../src/store/schema/of_house.rs"),
        include_str!("../../../src/store/schema/of_systems.rs"),
        include_str!("../../../src/store/schema/of_runs.rs"),
        include_str!("../../../src/store/schema/of_replica.rs"),
    ]
    .concat();
    assert_same(("Postgres", &columns), ("src/store/schema", &columns_of(&source)));
}

/// The columns in the `table!` macros of `source`, as `table.column Type`.
fn columns_of(source: &str) -> BTreeSet<String> {
    let mut table = "";
    let mut columns = BTreeSet::new();
    for line in source.lines().map(str::trim) {
        if let Some((name, _)) = line.strip_suffix(") {").and_then(|line| line.split_once(" (")) {
            table = name;
        } else if let Some((column, kind)) = line.strip_suffix(',').and_then(|line| line.split_once(" -> ")) {
            columns.insert(format!("{table}.{column} {kind}"));
        }
    }
    columns
}

/// The conditions of the `CHECK (…)` in `text`.
fn checks(text: &str) -> impl Iterator<Item = String> {
    text.split("CHECK (").skip(1).map(|rest| {
        let mut open = 1;
        let condition = rest.chars().take_while(|letter| {
            open += i32::from(*letter == '(') - i32::from(*letter == ')');
            open > 0
        });
        condition.collect::<String>().split_whitespace().collect::<Vec<_>>().join(" ")
    })
}

fn assert_same(left: (&str, &BTreeSet<String>), right: (&str, &BTreeSet<String>)) {
    let only = |a: &BTreeSet<String>, b: &BTreeSet<String>| a.difference(b).cloned().collect::<Vec<_>>();
    let (only_left, only_right) = (only(left.1, right.1), only(right.1, left.1));
    assert!(
        only_left.is_empty() && only_right.is_empty(),
        "only {}: {only_left:#?}\nonly {}: {only_right:#?}",
        left.0,
        right.0
    );
    assert!(!left.1.is_empty(), "nothing was compared");
}

fn migrations(kind: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations").join(kind)
}

#[derive(QueryableByName)]
struct Line {
    #[diesel(sql_type = Text)]
    line: String,
}

impl Bare {
    /// As the store does while it migrates.
    fn without_foreign_keys(&mut self) {
        if let Self::Sqlite(connection) = self {
            connection.batch_execute("PRAGMA foreign_keys = OFF").expect("SQLite takes it");
        }
    }

    /// The first migrations, as an older version has them.
    pub fn up_to(&mut self, level: usize) {
        self.without_foreign_keys();
        for _ in 0..level {
            self.up_to_the_next();
        }
    }

    fn up(&mut self) {
        self.without_foreign_keys();
        match self {
            Self::Sqlite(connection) => {
                let source = FileBasedMigrations::from_path(migrations("sqlite")).expect("migrations");
                connection.run_pending_migrations(source).expect("SQLite goes up");
            }
            Self::Postgres(connection) => {
                let source = FileBasedMigrations::from_path(migrations("postgres")).expect("migrations");
                connection.run_pending_migrations(source).expect("Postgres goes up");
            }
        }
    }

    fn up_to_the_next(&mut self) {
        match self {
            Self::Sqlite(connection) => {
                let source = FileBasedMigrations::from_path(migrations("sqlite")).expect("migrations");
                connection.run_next_migration(source).expect("SQLite goes up");
            }
            Self::Postgres(connection) => {
                let source = FileBasedMigrations::from_path(migrations("postgres")).expect("migrations");
                connection.run_next_migration(source).expect("Postgres goes up");
            }
        }
    }

    /// Takes back the newest migrations until this number is left.
    fn down_to(&mut self, level: usize) {
        self.without_foreign_keys();
        let kind = if matches!(self, Self::Sqlite(_)) { "sqlite" } else { "postgres" };
        let source = || FileBasedMigrations::from_path(migrations(kind)).expect("migrations");
        loop {
            let left = match self {
                Self::Sqlite(connection) => connection.applied_migrations().expect("a list").len(),
                Self::Postgres(connection) => connection.applied_migrations().expect("a list").len(),
            };
            if left <= level {
                break;
            }
            match self {
                Self::Sqlite(connection) => {
                    connection.revert_last_migration(source()).map(drop).expect("SQLite goes down");
                }
                Self::Postgres(connection) => {
                    connection.revert_last_migration(source()).map(drop).expect("Postgres goes down");
                }
            }
        }
    }

    fn down(&mut self) {
        self.without_foreign_keys();
        match self {
            Self::Sqlite(connection) => {
                let source = FileBasedMigrations::from_path(migrations("sqlite")).expect("migrations");
                connection.revert_all_migrations(source).expect("SQLite goes down");
            }
            Self::Postgres(connection) => {
                let source = FileBasedMigrations::from_path(migrations("postgres")).expect("migrations");
                connection.revert_all_migrations(source).expect("Postgres goes down");
            }
        }
    }

    fn schema(&mut self) -> BTreeSet<String> {
        self.lines(SQLITE_SCHEMA, POSTGRES_SCHEMA)
    }

    /// The lines that the query for this database gives.
    fn lines(&mut self, sqlite: &str, postgres: &str) -> BTreeSet<String> {
        let lines: Vec<Line> = match self {
            Self::Sqlite(connection) => sql_query(sqlite).load(connection).expect("SQLite tells its schema"),
            Self::Postgres(connection) => sql_query(postgres).load(connection).expect("Postgres tells its schema"),
        };
        lines.into_iter().map(|line| line.line).collect()
    }
}
