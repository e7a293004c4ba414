//! The replica of a system: its sets, their records, and one record with its history.

pub mod export;
mod fields;
pub mod record;
pub mod records;
pub mod sets;

use crate::access::Verb;
use crate::ids::{RunNo, SystemKey};
use crate::queries::replica::RecordsQuestion;
use crate::queries::systems::System;
use crate::web::extract::Viewer;
use crate::web::ui::foreign;
use crate::web::ui::layout::crumbs;
use crate::web::urls::{self, Cursor, RecordsQuery};
use maud::{Markup, html};

/// Which records the query means.
fn question(query: &RecordsQuery) -> RecordsQuestion {
    RecordsQuestion { prefix: query.q.clone(), state: query.state.clone(), run: query.run.map(RunNo) }
}

/// What pages of a replica have above them.
struct Above {
    key: SystemKey,
    name: String,
    /// People who only read logs see the system's name as plain text.
    may_open: bool,
}

impl Above {
    fn of(system: &System, viewer: &Viewer) -> Self {
        let may_open = viewer.may(&[Verb::SeeSystems, Verb::SeeSettings], system.group_id);
        Self { key: system.key.clone(), name: system.name.clone(), may_open }
    }

    /// The way up; `sets` below the page of sets, `set` below that of a set.
    fn crumbs(&self, sets: bool, set: Option<&str>) -> Markup {
        let mut above = Vec::new();
        if self.may_open {
            above.push((urls::SYSTEMS.to_owned(), "Systems"));
            above.push((urls::system(&self.key), self.name.as_str()));
        }
        if sets {
            above.push((urls::replica(&self.key, None), "Replica"));
        }
        if let Some(set) = set {
            above.push((urls::records(&self.key, set, &RecordsQuery::default(), &Cursor::default()), set));
        }
        html! {
            @if !self.may_open { p.crumbs { (foreign::name(&self.name)) } }
            @if !above.is_empty() { (crumbs(&above)) }
        }
    }
}
