//! What changed since the run before: problems that are new, gone, or there again.

use std::collections::BTreeMap;

use maud::{Markup, html};

use crate::domain::comparison::{Change, Group, LOOK};
use crate::domain::message::{Category, Counts};
use crate::ids::{RunNo, Seq, SystemKey};
use crate::queries::Start;
use crate::web::ui::table::{Column, table, text};
use crate::web::ui::{Badge, failure, foreign, number};
use crate::web::urls::{self, MessageQuery, PageSize};

/// What can be said of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ChangesView {
    /// A canceled run is not compared: it did not look at everything.
    Canceled,
    /// There is no run before it.
    First,
    Compared(Box<Compared>),
}

/// Two runs beside each other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Compared {
    pub before: RunNo,
    /// Its header is not past retention.
    pub before_is_there: bool,
    /// Whether each run reached its end.
    pub before_was_whole: bool,
    /// What each logged in all.
    pub before_counts: Counts,
    pub counts: Counts,
    pub is_whole: bool,
    pub changes: Vec<Change>,
    /// Item keys by their place in the log of this run, and of the run before.
    pub here: BTreeMap<i64, Vec<u8>>,
    pub there: BTreeMap<i64, Vec<u8>>,
    /// Of the pages that it leads to.
    pub size: PageSize,
}

impl Compared {
    /// Whether all messages of a category would have been looked at.
    const fn are_few(&self, category: Category) -> bool {
        self.before_counts.of(category) <= LOOK && self.counts.of(category) <= LOOK
    }
}

/// The part of the run's page: one line, which opens where there is more to see.
#[must_use]
pub fn section(key: &SystemKey, no: RunNo, view: &ChangesView) -> Markup {
    match view {
        ChangesView::Canceled => html! {
            p.strip-note { "This run was canceled, so it is not compared with the previous run." }
        },
        ChangesView::First => html! { p.strip-note { "There is no previous run to compare with." } },
        ChangesView::Compared(compared) => render(key, no, compared),
    }
}

const COLUMNS: [Column<'_>; 4] = [text("Problem"), text("New"), text("Gone"), text("Repeated")];

fn render(key: &SystemKey, no: RunNo, view: &Compared) -> Markup {
    let before = html! {
        @if view.before_is_there { a href=(urls::run(key, view.before)) { "run " (view.before) } } @else { "run " (view.before) }
    };
    if view.changes.is_empty() {
        return html! { p.strip-note { "Compared with " (before) ": no errors or warnings in either." } };
    }
    html! {
        details {
            summary { b { "Since run " (view.before) ": " } (in_short(view)) }
            p.strip-note {
                "Compared with " (before) "."
                @if !view.is_whole { " This run stopped early, so items listed as resolved may simply not have been reached." }
                @if !view.before_was_whole { " Run " (view.before) " stopped early, so items listed as new may be older." }
            }
            (table(&html! { "Problems by code and item type" }, &COLUMNS, &html! {
                @for change in &view.changes { (row(key, no, view, change)) }
            }))
        }
    }
}

/// `3 new, 1 gone, 5 repeated`; where items were not compared, how many messages there are now and were before.
fn in_short(view: &Compared) -> String {
    let sum = |of: fn(&Change) -> Option<i64>| view.changes.iter().filter_map(of).sum::<i64>();
    let new = sum(|change| change.items.as_ref().map(|items| items.new.n));
    let gone = sum(|change| change.items.as_ref().map(|items| items.gone.n));
    let repeated = sum(|change| change.items.as_ref().map(|items| items.repeated.n));
    let now = sum(|change| change.items.is_none().then_some(change.now));
    let before = sum(|change| change.items.is_none().then_some(change.before));
    let parts = [(new, "new"), (gone, "gone"), (repeated, "repeated"), (now, "more now"), (before, "more before")];
    let parts: Vec<String> =
        parts.iter().filter(|(n, _word)| *n > 0).map(|(n, word)| format!("{} {word}", number(*n))).collect();
    parts.join(", ")
}

fn row(key: &SystemKey, no: RunNo, view: &Compared, change: &Change) -> Markup {
    let subject = &change.subject;
    let filter = MessageQuery {
        category: Some(subject.category),
        code: subject.code.clone(),
        item_type: subject.item_type.clone(),
        ..MessageQuery::default()
    };
    let here = (change.now > 0).then(|| urls::messages_sized(key, no, &filter, Start::First, view.size));
    let there = (change.before > 0 && view.before_is_there)
        .then(|| urls::messages_sized(key, view.before, &filter, Start::First, view.size));
    html! {
        tr {
            th scope="row" data-l="Problem" {
                (Badge::from(subject.category)) " " (failure::code(&subject.code))
                @if !subject.item_type.is_empty() { small { (subject.item_type) } }
            }
            @match &change.items {
                Some(items) => {
                    (cell(key, ("New", no), view.size, (&items.new, &view.here), here.as_ref()))
                    (cell(key, ("Gone", view.before), view.size, (&items.gone, &view.there), there.as_ref()))
                    (cell(key, ("Repeated", no), view.size, (&items.repeated, &view.here), here.as_ref()))
                },
                None => td colspan="3" data-l="Messages" {
                    (linked(here.as_ref(), &html! { (number(change.now)) " now" })) ", "
                    (linked(there.as_ref(), &html! { (number(change.before)) " before" }))
                    @if view.are_few(subject.category) { ": the messages of run " (view.before) " have expired." }
                    @else { ": too many to compare individually." }
                },
            }
        }
    }
}

/// How many, and some of them by name, each leading to its message.
fn cell(
    key: &SystemKey,
    (label, run): (&str, RunNo),
    size: PageSize,
    (group, keys): (&Group, &BTreeMap<i64, Vec<u8>>),
    all: Option<&String>,
) -> Markup {
    let examples = group.examples.iter().filter_map(|seq| Some((*seq, keys.get(seq)?)));
    html! {
        td data-l=(label) {
            @if group.n == 0 {
                span.zero { "0" }
            } @else {
                (linked(all, &html! { (number(group.n)) span.vh { " " (label.to_lowercase()) " in run " (run) } }))
                ul.examples {
                    @for (seq, item) in examples {
                        li { a href=(urls::message_around(key, run, Seq(seq), size)) {
                            @if item.is_empty() { "entire run" } @else { (foreign::key(item)) }
                        } }
                    }
                }
            }
        }
    }
}

fn linked(address: Option<&String>, words: &Markup) -> Markup {
    html! { @match address { Some(address) => a href=(address) { (words) }, None => (words) } }
}
