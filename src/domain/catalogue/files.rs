//! Codes of the files connector; `sync::connectors::files` says which arguments each has.

use super::{Area, Category, CodeInfo, Family, Fixer, Healing, Scope, entries};

pub(super) static ENTRIES: &[CodeInfo] = entries! { Files:
    "FILE-COPIED" Item Success Items Nobody NothingLeft
        "File copied"
        "New file copied[, {0} B]."
    "FILE-UPDATED" Item Success Items Nobody NothingLeft
        "File updated"
        "The file at the source replaced the one at the destination[, {0} B]."
    "FILE-DELETED" Item Success Items Nobody NothingLeft
        "File deleted at the destination"
        "Deleted at the destination, because the source does not have it."
    "FOLDER-CREATED" Item Success Items Nobody NothingLeft
        "Folder created"
        "Folder created at the destination."
    "FOLDER-DELETED" Item Success Items Nobody NothingLeft
        "Folder deleted at the destination"
        "Deleted at the destination, because the source does not have it."
    "FILE-CHANGED" Item Warning Items User NextRun
        "File changed while it was read"
        "The file changed while it was read, so it was not copied this time."
    "FILE-DENIED" Item Warning Items Administrator ByHand
        "No permission"
        "No permission[ {0|source=to read it at the source|destination=to write it at the destination}], so the item was skipped."
    "FILE-GONE" Item Warning Items Nobody NextRun
        "Item vanished during the run"
        "The item vanished[ {0|source=from the source|destination=from the destination}] while the run was under way."
    "FILE-NAME" Item Warning Items User ByHand
        "Name that is not possible"
        "The source or the destination cannot store this name[: {0}]. The item was skipped."
    "FILE-CASE" Item Warning Items User ByHand
        "Names that differ only in case"
        "This name differs from another in its folder[, “{0}”,] only in upper and lower case, and the source or the destination treats both as the same. The item was skipped."
    "FILE-TOO-LONG" Item Warning Items User ByHand
        "Name or path too long"
        "The name or the path is too long[: {0} bytes][, at most {1} are possible]. The item was skipped."
    "FILE-DRIFT" Item Warning Items User NothingLeft
        "Destination was changed by someone else"
        "The item at the destination had been changed since the last run. It now matches the source."
    "FILE-LINK" Item Information Items Nobody NothingLeft
        "Symbolic link skipped"
        "A symbolic link[ {0|source=at the source|destination=at the destination}] was left alone: links are never followed."
    "FILE-SPECIAL" Item Information Items Nobody NothingLeft
        "Special file skipped"
        "A pipe, socket or device[ {0|source=at the source|destination=at the destination}] was left alone."
    "FILE-MOUNT" Item Information Items Nobody NothingLeft
        "Mounted file system not entered"
        "Something else is mounted here[ {0|source=at the source|destination=at the destination}]; it was not entered."
    "FILE-IN-THE-WAY" Item Warning Items User ByHand
        "Something is in the way"
        "An item of another type exists at this path[: {0|file=a file|folder=a folder|link=a symbolic link|special=a pipe, socket or device|mount=a mounted file system}]. It was not changed, and the item was skipped."
    "FILE-TROUBLE" Item Warning Items Administrator NextRun
        "Item could not be handled"
        "The item could not be handled[ {0|source=at the source|destination=at the destination}]."
    "FILE-UNKNOWN" Item Warning Items Administrator NextRun
        "Unknown whether the item exists"
        "Syncdesk could not find out whether the item exists[ {0|source=at the source|destination=at the destination}], so it was skipped and nothing below it was deleted."
    "FILE-INCOMPLETE" Item Warning Items Administrator NextRun
        "Incomplete listing of a folder"
        "The listing of the folder[ {0|source=at the source|destination=at the destination}] is incomplete. What it lacks was skipped and not deleted."
    "FILE-SIZE-ONLY" Run Information Run Nobody NothingLeft
        "Only sizes can be compared"
        "For some files[ {0|source=the source|destination=the destination}] reports neither a time nor a version, so a change that keeps the size cannot be seen."
    "FILE-OTHER-PATH" Run Information Run Nobody NothingLeft
        "Service uses another path"
        "The WebDAV service[ {0|source=at the source|destination=at the destination}] names its items by another path than the address that it is reached by[: {1}][ instead of {2}]. Syncdesk translates."
    "FILE-NOTHING-ARRIVED" Run Error Items Administrator ByHand
        "Nothing could be copied"
        "No item could be copied[: {0} had to be copied, 0 arrived]. The Warnings of this run give the reasons."
    "FILE-BRAKE" Run Error Run Administrator ByHand
        "Stopped by the deletion limit"
        "Stopped before the first deletion[ because {5|share=more would be deleted than the deletion limit allows|all=every item of the destination would be deleted|source_missing=the source does not exist}][: the run would delete {0} of {1} items ({2} %)][. Without confirmation, a run may delete up to {3} % or {4} items].[ {6|changed=A person confirmed an earlier plan, but the files to delete have changed since then}.]"
    "FILE-SOURCE-MISSING" Run Error Connection Administrator ByHand
        "Source does not exist"
        "The source does not exist[: {0}]. Nothing was transferred.[ {1|deleted=The confirmed deletions at the destination were carried out}.]"
    "FILE-FULL" Run Error Connection Administrator ByHand
        "No space left"
        "No space or no quota is left[ {0|source=at the source|destination=at the destination}]."
    "FILE-ROOT" Run Error Settings Administrator ByHand
        "Folder or service cannot be used"
        "A folder or service cannot be used[ ({0})][: {1}]."
    "FILE-PATTERN" Run Error Settings Administrator ByHand
        "Pattern that cannot be read"
        "An include or exclude pattern cannot be read[: {0}]."
    "FILE-OVERLAP" Run Error Settings Administrator ByHand
        "Source and destination overlap"
        "Source and destination are the same folder, or one lies in the other."
    "FILE-LEFTOVER" Run Information Run Nobody NothingLeft
        "Unfinished files removed"
        "Unfinished files of interrupted runs were removed[: {0}]."
    "FILE-SUMMARY" Run Information Run Nobody NothingLeft
        "Summary"
        "{0} unchanged, {1} inserted, {2} updated, {3} deleted, {4} skipped; {5} B transferred."
};
