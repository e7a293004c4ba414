//! The catalogue codes of this connector, each with the arguments of its text in order.

/// Success, a file was inserted. Args: its size in bytes.
pub const COPIED: &str = "FILE-COPIED";
/// Success, a file was updated. Args: its size in bytes.
pub const UPDATED: &str = "FILE-UPDATED";
/// Success, a file was deleted at the destination. No args.
pub const DELETED: &str = "FILE-DELETED";
/// Success, a folder was made. No args.
pub const FOLDER_CREATED: &str = "FOLDER-CREATED";
/// Success, a folder was deleted at the destination. No args.
pub const FOLDER_DELETED: &str = "FOLDER-DELETED";
/// Warning: a file changed while it was read. No args.
pub const CHANGED: &str = "FILE-CHANGED";
/// Warning: no permission. Args: "source" or "destination".
pub const DENIED: &str = "FILE-DENIED";
/// Warning: an item vanished during the run. Args: "source" or "destination".
pub const GONE: &str = "FILE-GONE";
/// Warning: a name that is impossible at the destination. Args: why, in words.
pub const NAME: &str = "FILE-NAME";
/// Warning: a name differs only in case from another one in its folder. Args: the other name.
pub const CASE: &str = "FILE-CASE";
/// Warning: a name or path is too long. Args: its length, the longest possible one, in bytes.
pub const TOO_LONG: &str = "FILE-TOO-LONG";
/// Warning: somebody else changed the destination, and it was overwritten. No args.
pub const DRIFT: &str = "FILE-DRIFT";
/// Information: a symbolic link was skipped. Args: "source" or "destination".
pub const LINK: &str = "FILE-LINK";
/// Information: a pipe, socket or device was skipped. Args: "source" or "destination".
pub const SPECIAL: &str = "FILE-SPECIAL";
/// Information: a mount point was not entered. Args: "source" or "destination".
pub const MOUNT: &str = "FILE-MOUNT";
/// Warning: what stands at the destination is in the way of an item and was left alone. Args: "file", "folder",
/// "link", "special" or "mount", where that is known.
pub const IN_THE_WAY: &str = "FILE-IN-THE-WAY";
/// Warning: an item could not be handled for another reason, in the peer's words.
/// Args: "source" or "destination".
pub const TROUBLE: &str = "FILE-TROUBLE";
/// Warning: an end could not tell whether an item exists. Args: "source" or "destination".
pub const UNKNOWN: &str = "FILE-UNKNOWN";
/// Warning: a listing of a folder may lack items. Args: "source" or "destination".
pub const INCOMPLETE: &str = "FILE-INCOMPLETE";
/// Information: an end reports neither times nor etags, so only sizes are compared. Args: "source" or "destination".
pub const SIZE_ONLY: &str = "FILE-SIZE-ONLY";
/// Information: a WebDAV service names its items by another path than the one it is reached by.
/// Args: "source" or "destination", its path, the path of the settings.
pub const OTHER_PATH: &str = "FILE-OTHER-PATH";
/// Error: items had to be copied, and none arrived. Args: how many.
pub const NOTHING_ARRIVED: &str = "FILE-NOTHING-ARRIVED";
/// Error: The deletion limit. Args: deletions, items of the destination, share in percent,
/// allowed percent, allowed number, reason ("share", "all", "`source_missing`").
pub const BRAKE: &str = "FILE-BRAKE";
/// Error: the root of the source does not exist. Args: its address.
pub const SOURCE_MISSING: &str = "FILE-SOURCE-MISSING";
/// Error: disk full or quota used up. Args: "source" or "destination".
pub const FULL: &str = "FILE-FULL";
/// Error: a root is missing, not a folder, or not allowed. Args: its address, why in words.
pub const ROOT: &str = "FILE-ROOT";
/// Error: an include or exclude pattern cannot be read. Args: what is wrong.
pub const PATTERN: &str = "FILE-PATTERN";
/// Error: source and destination are the same folder, or one is in the other. No args.
pub const OVERLAP: &str = "FILE-OVERLAP";
/// Information: leftovers of crashed runs were removed. Args: how many.
pub const LEFTOVER: &str = "FILE-LEFTOVER";
/// Information: the summary. Args: unchanged, inserted, updated, deleted, skipped, bytes.
pub const SUMMARY: &str = "FILE-SUMMARY";

/// A name does not resolve. Args: the host.
pub const PEER_NAME: &str = "PEER-NAME";
/// A connection was refused. Args: host and port.
pub const PEER_REFUSED: &str = "PEER-REFUSED";
/// TLS failed. Args: the host.
pub const PEER_TLS: &str = "PEER-TLS";
/// The sign-in was refused. Args: the host.
pub const PEER_SIGN_IN: &str = "PEER-SIGN-IN";
/// The service limits (429, 503). Args: the host.
pub const PEER_LIMIT: &str = "PEER-LIMIT";
/// The service answers too slowly. Args: the host.
pub const PEER_SLOW: &str = "PEER-SLOW";
/// The service is away. Args: the host.
pub const PEER_AWAY: &str = "PEER-AWAY";
/// The service answers nonsense. Args: the host.
pub const PEER_NONSENSE: &str = "PEER-NONSENSE";
