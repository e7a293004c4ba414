//! Tables: a caption, column headers, and a frame that scrolls when the table is too wide.

use maud::{Markup, html};

use super::foreign;

/// A column header.
#[derive(Debug, Clone, Copy)]
pub struct Column<'a> {
    pub title: &'a str,
    /// Numbers stand at the right.
    pub number: bool,
    /// Read out, not shown.
    pub hidden: bool,
    /// Holds what can be pressed; not on paper.
    pub acts: bool,
}

/// A column of text.
#[must_use]
pub const fn text(title: &str) -> Column<'_> {
    Column { title, number: false, hidden: false, acts: false }
}

/// A column of numbers.
#[must_use]
pub const fn numbers(title: &str) -> Column<'_> {
    Column { title, number: true, hidden: false, acts: false }
}

/// A column of buttons.
#[must_use]
pub const fn actions(title: &str) -> Column<'_> {
    Column { title, number: false, hidden: false, acts: true }
}

/// A table with its rows. The caption is read out; the heading above it is for the eye.
#[must_use]
pub fn table(caption: &Markup, columns: &[Column<'_>], rows: &Markup) -> Markup {
    html! {
        div.scroll { div.clip {
            table {
                caption.hidden { (caption) }
                thead { tr { @for column in columns { (header(*column)) } } }
                tbody { (rows) }
            }
        } }
    }
}

fn header(column: Column<'_>) -> Markup {
    html! {
        th scope="col" class=[class(column)] {
            @if column.hidden { span.hidden { (column.title) } } @else { (foreign::name(column.title)) }
        }
    }
}

fn class(column: Column<'_>) -> Option<&'static str> {
    if column.acts { Some("act") } else { column.number.then_some("n") }
}
