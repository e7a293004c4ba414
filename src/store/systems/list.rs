//! The list of systems: filtered, sorted and paged by key; never counted.

use std::collections::HashMap;

use diesel::prelude::*;

use super::reach::{Systems, systems as reached};
use super::record::System;
use crate::access::Scope;
use crate::domain::status::Overall;
use crate::ids::{GroupId, SystemKey};
use crate::store::cached::{fixed, is_in};
use crate::store::connection::Db;
use crate::store::error::Result;
use crate::store::schema::{system_counts, system_groups, systems};

/// What to show.
#[derive(Debug, Clone, Default)]
pub struct SystemFilter {
    pub status: Option<Overall>,
    pub kind: Option<String>,
    pub group: Option<GroupId>,
    /// Part of the name, in any case.
    pub name: Option<String>,
    pub sort: Sort,
}

/// In which order.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Sort {
    /// Worst first, then by name.
    #[default]
    Status,
    Name,
    /// The longest ago first; never synchronized before all.
    LastSuccess,
}

/// A place in the order: what the last row of a page is known by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SystemCursor {
    pub rank: i64,
    pub name: String,
    /// Tells apart what has the same name; the number inside the database never leaves it.
    pub key: SystemKey,
}

/// Which rows to read.
#[derive(Debug, Clone)]
pub enum Page {
    First,
    After(SystemCursor),
    Before(SystemCursor),
    Last,
}

/// A row of the list.
#[derive(Debug, Clone)]
pub struct Listed {
    pub system: System,
    pub group: String,
    pub place: SystemCursor,
}

diesel::define_sql_function!(fn lower(text: diesel::sql_types::Text) -> diesel::sql_types::Text);

/// Up to `limit` rows, and the next one in the direction that was read.
pub fn list(
    db: &mut Db,
    grant: &impl Systems,
    filter: &SystemFilter,
    page: &Page,
    limit: i64,
) -> Result<(Vec<Listed>, Option<SystemCursor>)> {
    use diesel::sql_types::BigInt;

    let rank = || match filter.sort {
        Sort::Status => fixed::<BigInt>(
            "CAST(CASE systems.overall WHEN 'error' THEN 0 WHEN 'warning' THEN 1 WHEN 'ok' THEN 2 ELSE 3 END AS BIGINT)",
        ),
        Sort::Name => fixed::<BigInt>("CAST(CASE WHEN systems.id > 0 THEN 0 ELSE 1 END AS BIGINT)"),
        Sort::LastSuccess => fixed::<BigInt>("coalesce(systems.last_success_at, 0)"),
    };
    let mut query = reached(grant);
    if let Some(status) = filter.status {
        query = query.filter(systems::overall.eq(status));
    }
    if let Some(kind) = &filter.kind {
        query = query.filter(systems::kind.eq(kind.clone()));
    }
    if let Some(group) = filter.group {
        query = query.filter(systems::group_id.eq(group));
    }
    if let Some(part) = &filter.name {
        let [typed, upper, small] = patterns(part);
        query = query.filter(
            lower(systems::name).like(typed).escape('\\').or(lower(systems::name).like(upper).escape('\\')).or(lower(
                systems::name,
            )
            .like(small)
            .escape('\\')),
        );
    }
    let backwards = matches!(page, Page::Before(_) | Page::Last);
    query = match page {
        Page::First | Page::Last => query,
        Page::After(place) => query.filter(
            rank().gt(place.rank).or(rank().eq(place.rank).and(
                systems::name
                    .gt(place.name.clone())
                    .or(systems::name.eq(place.name.clone()).and(systems::key.gt(&place.key))),
            )),
        ),
        Page::Before(place) => query.filter(
            rank().lt(place.rank).or(rank().eq(place.rank).and(
                systems::name
                    .lt(place.name.clone())
                    .or(systems::name.eq(place.name.clone()).and(systems::key.lt(&place.key))),
            )),
        ),
    };
    query = if backwards {
        query.order((rank().desc(), systems::name.desc(), systems::key.desc()))
    } else {
        query.order((rank().asc(), systems::name.asc(), systems::key.asc()))
    };
    let mut rows: Vec<(System, i64)> = query.limit(limit + 1).select((System::as_select(), rank())).load(db)?;
    let more = i64::try_from(rows.len()).unwrap_or(i64::MAX) > limit;
    let beyond = if more { rows.pop() } else { None };
    if backwards {
        rows.reverse();
    }
    let groups: HashMap<GroupId, String> =
        system_groups::table.select((system_groups::id, system_groups::name)).load(db)?.into_iter().collect();
    let listed = rows
        .into_iter()
        .map(|(system, rank)| Listed {
            place: cursor_of(&system, rank),
            group: groups.get(&system.group_id).cloned().unwrap_or_default(),
            system,
        })
        .collect();
    Ok((listed, beyond.map(|(system, rank)| cursor_of(&system, rank))))
}

fn cursor_of(system: &System, rank: i64) -> SystemCursor {
    SystemCursor { rank, name: system.name.clone(), key: system.key.clone() }
}

/// What a part of a name may look like, with small English letters: neither database knows the case of others, so they
/// are looked for as typed, all large and all small.
pub(in crate::store) fn patterns(part: &str) -> [String; 3] {
    let others = |change: fn(char) -> String| {
        part.chars()
            .map(|letter| if letter.is_ascii() { letter.to_string() } else { change(letter) })
            .collect::<String>()
    };
    let forms = [
        part.to_owned(),
        others(|letter| letter.to_uppercase().collect()),
        others(|letter| letter.to_lowercase().collect()),
    ];
    forms.map(|form| format!("%{}%", escape_like(&form.to_ascii_lowercase())))
}

/// `%`, `_` and `\` as themselves.
fn escape_like(text: &str) -> String {
    text.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_")
}

/// How many systems in reach have each overall status, from maintained counts.
pub fn counts(db: &mut Db, grant: &impl Systems) -> Result<HashMap<Overall, i64>> {
    let mut query = system_counts::table.into_boxed();
    if let Scope::Groups(groups) = grant.reach() {
        query = query.filter(is_in(system_counts::group_id, groups.clone()));
    }
    let rows: Vec<(Overall, i64)> = query.select((system_counts::overall, system_counts::n)).load(db)?;
    let mut counts = HashMap::new();
    for (overall, n) in rows {
        *counts.entry(overall).or_insert(0) += n;
    }
    Ok(counts)
}
