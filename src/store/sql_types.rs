//! How the types of `domain` and `ids` are stored in the database.

use diesel::backend::Backend;
use diesel::deserialize::{self, FromSql, Queryable};
use diesel::expression::AsExpression;
use diesel::internal::derives::as_expression::Bound;
use diesel::serialize::{self, Output, ToSql};
use diesel::sql_types::{BigInt, Nullable, SingleValue, SmallInt, Text};

use crate::access::Template;
use crate::clock::Stamp;
use crate::domain::brake::BrakeReason;
use crate::domain::bulk::{BulkAction, ItemResult};
use crate::domain::items::Action;
use crate::domain::message::{Category, Direction, Operation};
use crate::domain::run::{CheckTrigger, EndReason, RunResult, RunState, Stage, Trigger};
use crate::domain::status::{Connection, Overall, Verdict};
use crate::domain::team_note::Placing;
use crate::domain::theme::Theme;
use crate::domain::trial::TrialSort;
use crate::ids::{
    BulkId, BulkItemId, BulkKey, CheckId, CheckNo, CollectionId, CredentialKey, DraftKey, GroupId, PersonId, RunId,
    RunNo, Seq, SetId, SystemId, SystemKey, TrialId, ViewKey,
};

macro_rules! expression {
    ($rust:ty, $sql:ty) => {
        impl AsExpression<$sql> for $rust {
            type Expression = Bound<$sql, Self>;
            fn as_expression(self) -> Self::Expression {
                Bound::new(self)
            }
        }

        impl<'a> AsExpression<$sql> for &'a $rust {
            type Expression = Bound<$sql, &'a $rust>;
            fn as_expression(self) -> Self::Expression {
                Bound::new(self)
            }
        }

        impl AsExpression<Nullable<$sql>> for $rust {
            type Expression = Bound<Nullable<$sql>, Self>;
            fn as_expression(self) -> Self::Expression {
                Bound::new(self)
            }
        }

        impl<'a> AsExpression<Nullable<$sql>> for &'a $rust {
            type Expression = Bound<Nullable<$sql>, &'a $rust>;
            fn as_expression(self) -> Self::Expression {
                Bound::new(self)
            }
        }

        impl<DB> ToSql<Nullable<$sql>, DB> for $rust
        where
            DB: Backend,
            Self: ToSql<$sql, DB>,
        {
            fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, DB>) -> serialize::Result {
                ToSql::<$sql, DB>::to_sql(self, out)
            }
        }

        impl<ST, DB> Queryable<ST, DB> for $rust
        where
            DB: Backend,
            ST: SingleValue,
            Self: FromSql<ST, DB>,
        {
            type Row = Self;
            fn build(row: Self) -> deserialize::Result<Self> {
                Ok(row)
            }
        }
    };
}

macro_rules! numbers {
    ($($name:ident),+) => {$(
        expression!($name, BigInt);

        impl<DB> ToSql<BigInt, DB> for $name
        where
            DB: Backend,
            i64: ToSql<BigInt, DB>,
        {
            fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, DB>) -> serialize::Result {
                <i64 as ToSql<BigInt, DB>>::to_sql(&self.0, out)
            }
        }

        impl<DB> FromSql<BigInt, DB> for $name
        where
            DB: Backend,
            i64: FromSql<BigInt, DB>,
        {
            fn from_sql(bytes: DB::RawValue<'_>) -> deserialize::Result<Self> {
                <i64 as FromSql<BigInt, DB>>::from_sql(bytes).map(Self)
            }
        }
    )+};
}

macro_rules! texts {
    ($($name:ident),+) => {$(
        expression!($name, Text);

        impl<DB> ToSql<Text, DB> for $name
        where
            DB: Backend,
            str: ToSql<Text, DB>,
        {
            fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, DB>) -> serialize::Result {
                <str as ToSql<Text, DB>>::to_sql(self.as_str(), out)
            }
        }

        impl<DB> FromSql<Text, DB> for $name
        where
            DB: Backend,
            String: FromSql<Text, DB>,
        {
            fn from_sql(bytes: DB::RawValue<'_>) -> deserialize::Result<Self> {
                let word = <String as FromSql<Text, DB>>::from_sql(bytes)?;
                Self::parse(&word).ok_or_else(|| format!("unknown {}: {word}", stringify!($name)).into())
            }
        }
    )+};
}

numbers!(
    SystemId,
    GroupId,
    RunId,
    RunNo,
    Seq,
    CheckId,
    CheckNo,
    PersonId,
    CollectionId,
    SetId,
    BulkId,
    BulkItemId,
    TrialId,
    Stamp
);
texts!(
    SystemKey,
    CredentialKey,
    BulkKey,
    ViewKey,
    Template,
    Direction,
    Operation,
    RunState,
    RunResult,
    EndReason,
    Trigger,
    CheckTrigger,
    Stage
);
texts!(Connection, Verdict, Overall, Action, BrakeReason, Placing, DraftKey, TrialSort, BulkAction, ItemResult, Theme);

expression!(Category, SmallInt);

impl<DB> ToSql<SmallInt, DB> for Category
where
    DB: Backend,
    i16: ToSql<SmallInt, DB>,
{
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, DB>) -> serialize::Result {
        const NUMBERS: [i16; 4] = [0, 1, 2, 3];
        let number = NUMBERS.iter().find(|number| **number == self.number()).ok_or("category out of range")?;
        <i16 as ToSql<SmallInt, DB>>::to_sql(number, out)
    }
}

impl<DB> FromSql<SmallInt, DB> for Category
where
    DB: Backend,
    i16: FromSql<SmallInt, DB>,
{
    fn from_sql(bytes: DB::RawValue<'_>) -> deserialize::Result<Self> {
        let number = <i16 as FromSql<SmallInt, DB>>::from_sql(bytes)?;
        Self::from_number(number).ok_or_else(|| format!("unknown category: {number}").into())
    }
}
