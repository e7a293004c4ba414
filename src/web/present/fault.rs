//! The message about a database that does not work: what happened, what to do, and when to try again.

use crate::queries::Fault;

/// Words for one fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FaultWords {
    pub title: &'static str,
    pub happened: &'static str,
    pub to_do: &'static str,
    /// Seconds after which it is worth trying again (RFC 9110 10.2.3).
    pub retry_after: u32,
}

#[must_use]
pub const fn fault_words(fault: Fault) -> FaultWords {
    match fault {
        Fault::Full => FaultWords {
            title: "The database is full",
            happened: "The database has no space left, so Syncdesk could not complete the request. What was stored before is safe.",
            to_do: "Ask an administrator to free space on the volume of the database, or to raise its quota. \
                    Syncdesk then continues automatically, and you can try again.",
            retry_after: 30,
        },
        Fault::ReadOnly => FaultWords {
            title: "The database is read-only",
            happened: "The database accepts no changes, so Syncdesk could not complete the request. What was stored before is safe.",
            to_do: "Ask an administrator to check the permissions of the database file, whether its volume is mounted read-only, \
                    and whether a Postgres server is a standby. Syncdesk then continues automatically, and you can try again.",
            retry_after: 30,
        },
        Fault::Unavailable => FaultWords {
            title: "The database is unavailable",
            happened: "Syncdesk cannot reach the database, or the database does not respond.",
            to_do: "Try again in a moment, which is safe. If this lasts, ask an administrator to check that the database server \
                    runs and that the network to it works.",
            retry_after: 5,
        },
        Fault::Damaged => FaultWords {
            title: "The database is damaged",
            happened: "The database contains data that cannot be read, so Syncdesk could not complete the request.",
            to_do: "Ask an administrator to stop Syncdesk, keep a copy of the database, restore the last backup, and check the disk.",
            retry_after: 300,
        },
        Fault::DiskError => FaultWords {
            title: "The database has disk errors",
            happened: "The disk of the database returned an error, so Syncdesk could not complete the request.",
            to_do: "Ask an administrator to check the disk and the system log of the database's machine, and to make a backup.",
            retry_after: 30,
        },
        Fault::Locked => FaultWords {
            title: "The database is locked",
            happened: "Another process or transaction holds a lock of the database and did not release it in time. \
                       The request changed nothing.",
            to_do: "Try again in a moment, which is safe. If this lasts, ask an administrator to find the program that has the \
                    database open: a stopped Syncdesk process, a backup or a database shell.",
            retry_after: 2,
        },
    }
}
