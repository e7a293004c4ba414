//! A run whose log the test writes itself, as its worker would, and the pages that show it.

use std::sync::Arc;

use syncdesk::clock::{Clock, Stamp, SystemClock};
use syncdesk::domain::message::{Category, Message, Operation};
use syncdesk::store::runs::{self, Claim, Ending, Totals};
use syncdesk::store::{Db, messages};

use crate::database::{Database, Fixture};
use crate::desk::{Desk, MessageRows, Tree};
use crate::proofs::run_of;
use crate::visitor::{Answer, Visitor, parsed, text_of};

/// The portal without a worker, and run 1 of a system of the group Finance, claimed by the test.
pub struct Book {
    pub desk: Desk,
    pub tree: Tree,
    pub claim: Claim,
    pub ada: Visitor,
}

impl Fixture for Book {
    async fn on(database: Database) -> Self {
        Self::with(database, &[]).await
    }
}

impl Book {
    /// With more settings of the portal.
    pub async fn with(database: Database, settings: &[&str]) -> Self {
        Self::of(Desk::with(database, settings, Arc::new(SystemClock)).await).await
    }

    pub async fn of(desk: Desk) -> Self {
        let tree = desk.files_system("Finance", "Reports").await;
        let ada = desk.as_("ada").await;
        let claim = desk.run_of(&tree).by("ada").start();
        Self { desk, tree, claim, ada }
    }

    /// One more run, claimed by the test after the last one has ended.
    pub fn next_run(&mut self) {
        self.claim = self.desk.run_of(&self.tree).by("ada").start();
    }

    /// Emits messages and stores them in one batch.
    pub async fn write(&self, messages: Vec<Message>) {
        let now = SystemClock.now();
        self.write_at(messages.into_iter().map(|message| (now, message)).collect()).await;
    }

    /// The same with the time of each.
    pub async fn write_at(&self, batch: Vec<(Stamp, Message)>) {
        let claim = self.claim.clone();
        let emitted = i64::try_from(batch.len()).expect("small");
        let stored = self.desk.context.store.write(move |db| {
            runs::count_emitted(db, &claim, emitted)?;
            messages::append(db, &claim, &batch)
        });
        stored.await.expect("the batch is stored");
    }

    /// Ends the run as its log says.
    pub async fn end(&self) {
        self.end_as(Ending::Whole).await;
    }

    pub async fn end_as(&self, ending: Ending) {
        let claim = self.claim.clone();
        let ended = self.desk.context.store.write(move |db| runs::finish(db, &claim, &ending, None));
        ended.await.expect("the run ends");
    }

    pub async fn totals(&self) -> Totals {
        let (system, no) = (self.claim.system, self.claim.no);
        let read = move |db: &mut Db| {
            let run = run_of(db, system, no)?;
            runs::totals(db, run.as_id())
        };
        self.desk.context.store.read(read).await.expect("counters")
    }

    /// The path of the run's page, with a query.
    pub fn page(&self, query: &str) -> String {
        format!("{}{query}", self.tree.run(1))
    }

    /// Opens the run's page with a query, as Ada.
    pub async fn open(&self, query: &str) -> Answer {
        self.ada.get(&self.page(query)).await.expect(200)
    }

    /// Many messages at once, put there by a statement: numbers from `first` to `last`, the category of each by an
    /// expression in `i`, the item key `item 123`. The counters follow.
    pub fn fill(&self, first: i64, last: i64, category: &str, foreign_text: &str) {
        let run = self.claim.run.0;
        let (of, at) = (format!("runs.id = {run}"), format!("{} + i", SystemClock.now().0));
        MessageRows { of: &of, numbers: first..=last, at: &at, category, key: "'item ' || i", foreign_text }
            .put(&mut self.desk.bare());
        let counted =
            |number: i64| format!("(SELECT count(*) FROM messages WHERE run_id = {run} AND category = {number})");
        self.desk.sql(&format!(
            "UPDATE run_progress SET emitted = {last}, stored = {last}, last_seq = {last},
               n_error = {}, n_warning = {}, n_success = {}, n_information = {} WHERE run_id = {run};",
            counted(0),
            counted(1),
            counted(2),
            counted(3),
        ));
    }
}

/// A file of this name was copied, or was not.
pub fn about(category: Category, name: &str) -> Message {
    let (code, operation) = match category {
        Category::Error => ("FILE-FULL", Operation::None),
        Category::Warning => ("FILE-DENIED", Operation::Skip),
        Category::Success => ("FILE-COPIED", Operation::Insert),
        Category::Information => ("FILE-LINK", Operation::Skip),
    };
    Message::of_item(category, code, operation, "file", name)
}

/// Categories that take turns without any order that a page might rely on.
pub fn category_of(number: i64) -> Category {
    match number * 7_919 % 100 {
        0..1 => Category::Error,
        1..9 => Category::Warning,
        9..89 => Category::Success,
        _ => Category::Information,
    }
}

/// The numbers of the messages on a page, in its order.
pub fn numbers(page: &Answer) -> Vec<i64> {
    page.texts("section.log tbody td.n")
        .iter()
        .map(|text| text.replace('\u{a0}', "").parse().expect("a number"))
        .collect()
}

/// The address of one of the links First, Previous, Next, Last.
pub fn link(page: &Answer, word: &str) -> Option<String> {
    address(page, "div.pag a", |text| text == word)
}

/// Where the first such element leads whose words fit.
pub fn address(page: &Answer, selector: &str, fits: impl Fn(&str) -> bool) -> Option<String> {
    let (html, selector) = (page.html(), parsed(selector));
    let found = html.select(&selector).find(|link| fits(&text_of(link)))?;
    found.attr("href").map(ToOwned::to_owned)
}
