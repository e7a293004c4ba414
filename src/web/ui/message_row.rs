//! A row of a log.

use maud::{Markup, html};

use super::table::{Column, numbers, text};
use super::{Badge, PageContext, clock, failure, foreign, time};
use crate::clock::Stamp;
use crate::domain::message::StoredMessage;
use crate::ids::{RunNo, Seq, SystemKey};
use crate::web::urls::{self, PageSize};

/// A message with its text from the catalogue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MessageRow {
    pub message: StoredMessage,
    pub text: String,
}

pub const COLUMNS: [Column<'_>; 6] =
    [numbers("No."), text("Time"), text("Category"), text("Code"), text("Item"), text("Message")];

/// A row. `before` is the time of the row above: a new day is named.
#[must_use]
pub fn message_row(
    context: &PageContext,
    (key, no): (&SystemKey, RunNo),
    row: &MessageRow,
    before: Option<Stamp>,
    size: PageSize,
) -> Markup {
    let message = &row.message;
    let seq = Seq(message.seq);
    html! {
        tr #{ "m" (message.seq) } {
            td.n data-l="No." { a href=(urls::message_around(key, no, seq, size)) title="Show in context" { (message.seq) } }
            (message_cells(context, row, before))
        }
    }
}

/// The cells behind the name of a row.
#[must_use]
pub fn message_cells(context: &PageContext, row: &MessageRow, before: Option<Stamp>) -> Markup {
    let message = &row.message;
    html! {
        td data-l="Time" {
            (clock(context, message.at))
            @if before.is_none_or(|before| !time::same_day(context, before, message.at)) {
                small { (time::day(context, message.at)) }
            }
        }
        td data-l="Category" { (Badge::from(message.category)) }
        td data-l="Code" { (failure::code(&message.code)) }
        td.item data-l="Item" { (item(message)) }
        td.text data-l="Message" { (words(row)) }
    }
}

fn item(message: &StoredMessage) -> Markup {
    html! {
        @if message.item_type.is_empty() && message.item_key.is_empty() {
            span.soft { "—" }
        } @else {
            @if !message.item_type.is_empty() { (message.item_type) " · " }
            (foreign::key(&message.item_key))
        }
    }
}

fn words(row: &MessageRow) -> Markup {
    html! {
        (foreign::text(&row.text))
        @if let Some(said) = &row.message.foreign_text { " " (foreign::quote(said)) }
        @if row.message.cut { " " span.remark { "cut" } }
    }
}
