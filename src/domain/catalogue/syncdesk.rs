//! Codes of Syncdesk itself: the life of runs, settings and credentials.
//!
//! Arguments: RUN-LOST-WORKER and RUN-SHUT-DOWN the worker; RUN-CANCELED the person;
//! RUN-NO-PROGRESS the minutes; RUN-INTERNAL an id that is in the log of the process;
//! CREDENTIAL-UNREADABLE the slot and the id of the key; KIND-UNKNOWN the kind. All are optional.

use super::{Area, Category, CodeInfo, Family, Fixer, Healing, Scope, entries};

pub(super) static ENTRIES: &[CodeInfo] = entries! { Syncdesk:
    "RUN-CANCELED" Run Information Run Nobody NothingLeft
        "Run canceled"
        "The run was canceled[ by {0}]."
    "RUN-LOST-WORKER" Run Error Run Administrator Retried
        "Run lost its worker"
        "The worker[ {0}] that executed this run stopped responding, so the run was ended."
    "RUN-SHUT-DOWN" Run Error Run Nobody Retried
        "Run ended by a shutdown"
        "The worker[ {0}] was shut down before this run could finish."
    "RUN-NO-PROGRESS" Run Error Run Administrator Retried
        "Run made no progress"
        "The run was ended because it made no progress[ for {0} min]."
    "RUN-INTERNAL" Run Error Run Vendor ByHand
        "Internal error"
        "Syncdesk had an internal error[ (ID {0} in the log of the process)]."
    "STORE-FULL" Run Error Run Administrator Retried
        "Database is full"
        "The Syncdesk database is full."
    "STORE-READ-ONLY" Run Error Run Administrator Retried
        "Database is read-only"
        "The Syncdesk database is read-only."
    "STORE-DAMAGED" Run Error Run Administrator ByHand
        "Database is damaged"
        "The Syncdesk database contains damaged data."
    "STORE-AWAY" Run Error Run Administrator Retried
        "Database unavailable"
        "The Syncdesk database could not be read or written."
    "KIND-UNKNOWN" Run Error Settings Administrator ByHand
        "Unknown kind of system"
        "This version of Syncdesk does not support systems of this kind[, “{0}”]."
    "SETTINGS-UNREADABLE" Run Error Settings Administrator ByHand
        "Settings cannot be read"
        "The stored settings of this system cannot be read."
    "CREDENTIAL-UNREADABLE" Run Error Settings Administrator ByHand
        "Credential cannot be read"
        "The stored credential[ “{0}”] cannot be decrypted[: the key {1} is not in the key file]."
};
