//! Whether the database takes writes, found out without changing it; and what an error of the database means that its
//! message does not tell.

use std::path::Path;

use rustix::fs::{StatVfs, StatVfsMountFlags, statvfs};
use rustix::process::geteuid;

use super::backend::execute;
use super::connection::{Db, Target};
use super::error::{Result, StoreError};
use super::fault::Fault;
use super::patience::Waiting;
use super::transaction::rolled_back;

/// Takes about 64 KiB of space that was not in use before, in a transaction that is rolled back. Nothing is written to
/// the disk.
const FILL_ON_SQLITE: &str = "INSERT INTO database_probe (id) WITH RECURSIVE n (id) AS \
                              (SELECT 1 UNION ALL SELECT id + 1 FROM n WHERE id < 8000) SELECT id FROM n";

/// TRUNCATE gives the table a new file, so that the rows need new space; the rollback removes that file. Another
/// process that probes at the same time would wait: one is enough. Diesel hides the SQLSTATE of an error, so it becomes
/// the message, which no language changes.
const FILL_ON_POSTGRES: &str = "DO $$ BEGIN
    IF pg_try_advisory_xact_lock(hashtext('syncdesk database_probe')) THEN
      TRUNCATE database_probe;
      INSERT INTO database_probe (id) SELECT generate_series(1, 1000);
    END IF;
  EXCEPTION WHEN OTHERS THEN
    RAISE EXCEPTION USING MESSAGE = 'SQLSTATE ' || SQLSTATE || ': ' || SQLERRM;
  END $$";

/// Minimum free space on the disk of SQLite, in bytes: the size of a small transaction in the write-ahead log.
const LEAST_SPACE: u64 = 64 * 1024;

/// Fails as a write would fail now.
pub(super) fn probe(connection: &mut Db, target: &Target, waiting: &Waiting) -> Result<()> {
    if let Target::Sqlite { path, .. } = target {
        check_disk(path)?;
    }
    rolled_back(connection, waiting, |db| execute(db, FILL_ON_SQLITE, FILL_ON_POSTGRES).map_err(by_sqlstate))
}

/// What [`FILL_ON_POSTGRES`] made of an error.
fn by_sqlstate(error: StoreError) -> StoreError {
    let StoreError::Database(message) = &error else { return error };
    let code = message.strip_prefix("SQLSTATE ").and_then(|rest| rest.get(..5));
    match code.and_then(Fault::of_sqlstate) {
        Some(fault) => StoreError::Broken(fault, message.clone()),
        None => error,
    }
}

/// What is wrong with the file system that SQLite is on.
fn check_disk(path: &Path) -> Result<()> {
    if !path.exists() {
        return Err(StoreError::Broken(Fault::Unavailable, format!("{} does not exist any more", path.display())));
    }
    // A file system that cannot be asked shows nothing.
    statvfs(path).map_or(Ok(()), |disk| fit_for_writes(&disk, geteuid().is_root()))
}

fn fit_for_writes(disk: &StatVfs, root: bool) -> Result<()> {
    if disk.f_flag.contains(StatVfsMountFlags::RDONLY) {
        return Err(StoreError::Broken(Fault::ReadOnly, "the file system is mounted read-only".to_owned()));
    }
    // Some blocks may be reserved for root. File systems without a size, such as some in memory, have 0 blocks.
    let blocks = if root { disk.f_bfree } else { disk.f_bavail };
    let bytes = blocks.saturating_mul(disk.f_frsize);
    if disk.f_blocks > 0 && bytes < LEAST_SPACE {
        return Err(StoreError::Broken(Fault::Full, format!("{bytes} bytes are left on its disk")));
    }
    Ok(())
}

/// Looks for the reason behind an error that names none, or a vague one.
pub(super) fn explained(error: StoreError, connection: &mut Db, target: &Target, waiting: &Waiting) -> StoreError {
    match (&error, target) {
        // A read-only or full file system shows itself so where SQLite cannot make or grow its files.
        (
            StoreError::Broken(Fault::DiskError | Fault::Unavailable | Fault::ReadOnly, why),
            Target::Sqlite { path, .. },
        ) => match check_disk(path) {
            Err(StoreError::Broken(fault, disk)) => StoreError::Broken(fault, format!("{disk} ({why})")),
            Ok(()) | Err(_) => error,
        },
        // In a language that is not known here.
        (StoreError::Database(why), Target::Postgres { .. }) => match probe(connection, target, waiting) {
            Err(StoreError::Broken(fault, found)) => StoreError::Broken(fault, format!("{why} ({found})")),
            Ok(()) | Err(_) => error,
        },
        _ => error,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn disk(f_bavail: u64, f_flag: StatVfsMountFlags) -> StatVfs {
        StatVfs {
            f_bsize: 4096,
            f_frsize: 4096,
            f_blocks: 1_000,
            f_bfree: f_bavail + 50,
            f_bavail,
            f_files: 0,
            f_ffree: 0,
            f_favail: 0,
            f_fsid: 0,
            f_flag,
            f_namemax: 255,
        }
    }

    fn fault(disk: &StatVfs, root: bool) -> Option<Fault> {
        fit_for_writes(disk, root).err().and_then(|error| error.fault())
    }

    #[test]
    fn a_disk_is_full_when_less_than_a_small_transaction_is_left() {
        let none = StatVfsMountFlags::empty();
        assert_eq!(fault(&disk(16, none), false), None);
        assert_eq!(fault(&disk(15, none), false), Some(Fault::Full));
        assert_eq!(fault(&disk(0, none), true), None, "the reserve is root's");
        assert_eq!(fault(&StatVfs { f_blocks: 0, ..disk(0, none) }, false), None, "it has no size");
        assert_eq!(fault(&disk(500, StatVfsMountFlags::RDONLY), false), Some(Fault::ReadOnly));
    }

    #[test]
    fn a_sqlstate_in_any_language() {
        let said = |text: &str| by_sqlstate(StoreError::Database(text.to_owned())).fault();
        assert_eq!(said("SQLSTATE 53100: kein Platz auf dem Gerät"), Some(Fault::Full));
        assert_eq!(said("SQLSTATE 42P01: Relation existiert nicht"), None);
        assert_eq!(said("SQLSTATE"), None);
        assert_eq!(said("kein Platz auf dem Gerät"), None);
    }
}
