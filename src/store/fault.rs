//! What can be wrong with the database as a whole, and by which messages it is known.

use crate::domain::words::words;

words! {
    /// A state in which the database does not do its work. The worst comes first: a health check reports one.
    Fault {
        /// Stored data cannot be read any more.
        Damaged = "damaged",
        /// Its disk returns errors.
        DiskError = "disk-error",
        /// No space left: the disk, a quota or a limit of the database.
        Full = "full",
        /// It may be read and not written.
        ReadOnly = "read-only",
        /// It cannot be reached, or does not respond.
        Unavailable = "unavailable",
        /// Somebody else holds a lock for too long.
        Locked = "locked",
    }
}

impl Fault {
    /// What follows "the database is" in a sentence.
    #[must_use]
    pub const fn adjective(self) -> &'static str {
        match self {
            Self::Damaged => "damaged",
            Self::DiskError => "affected by disk errors",
            Self::Full => "full",
            Self::ReadOnly => "read-only",
            Self::Unavailable => "unavailable",
            Self::Locked => "locked",
        }
    }

    /// By the message of SQLite or Postgres, as far as diesel hides the code behind it.
    ///
    /// SQLite's messages are constant (`sqlite3_errstr`). Those of Postgres are in the language of its `lc_messages`;
    /// here they are in English, for which each connection asks (see `connection.rs`). Where the server refuses that,
    /// `probe.rs` learns the SQLSTATE of what can be provoked.
    #[must_use]
    pub fn of_message(message: &str) -> Option<Self> {
        let found = MESSAGES.iter().find(|(_fault, parts)| parts.iter().all(|part| message.contains(part)));
        found.map(|(fault, _parts)| *fault)
    }

    /// By a SQLSTATE of Postgres (its manual, appendix A).
    #[must_use]
    pub fn of_sqlstate(code: &str) -> Option<Self> {
        match code {
            // disk_full, and a quota of the operating system.
            "53100" => Some(Self::Full),
            "25006" => Some(Self::ReadOnly),
            // data_corrupted, index_corrupted.
            "XX001" | "XX002" => Some(Self::Damaged),
            // io_error.
            "58030" => Some(Self::DiskError),
            // lock_not_available.
            "55P03" => Some(Self::Locked),
            // Class 08, too many connections, and shut down by somebody or starting.
            "53300" | "57P01" | "57P02" | "57P03" => Some(Self::Unavailable),
            _ => code.starts_with("08").then_some(Self::Unavailable),
        }
    }
}

/// All parts have to be there. More special ones come first.
const MESSAGES: &[(Fault, &[&str])] = &[
    // SQLite: SQLITE_FULL, CORRUPT, NOTADB, READONLY, BUSY, LOCKED, PROTOCOL, IOERR, CANTOPEN, PERM.
    (Fault::Full, &["database or disk is full"]),
    (Fault::Damaged, &["database disk image is malformed"]),
    (Fault::Damaged, &["malformed database schema"]),
    (Fault::Damaged, &["file is not a database"]),
    (Fault::ReadOnly, &["attempt to write a readonly database"]),
    (Fault::Locked, &["database is locked"]),
    (Fault::Locked, &["database table is locked"]),
    (Fault::Locked, &["database schema is locked"]),
    (Fault::Locked, &["locking protocol"]),
    (Fault::DiskError, &["disk I/O error"]),
    (Fault::Unavailable, &["unable to open database file"]),
    (Fault::Unavailable, &["access permission denied"]),
    // Postgres: 53100, as the operating system says it.
    (Fault::Full, &["No space left on device"]),
    (Fault::Full, &["Disk quota exceeded"]),
    // EROFS, when a file of the server cannot be written.
    (Fault::ReadOnly, &["Read-only file system"]),
    // 55P03.
    (Fault::Locked, &["canceling statement due to lock timeout"]),
    (Fault::Locked, &["could not obtain lock on"]),
    // 58030.
    (Fault::DiskError, &["Input/output error"]),
    // XX001.
    (Fault::Damaged, &["invalid page in block"]),
    (Fault::Damaged, &["could not read block", "read only "]),
    (Fault::Damaged, &["missing chunk number"]),
    (Fault::Damaged, &["unexpected chunk"]),
    (Fault::Damaged, &["toasted toast chunk"]),
    (Fault::Damaged, &["compressed", "data is corrupt"]),
    (Fault::Damaged, &["could not access status of transaction"]),
    (Fault::Damaged, &["could not open file", "No such file or directory"]),
    (Fault::Damaged, &["from before relfrozenxid"]),
    // XX002.
    (Fault::Damaged, &["contains corrupted page"]),
    (Fault::Damaged, &["contains unexpected zero page"]),
    (Fault::Damaged, &["index", "is not a btree"]),
    (Fault::Damaged, &["failed to re-find"]),
    // Class 57P, before the connection is seen to be closed.
    (Fault::Unavailable, &["terminating connection due to"]),
    (Fault::Unavailable, &["the database system is "]),
];

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case::sqlite_full("database or disk is full", Some(Fault::Full))]
    #[case::sqlite_damaged("database disk image is malformed", Some(Fault::Damaged))]
    #[case::sqlite_schema("malformed database schema (runs) - near \"\"", Some(Fault::Damaged))]
    #[case::sqlite_other_file("file is not a database", Some(Fault::Damaged))]
    #[case::sqlite_read_only("attempt to write a readonly database", Some(Fault::ReadOnly))]
    #[case::sqlite_busy("database is locked", Some(Fault::Locked))]
    #[case::sqlite_disk("disk I/O error", Some(Fault::DiskError))]
    #[case::sqlite_file("unable to open database file", Some(Fault::Unavailable))]
    #[case::postgres_full("could not extend file \"base/5/16402\": No space left on device", Some(Fault::Full))]
    #[case::postgres_quota("could not write to file \"pg_wal/xlogtemp.1\": Disk quota exceeded", Some(Fault::Full))]
    #[case::postgres_lock("canceling statement due to lock timeout", Some(Fault::Locked))]
    #[case::postgres_page("invalid page in block 7 of relation base/5/16402", Some(Fault::Damaged))]
    #[case::postgres_short(
        "could not read block 7 in file \"base/5/16402\": read only 0 of 8192 bytes",
        Some(Fault::Damaged)
    )]
    #[case::postgres_disk(
        "could not read block 7 in file \"base/5/16402\": Input/output error",
        Some(Fault::DiskError)
    )]
    #[case::postgres_file("could not open file \"base/5/16402\": No such file or directory", Some(Fault::Damaged))]
    #[case::postgres_index("index \"runs_pkey\" contains unexpected zero page at block 1", Some(Fault::Damaged))]
    #[case::postgres_starts("the database system is starting up", Some(Fault::Unavailable))]
    #[case::our_mistake("no such column: x", None)]
    #[case::deadline("canceling statement due to statement timeout", None)]
    #[case::nothing("", None)]
    fn messages(#[case] message: &str, #[case] expected: Option<Fault>) {
        assert_eq!(Fault::of_message(message), expected);
    }

    #[rstest]
    #[case("53100", Some(Fault::Full))]
    #[case("25006", Some(Fault::ReadOnly))]
    #[case("XX001", Some(Fault::Damaged))]
    #[case("XX002", Some(Fault::Damaged))]
    #[case("58030", Some(Fault::DiskError))]
    #[case("55P03", Some(Fault::Locked))]
    #[case("08006", Some(Fault::Unavailable))]
    #[case("57P03", Some(Fault::Unavailable))]
    #[case("42P01", None)]
    fn codes(#[case] code: &str, #[case] expected: Option<Fault>) {
        assert_eq!(Fault::of_sqlstate(code), expected);
    }
}
