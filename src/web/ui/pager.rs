//! First, previous, next, last: by key, never by number; and how many rows a page has.

use maud::{Markup, html};

use crate::queries::{Page, Start};
use crate::web::urls::{Cursor, Key, PageSize, ROWS};

/// Where the pages around this one are; `None` when there is none.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PageLinks {
    pub first: Option<String>,
    pub previous: Option<String>,
    pub next: Option<String>,
    pub last: Option<String>,
    /// The sizes that a page can have; none where it makes no difference.
    pub sizes: Vec<SizeLink>,
}

/// A size, and where the page of that size is; `None` for the present one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SizeLink {
    pub rows: i64,
    pub address: Option<String>,
}

impl PageLinks {
    /// Whether everything is on this page.
    #[must_use]
    pub const fn is_single(&self) -> bool {
        self.first.is_none() && self.previous.is_none() && self.next.is_none() && self.last.is_none()
    }

    /// The pages around this one; `at` is the URL of a page that begins at a cursor.
    #[must_use]
    pub fn around<T, K: Key>(page: &Page<T, K>, at: impl Fn(&Cursor) -> String) -> Self {
        let link = |start: &Start<K>| at(&Cursor::of(start));
        Self {
            first: page.previous.as_ref().map(|_previous| link(&Start::First)),
            previous: page.previous.as_ref().map(link),
            next: page.next.as_ref().map(link),
            last: page.next.as_ref().map(|_next| link(&Start::Last)),
            sizes: Vec::new(),
        }
    }

    /// The same with the sizes that such a page can have, if the smallest is full: a search does not know whether there is
    /// more. Pages of another size begin with the same row.
    #[must_use]
    pub fn sized<T, K: Key + Clone, const USUAL: i64>(
        page: &Page<T, K>,
        size: PageSize<USUAL>,
        at: impl Fn(PageSize<USUAL>, &Cursor) -> String,
    ) -> Self {
        let mut links = Self::around(page, |cursor| at(size, cursor));
        let [smallest, ..] = PageSize::<USUAL>::all();
        let shown = i64::try_from(page.rows.len()).unwrap_or(i64::MAX);
        if !links.is_single() || shown >= smallest.rows() {
            let Some(above) = &page.above else { return links };
            let begin = Cursor::of(above);
            let address = |one| (one != size).then(|| at(one, &begin));
            let link = |one: PageSize<USUAL>| SizeLink { rows: one.rows(), address: address(one) };
            links.sizes = PageSize::all().map(link).into();
        }
        links
    }

    /// Of a search, which goes onwards only.
    #[must_use]
    pub fn onwards(self) -> Self {
        Self { previous: None, last: None, ..self }
    }
}

/// The words of the four links.
#[derive(Debug, Clone, Copy)]
pub struct PagerLabels {
    pub first: &'static str,
    pub previous: &'static str,
    pub next: &'static str,
    pub last: &'static str,
}

pub const IN_ORDER: PagerLabels = PagerLabels { first: "First", previous: "Previous", next: "Next", last: "Last" };
pub const BY_AGE: PagerLabels = PagerLabels { first: "Newest", previous: "Newer", next: "Older", last: "Oldest" };

/// The line under a table: what it shows, and the pages around it.
#[must_use]
pub fn pager(label: &str, shown: &Markup, links: &PageLinks, words: PagerLabels) -> Markup {
    html! {
        div.pag {
            div { (shown) }
            @if !links.sizes.is_empty() { (sizes(&links.sizes)) }
            @if !links.is_single() {
                nav aria-label=(label) {
                    ul {
                        li { (link(words.first, links.first.as_deref(), None)) }
                        li { (link(words.previous, links.previous.as_deref(), Some("prev"))) }
                        li { (link(words.next, links.next.as_deref(), Some("next"))) }
                        li { (link(words.last, links.last.as_deref(), None)) }
                    }
                }
            }
        }
    }
}

fn link(word: &str, address: Option<&str>, rel: Option<&str>) -> Markup {
    html! {
        @match address {
            Some(address) => a href=(address) rel=[rel] { (word) },
            None => span.off { (word) },
        }
    }
}

fn sizes(sizes: &[SizeLink]) -> Markup {
    html! {
        div.sizes role="group" aria-label="Rows per page" {
            "Rows"
            @for (n, size) in sizes.iter().enumerate() {
                @if n > 0 { " ·" }
                " "
                @match &size.address {
                    Some(address) => a href=(address) aria-label={ (size.rows) " per page" } { (size.rows) },
                    None => b aria-current="true" { (size.rows) },
                }
            }
        }
    }
}

/// Keeps the size where a form asks for another page of the same list.
#[must_use]
pub fn kept<const USUAL: i64>(size: PageSize<USUAL>) -> Markup {
    let word = size.as_query();
    html! { @if !word.is_empty() { input type="hidden" name=(ROWS) value=(word); } }
}
