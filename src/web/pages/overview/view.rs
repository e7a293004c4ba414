//! The page: a sentence that says how it is, then what needs somebody.

use maud::{Markup, html};

use super::shown::OverviewView;
use super::{day, side, turns};
use crate::web::pages::systems::list::{MemberRow, StatusCounts, action, first_steps};
use crate::web::ui::layout::head;
use crate::web::ui::text::rough;
use crate::web::ui::{Icon, PageContext, Tone, foreign, link_button, number, page, time};
use crate::web::urls::{self, Cursor, SystemsQuery};

#[must_use]
pub fn view(context: &PageContext, view: &OverviewView) -> Markup {
    let actions = html! { @if view.may_create { (link_button(urls::NEW_SYSTEM, "Connect a system", if is_new(view) { "primary" } else { "" })) } };
    page(
        context,
        "Overview",
        &html! {
            (head(&html! { span.say { (in_short(view)) } }, &html! {}, &actions))
            @if is_new(view) {
                section.box aria-label="First steps" { (first_steps("Systems that need attention are shown here.", view.may_create, "Connect your first system, synchronize it once, then set a schedule.")) }
            } @else {
                div.main2 {
                    div {
                        (needs(context, "Needs you now", ("error", view.counts.error), &view.errors))
                        (needs(context, "With warnings", ("warning", view.counts.warning), &view.warnings))
                        (day::days(context, view))
                        (turns::recovering(context, &view.found.retries, &view.found.paused))
                        (turns::resolved(context, &view.found.resolved))
                    }
                    div {
                        (side::today(context, view))
                        (side::ages(context, &view.found.ages))
                        (side::due(context, &view.found.due))
                        (statuses(view.counts))
                    }
                }
            }
        },
    )
}

fn is_new(view: &OverviewView) -> bool {
    view.counts.total() == 0
}

/// `5 systems need you. 3 have warnings, 30 are OK.`
fn in_short(view: &OverviewView) -> Markup {
    let StatusCounts { error, warning, ok, on_hold, open } = view.counts;
    let rest = [
        (warning, "has warnings", "have warnings"),
        (ok, "is OK", "are OK"),
        (on_hold, "is on hold", "are on hold"),
        (open, "is open", "are open"),
    ];
    let rest: Vec<String> = rest
        .iter()
        .filter(|(n, _one, _many)| *n > 0)
        .map(|(n, one, many)| format!("{} {}", number(*n), if *n == 1 { one } else { many }))
        .collect();
    html! {
        b {
            @match error {
                _ if is_new(view) => "No systems yet.",
                0 => "No system needs you.",
                1 => "1 system needs you.",
                n => { (number(n)) " systems need you." },
            }
        }
        @if !rest.is_empty() { " " (rest.join(", ")) "." }
    }
}

/// The first systems of a status, and a link to all of them; nothing without any.
fn needs(context: &PageContext, title: &str, (status, count): (&str, i64), rows: &[MemberRow]) -> Markup {
    html! {
        @if count > 0 || !rows.is_empty() {
            section.box aria-labelledby=(status) {
                header.bh {
                    h2 #(status) { (title) }
                    a.end href=(list_of(status)) { "All " (number(count)) }
                }
                @if !rows.is_empty() { ol.list.need { @for row in rows { (need(context, row)) } } }
                @let more = count - i64::try_from(rows.len()).unwrap_or(count);
                @if more > 0 && !rows.is_empty() { p.strip-note { a href=(list_of(status)) { (number(more)) " more" } } }
            }
        }
    }
}

fn need(context: &PageContext, row: &MemberRow) -> Markup {
    html! {
        li {
            (row.status) " "
            span { b { a href=(urls::system(&row.key)) { (foreign::name(&row.name)) } } " " small { (foreign::text(&row.note)) } } " "
            span { @if let Some(since) = row.since { b.nobreak { (rough(context.now.since(since))) } " " br; small { "since " (time::short(context, since)) } } } " "
            div { (action(context, row)) }
        }
    }
}

/// How many systems have each status.
fn statuses(counts: StatusCounts) -> Markup {
    let all = [
        (Tone::Error, Icon::Error, "error", counts.error, "Error"),
        (Tone::Warning, Icon::Warning, "warning", counts.warning, "Warning"),
        (Tone::Ok, Icon::Ok, "ok", counts.ok, "OK"),
        (Tone::Neutral, Icon::Hold, "on_hold", counts.on_hold, "On hold"),
        (Tone::Neutral, Icon::Open, "open", counts.open, "Open"),
    ];
    html! {
        section.box aria-labelledby="statuses" {
            header.bh { h2 #statuses { "Systems" } a.end href=(urls::ALL_SYSTEMS) { "All " (number(counts.total())) } }
            ul.list.tight {
                @for (tone, icon, status, n, label) in all {
                    li {
                        span.is.(tone.class()) { (icon) } " "
                        @if n == 0 { span.zero { (label) } span.end.zero { "0" } }
                        @else { a href=(list_of(status)) { (label) } " " b.end { (number(n)) } }
                    }
                }
            }
        }
    }
}

fn list_of(status: &str) -> String {
    urls::systems(&SystemsQuery { status: status.to_owned(), ..SystemsQuery::default() }, &Cursor::default())
}
