//! Follows every link that a page offers, as each person: all of them lead somewhere, and all pages are well made.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use syncdesk::domain::catalogue::hresult;

use super::matrix::Board;
use super::rules::broken_rules;
use crate::database::{Database, Fixture, both_databases};
use crate::desk::{Desk, Tree};
use crate::visitor::{Answer, Visitor, fields_of, parsed};

/// More pages than there can be: a crawl that gets here goes round in circles.
const MOST_PAGES: usize = 1_500;

/// Systems in every state that a page can show.
struct Busy {
    desk: Desk,
    /// Of Finance, with a run and its log.
    good: Tree,
    /// Of Sales; the brake stopped its run.
    mirror: Tree,
}

impl Fixture for Busy {
    async fn on(database: Database) -> Self {
        let desk = Desk::on(database).await;
        desk.add_reader().await;
        let ada = desk.as_("ada").await;

        let good = desk.files_system("Finance", "Ärger & <b>\"Söhne\"</b> ' %41").await;
        std::os::unix::fs::symlink("first.txt", good.source.join("link.txt")).expect("a link");
        desk.synchronize(&good).await;
        check(&desk, &ada, &good).await;

        let failed = desk.files_system("Finance", "Failed").await;
        std::fs::remove_dir_all(&failed.source).expect("the source goes");
        desk.synchronize(&failed).await;
        check(&desk, &ada, &failed).await;

        let mirror = desk.files_system_with("Sales", "Mirror", &[("settings.mode", "mirror")]).await;
        for number in 0..12 {
            std::fs::write(mirror.destination.join(format!("old {number}.txt")), "old").expect("a file");
        }
        desk.synchronize(&mirror).await;

        desk.files_system_with("Sales", "Never", &[("schedule", "daily"), ("daily_at", "23:00")]).await;
        let held = desk.files_system("Sales", "Held").await;
        ada.get(&format!("{}/hold", held.page())).await.expect(200);
        ada.submit(&format!("{}/hold", held.page()), &[("reason", "moving <context>")]).await.expect(303);
        Self { desk, good, mirror }
    }
}

async fn check(desk: &Desk, visitor: &Visitor, tree: &Tree) {
    visitor.open(&tree.page()).await.expect(200);
    let asked = visitor.submit(&format!("{}/check", tree.page()), &[]).await.expect(303);
    desk.ended(visitor, asked.location()).await;
}

/// A crawl in progress.
#[derive(Default)]
struct Crawl {
    seen: BTreeSet<String>,
    waiting: VecDeque<String>,
    /// Ids on each page, for links into it.
    ids: BTreeMap<String, BTreeSet<String>>,
    /// Links with a fragment: page and id.
    into: BTreeSet<(String, String)>,
    /// What forms post to.
    actions: BTreeSet<String>,
    wrong: Vec<String>,
    /// How many pages refresh.
    refreshing: usize,
}

impl Crawl {
    async fn from(visitor: &Visitor, seeds: &[&str]) -> Self {
        let mut crawl = Self::default();
        for seed in seeds {
            crawl.meet(seed, "the start");
        }
        while let Some(path) = crawl.waiting.pop_front() {
            let answer = visitor.get(&path).await;
            crawl.look(&answer);
            assert!(crawl.seen.len() < MOST_PAGES, "{:#?}", crawl.seen);
        }
        for (path, id) in &crawl.into {
            if crawl.ids.get(path).is_some_and(|ids| !ids.contains(id)) {
                crawl.wrong.push(format!("{path} has no #{id}"));
            }
        }
        for action in &crawl.actions {
            // Without a token, a person with the permission sees that the form is too old.
            let refused = visitor.post_bare(action, &[]).await;
            if refused.texts("h1") != ["Form expired"] {
                crawl.wrong.push(format!("a form to {action}: {}", refused.told()));
            }
        }
        crawl
    }

    fn meet(&mut self, href: &str, on: &str) {
        let (path, fragment) = href.split_once('#').map_or((href, None), |(path, id)| (path, Some(id)));
        if !path.starts_with('/') || path.starts_with("//") {
            self.wrong.push(format!("{on} leads to {href}"));
            return;
        }
        if let Some(id) = fragment {
            self.into.insert((path.to_owned(), id.to_owned()));
        }
        // The pages of error numbers are made of one table: the first of them is enough.
        let number = path.strip_prefix("/help/codes/").and_then(hresult::find);
        if number.is_some_and(|number| Some(number) != hresult::all().first()) {
            return;
        }
        // The filters of a search for one code are those of the page without it.
        if path.starts_with("/logs/messages?") && path.contains("code=") && path.contains('&') {
            return;
        }
        if self.seen.insert(path.to_owned()) {
            self.waiting.push_back(path.to_owned());
        }
    }

    fn look(&mut self, answer: &Answer) {
        match answer.status {
            200 => {}
            303 => return self.meet(answer.location(), &answer.path),
            _ => return self.wrong.push(format!("{}: {}", answer.path, answer.told())),
        }
        if !answer.header("content-type").starts_with("text/html") {
            return;
        }
        self.wrong.extend(broken_rules(answer));
        self.refreshing += usize::from(!answer.header("refresh").is_empty());
        for href in answer.attributes("a", "href").into_iter().filter(|href| !href.starts_with('#')) {
            self.meet(&href, &answer.path);
        }
        self.ids.insert(answer.path.clone(), answer.attributes("[id]", "id").into_iter().collect());
        self.actions.extend(answer.attributes("form[method=post]", "action"));
        for form in answer.html().select(&parsed("form:not([method=post])")) {
            let fields = fields_of(&form);
            let query = serde_urlencoded::to_string(fields).expect("fields are text");
            self.meet(&format!("{}?{query}", form.attr("action").unwrap_or_default()), &answer.path);
        }
    }

    fn pages(&self) -> usize {
        self.ids.len()
    }
}

both_databases! {
    async fn every_link_leads_somewhere(busy: Busy) {
        let mut wrong = Vec::new();
        for name in ["ada", "mona", "wim", "sven", "dora", "lena", "nils", "nobody"] {
            let visitor = if name == "nobody" { busy.desk.nobody() } else { busy.desk.as_(name).await };
            // Lena sees no system: somebody has to send her the address of a run.
            let sent = busy.good.run(1);
            let seeds = if name == "lena" { vec!["/", sent.as_str()] } else { vec!["/"] };
            let crawl = Crawl::from(&visitor, &seeds).await;
            let least = if name == "nobody" { 1 } else { 40 };
            assert!(crawl.pages() >= least, "{name} saw {} pages only", crawl.pages());
            let sees_plan = crawl.seen.contains(&format!("{}/plan", busy.mirror.run(1)));
            assert_eq!(sees_plan, ["ada", "dora"].contains(&name), "{name} and the plan that waits");
            wrong.extend(crawl.wrong.into_iter().map(|what| format!("{name}: {what}")));
        }
        assert!(wrong.is_empty(), "{wrong:#?}");
    }

    /// Every link works while a run and a check wait for a worker.
    async fn also_while_something_waits(board: Board) {
        let (mut wrong, mut refreshing) = (Vec::new(), 0);
        for (name, person) in board.people() {
            let crawl = Crawl::from(person, &["/"]).await;
            refreshing += crawl.refreshing;
            wrong.extend(crawl.wrong.into_iter().map(|what| format!("{name}: {what}")));
        }
        assert!(refreshing > 0, "pages of a run and of a check that wait refresh");
        assert!(wrong.is_empty(), "{wrong:#?}");
    }

    /// Pages that say that something is wrong are pages like others.
    async fn refusals_are_well_made_too(busy: Busy) {
        let ada = busy.desk.as_("ada").await;
        let mona = busy.desk.as_("mona").await;
        let system = busy.good.page();
        let mut pages = vec![
            ada.get("/nowhere").await.expect(404),
            busy.desk.nobody().get("/nowhere").await.expect(404),
            ada.get("/systems?before=%ff%00").await.expect(422),
            mona.get("/systems/new").await.expect(403),
            ada.post_bare(&format!("{system}/hold"), &[]).await.expect(403),
        ];
        ada.get(&format!("{system}/hold")).await.expect(200);
        pages.push(ada.submit(&format!("{system}/hold"), &[("reason", " ")]).await.expect(422));
        ada.get("/systems/new?kind=files").await.expect(200);
        pages.push(ada.submit("/systems/new", &[("schedule", "cron"), ("timeout_minutes", "x")]).await.expect(422));
        ada.get("/account").await.expect(200);
        pages.push(ada.submit("/account/password", &[("current", "x"), ("password", "y")]).await.expect(422));
        let zone = ada.submit("/account/time-zone", &[("time_zone", "Mars")]).await.expect(422);
        assert_eq!(zone.attributes("[name=time_zone]", "value"), ["Mars"], "what was typed stays");
        pages.push(zone);
        pages.push(ada.post_form(&format!("{system}/release"), &[]).await.expect(409));
        let wrong: Vec<String> = pages.iter().flat_map(broken_rules).collect();
        assert!(wrong.is_empty(), "{wrong:#?}");
        for page in pages {
            assert!(!page.texts("main p").is_empty(), "{} says what happened: {}", page.path, page.told());
        }
    }
}
