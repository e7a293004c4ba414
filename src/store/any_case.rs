//! Texts compared in any case. Neither database knows the case of letters that are not English, so a pattern has both
//! forms of each such letter.

use diesel::expression::{AppearsOnTable, Expression, SelectableExpression, ValidGrouping, is_aggregate};
use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::result::QueryResult;
use diesel::sql_types::{Bool, Text};

use super::backend::{PatternSyntax, pattern_syntax};
use super::connection::{Db, DbBackend};

/// Whether a column matches a pattern.
#[derive(Debug, Clone)]
pub(super) struct Matches {
    column: &'static str,
    syntax: PatternSyntax,
    pattern: String,
}

/// Whether a column contains a text, in any case.
pub(super) fn contains(db: &Db, column: &'static str, part: &str) -> Matches {
    let syntax = pattern_syntax(db);
    let pattern = match syntax {
        PatternSyntax::Glob => format!("*{}*", pattern(part, glob)),
        PatternSyntax::Regex => pattern(part, regex),
    };
    Matches { column, syntax, pattern }
}

/// Whether a column is a text, in any case.
pub(super) fn is(db: &Db, column: &'static str, text: &str) -> Matches {
    let syntax = pattern_syntax(db);
    let pattern = match syntax {
        PatternSyntax::Glob => pattern(text, glob),
        PatternSyntax::Regex => format!("^{}$", pattern(text, regex)),
    };
    Matches { column, syntax, pattern }
}

fn pattern(text: &str, literal: fn(char) -> String) -> String {
    text.chars()
        .map(|letter| match (single(letter.to_lowercase()), single(letter.to_uppercase())) {
            (Some(small), Some(large)) if small != large && !letter.is_ascii() => format!("[{small}{large}]"),
            _ => literal(letter.to_ascii_lowercase()),
        })
        .collect()
}

/// A form of a letter, if it is one letter.
fn single(mut form: impl Iterator<Item = char>) -> Option<char> {
    form.next().filter(|_| form.next().is_none())
}

fn glob(letter: char) -> String {
    if matches!(letter, '*' | '?' | '[') { format!("[{letter}]") } else { letter.to_string() }
}

fn regex(letter: char) -> String {
    if letter.is_ascii_punctuation() { format!("\\{letter}") } else { letter.to_string() }
}

impl Expression for Matches {
    type SqlType = Bool;
}

impl<Tables> AppearsOnTable<Tables> for Matches {}
impl<Tables> SelectableExpression<Tables> for Matches {}

impl<Columns> ValidGrouping<Columns> for Matches {
    type IsAggregate = is_aggregate::Never;
}

impl QueryId for Matches {
    type QueryId = ();
    /// The type does not have the column.
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl QueryFragment<DbBackend> for Matches {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DbBackend>) -> QueryResult<()> {
        out.push_sql("lower(");
        out.push_sql(self.column);
        out.push_sql(")");
        out.push_sql(match self.syntax {
            PatternSyntax::Glob => " GLOB ",
            PatternSyntax::Regex => " ~ ",
        });
        out.push_bind_param::<Text, _>(&self.pattern)?;
        Ok(())
    }
}
