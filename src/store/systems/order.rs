//! The orders of the list of systems, each with its index.

use std::cmp::Ordering;

use diesel::backend::Backend;
use diesel::expression::{AppearsOnTable, Expression, SelectableExpression, ValidGrouping, is_aggregate};
use diesel::prelude::*;
use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::serialize::ToSql;
use diesel::sql_types::{BigInt, Bool, HasSqlType, Text};

use super::question::{Sort, SystemCursor, SystemFilter};
use super::reach::Reached;
use super::record::System;
use crate::domain::status::Overall;
use crate::store::cached::fixed;
use crate::store::schema::systems;

/// Worst first.
pub(super) const RANK: &str = "systems.overall_rank";
/// The longest ago first.
const SUCCESS: &str = "systems.success_rank";

/// The place of a status in the order of [`RANK`].
pub(super) const fn rank(overall: Overall) -> i64 {
    match overall {
        Overall::Error => 0,
        Overall::Warning => 1,
        Overall::Ok => 2,
        Overall::OnHold => 3,
        Overall::Open => 4,
    }
}

/// In which order, and in which direction, a page is read. Systems of the same rank are in the order of their names.
#[derive(Debug, Clone, Copy)]
pub(super) struct Order {
    sort: Sort,
    /// What comes before the name; nothing where all systems have the same rank.
    lead: Option<&'static str>,
    is_backwards: bool,
}

impl Order {
    pub(super) fn of(filter: &SystemFilter, is_backwards: bool) -> Self {
        let lead = match filter.sort {
            Sort::Status => filter.status.is_none().then_some(RANK),
            Sort::Name => None,
            Sort::LastSuccess => Some(SUCCESS),
        };
        Self { sort: filter.sort, lead, is_backwards }
    }

    pub(super) fn sorted(self, query: Reached<'_>) -> Reached<'_> {
        match (self.lead.map(fixed::<BigInt>), self.is_backwards) {
            (Some(lead), false) => query.order((lead.asc(), systems::name.asc(), systems::key.asc())),
            (Some(lead), true) => query.order((lead.desc(), systems::name.desc(), systems::key.desc())),
            (None, false) => query.order((systems::name.asc(), systems::key.asc())),
            (None, true) => query.order((systems::name.desc(), systems::key.desc())),
        }
    }

    /// What comes after the place where a page begins.
    pub(super) fn after(self, cursor: &SystemCursor) -> Compared {
        self.compared(if self.is_backwards { " < (" } else { " > (" }, cursor)
    }

    /// What comes up to a place.
    pub(super) fn up_to(self, cursor: &SystemCursor) -> Compared {
        self.compared(if self.is_backwards { " >= (" } else { " <= (" }, cursor)
    }

    fn compared(self, operator: &'static str, cursor: &SystemCursor) -> Compared {
        Compared { lead: self.lead, operator, cursor: cursor.clone() }
    }

    /// Which of two systems comes first: both databases order texts by their bytes.
    pub(super) fn compare(self, one: &System, other: &System) -> Ordering {
        let place = |system| {
            let SystemCursor { rank, name, key } = self.cursor(system);
            (rank, name, key.to_string())
        };
        let order = place(one).cmp(&place(other));
        if self.is_backwards { order.reverse() } else { order }
    }

    /// The place of a system.
    pub(super) fn cursor(self, system: &System) -> SystemCursor {
        let rank = match self.sort {
            Sort::Status => rank(system.overall),
            Sort::Name => 0,
            Sort::LastSuccess => system.last_success_at.map_or(0, |at| at.0),
        };
        SystemCursor { rank, name: system.name.clone(), key: system.key.clone() }
    }
}

/// The place of a system compared with a cursor, as one row value: databases find it by the index.
#[derive(Debug, Clone)]
pub(super) struct Compared {
    lead: Option<&'static str>,
    operator: &'static str,
    cursor: SystemCursor,
}

impl Expression for Compared {
    type SqlType = Bool;
}

impl AppearsOnTable<systems::table> for Compared {}
impl SelectableExpression<systems::table> for Compared {}

impl<Columns> ValidGrouping<Columns> for Compared {
    type IsAggregate = is_aggregate::Never;
}

impl QueryId for Compared {
    type QueryId = ();
    /// The type does not have the order.
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl<DB> QueryFragment<DB> for Compared
where
    DB: Backend + HasSqlType<BigInt> + HasSqlType<Text>,
    i64: ToSql<BigInt, DB>,
    String: ToSql<Text, DB>,
    crate::ids::SystemKey: ToSql<Text, DB>,
{
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        out.push_sql("(");
        if let Some(lead) = self.lead {
            out.push_sql(lead);
            out.push_sql(", ");
        }
        out.push_sql("systems.name, systems.key)");
        out.push_sql(self.operator);
        if self.lead.is_some() {
            out.push_bind_param::<BigInt, _>(&self.cursor.rank)?;
            out.push_sql(", ");
        }
        out.push_bind_param::<Text, _>(&self.cursor.name)?;
        out.push_sql(", ");
        out.push_bind_param::<Text, _>(&self.cursor.key)?;
        out.push_sql(")");
        Ok(())
    }
}
