//! Team notes on codes. Everyone who is signed in may read them; they contain no data of any system.

use diesel::prelude::*;

use super::connection::Db;
use super::error::Result;
use super::schema::{lower, team_notes};
use crate::access::{Grant, verbs};
use crate::clock::Stamp;
use crate::domain::team_note::{Placing, TeamNote};

#[derive(Queryable, Selectable)]
#[diesel(table_name = team_notes)]
pub(in crate::store) struct StoredNote {
    pub(in crate::store) code: String,
    advice: String,
    placement: Placing,
    written_by: String,
    written_at: Stamp,
}

impl From<StoredNote> for TeamNote {
    fn from(row: StoredNote) -> Self {
        Self {
            code: row.code,
            advice: row.advice,
            placing: row.placement,
            written_by: row.written_by,
            written_at: row.written_at,
        }
    }
}

/// The note on a code, in whatever case it is asked for; one in exactly this case comes first.
pub fn find(db: &mut Db, code: &str) -> Result<Option<TeamNote>> {
    let mut rows: Vec<StoredNote> = team_notes::table
        .filter(lower(team_notes::code).eq(code.to_lowercase()))
        .order(team_notes::code)
        .select(StoredNote::as_select())
        .load(db)?;
    let exact = rows.iter().position(|row| row.code == code).or((!rows.is_empty()).then_some(0));
    Ok(exact.map(|at| rows.swap_remove(at)).map(TeamNote::from))
}

/// All notes, by code.
pub fn all(db: &mut Db) -> Result<Vec<TeamNote>> {
    let rows: Vec<StoredNote> = team_notes::table.order(team_notes::code).select(StoredNote::as_select()).load(db)?;
    Ok(rows.into_iter().map(TeamNote::from).collect())
}

/// Writes a note over what was there.
pub fn set(db: &mut Db, grant: &Grant<verbs::ManagePortal>, note: &TeamNote) -> Result<()> {
    let by = grant.principal();
    let values = (
        team_notes::advice.eq(&note.advice),
        team_notes::placement.eq(note.placing),
        done_by!(by => team_notes::written_by_kind, team_notes::written_by_id, team_notes::written_by),
        team_notes::written_at.eq(note.written_at),
    );
    if diesel::update(team_notes::table.find(&note.code)).set(values).execute(db)? == 0 {
        diesel::insert_into(team_notes::table).values((team_notes::code.eq(&note.code), values)).execute(db)?;
    }
    Ok(())
}

/// Removes a note.
pub fn remove(db: &mut Db, _grant: &Grant<verbs::ManagePortal>, code: &str) -> Result<()> {
    diesel::delete(team_notes::table.find(code)).execute(db)?;
    Ok(())
}
