//! The codes of the odata connector, with their arguments. Those that begin with `AFC-` follow a catalogue that
//! administrators of closing systems know.

/// Nothing has changed in a set of the configuration, or of master data. Args: the set.
pub const UNCHANGED: [&str; 2] = ["AFC-I01", "AFC-I02"];
/// Records of a set were inserted. Args: how many, the set, and how many of them were back.
pub const INSERTED: [&str; 2] = ["AFC-S01", "AFC-S06"];
/// Args: how many, the set.
pub const UPDATED: [&str; 2] = ["AFC-S02", "AFC-S07"];
/// Args: how many, the set.
pub const ORPHANED: [&str; 2] = ["AFC-S05", "AFC-S10"];
/// A set cannot be read. Args: the set.
pub const UNREADABLE: [&str; 2] = ["AFC-E08", "AFC-E09"];
/// The account lacks rights. Args: the host.
pub const DENIED: &str = "AFC-E04";
/// Changes were no longer available, so everything was read. Args: the set.
pub const STARTED_OVER: &str = "AFC-W01";

/// A record is not built as the model says. Args: the property, what is wrong with it, what was found.
pub const STRUCTURE: &str = "ODATA-STRUCTURE";
/// A record contradicts itself or another one. Args: what is wrong, the property.
pub const CONSISTENCY: &str = "ODATA-CONSISTENCY";
/// A record refers to one that is not there. Args: the navigation, the set, the key.
pub const REFERENCE: &str = "ODATA-REFERENCE";
/// A property that may be null was missing in records. Args: the property, the set, in how many.
pub const ABSENT: &str = "ODATA-ABSENT";
/// A large share of a set became orphaned in one run. Args: how many, the set, of how many.
pub const LOSS: &str = "ODATA-LOSS";
/// A service says that it has more records than it sent. Args: the set, both numbers.
pub const SHORT: &str = "ODATA-SHORT";
/// It is unclear whether all records of a set came, so that none that did not come becomes orphaned. Args: the set, what is
/// unclear.
pub const UNCLEAR: &str = "ODATA-UNCLEAR";
/// The service does not have a set any more; what the replica has of it stays. Args: the set.
pub const SET_GONE: &str = "ODATA-SET-GONE";
/// The same, where the settings say that this ends the run. Args: the set.
pub const SET_MISSING: &str = "ODATA-SET-MISSING";
/// The model of a set has changed since the run before. Args: the set, how.
pub const MODEL: &str = "ODATA-MODEL";
/// The model changed while the run read. No args.
pub const MODEL_MOVED: &str = "ODATA-MODEL-MOVED";
/// No set of the service matches the settings. No args.
pub const NO_SETS: &str = "ODATA-NO-SETS";
/// `$metadata` cannot be understood. Args: why.
pub const METADATA: &str = "ODATA-METADATA";
/// The answer for a set cannot be understood. Args: the set, why.
pub const ANSWER: &str = "ODATA-ANSWER";
/// A link leads away from the service. Args: the set, scheme, host and port of the link, and those of the service root;
/// where these are equal, with the paths.
pub const ASTRAY: &str = "ODATA-ASTRAY";
/// A set that had records came without any. Args: the set, how many the replica has.
pub const EMPTIED: &str = "ODATA-EMPTIED";
/// The pages of a set do not end. Args: the set.
pub const LOOP: &str = "ODATA-LOOP";
/// A setting cannot be used. Args: which, why.
pub const SETTING: &str = "ODATA-SETTING";
/// No access token could be obtained. Args: the host.
pub const TOKEN: &str = "ODATA-TOKEN";
/// The service is of a version that is not read. Args: the version.
pub const VERSION: &str = "ODATA-VERSION";
/// A set is in the metadata in a way that cannot be used. Args: the set, why.
pub const UNUSABLE: &str = "ODATA-SET-UNUSABLE";
/// Some sets could not be read, the others were published. Args: how many, of how many, their names.
pub const SETS_FAILED: &str = "ODATA-SETS-FAILED";
/// A record cannot be read. Args: what is wrong, where.
pub const RECORD: &str = "ODATA-RECORD";
/// An answer has members that mean nothing to Syncdesk. Args: the set, their names.
pub const MEMBERS: &str = "ODATA-MEMBERS";
/// The reading of a set begins. Args: the set, how many active records the replica has.
pub const READING: &str = "ODATA-READING";
/// A set was read. Args: the set, how many records came.
pub const READ: &str = "ODATA-READ";
/// Of a run with many sets. Args: how many sets were read, of how many, how many records came.
pub const PROGRESS: &str = "ODATA-PROGRESS";
/// Records were skipped whose key could not be read, so none becomes orphaned. Args: the set, how many.
pub const NOT_ORPHANED: &str = "ODATA-NOT-ORPHANED";
