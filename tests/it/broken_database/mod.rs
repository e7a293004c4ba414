//! A database that does not work: each fault is named on pages, by `/health` and in the log, and passes.

mod damaged;
mod full;
mod language;
mod locked;
mod proxy;
mod read_only;
mod unavailable;

use crate::access::rules::broken_rules;
use crate::desk::{Desk, Tree};
use crate::visitor::{Answer, Visitor};
use crate::wait::until;

/// The page names the fault and what to do, says when to come back, is styled, and is a page like others.
pub async fn names_the_fault(visitor: &Visitor, page: &Answer, title: &str, to_do: &str) {
    assert_eq!((page.status, page.text("h1").as_str()), (503, title), "{}", page.told());
    assert!(page.says(to_do), "{}", page.told());
    assert!(page.header("retry-after").parse::<u32>().is_ok_and(|seconds| seconds > 0), "{:?}", page.headers);
    assert!(!page.attributes("main a", "href").is_empty(), "a way out: {}", page.told());
    assert_eq!(page.texts(".note"), [""; 0], "nothing that an earlier form did");
    let wrong = broken_rules(page);
    assert!(wrong.is_empty(), "{wrong:?}");
    let style = page.attributes("link[rel=stylesheet]", "href").remove(0);
    let style = visitor.get(&style).await.expect(200);
    assert!(style.header("content-type").starts_with("text/css") && style.body.len() > 1_000);
}

/// What a monitoring program is told: the status and the first line.
pub async fn health(visitor: &Visitor) -> (u16, String) {
    let answer = visitor.get("/health").await;
    (answer.status, answer.body.lines().next().unwrap_or_default().to_owned())
}

pub async fn until_healthy(visitor: &Visitor) {
    until("a good database", async || (health(visitor).await == (200, "ok".to_owned())).then_some(())).await;
}

/// Presses *Synchronize now* on the page of a system, which can be read.
pub async fn press(visitor: &Visitor, tree: &Tree) -> Answer {
    visitor.get(&tree.page()).await.expect(200);
    visitor.submit(&format!("{}/synchronize", tree.page()), &[]).await
}

/// Makes the database refuse new rows of some tables as Postgres does with this SQLSTATE, and SQLite with these words.
pub fn refuse_rows(desk: &Desk, tables: &[&str], (sqlstate, postgres): (&str, &str), sqlite: &str) {
    for table in tables {
        desk.sql(&if desk.is_on_postgres() {
            format!(
                "CREATE OR REPLACE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS
                   $$ BEGIN RAISE EXCEPTION '{postgres}' USING ERRCODE = '{sqlstate}'; END $$;
                 CREATE TRIGGER refuse BEFORE INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION refuse()"
            )
        } else {
            format!("CREATE TRIGGER refuse_{table} BEFORE INSERT ON {table} BEGIN SELECT RAISE(FAIL, '{sqlite}'); END")
        });
    }
}

pub fn accept_rows(desk: &Desk, tables: &[&str]) {
    for table in tables {
        desk.sql(&if desk.is_on_postgres() {
            format!("DROP TRIGGER refuse ON {table}")
        } else {
            format!("DROP TRIGGER refuse_{table}")
        });
    }
}
