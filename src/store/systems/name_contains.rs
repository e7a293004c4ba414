//! The search for a part of a name.

use diesel::expression::{AppearsOnTable, Expression, SelectableExpression, ValidGrouping, is_aggregate};
use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::result::QueryResult;
use diesel::sql_types::{Bool, Text};

use crate::store::connection::DbBackend;

/// Whether the name of a system contains a text, in any case.
#[derive(Debug, Clone)]
pub(in crate::store) struct NameContains {
    /// Different ones only: comparing takes most of the time of a search.
    patterns: Vec<String>,
}

/// Systems whose name contains `part`. Neither database knows the case of letters that are not English, so they are
/// looked for as typed, all large and all small.
pub(in crate::store) fn name_contains(part: &str) -> NameContains {
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
    let mut patterns = forms.map(|form| format!("%{}%", escape_like(&form.to_ascii_lowercase()))).to_vec();
    patterns.sort();
    patterns.dedup();
    NameContains { patterns }
}

/// `%`, `_` and `\` as themselves.
fn escape_like(text: &str) -> String {
    text.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_")
}

impl Expression for NameContains {
    type SqlType = Bool;
}

impl<Tables> AppearsOnTable<Tables> for NameContains {}
impl<Tables> SelectableExpression<Tables> for NameContains {}

impl<Columns> ValidGrouping<Columns> for NameContains {
    type IsAggregate = is_aggregate::Never;
}

impl QueryId for NameContains {
    type QueryId = ();
    /// The type does not have the number of patterns.
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl QueryFragment<DbBackend> for NameContains {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DbBackend>) -> QueryResult<()> {
        for (place, pattern) in self.patterns.iter().enumerate() {
            out.push_sql(if place == 0 { "(" } else { " OR " });
            out.push_sql("lower(systems.name) LIKE ");
            out.push_bind_param::<Text, _>(pattern)?;
            out.push_sql(" ESCAPE '\\'");
        }
        out.push_sql(")");
        Ok(())
    }
}
