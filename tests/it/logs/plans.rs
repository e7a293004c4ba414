//! How the databases look for messages: by an index, and not past a million others.

use std::cell::RefCell;

use diesel::connection::{Instrumentation, InstrumentationEvent, set_default_instrumentation};
use syncdesk::domain::message::Category;
use syncdesk::domain::paging::{PageRequest, Start};
use syncdesk::ids::Seq;
use syncdesk::store::messages::{self, Dictionary, Log, MessageFilter};
use syncdesk::store::{Result, Store};

use super::book::Book;
use crate::database::{Bare, both_databases};
use crate::proofs::run_of;
use crate::queue::depot::ada;

thread_local! {
    /// What this thread has asked any database, with the values that it gave.
    static ASKED: RefCell<Vec<String>> = const { RefCell::new(Vec::new()) };
}

struct Listener;

impl Instrumentation for Listener {
    fn on_connection_event(&mut self, event: InstrumentationEvent<'_>) {
        if let InstrumentationEvent::StartQuery { query, .. } = event {
            ASKED.with_borrow_mut(|asked| asked.push(query.to_string()));
        }
    }
}

/// The statement on messages that this piece of work makes.
fn statement(store: &Store, work: impl FnOnce(&mut syncdesk::store::Db) -> Result<messages::MessagePage>) -> String {
    ASKED.with_borrow_mut(Vec::clear);
    let page = store.read_here(work).expect("a page");
    assert_eq!(page.rows.len(), 50, "the page is full");
    let asked = ASKED.take();
    asked.into_iter().find(|sql| sql.contains("item_key")).expect("it asks for messages")
}

/// How the database means to answer: the statement as it was made, with its values put in.
fn plan(book: &Book, statement: &str) -> String {
    let (sql, values) = statement.split_once(" -- binds: [").expect("diesel tells the values");
    let values = values.trim_end_matches(']').split(", ").map(|value| match value {
        "Warning" => "1".to_owned(),
        "Success" => "2".to_owned(),
        other => other.trim_start_matches("RunId(").trim_start_matches("Seq(").trim_end_matches(')').to_owned(),
    });
    let mut bare = book.desk.bare();
    match &bare {
        Bare::Sqlite(_) => {
            let sql = values.fold(sql.to_owned(), |sql, value| sql.replacen('?', &value, 1));
            bare.plan(&format!("EXPLAIN QUERY PLAN {sql}"))
        }
        Bare::Postgres(_) => {
            let sql = values.zip(1..).fold(sql.to_owned(), |sql, (value, n)| sql.replace(&format!("${n}"), &value));
            bare.plan(&format!("EXPLAIN {sql}"))
        }
    }
}

both_databases! {
    async fn a_category_is_found_by_its_index(book: Book) {
        book.fill(1, 60_000, "CASE WHEN i % 50 = 0 THEN 1 ELSE 2 END", "NULL");
        book.desk.sql("ANALYZE");
        set_default_instrumentation(|| Some(Box::new(Listener))).expect("nobody holds it");
        // Connections that were opened before do not listen.
        let target = book.desk.target();
        let store = Store::open(&target, 1).expect("the database opens again");
        let (words, grant) = (Dictionary::default(), ada());
        let run = store.read_here(|db| run_of(db, book.claim.system, book.claim.no)).expect("the run");
        let log = Log { words: &words, grant: &grant, run: &run };
        let warnings = MessageFilter { category: Some(Category::Warning), ..MessageFilter::default() };
        for start in [Start::First, Start::After(Seq(30_000)), Start::Before(Seq(30_000)), Start::Last] {
            let request = PageRequest::new(start, 50);
            let by_category = statement(&store, |db| messages::page(db, log, &warnings, &request));
            let plan = plan(&book, &by_category);
            assert!(plan.contains("by_category") || plan.contains("run_id_category_seq_idx"), "{start:?}: {plan}");
            assert!(!plan.contains("Sort") && !plan.contains("TEMP B-TREE") && !plan.contains("Seq Scan"), "{start:?}: {plan}");
        }
        for start in [Start::First, Start::After(Seq(30_000)), Start::Before(Seq(30_000)), Start::Last] {
            let request = PageRequest::new(start, 50);
            let all = statement(&store, |db| messages::page(db, log, &MessageFilter::default(), &request));
            let plan = plan(&book, &all);
            assert!(plan.contains("PRIMARY KEY") || plan.contains("pkey"), "{start:?}: {plan}");
            assert!(!plan.contains("Sort") && !plan.contains("TEMP B-TREE") && !plan.contains("Seq Scan"), "{start:?}: {plan}");
        }
    }
}
