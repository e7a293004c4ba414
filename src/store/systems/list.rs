//! The list of systems: filtered, sorted and paged by key; never counted.

use std::collections::HashMap;

use diesel::prelude::*;
use diesel::sql_types::BigInt;

use super::order::{Order, RANK, rank};
use super::question::{Page, SystemCursor, SystemFilter};
use super::reach::{Reached, Systems, systems as reached};
use super::record::System;
use crate::access::Scope;
use crate::domain::status::Overall;
use crate::ids::{GroupId, SystemId};
use crate::store::cached::{fixed, is_in};
use crate::store::connection::Db;
use crate::store::error::Result;
use crate::store::schema::{system_counts, system_groups, systems};

/// A row of the list.
#[derive(Debug, Clone)]
pub struct Listed {
    pub system: System,
    pub group: String,
    pub place: SystemCursor,
}

/// Some systems.
#[derive(Debug, Clone, Default)]
pub struct ListedSystems {
    pub rows: Vec<Listed>,
    /// The next one in the direction that was read.
    pub beyond: Option<SystemCursor>,
    /// The search has examined [`WINDOW`] systems, up to this place, and continues behind it.
    pub searched_to: Option<SystemCursor>,
}

/// Maximum number of systems examined for one page under a filter that no index has: few may match.
pub const WINDOW: i64 = 10_000;

diesel::define_sql_function!(fn lower(text: diesel::sql_types::Text) -> diesel::sql_types::Text);

/// Up to `limit` rows.
pub fn list(
    db: &mut Db,
    grant: &impl Systems,
    filter: &SystemFilter,
    page: &Page,
    limit: i64,
) -> Result<ListedSystems> {
    let order = Order::of(filter, page);
    let found = || order.sorted(from(order, indexed(grant, filter), page));
    let mut rows: Vec<System>;
    let mut end = None;
    if filter.is_search() {
        let last: Option<System> = found().offset(WINDOW - 1).select(System::as_select()).first(db).optional()?;
        end = last.map(|last| order.cursor(&last));
        let mut query = matching(found(), filter);
        if let Some(end) = &end {
            query = query.filter(order.up_to(end));
        }
        rows = query.limit(limit + 1).select(System::as_select()).load(db)?;
    } else {
        let mut query = found();
        if let (Scope::Groups(groups), None) = (grant.reach(), filter.group)
            && groups.len() > 1
        {
            // No index has the order of several groups: the first of each, of which the first are shown.
            let mut first: Vec<SystemId> = Vec::new();
            for group in groups {
                let of_group = found().filter(systems::group_id.eq(*group));
                first.extend(of_group.limit(limit + 1).select(systems::id).load::<SystemId>(db)?);
            }
            query = query.filter(is_in(systems::id, first));
        }
        rows = query.limit(limit + 1).select(System::as_select()).load(db)?;
    }
    let more = i64::try_from(rows.len()).unwrap_or(i64::MAX) > limit;
    let beyond = if more { rows.pop() } else { None };
    if order.is_backwards() {
        rows.reverse();
    }
    let groups: HashMap<GroupId, String> =
        system_groups::table.select((system_groups::id, system_groups::name)).load(db)?.into_iter().collect();
    let listed = rows.into_iter().map(|system| Listed {
        place: order.cursor(&system),
        group: groups.get(&system.group_id).cloned().unwrap_or_default(),
        system,
    });
    Ok(ListedSystems {
        rows: listed.collect(),
        beyond: beyond.map(|system| order.cursor(&system)),
        searched_to: end.filter(|_| !more),
    })
}

/// Systems in reach under the filters that indexes have.
fn indexed<'a>(grant: &impl Systems, filter: &SystemFilter) -> Reached<'a> {
    let mut query = reached(grant);
    if let Some(status) = filter.status {
        query = query.filter(fixed::<BigInt>(RANK).eq(rank(status)));
    }
    if let Some(group) = filter.group {
        query = query.filter(systems::group_id.eq(group));
    }
    query
}

fn from<'a>(order: Order, query: Reached<'a>, page: &Page) -> Reached<'a> {
    match page {
        Page::First | Page::Last => query,
        Page::After(place) | Page::Before(place) => query.filter(order.after(place)),
    }
}

/// The filters that no index has.
fn matching<'a>(mut query: Reached<'a>, filter: &SystemFilter) -> Reached<'a> {
    if let Some(kind) = &filter.kind {
        query = query.filter(systems::kind.eq(kind.clone()));
    }
    if let Some(part) = &filter.name {
        let [typed, upper, small] = patterns(part);
        let like = |pattern: String| lower(systems::name).like(pattern).escape('\\');
        // Comparing takes most of the time of a search, and these forms are the same.
        query = if part.is_ascii() {
            query.filter(like(typed))
        } else {
            query.filter(like(typed).or(like(upper)).or(like(small)))
        };
    }
    query
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
