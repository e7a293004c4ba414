//! Tables: a caption, column headers, and a frame that scrolls when the table is too wide.

use maud::{Markup, html};

use super::foreign;

/// A column header.
#[derive(Debug, Clone, Copy)]
pub struct Column<'a> {
    pub title: &'a str,
    /// Of a column with buttons, of one that only wide screens show, and the like.
    pub class: &'static str,
    pub sort: Option<Sort<'a>>,
    /// Whether only screen readers are told its title.
    pub is_hidden: bool,
}

/// How the rows are sorted by a column.
#[derive(Debug, Clone, Copy)]
pub struct Sort<'a> {
    /// The page that is sorted by it.
    pub address: &'a str,
    pub is_current: bool,
    /// Of `aria-sort`: `ascending` or `descending`.
    pub direction: &'static str,
}

/// A column of text.
#[must_use]
pub const fn text(title: &str) -> Column<'_> {
    Column { title, class: "", sort: None, is_hidden: false }
}

/// A column of numbers.
#[must_use]
pub const fn numbers(title: &str) -> Column<'_> {
    Column { class: "n", ..text(title) }
}

/// A column of buttons, which are not on paper.
#[must_use]
pub const fn actions(title: &str) -> Column<'_> {
    Column { class: "act", ..text(title) }
}

/// A column of check boxes.
#[must_use]
pub const fn picks(title: &str) -> Column<'_> {
    Column { class: "pick", is_hidden: true, ..text(title) }
}

/// A column that only wide screens show.
#[must_use]
pub const fn wide(title: &str) -> Column<'_> {
    Column { class: "lo", ..text(title) }
}

/// A table with its rows. The caption is read out; the heading above it is for the eye.
#[must_use]
pub fn table(caption: &Markup, columns: &[Column<'_>], rows: &Markup) -> Markup {
    html! {
        div.scroll {
            table.t {
                caption.vh { (caption) }
                thead { tr { @for column in columns { (header(*column)) } } }
                tbody { (rows) }
            }
        }
    }
}

fn header(column: Column<'_>) -> Markup {
    let sorted = column.sort.filter(|sort| sort.is_current);
    let class = (!column.class.is_empty()).then_some(column.class);
    html! {
        th scope="col" class=[class] aria-sort=[sorted.map(|sort| sort.direction)] {
            @match column.sort {
                Some(sort) => a href=(sort.address) { (column.title) @if sort.is_current { span aria-hidden="true" { (if sort.direction == "ascending" { " ↑" } else { " ↓" }) } } },
                None if column.is_hidden => span.vh { (column.title) },
                None => (foreign::name(column.title)),
            }
        }
    }
}
