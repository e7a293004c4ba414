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
        "Deleted at the destination because it no longer exists at the source."
    "FOLDER-CREATED" Item Success Items Nobody NothingLeft
        "Folder created"
        "Folder created at the destination."
    "FOLDER-DELETED" Item Success Items Nobody NothingLeft
        "Folder deleted at the destination"
        "Deleted at the destination because it no longer exists at the source."
    "FILE-CHANGED" Item Warning Items User NextRun
        "File changed while being read"
        "The file changed while being read, so it was not copied this time."
    "FILE-DENIED" Item Warning Items Administrator ByHand
        "No permission"
        "No permission[ {0|source=to read it at the source|destination=to write it at the destination}], so the item was skipped."
    "FILE-GONE" Item Warning Items Nobody NextRun
        "Item disappeared during the run"
        "The item disappeared[ {0|source=from the source|destination=from the destination}] during the run."
    "FILE-NAME" Item Warning Items User ByHand
        "Unsupported name"
        "The source or the destination cannot store this name[: {0}]. The item was skipped."
    "FILE-CASE" Item Warning Items User ByHand
        "Names that differ only in case"
        "This name differs from another in its folder[, “{0}”,] only in upper and lower case, and the source or the destination treats both as the same. The item was skipped."
    "FILE-TOO-LONG" Item Warning Items User ByHand
        "Name or path too long"
        "The name or the path is too long[: {0} bytes][, at most {1} are possible]. The item was skipped."
    "FILE-DRIFT" Item Warning Items User NothingLeft
        "Destination was changed"
        "The item at the destination had been changed since the last run. It was overwritten with the version of the source."
    "FILE-LINK" Item Information Items Nobody NothingLeft
        "Symbolic link skipped"
        "Skipped: symbolic links[ {0|source=at the source|destination=at the destination}] are not followed."
    "FILE-SPECIAL" Item Information Items Nobody NothingLeft
        "Special file skipped"
        "Skipped: pipes, sockets and devices[ {0|source=at the source|destination=at the destination}] are not copied."
    "FILE-MOUNT" Item Information Items Nobody NothingLeft
        "Mounted file system not entered"
        "Skipped: another file system is mounted here[ {0|source=at the source|destination=at the destination}]."
    "FILE-IN-THE-WAY" Item Warning Items User ByHand
        "Another item at this path"
        "An item of another type exists at this path[: {0|file=a file|folder=a folder|link=a symbolic link|special=a pipe, socket or device|mount=a mounted file system}]. It was not changed, and the item was skipped."
    "FILE-TROUBLE" Item Warning Items Administrator NextRun
        "Item could not be processed"
        "The item could not be processed[ {0|source=at the source|destination=at the destination}]."
    "FILE-UNKNOWN" Item Warning Items Administrator NextRun
        "Unknown whether the item exists"
        "Syncdesk could not determine whether the item exists[ {0|source=at the source|destination=at the destination}], so it was skipped and nothing below it was deleted."
    "FILE-INCOMPLETE" Item Warning Items Administrator NextRun
        "Incomplete listing of a folder"
        "The listing of the folder[ {0|source=at the source|destination=at the destination}] is incomplete. What it lacks was skipped and not deleted."
    "FILE-SIZE-ONLY" Run Information Run Nobody NothingLeft
        "Only sizes can be compared"
        "For some files[ {0|source=the source|destination=the destination}] reports neither a time nor a version, so a change that keeps the size cannot be seen."
    "FILE-OTHER-PATH" Run Information Run Nobody NothingLeft
        "Service reports another path"
        "The WebDAV service[ {0|source=at the source|destination=at the destination}] reports its items under another path than its URL[: {1}][ instead of {2}]. Syncdesk translates the paths."
    "FILE-NOTHING-ARRIVED" Run Error Items Administrator ByHand
        "Nothing could be copied"
        "No item could be copied[: 0 of {0} succeeded]. See the warnings of this run for the reasons."
    "FILE-BRAKE" Run Error Run Administrator ByHand
        "Stopped by the deletion limit"
        "Stopped before the first deletion[ because {5|share=more would be deleted than the deletion limit allows|all=every item at the destination would be deleted|source_missing=the source does not exist}][: the run would delete {0} of {1} items ({2} %)][. The limit without confirmation is {3} % or {4} items].[ {6|changed=An earlier plan was confirmed, but the files to delete have changed since then}.]"
    "FILE-SOURCE-MISSING" Run Error Connection Administrator ByHand
        "Source does not exist"
        "The source does not exist[: {0}]. Nothing was transferred.[ {1|deleted=The confirmed deletions at the destination were carried out}.]"
    "FILE-FULL" Run Error Connection Administrator ByHand
        "No space left"
        "No space or no quota is left[ {0|source=at the source|destination=at the destination}]."
    "FILE-ROOT" Run Error Settings Administrator ByHand
        "Folder or service not usable"
        "A folder or service is not usable[ ({0})][: {1}]."
    "FILE-PATTERN" Run Error Settings Administrator ByHand
        "Invalid pattern"
        "An include or exclude pattern is not valid[: {0}]."
    "FILE-OVERLAP" Run Error Settings Administrator ByHand
        "Source and destination overlap"
        "Source and destination are the same folder, or one contains the other."
    "FILE-LEFTOVER" Run Information Run Nobody NothingLeft
        "Unfinished files removed"
        "Unfinished files of interrupted runs were removed[: {0}]."
    "FILE-SUMMARY" Run Information Run Nobody NothingLeft
        "Summary"
        "{0} unchanged, {1} inserted, {2} updated, {3} deleted, {4} skipped; {5} B transferred."
};
