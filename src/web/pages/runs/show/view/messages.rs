//! The log of a run: tabs by category, filter, table, pages.

use maud::{Markup, html};

use super::super::super::changes::ChangesView;
use super::{Log, RunView};
use crate::domain::message::{Category, Counts};
use crate::domain::run::RunState;
use crate::domain::timeline::Timeline;
use crate::ids::{RunNo, Seq, SystemKey};
use crate::queries::Start;
use crate::web::ui::message_row::{COLUMNS, MessageRow, message_row};
use crate::web::ui::pager::{IN_ORDER, kept, pager};
use crate::web::ui::runs::{no_log_access, noun};
use crate::web::ui::table::table;
use crate::web::ui::tabs::{Tab, tabs};
use crate::web::ui::{Badge, Choice, PageContext, PageLinks, Tone, choices, empty, number};
use crate::web::urls::{self, MessageQuery, PageSize};

/// A page of messages.
#[derive(Debug, Clone)]
pub struct LogView {
    pub filter: MessageQuery,
    /// Of the whole log, where it begins.
    pub digest: Option<Digest>,
    /// Codes and item types that the run has, from its counts.
    pub codes: Vec<Choice>,
    pub item_types: Vec<Choice>,
    /// What was typed into "Go to number or time ", and what is wrong with it.
    pub at: String,
    pub at_error: Option<String>,
    pub rows: Vec<MessageRow>,
    /// The message that this page shows among its neighbours.
    pub around: Option<Seq>,
    pub size: PageSize,
    pub links: PageLinks,
    /// Number of messages that match the filter; `None` when that is unknown.
    pub total: Option<i64>,
    pub searched: Option<Searched>,
}

/// What there is to know of a log before it is read.
#[derive(Debug, Clone, Default)]
pub struct Digest {
    pub timeline: Option<Timeline>,
    pub changes: Option<ChangesView>,
}

/// A search that looked at a bounded window.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Searched {
    pub from: Seq,
    pub to: Seq,
    /// The last message of the log.
    pub last: Seq,
    /// Where it continues; `None` when it reached the end.
    pub next: Option<String>,
}

impl Searched {
    /// Where the rest is searched, if there is any.
    fn rest(&self) -> Option<&str> {
        self.next.as_deref().filter(|_next| self.to < self.last)
    }

    /// The messages that were looked at: `the first 20 000 of 21 010 messages`.
    fn window(&self) -> String {
        let (from, to, last) = (number(self.from.0), number(self.to.0), number(self.last.0));
        match (self.from.0 <= 1, self.to >= self.last) {
            (true, true) if self.last.0 == 1 => "the only message".to_owned(),
            (true, true) => format!("all {last} messages"),
            (true, false) => format!("the first {to} of {last} messages"),
            (false, _) if self.from > self.last => format!("messages after {last}"),
            (false, _) => format!("messages {from} to {to} of {last}"),
        }
    }
}

/// The log, or why it is not shown.
pub(super) fn section(context: &PageContext, view: &RunView) -> Markup {
    html! {
        section.box.log #messages aria-label="Messages" {
            @match &view.log {
                Log::Missing(template) => {
                    (counts_only(view.counts))
                    p.strip-note { (no_log_access(template)) }
                },
                Log::Expired { days } => {
                    (counts_only(view.counts))
                    p.strip-note { "The messages of this run are gone: they are kept " (days) " days after its end. The counts stay." }
                },
                Log::Shown(log) => (log_table(context, view, log)),
            }
        }
    }
}

fn counts_only(counts: Counts) -> Markup {
    html! {
        ul.tabs aria-label="Messages by category" {
            @for category in Category::ALL.iter().copied() {
                li { (Badge::new(Tone::from(category), format!("{} {}", category.title(), number(counts.of(category))))) }
            }
        }
    }
}

fn log_table(context: &PageContext, view: &RunView, log: &LogView) -> Markup {
    let (key, no) = (&view.system.key, view.no);
    html! {
        (tabs("Message category", &category_tabs(key, no, view.counts, log), &html! { (hide_success(key, no, view.counts, log)) (files(key, no, log)) }))
        @match &context.refresh {
            None => (filters(key, no, log)),
            Some(refresh) => p.strip-note { a href=(refresh.stop) { "Search or filter these messages" } " (stops refreshing)" },
        }
        @if let Some(seq) = log.around { (among(key, no, log, seq)) }
        @if log.rows.is_empty() {
            (nothing(view, log))
        } @else {
            (table(&caption(view, log), &COLUMNS, &rows(context, key, no, log)))
        }
        @if let Some(searched) = log.searched.as_ref().filter(|_| !log.rows.is_empty()) { (how_far(searched)) }
        (pager("Pages of messages", &totals(log), &log.links, IN_ORDER))
    }
}

/// One click takes the category Success away, and one brings it back.
fn hide_success(key: &SystemKey, no: RunNo, counts: Counts, log: &LogView) -> Markup {
    let hides = log.filter.hides_success && log.filter.category.is_none();
    let filter = MessageQuery { category: None, hides_success: !hides, ..log.filter.clone() };
    html! {
        @if counts.success > 0 {
            a href=(urls::messages_sized(key, no, &filter, Start::First, log.size)) { @if hides { "Show Success" } @else { "Hide Success" } } " "
        }
    }
}

/// The same messages as files.
fn files(key: &SystemKey, no: RunNo, log: &LogView) -> Markup {
    html! {
        a href=(urls::messages_csv(key, no, &log.filter)) { "CSV" } " "
        a href=(urls::messages_ndjson(key, no, &log.filter)) { "NDJSON" }
    }
}

/// Tabs keep the words that were searched for, not the place.
fn category_tabs(key: &SystemKey, no: RunNo, counts: Counts, log: &LogView) -> Vec<Tab> {
    let tab = |category: Option<Category>| Tab {
        icon: category.map(|category| Tone::from(category).icon()),
        label: category.map_or("All", Category::title),
        count: category.map_or(counts.total(), |category| counts.of(category)),
        address: urls::messages_sized(
            key,
            no,
            &MessageQuery { category, hides_success: false, ..log.filter.clone() },
            Start::First,
            log.size,
        ),
        current: log.filter.category == category && !log.filter.hides_success && log.around.is_none(),
    };
    std::iter::once(None).chain(Category::ALL.iter().copied().map(Some)).map(tab).collect()
}

fn filters(key: &SystemKey, no: RunNo, log: &LogView) -> Markup {
    html! {
        form.flt method="get" action=(urls::run(key, no)) role="search" aria-label="Messages" {
            (kept(log.size))
            @if let Some(category) = log.filter.category {
                input type="hidden" name="category" value=(category.as_str());
            }
            @if log.filter.hides_success { input type="hidden" name="hide" value=(urls::HIDE_SUCCESS); }
            label { span.vh { "Text or item contains" } input type="search" name="q" value=(log.filter.q) placeholder="Text or item contains"; } " "
            (choices::filter("Code", "code", &log.codes, &log.filter.code))
            (choices::filter("Item type", "type", &log.item_types, &log.filter.item_type))
            label {
                "Go to "
                input type="text" name="at" value=(log.at) placeholder="17 or 23:01" title="Number or time of a message" autocomplete="off"
                    aria-invalid=[log.at_error.as_ref().map(|_| "true")]
                    aria-describedby=[log.at_error.as_ref().map(|_| "at-error")];
            }
            " " button.btn { "Filter" } " "
            @if log.filter.is_narrow() {
                @let category = MessageQuery { category: log.filter.category, hides_success: log.filter.hides_success, ..MessageQuery::default() };
                a.clear href=(urls::messages_sized(key, no, &category, Start::First, log.size)) { "Clear filter" }
            }
            @if let Some(error) = &log.at_error { p.wrong #at-error { (Tone::Error) (error) } }
        }
    }
}

/// Says that this page shows a message among its neighbours, and leads back.
fn among(key: &SystemKey, no: RunNo, log: &LogView, seq: Seq) -> Markup {
    html! {
        p.strip-note {
            "Message " (number(seq.0)) " among its neighbours of any category. "
            a href=(urls::messages_sized(key, no, &log.filter, Start::First, log.size)) { "Back to the whole log" }
        }
    }
}

fn caption(view: &RunView, log: &LogView) -> Markup {
    html! {
        (log.filter.category.map_or("Messages", Category::title)) " of run " (view.no)
        @if log.filter.hides_success && log.filter.category.is_none() { " without Success" }
        @if log.filter.is_narrow() { ", filtered" }
    }
}

fn nothing(view: &RunView, log: &LogView) -> Markup {
    let all = urls::messages_sized(&view.system.key, view.no, &MessageQuery::default(), Start::First, log.size);
    if log.filter == MessageQuery::default() {
        return empty::empty(
            "No messages.",
            &html! { p { @match view.state {
                RunState::Queued => "The run has not started.",
                RunState::Running => "Nothing was logged yet.",
                RunState::Ended => "Nothing was logged: nothing had to be done.",
            } } },
        );
    }
    match &log.searched {
        Some(searched) => empty::empty(
            &format!("No match in {}.", searched.window()),
            &html! { p {
                @if let Some(next) = searched.rest() { a href=(next) { "Search the rest" } " · " }
                a href=(all) { "Show all messages of this run" }
            } },
        ),
        None => empty::empty("No messages match.", &html! { p { a href=(all) { "Show all messages of this run" } } }),
    }
}

fn rows(context: &PageContext, key: &SystemKey, no: RunNo, log: &LogView) -> Markup {
    html! {
        @for (place, row) in log.rows.iter().enumerate() {
            @let before = place.checked_sub(1).and_then(|place| log.rows.get(place)).map(|row| row.message.at);
            (message_row(context, (key, no), row, before, log.size))
        }
    }
}

fn how_far(searched: &Searched) -> Markup {
    html! {
        p.strip-note {
            "Searched " (searched.window()) ". "
            @if let Some(next) = searched.rest() { a href=(next) { "Search the rest" } }
        }
    }
}

fn totals(log: &LogView) -> Markup {
    let shown = i64::try_from(log.rows.len()).unwrap_or(i64::MAX);
    let noun = log.filter.category.map_or("messages", |category| noun(category, 2));
    html! {
        (number(shown)) " of "
        @match log.total {
            Some(n) => { (number(n)) " " },
            None => "the matching ",
        }
        (noun)
    }
}
