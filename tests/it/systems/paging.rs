//! Pages by key: a reader who pages through sees each system once, whatever is added and deleted at the same time.

use std::collections::BTreeSet;

use super::shelf::{self, Box_, names, new, put};
use crate::database::both_databases;
use crate::desk::Desk;
use crate::visitor::{Answer, Visitor};

const ORDERS: [&str; 3] = ["", "?sort=name", "?sort=success"];

/// 120 systems: each name is there twice, in two groups, and many share their status and their last success.
fn fill(desk: &Desk) {
    let names: Vec<String> = (0..60).map(|number| format!("System {number:02}")).collect();
    let status = ["error", "warning", "ok", "open"];
    let mut systems = Vec::new();
    for group in ["Finance", "Sales"] {
        for (number, name) in names.iter().enumerate() {
            let success = (number % 3 > 0).then_some(i64::try_from(number % 5).expect("small"));
            systems.push(Box_ { name, group, overall: status[number % 4], success });
        }
    }
    put(desk, 1, &systems);
}

/// Where a link of the pager leads.
fn link(page: &Answer, word: &str) -> Option<String> {
    let (words, addresses) = (page.texts(".pag a"), page.attributes(".pag a", "href"));
    words.into_iter().zip(addresses).find(|(link, _)| link == word).map(|(_, address)| address)
}

/// Keys of the systems on a page.
fn keys(page: &Answer) -> Vec<String> {
    page.attributes("tbody th.c-nm > a", "href")
}

/// All pages in one direction.
async fn walk(visitor: &Visitor, first: &str, word: &str) -> Vec<Answer> {
    let mut pages = vec![visitor.get(first).await.expect(200)];
    while let Some(next) = link(pages.last().expect("a page"), word) {
        pages.push(visitor.get(&next).await.expect(200));
        assert!(pages.len() < 10, "{next} goes round in circles");
    }
    pages
}

both_databases! {
    async fn every_system_is_on_one_page(desk: Desk) {
        fill(&desk);
        let wim = desk.as_("wim").await;
        for order in ORDERS {
            let forth = walk(&wim, &format!("/systems{order}"), "Next").await;
            let sizes: Vec<usize> = forth.iter().map(|page| keys(page).len()).collect();
            assert_eq!(sizes, [50, 50, 20], "{order}");
            let all: Vec<String> = forth.iter().flat_map(keys).collect();
            assert_eq!(all.iter().collect::<BTreeSet<_>>().len(), 120, "{order}");
            assert_eq!(link(&forth[0], "Previous"), None);
            assert_eq!(link(&forth[2], "Last"), None);

            let last = link(&forth[0], "Last").expect("a last page");
            let mut back = walk(&wim, &last, "Previous").await;
            back.reverse();
            let sizes: Vec<usize> = back.iter().map(|page| keys(page).len()).collect();
            assert_eq!(sizes, [20, 50, 50], "{order}");
            assert_eq!(back.iter().flat_map(keys).collect::<Vec<_>>(), all, "{order}: the same order");
            let first = link(&forth[2], "First").expect("a first page");
            assert_eq!(keys(&wim.get(&first).await), keys(&forth[0]));
        }
    }

    /// Between two pages systems come before and behind the reader, and one goes.
    async fn while_systems_come_and_go(desk: Desk) {
        fill(&desk);
        let wim = desk.as_("wim").await;
        for (turn, order) in ORDERS.into_iter().enumerate() {
            let before: BTreeSet<String> =
                walk(&wim, &format!("/systems{order}"), "Next").await.iter().flat_map(keys).collect();
            let first = wim.get(&format!("/systems{order}")).await.expect(200);
            let mut seen = keys(&first);
            let (early, late) = (format!("Early {turn}"), format!("Zeta {turn}"));
            put(&desk, 1_000 + 10 * turn, &[
                Box_ { name: &early, group: "Sales", overall: "error", success: None },
                Box_ { name: &late, group: "Sales", overall: "open", success: Some(9) },
            ]);
            // The very system that the link continues from goes.
            let gone = seen.last().expect("a row").trim_start_matches("/systems/").to_owned();
            desk.sql(&format!("UPDATE systems SET deleted_at = 1 WHERE key = '{gone}'"));
            let next = link(&first, "Next").expect("a next page");
            for page in walk(&wim, &next, "Next").await {
                seen.extend(keys(&page));
            }
            let new: Vec<String> = seen.iter().filter(|key| !before.contains(*key)).cloned().collect();
            assert_eq!(new, [format!("/systems/{}", shelf::key(1_001 + 10 * turn))], "{order}: what came behind");
            assert_eq!(seen.iter().filter(|key| before.contains(*key)).count(), before.len(), "{order}: nothing is missed");
            assert_eq!(seen.iter().collect::<BTreeSet<_>>().len(), seen.len(), "{order}: nor shown twice");
        }
    }

    async fn filters_go_along(desk: Desk) {
        fill(&desk);
        let wim = desk.as_("wim").await;
        let pages = walk(&wim, "/systems?group=Sales&sort=name&q=system", "Next").await;
        assert_eq!(pages.iter().map(|page| keys(page).len()).collect::<Vec<_>>(), [50, 10]);
        assert_eq!(names(&pages[1]).first().map(String::as_str), Some("System 50"));
        let pages = walk(&desk.as_("mona").await, "/systems?sort=name", "Next").await;
        assert_eq!(pages.iter().map(|page| keys(page).len()).collect::<Vec<_>>(), [50, 10]);
    }

    /// No number in an address tells how many systems there are in other groups.
    async fn links_carry_no_inner_numbers(desk: Desk) {
        fill(&desk);
        let next = link(&desk.as_("mona").await.get("/systems?sort=name").await, "Next").expect("a next page");
        assert_eq!(next, format!("/systems?sort=name&after=0.{}.System%2049", shelf::key(50)));
        // What is not one of our places begins at the beginning.
        for odd in ["after=0.49.System", "after=x", "before=0.bbbbbbbbbb", "after=", "after=.."] {
            let page = desk.as_("mona").await.get(&format!("/systems?sort=name&{odd}")).await.expect(200);
            assert_eq!(names(&page).first().map(String::as_str), Some("System 00"), "{odd}");
        }
    }

    async fn one_page_needs_no_pager(desk: Desk) {
        put(&desk, 1, &[new("Only", "Sales")]);
        let page = desk.as_("wim").await.get("/systems").await.expect(200);
        assert!(page.texts(".pag nav").is_empty() && page.says("1 system in all groups"), "{}", page.told());
    }
}
