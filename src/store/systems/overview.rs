//! The systems of the overview: the first of several orders, each with its index, in one statement.

use diesel::backend::Backend;
use diesel::expression::{AppearsOnTable, Expression, SelectableExpression, ValidGrouping, is_aggregate};
use diesel::prelude::*;
use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::serialize::ToSql;
use diesel::sql_types::{BigInt, Bool, HasSqlType};

use super::reach::{InReach, Systems, groups, systems as reached};
use crate::clock::Stamp;
use crate::domain::status::Overall;
use crate::ids::{GroupId, SystemId, SystemKey};
use crate::store::backend::{PatternSyntax, pattern_syntax};
use crate::store::connection::Db;
use crate::store::error::Result;
use crate::store::schema::{systems, watches};

/// What the overview shows of a system.
#[derive(Debug, Clone, Queryable)]
pub struct OverviewSystem {
    pub id: SystemId,
    pub key: SystemKey,
    pub name: String,
    pub group_id: GroupId,
    /// How bad its last 24 hours were: the lower, the worse.
    pub day_rank: i64,
    pub next_due: Option<Stamp>,
    pub hold_since: Option<Stamp>,
    pub paused_since: Option<Stamp>,
    pub resolved: Resolved,
    pub freshness: Freshness,
    pub next_check: Option<Stamp>,
    pub last_success_at: Option<Stamp>,
}

/// The last time that a bad status became OK, if it has not become bad again.
#[derive(Debug, Clone, Copy, Queryable)]
pub struct Resolved {
    pub at: Option<Stamp>,
    /// When the status had become bad.
    pub from: Option<Stamp>,
    pub was: Option<Overall>,
}

/// When the time limit for the next success began, and when it ends; without an end there is no limit.
#[derive(Debug, Clone, Copy, Queryable)]
pub struct Freshness {
    pub from: Stamp,
    pub due: Option<Stamp>,
}

/// How many systems of each order are read.
#[derive(Debug, Clone, Copy)]
pub struct OverviewLimits {
    pub worst_days: i64,
    pub due: i64,
    pub ages: i64,
    pub paused: i64,
    pub resolved: i64,
}

/// The first systems of each order, in no order. The first ones of an order among them are the first ones of all.
pub fn overview(
    db: &mut Db,
    grant: &impl Systems,
    limits: OverviewLimits,
) -> Result<Vec<(InReach<SystemId>, OverviewSystem)>> {
    let chosen =
        Chosen { groups: groups(grant).to_vec(), all: grant.reach().is_all(), syntax: pattern_syntax(db), limits };
    let rows: Vec<OverviewSystem> = reached(grant)
        .inner_join(watches::table.on(watches::system_id.eq(systems::id)))
        .filter(chosen)
        .select((
            systems::id,
            systems::key,
            systems::name,
            systems::group_id,
            systems::day_rank,
            systems::next_due,
            systems::hold_since,
            systems::paused_since,
            (systems::resolved_at, systems::resolved_from, systems::resolved_was),
            (watches::fresh_from, systems::success_due),
            watches::next_check,
            systems::last_success_at,
        ))
        .load(db)?;
    Ok(rows.into_iter().map(|row| (InReach::new(row.id), row)).collect())
}

/// Whether a system is one of the first.
#[derive(Debug, Clone)]
struct Chosen {
    groups: Vec<GroupId>,
    /// Whether all groups are in reach.
    all: bool,
    syntax: PatternSyntax,
    limits: OverviewLimits,
}

impl Chosen {
    /// Conditions and orders, as their indexes have them.
    const fn orders(&self) -> [(&'static str, &'static str, &i64); 5] {
        let limits = &self.limits;
        [
            ("s.deleted_at IS NULL", "s.day_rank, s.name", &limits.worst_days),
            (
                "s.deleted_at IS NULL AND s.hold_since IS NULL AND s.paused_since IS NULL AND s.next_due IS NOT NULL",
                "s.next_due",
                &limits.due,
            ),
            ("s.deleted_at IS NULL AND s.success_due IS NOT NULL", "s.success_due", &limits.ages),
            ("s.deleted_at IS NULL AND s.paused_since IS NOT NULL", "s.paused_since DESC", &limits.paused),
            ("s.deleted_at IS NULL AND s.resolved_at IS NOT NULL", "s.resolved_at DESC", &limits.resolved),
        ]
    }
}

impl Expression for Chosen {
    type SqlType = Bool;
}

impl<Tables> AppearsOnTable<Tables> for Chosen {}
impl<Tables> SelectableExpression<Tables> for Chosen {}

impl<Columns> ValidGrouping<Columns> for Chosen {
    type IsAggregate = is_aggregate::Never;
}

impl QueryId for Chosen {
    type QueryId = ();
    /// The type does not have the number of groups.
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl<DB> QueryFragment<DB> for Chosen
where
    DB: Backend + HasSqlType<BigInt>,
    i64: ToSql<BigInt, DB>,
    GroupId: ToSql<BigInt, DB>,
{
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        out.push_sql("systems.id IN (");
        for (place, (condition, order, most)) in self.orders().into_iter().enumerate() {
            out.push_sql(if place > 0 {
                " UNION ALL SELECT id FROM (SELECT s.id FROM "
            } else {
                "SELECT id FROM (SELECT s.id FROM "
            });
            if self.all {
                out.push_sql("systems s WHERE ");
                out.push_sql(condition);
            } else {
                // The first of each group, each found by its index; of these the first.
                let (before, after) = match self.syntax {
                    PatternSyntax::Glob => ("system_groups g INNER JOIN systems s ON s.id IN (SELECT s.id", ")"),
                    PatternSyntax::Regex => ("system_groups g CROSS JOIN LATERAL (SELECT s.*", ") AS s"),
                };
                out.push_sql(before);
                out.push_sql(" FROM systems s WHERE s.group_id = g.id AND ");
                out.push_sql(condition);
                out.push_sql(" ORDER BY ");
                out.push_sql(order);
                out.push_sql(" LIMIT ");
                out.push_bind_param::<BigInt, _>(most)?;
                out.push_sql(after);
                out.push_sql(" WHERE g.id IN (");
                let last = self.groups.last();
                let padding = self.groups.len().next_power_of_two() - self.groups.len();
                for (place, group) in self.groups.iter().chain(last.into_iter().cycle().take(padding)).enumerate() {
                    if place > 0 {
                        out.push_sql(", ");
                    }
                    out.push_bind_param::<BigInt, _>(group)?;
                }
                out.push_sql(")");
            }
            out.push_sql(" ORDER BY ");
            out.push_sql(order);
            out.push_sql(" LIMIT ");
            out.push_bind_param::<BigInt, _>(most)?;
            out.push_sql(") AS first");
        }
        out.push_sql(")");
        Ok(())
    }
}
