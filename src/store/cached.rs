//! Parts of statements whose text does not vary, so that diesel prepares the statement once for each connection. It
//! prepares statements with raw SQL or with a list ([`eq_any`](ExpressionMethods::eq_any)) each time, as it cannot know.

use std::marker::PhantomData;

use diesel::backend::Backend;
use diesel::expression::{
    AppearsOnTable, Expression, SelectableExpression, TypedExpressionType, ValidGrouping, is_aggregate,
};
use diesel::prelude::*;
use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::serialize::ToSql;
use diesel::sql_types::{Bool, HasSqlType, SingleValue};

use super::connection::DbBackend;

/// SQL that is written in the source.
#[derive(Debug, Clone, Copy)]
pub(super) struct Fixed<T>(&'static str, PhantomData<T>);

/// An expression in SQL.
pub(super) const fn fixed<T>(sql: &'static str) -> Fixed<T> {
    Fixed(sql, PhantomData)
}

impl<T: TypedExpressionType> Expression for Fixed<T> {
    type SqlType = T;
}

impl<T, Tables> AppearsOnTable<Tables> for Fixed<T> where Self: Expression {}
impl<T, Tables> SelectableExpression<Tables> for Fixed<T> where Self: AppearsOnTable<Tables> {}

impl<T, Columns> ValidGrouping<Columns> for Fixed<T> {
    type IsAggregate = is_aggregate::Never;
}

impl<T> QueryId for Fixed<T> {
    type QueryId = ();
    /// The type does not have the text.
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl<T, DB: Backend> QueryFragment<DB> for Fixed<T> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        out.push_sql(self.0);
        Ok(())
    }
}

/// Whether a column has one of some values. The last value is repeated up to a power of two, so that there are few
/// different texts.
#[derive(Debug, Clone)]
pub(super) struct IsIn<C, V> {
    column: C,
    values: Vec<V>,
}

/// `column IN (…)`; false for no values.
pub(super) fn is_in<C: Expression, V>(column: C, values: impl Into<Vec<V>>) -> IsIn<C, V> {
    IsIn { column, values: values.into() }
}

impl<C: Expression, V> Expression for IsIn<C, V> {
    type SqlType = Bool;
}

impl<C: AppearsOnTable<Tables>, V, Tables> AppearsOnTable<Tables> for IsIn<C, V> {}
impl<C: SelectableExpression<Tables>, V, Tables> SelectableExpression<Tables> for IsIn<C, V> {}

impl<C: ValidGrouping<Columns>, V, Columns> ValidGrouping<Columns> for IsIn<C, V> {
    type IsAggregate = C::IsAggregate;
}

impl<C, V> QueryId for IsIn<C, V> {
    type QueryId = ();
    /// The type does not have the number of values.
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl<C, V> QueryFragment<DbBackend> for IsIn<C, V>
where
    C: Expression + QueryFragment<DbBackend>,
    C::SqlType: SingleValue,
    DbBackend: HasSqlType<C::SqlType>,
    V: ToSql<C::SqlType, DbBackend>,
{
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DbBackend>) -> QueryResult<()> {
        let Some(last) = self.values.last() else {
            out.push_sql("1 = 0");
            return Ok(());
        };
        self.column.walk_ast(out.reborrow())?;
        out.push_sql(" IN (");
        let padding = self.values.len().next_power_of_two() - self.values.len();
        let all = self.values.iter().chain(std::iter::repeat_n(last, padding));
        for (place, value) in all.enumerate() {
            if place > 0 {
                out.push_sql(", ");
            }
            out.push_bind_param::<C::SqlType, V>(value)?;
        }
        out.push_sql(")");
        Ok(())
    }
}
