//! What a system consists of: its lanes, and its children.

use maud::{Markup, html};

use crate::clock::Stamp;
use crate::ids::SystemKey;
use crate::queries::systems::{Lane, System};
use crate::web::present::{self, Busy};
use crate::web::ui::table::{Column, numbers, table, text};
use crate::web::ui::{Badge, PageContext, foreign, number};
use crate::web::urls::{self, Cursor, SystemsQuery};

use super::{SystemView, moment};

/// A lane in the table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LaneRow {
    pub name: String,
    pub status: Badge,
    pub last_attempt: Option<Stamp>,
    pub last_success: Option<Stamp>,
    pub failures_in_row: i64,
}

/// A child in the table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChildRow {
    pub key: SystemKey,
    pub name: String,
    pub overall: Badge,
    pub sources: String,
    pub synchronization: Badge,
    pub last_attempt: Option<Stamp>,
    pub last_success: Option<Stamp>,
}

/// The lanes of a system that has several.
pub(in super::super) fn lane_rows(lanes: &[Lane]) -> Vec<LaneRow> {
    if lanes.len() < 2 {
        return Vec::new();
    }
    lanes.iter().map(lane_row).collect()
}

fn lane_row(lane: &Lane) -> LaneRow {
    LaneRow {
        name: lane.name.clone(),
        status: present::lane_badge(lane.synchronization),
        last_attempt: lane.last_attempt_at,
        last_success: lane.last_success_at,
        failures_in_row: lane.failures_in_row,
    }
}

pub(in super::super) fn child_row(system: &System) -> ChildRow {
    ChildRow {
        key: system.key.clone(),
        name: system.name.clone(),
        overall: present::overall(system),
        sources: present::sources(system, None).join(", "),
        synchronization: present::synchronization_badge(system, &Busy::default()),
        last_attempt: system.last_attempt_at,
        last_success: system.last_success_at,
    }
}

const LANES: [Column<'_>; 5] =
    [text("Lane"), text("Status"), text("Last run"), text("Last success"), numbers("Consecutive failures")];

pub(super) fn lanes(context: &PageContext, lanes: &[LaneRow]) -> Markup {
    html! {
        @if !lanes.is_empty() {
            section.box aria-labelledby="lanes-title" {
                header.bh { h2 #lanes-title { "Lanes" } }
                (table(&html! { "Lanes of this system, which can run at the same time" }, &LANES, &html! {
                    @for lane in lanes {
                        tr {
                            th scope="row" data-l="Lane" { (foreign::name(&lane.name)) }
                            td data-l="Status" { (lane.status) }
                            td data-l="Last run" { (moment(context, lane.last_attempt, "Never")) }
                            td data-l="Last success" { (moment(context, lane.last_success, "Never")) }
                            td.n data-l="Consecutive failures" { (number(lane.failures_in_row)) }
                        }
                    }
                }))
            }
        }
    }
}

const CHILDREN: [Column<'_>; 5] =
    [text("Status"), text("System"), text("Synchronization"), text("Last run"), text("Last success")];

pub(super) fn children(context: &PageContext, view: &SystemView) -> Markup {
    html! {
        @if !view.children.is_empty() {
            section.box aria-labelledby="children-title" {
                header.bh { h2 #children-title { "Child systems" } }
                (table(&html! { "Systems in " (foreign::name(&view.name)) ", worst first" }, &CHILDREN, &html! {
                    @for child in &view.children { (child_cells(context, child)) }
                }))
                @if view.has_more_children { p { a href=(urls::systems(&SystemsQuery::within(&view.key), &Cursor::default())) { "All child systems" } } }
            }
        }
    }
}

fn child_cells(context: &PageContext, child: &ChildRow) -> Markup {
    html! {
        tr {
            td data-l="Status" {
                (child.overall)
                @if !child.sources.is_empty() { small { (child.sources) } }
            }
            th.c-nm scope="row" { a href=(urls::system(&child.key)) { (foreign::name(&child.name)) } }
            td data-l="Synchronization" { (child.synchronization) }
            td data-l="Last run" { (moment(context, child.last_attempt, "Never")) }
            td data-l="Last success" { (moment(context, child.last_success, "Never")) }
        }
    }
}
