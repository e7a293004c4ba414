//! How many rows a page has: a choice that stays while somebody goes through a list, and keeps their place.

use crate::business_logs::{Kept, RUN, keep};
use crate::database::both_databases;
use crate::desk::Desk;
use crate::logs::book::{Book, address, link};
use crate::systems::shelf::{key, new, put};
use crate::visitor::{Answer, Visitor};

/// A list with more than 100 rows.
pub struct List<'a> {
    pub reader: &'a Visitor,
    /// The address, perhaps with a query.
    pub path: &'a str,
    /// Selects what names a row.
    pub row: &'a str,
    /// Rows on a page where nobody has asked for more or less.
    pub usual: usize,
}

/// The sizes that a page offers, the present one in brackets.
pub fn offered(page: &Answer) -> String {
    let present = page.texts(".sizes [aria-current]").concat();
    let sizes = page.texts(".sizes").concat().replace('·', " ");
    let sizes: Vec<String> = sizes
        .split_whitespace()
        .map(|size| if size == present { format!("[{size}]") } else { size.to_owned() })
        .collect();
    sizes.join(" ")
}

impl List<'_> {
    async fn open(&self, path: &str) -> Answer {
        self.reader.get(path).await.expect(200)
    }

    fn rows(&self, page: &Answer) -> Vec<String> {
        page.texts(self.row)
    }

    /// The same place with pages of another size.
    async fn resized(&self, page: &Answer, size: usize) -> Answer {
        let to = address(page, ".sizes a", |text| text == size.to_string());
        self.open(&to.unwrap_or_else(|| panic!("no size {size}: {}", offered(page)))).await
    }

    /// All rows of a page and of those that follow in one direction, in the order of the list.
    async fn from(&self, page: Answer, rel: &str) -> Vec<String> {
        let (mut page, mut seen, way) = (page, Vec::new(), format!(".pag a[rel={rel}]"));
        loop {
            seen = if rel == "next" { [seen, self.rows(&page)].concat() } else { [self.rows(&page), seen].concat() };
            let Some(on) = page.attributes(&way, "href").first().cloned() else { return seen };
            page = self.open(&on).await;
        }
    }

    /// Goes through the list in all sizes, and changes them on the way.
    pub async fn keeps_its_place(&self) {
        let others: Vec<usize> = [25, 50, 100].into_iter().filter(|size| *size != self.usual).collect();
        let first = self.open(self.path).await;
        let all = self.from(self.open(self.path).await, "next").await;
        assert!(all.len() > 100 && self.rows(&first) == all[..self.usual], "{}", first.told());
        let present = format!("Rows {}", [25, 50, 100].map(|size| size.to_string()).join(" "));
        let present = |size: usize| present.replace(&format!(" {size}"), &format!(" [{size}]"));
        assert_eq!(offered(&first), present(self.usual));
        let mark = if self.path.contains('?') { '&' } else { '?' };
        for odd in [self.usual.to_string().as_str(), "7", "", "x", "-25", "1000000"] {
            let page = self.open(&format!("{}{mark}rows={odd}", self.path)).await;
            assert_eq!((self.rows(&page), offered(&page)), (self.rows(&first), present(self.usual)), "{odd}");
            assert!(page.attributes(".pag nav a", "href").iter().all(|to| !to.contains("rows=")), "{odd}");
        }
        let words = ["Last", "Oldest"];
        let last = words.iter().find_map(|word| link(&first, word)).expect("an end");
        for size in others {
            // From the beginning, from the middle and from a page that was read backwards.
            let second = self.open(&first.attributes(".pag a[rel=next]", "href")[0]).await;
            let ending = self.open(&last).await;
            let before = self.open(&ending.attributes(".pag a[rel=prev]", "href")[0]).await;
            for page in [&first, &second, &before, &ending] {
                let place = all.iter().position(|row| *row == self.rows(page)[0]).expect("a row of the list");
                let other = self.resized(page, size).await;
                let until = all.len().min(place + size);
                assert_eq!(self.rows(&other), all[place..until], "{} with {size}", page.path);
                assert_eq!(offered(&other), present(size));
                let links = other.attributes(".pag nav a", "href");
                assert!(links.iter().all(|to| to.contains(&format!("rows={size}"))), "{links:?}");
                let back = self.resized(&other, self.usual).await;
                assert!(!back.path.contains("rows="), "{}", back.path);
                assert_eq!(self.rows(&back)[0], all[place], "and back");
                assert_eq!(self.from(self.open(&other.path).await, "next").await, all[place..], "{}", other.path);
                assert_eq!(self.from(other, "prev").await, all[..until], "{} with {size}", page.path);
            }
            let ending = self.resized(&ending, size).await;
            if let Some(first) = ["First", "Newest"].iter().find_map(|word| link(&ending, word)) {
                assert_eq!(self.rows(&self.open(&first).await), all[..size]);
            }
        }
    }
}

/// 110 runs of a system.
fn fill(desk: &Desk) {
    put(desk, 1, &[new("Ledger", "Finance")]);
    let runs: Vec<Kept<'_>> = (1..=110).map(|no| Kept { no, queued: no, ..RUN }).collect();
    keep(desk, &runs);
}

both_databases! {
    async fn systems(desk: Desk) {
        let names: Vec<String> = (0..110).map(|number| format!("System {number:03}")).collect();
        let systems: Vec<_> = names.iter().map(|name| new(name, "Finance")).collect();
        put(&desk, 1, &systems);
        let wim = desk.as_("wim").await;
        for path in ["/systems", "/systems?q=system&sort=name"] {
            List { reader: &wim, path, row: "tbody th.c-nm > a", usual: 50 }.keeps_its_place().await;
        }
        let page = wim.get("/systems?rows=25&status=open").await.expect(200);
        assert_eq!(page.attributes("form.flt [name=rows]", "value"), ["25"], "what is filtered keeps its size");
        for (links, to) in [(".clear", "/systems?rows=25"), (".tabs [aria-current]", "/systems?status=open&rows=25")] {
            assert_eq!(page.attributes(links, "href"), [to]);
        }
        let usual = wim.get("/systems?status=open").await.expect(200);
        assert!(usual.attributes("form.flt [name=rows]", "value").is_empty());
        let none = wim.get("/systems?rows=25&q=nothing").await.expect(200);
        assert!(none.attributes("main a", "href").contains(&"/systems?rows=25".to_owned()), "{}", none.told());
    }

    async fn runs_of_a_system(desk: Desk) {
        fill(&desk);
        let (path, mona) = (format!("/systems/{}", key(1)), desk.as_("mona").await);
        List { reader: &mona, path: &path, row: "#runs tbody th", usual: 25 }.keeps_its_place().await;
    }

    async fn business_logs(desk: Desk) {
        fill(&desk);
        let ada = desk.as_("ada").await;
        List { reader: &ada, path: "/logs", row: "tbody th.c-nm > a", usual: 50 }.keeps_its_place().await;
        // A search goes back only.
        let page = ada.get("/logs?system=led&rows=25").await.expect(200);
        assert_eq!(page.attributes("form.flt [name=rows]", "value"), ["25"]);
        assert_eq!(page.attributes(".clear", "href"), ["/logs?rows=25"]);
        let second = ada.get(&link(&page, "Older").expect("older ones")).await.expect(200);
        assert_eq!((second.texts("tbody th.c-nm > a")[0].as_str(), offered(&second).as_str()), ("Ledger , run 85", "Rows [25] 50 100"));
        let large = address(&second, ".sizes a", |text| text == "100").expect("a size");
        let large = ada.get(&large).await.expect(200).texts("tbody th.c-nm > a");
        assert_eq!((large[0].as_str(), large.len()), ("Ledger , run 85", 85));
        let cells = ada.get("/logs.csv?rows=25").await.expect(200);
        assert_eq!(csv::Reader::from_reader(cells.body.as_bytes()).records().count(), 110, "an export has all of them");
    }

    async fn messages(book: Book) {
        book.fill(1, 230, "2", "NULL");
        book.end().await;
        for query in ["", "?category=success", "?code=FILE-COPIED"] {
            let list = List { reader: &book.ada, path: &book.page(query), row: "section.log tbody td.n", usual: 50 };
            list.keeps_its_place().await;
        }
        let page = book.open("?category=success&q=item&rows=25").await;
        assert_eq!((page.texts("section.log tbody tr").len(), offered(&page).as_str()), (25, "Rows [25] 50 100"));
        assert_eq!(page.attributes("form.flt [name=rows]", "value"), ["25"]);
        let inner = [".tabs > a", ".clear", ".strip-note a", "section.log td.n a"].map(|links| page.attributes(links, "href")).concat();
        assert!(inner.len() > 30 && inner.iter().all(|to| to.contains("rows=25")), "tabs, search and neighbours: {inner:?}");
        let on = address(&page, ".strip-note a", |text| text == "Search the rest").expect("more of them");
        let second = book.ada.get(&on).await.expect(200);
        assert_eq!(second.texts("section.log td.n")[0], "26");
        let large = address(&second, ".sizes a", |text| text == "100").expect("a size");
        let large = book.ada.get(&large).await.expect(200).texts("section.log td.n");
        assert_eq!((large[0].as_str(), large.len()), ("26", 100));
        // A jump, and the neighbours of a message.
        let jumped = book.open("?at=100&rows=25").await;
        assert_eq!((jumped.texts("section.log td.n")[0].as_str(), offered(&jumped).as_str()), ("100", "Rows [25] 50 100"));
        let around = book.open("?around=100&rows=25").await;
        assert_eq!(offered(&around), "", "neighbours are as many as they are");
        let whole = address(&around, ".strip-note a", |text| text == "Back to the whole log");
        assert_eq!(whole, Some(book.page("?rows=25")));
        let timeline = book.open("?rows=25").await.attributes("details td a", "href");
        assert!(timeline.iter().all(|to| to.contains("rows=25")), "{timeline:?}");
        let export = book.open("?rows=25").await.attributes(".tabs .end a[href*='/messages.']", "href");
        assert!(!export.is_empty() && export.iter().all(|to| !to.contains("rows=")), "{export:?}");
    }

    /// A page that refreshes keeps its size, also when a person stops it.
    async fn while_something_continues(book: Book) {
        book.fill(1, 60, "2", "NULL");
        let system = book.tree.page();
        for (path, stop) in [
            ("/systems?rows=100&refresh=on".to_owned(), "/systems?rows=100".to_owned()),
            (format!("{system}?rows=100"), format!("{system}?rows=100&refresh=off")),
            (book.page("?category=success&rows=25"), book.page("?category=success&rows=25&refresh=off")),
        ] {
            let page = book.ada.get(&path).await.expect(200);
            assert!(!page.header("refresh").contains("url"), "{}: it loads the very address", page.header("refresh"));
            assert_eq!(page.attributes(".refresh a", "href"), [stop]);
        }
    }

    /// Where all sizes show the same, there is nothing to choose.
    async fn few_rows(desk: Desk) {
        let names: Vec<String> = (0..26).map(|number| format!("System {number:02}")).collect();
        let systems: Vec<_> = names.iter().map(|name| new(name, "Finance")).collect();
        put(&desk, 1, &systems[..24]);
        let wim = desk.as_("wim").await;
        assert_eq!(offered(&wim.get("/systems").await.expect(200)), "");
        put(&desk, 25, &systems[24..]);
        assert_eq!(offered(&wim.get("/systems").await.expect(200)), "Rows 25 [50] 100");
    }
}
