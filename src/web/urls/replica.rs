//! Addresses of the replica. Keys of records are bytes, written in hexadecimal.

use super::{Cursor, PageSize, ROWS, encode, filter_text, system, with_query};
use crate::ids::{RunNo, SystemKey};

/// Which records of a set are meant.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Deserialize)]
#[serde(default)]
pub struct RecordsQuery {
    /// What the key begins with.
    #[serde(deserialize_with = "filter_text")]
    pub q: String,
    /// `active` or `orphaned`; empty for both.
    pub state: String,
    /// Only what this run has brought.
    pub run: Option<i64>,
    #[serde(rename = "rows")]
    pub size: PageSize,
}

impl RecordsQuery {
    /// Whether only a part of the set is asked for.
    #[must_use]
    pub const fn is_narrow(&self) -> bool {
        !(self.q.is_empty() && self.state.is_empty() && self.run.is_none())
    }

    /// The same page with all records.
    #[must_use]
    pub fn widened(&self) -> Self {
        Self { size: self.size, ..Self::default() }
    }
}

/// The sets of a replica; with a run, what that has changed.
#[must_use]
pub fn replica(key: &SystemKey, run: Option<RunNo>) -> String {
    with_query(&format!("{}/replica", system(key)), &[("run", &run.map(|no| no.to_string()).unwrap_or_default())])
}

fn set_path(key: &SystemKey, set: &str) -> String {
    format!("{}/replica/{}", system(key), encode(set))
}

/// A page of records.
#[must_use]
pub fn records(key: &SystemKey, set: &str, query: &RecordsQuery, cursor: &Cursor) -> String {
    let [after, before] = cursor.pairs();
    queried(&set_path(key, set), query, &[(ROWS, query.size.as_query()), after, before])
}

/// One record.
#[must_use]
pub fn record(key: &SystemKey, set: &str, record: &[u8]) -> String {
    with_query(&format!("{}/record", set_path(key, set)), &[("key", &hex::encode(record))])
}

#[must_use]
pub fn records_csv(key: &SystemKey, set: &str, query: &RecordsQuery) -> String {
    queried(&format!("{}/records.csv", set_path(key, set)), query, &[])
}

#[must_use]
pub fn records_ndjson(key: &SystemKey, set: &str, query: &RecordsQuery) -> String {
    queried(&format!("{}/records.ndjson", set_path(key, set)), query, &[])
}

fn queried(path: &str, query: &RecordsQuery, more: &[(&str, &str)]) -> String {
    let run = query.run.map(|no| no.to_string()).unwrap_or_default();
    let mut pairs = vec![("q", query.q.as_str()), ("state", query.state.as_str()), ("run", run.as_str())];
    pairs.extend(more);
    with_query(path, &pairs)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::queries::Start;

    #[test]
    fn keys_stand_in_hexadecimal() {
        let key = SystemKey::from_random([1; 10]);
        assert_eq!(record(&key, "A.Set", b"7/\xff"), "/systems/bbbbbbbbbb/replica/A.Set/record?key=372fff");
        let query = RecordsQuery { q: "a&b".into(), run: Some(3), ..RecordsQuery::default() };
        assert_eq!(
            records(&key, "S", &query, &Cursor::of(&Start::After(b"7".to_vec()))),
            "/systems/bbbbbbbbbb/replica/S?q=a%26b&run=3&after=37"
        );
        let sized = RecordsQuery { size: PageSize::from("25".to_owned()), ..query };
        assert_eq!(
            records(&key, "S", &sized, &Cursor::default()),
            "/systems/bbbbbbbbbb/replica/S?q=a%26b&run=3&rows=25"
        );
        assert_eq!(records_csv(&key, "S", &sized), "/systems/bbbbbbbbbb/replica/S/records.csv?q=a%26b&run=3");
    }
}
