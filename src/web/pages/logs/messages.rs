//! The messages of all systems in reach, newest run first.

use actix_web::HttpResponse;
use actix_web::web::{Data, Query};
use maud::{Markup, html};

use super::filter::{FilterView, FormView, Wrong, filter, form, times};
use super::sections::{self, Section};
use crate::access::verbs;
use crate::clock::Stamp;
use crate::domain::message::Category;
use crate::ids::{RunNo, Seq, SystemKey};
use crate::queries::logs::{FoundMessage, FoundMessages, MessagesQuestion, messages_across};
use crate::queries::{Db, Start};
use crate::web::extract::{Loaded, Viewer};
use crate::web::loader::{LoadError, Reading};
use crate::web::present;
use crate::web::response;
use crate::web::state::App;
use crate::web::ui::foreign;
use crate::web::ui::layout::head;
use crate::web::ui::message_row::{COLUMNS, MessageRow, message_cells};
use crate::web::ui::table::{Column, table, text};
use crate::web::ui::tabs::{SectionLink, sections};
use crate::web::ui::text::count;
use crate::web::ui::time::time_inside;
use crate::web::ui::{Nav, PageContext, empty, page};
use crate::web::urls::{self, Cursor, LogsQuery, MessagesQuery, PageSize};

/// What the page shows.
#[derive(Debug, Clone)]
pub struct MessagesView {
    pub sections: Vec<SectionLink>,
    pub q: String,
    pub filter: FilterView,
    pub rows: Vec<MessageOf>,
    /// No message has ever had the code that is asked for.
    pub is_code_unknown: bool,
    /// The search has looked back to this time, and continues there.
    pub rest: Option<(Stamp, String)>,
    /// The page does not begin with the newest messages.
    pub is_continued: bool,
    pub message_days: u32,
}

/// A message with its run and its system.
#[derive(Debug, Clone)]
pub struct MessageOf {
    pub key: SystemKey,
    pub system: String,
    pub group: String,
    pub deleted: bool,
    pub run: RunNo,
    pub row: MessageRow,
}

type Found = FoundMessages<(&'static str, Wrong)>;

/// Reads the page.
///
/// # Errors
/// When the database cannot be read.
pub fn load(reading: &Reading, db: &mut Db) -> Result<Found, LoadError> {
    let (query, cursor): (MessagesQuery, Cursor) = (reading.query()?, reading.query()?);
    let after = match cursor.start() {
        Start::After(cursor) => Some(cursor),
        Start::First | Start::Before(_) | Start::Last => None,
    };
    let asked = MessagesQuestion {
        q: &query.q,
        after,
        limit: usize::try_from(query.runs.size.rows()).unwrap_or(usize::MAX),
        words: &reading.app.words,
        kept: reading.app.kept(reading.now),
    };
    let grant = reading.grant::<verbs::ReadLogs>()?;
    let moment = (reading.zone, reading.now);
    Ok(messages_across(db, &grant, |groups| filter(&reading.app, moment, &query.runs, groups), &asked)?)
}

/// The page.
pub async fn show(
    Loaded(found): Loaded<Found>,
    viewer: Viewer,
    query: Query<MessagesQuery>,
    cursor: Query<Cursor>,
    app: Data<App>,
) -> HttpResponse {
    let query = query.into_inner();
    let rest =
        found.rest.map(|(cursor, since)| (since, urls::logs_messages(&query, &Cursor::of(&Start::After(cursor)))));
    let shown = MessagesView {
        sections: sections::of(&viewer, Section::Messages),
        q: query.q.clone(),
        filter: FilterView::new(query.runs, &found.groups, found.wrong),
        rows: found.rows.into_iter().map(to_view).collect(),
        is_code_unknown: found.is_code_unknown,
        rest,
        is_continued: cursor.is_within(),
        message_days: app.portal.message_days,
    };
    response::page(view(&viewer.page_context(Some(Nav::Logs)), &shown))
}

fn to_view(found: FoundMessage) -> MessageOf {
    let FoundMessage { key, system, group, deleted, run, message } = found;
    MessageOf { key, system, group, deleted, run, row: present::message_row(message) }
}

#[must_use]
pub fn view(context: &PageContext, view: &MessagesView) -> Markup {
    let lead = html! { span.soft { "Messages of all systems whose logs you can read, kept for " (view.message_days) " days" } };
    page(
        context,
        "Messages",
        &html! {
            (head(&html! { "Logs" }, &lead, &html! {}))
            (sections("Kinds of logs", &view.sections))
            section.box.log aria-label="Messages" {
                (filters(view))
                @if view.rows.is_empty() {
                    (nothing(context, view))
                } @else {
                    (table(&html! { "Messages, newest run first" }, &columns(), &rows(context, view)))
                    p.strip-note {
                        (count(i64::try_from(view.rows.len()).unwrap_or(i64::MAX), "message", "messages")) ", the newest run first. "
                        (how_far(context, view))
                    }
                }
            }
        },
    )
}

fn columns() -> Vec<Column<'static>> {
    let [_no, rest @ ..] = COLUMNS;
    std::iter::once(text("System and run")).chain(rest).collect()
}

fn filters(view: &MessagesView) -> Markup {
    let runs = &view.filter.query;
    let at =
        |q: &str, runs: LogsQuery| urls::logs_messages(&MessagesQuery { q: q.to_owned(), runs }, &Cursor::default());
    let mut presets = times(&runs.since, |since| at(&view.q, LogsQuery { since, ..runs.clone() }));
    let fails = runs.category == Category::Error.as_str();
    let category = if fails { String::new() } else { Category::Error.as_str().to_owned() };
    presets.push(SectionLink {
        label: "Failures",
        address: at(&view.q, LogsQuery { category, ..runs.clone() }),
        current: fails,
    });
    let is_narrow = !view.q.is_empty() || runs.is_narrow();
    let of = FormView {
        action: urls::LOGS_MESSAGES,
        noun: "Messages",
        words: Some(&view.q),
        clear: is_narrow.then(|| at("", runs.widened())),
        presets,
    };
    form(&of, &view.filter)
}

fn rows(context: &PageContext, view: &MessagesView) -> Markup {
    let before = std::iter::once(None).chain(view.rows.iter().map(|of| Some(of.row.message.at)));
    html! {
        @for (of, before) in view.rows.iter().zip(before) {
            @let seq = Seq(of.row.message.seq);
            tr {
                th.c-nm scope="row" data-l="System and run" {
                    a href=(urls::message_around(&of.key, of.run, seq, PageSize::default())) {
                        (foreign::name(&of.system)) " " span.soft { "run " (of.run) span.vh { ", message " (seq) } }
                    }
                    small { (foreign::name(&of.group)) @if of.deleted { " · deleted" } }
                }
                (message_cells(context, &of.row, before))
            }
        }
    }
}

/// How far the search got, and where it continues.
fn how_far(context: &PageContext, view: &MessagesView) -> Markup {
    html! {
        @match &view.rest {
            Some((since, rest)) => {
                "Searched the runs requested since " (time_inside(context, *since)) ". " a href=(rest) { "Search the rest" }
            },
            None => "Searched all runs whose messages are kept.",
        }
    }
}

fn nothing(context: &PageContext, view: &MessagesView) -> Markup {
    let all =
        urls::logs_messages(&MessagesQuery { q: String::new(), runs: view.filter.query.widened() }, &Cursor::default());
    let all = html! { a href=(all) { "Show all messages" } };
    if !view.filter.wrong.is_empty() {
        return empty::empty("No messages are shown: correct the filter.", &html! { p { (all) } });
    }
    if view.is_code_unknown {
        let code = &view.filter.query.code;
        return empty::empty(
            &format!("No message has the code {}.", code.to_uppercase()),
            &html! { p { a href=(urls::help_search(code)) { "Search the list of codes" } " · " (all) } },
        );
    }
    if view.rest.is_some() {
        let none = if view.is_continued { "No further matches so far." } else { "No matches so far." };
        return empty::empty(none, &html! { p { (how_far(context, view)) " · " (all) } });
    }
    if view.q.is_empty() && !view.filter.query.is_narrow() && !view.is_continued {
        return empty::empty(
            "No messages yet.",
            &html! { p { "Messages of all runs appear here, newest run first." } },
        );
    }
    let none = if view.is_continued { "No further messages match." } else { "No messages match." };
    empty::empty(none, &html! { p { (how_far(context, view)) " " (all) } })
}
