//! Codes of the odata connector; `sync::connectors::odata` says which arguments each has.
//!
//! Those that begin with `AFC-` have the numbers and the meanings of a catalogue that administrators of closing
//! systems know: E01 to E16, W01 to W03, I01, I02, S01 to S10. Engines that report may use all of them; Syncdesk
//! itself uses some.

use super::{Area, Category, CodeInfo, Family, Fixer, Healing, Scope, entries};

pub(super) static ENTRIES: &[CodeInfo] = entries! { Odata:
    "AFC-E01" Run Error Items User ByHand
        "Dependencies in a loop"
        "In the model[ {2}] of {0} some things depend on each other in a loop[: {3}][, {5}]."
    "AFC-E02" Run Error Settings Administrator ByHand
        "Program unknown"
        "The program[ {1}] behind a variant[ {2}] of {0} is not known."
    "AFC-E03" Run Error Connection Administrator Retried
        "Request took too long"
        "A request to {0} took longer than is allowed."
    "AFC-E04" Run Error Connection Administrator ByHand
        "The account lacks rights"
        "The account that Syncdesk signs in with has too few rights at {0}."
    "AFC-E05" Run Error Connection Administrator Retried
        "Failure at the service"
        "{0} reports an internal error without an explanation."
    "AFC-E06" Run Error Items Administrator ByHand
        "Parameters cannot be converted"
        "The structure of parameters of {0} cannot be converted."
    "AFC-E07" Run Error Connection Administrator ByHand
        "System too old or not prepared"
        "{0} is too old for this, or was not prepared for it."
    "AFC-E08" Run Error Connection Administrator ByHand
        "Configuration cannot be read"
        "{0} cannot be read."
    "AFC-E09" Run Error Connection Administrator ByHand
        "Master data cannot be read"
        "{0} cannot be read."
    "AFC-E10" Run Error Settings Administrator ByHand
        "Destination is not there"
        "There is no destination of the name {0}."
    "AFC-E11" Run Error Connection Administrator ByHand
        "Features cannot be read"
        "What {0} can do could not be read."
    "AFC-E12" Run Error Connection Administrator Retried
        "Connecting failed"
        "The connection to {1} by way of {0} failed."
    "AFC-E13" Run Error Items Administrator ByHand
        "Insert refused"
        "A new entry of {1} of {0} was refused[: {2}][ (field {3})]."
    "AFC-E14" Run Error Items Administrator ByHand
        "Update failed"
        "The entry[ {2}] of {1} of {0} could not be updated."
    "AFC-E15" Run Error Items Administrator ByHand
        "No metadata of reports"
        "{0} gave no metadata of reports[ (by way of {1})]."
    "AFC-E16" Run Error Items Administrator ByHand
        "No registered parameters"
        "{0} gave no registered parameters[ (by way of {1})]."
    "AFC-W01" Run Warning Run Administrator NextRun
        "Changes were unavailable, so everything was read"
        "The service does not tell what has changed in {0} any more, so all of it was read."
    "AFC-W02" Item Warning Items User ByHand
        "Country code unknown"
        "The country code {0} of {1} is not known, so ZZZ is used instead."
    "AFC-W03" Item Warning Items Administrator ByHand
        "Reports not found"
        "Some reports of {0} were not found[: {1}]."
    "AFC-I01" Item Information Items Nobody NothingLeft
        "Configuration unchanged"
        "Nothing has changed in {0}, so it was skipped."
    "AFC-I02" Item Information Items Nobody NothingLeft
        "Master data unchanged"
        "Nothing has changed in {0}, so it was skipped."
    "AFC-S01" Item Success Items Nobody NothingLeft
        "Configuration inserted"
        "{0} records of {1} were inserted[, of which {3} had been orphaned]."
    "AFC-S02" Item Success Items Nobody NothingLeft
        "Configuration updated"
        "{0} records of {1} were updated."
    "AFC-S03" Item Success Items Nobody NothingLeft
        "Configuration texts inserted"
        "{0} texts of {1} were inserted."
    "AFC-S04" Item Success Items Nobody NothingLeft
        "Configuration texts updated"
        "{0} texts of {1} were updated."
    "AFC-S05" Item Success Items Nobody NothingLeft
        "Configuration orphaned"
        "{0} records of {1} are gone at the source and are orphaned now."
    "AFC-S06" Item Success Items Nobody NothingLeft
        "Master data inserted"
        "{0} records of {1} were inserted[, of which {3} had been orphaned]."
    "AFC-S07" Item Success Items Nobody NothingLeft
        "Master data updated"
        "{0} records of {1} were updated."
    "AFC-S08" Item Success Items Nobody NothingLeft
        "Master data texts inserted"
        "{0} texts of {1} were inserted."
    "AFC-S09" Item Success Items Nobody NothingLeft
        "Master data texts updated"
        "{0} texts of {1} were updated."
    "AFC-S10" Item Success Items Nobody NothingLeft
        "Master data orphaned"
        "{0} records of {1} are gone at the source and are orphaned now."
    "ODATA-STRUCTURE" Item Warning Items User ByHand
        "Record not built as the model says"
        "The property {0} {1|unknown=is not in the model|missing=is missing|type=is not of its type|length=is too long|precision=has too many digits|range=is out of range}[: {2}]. The record was skipped."
    "ODATA-CONSISTENCY" Item Warning Items User ByHand
        "Record contradicts itself or another"
        "{0|key=A part of the key is missing or null|long=The key is too long|mandatory=A mandatory property is empty|twice=The key has come before in this run|large=The record is longer than 256 KiB|removed=A record is gone, and its key cannot be read}[ ({1})]. The record was skipped."
    "ODATA-RECORD" Item Warning Items User ByHand
        "Record cannot be read"
        "Skipped: {0|shape=a record is no JSON object|syntax=a record is not valid JSON|text=a text is not valid Unicode|deep=lists and objects are nested too deep|twice=a property appears twice|size=a record is longer than 512 KiB}[: {1}]."
    "ODATA-REFERENCE" Item Warning Items User ByHand
        "Record refers to one that is not there"
        "{0} leads to {2} of {1}, which is not there after this run. The record was skipped, or stays as it was."
    "ODATA-ABSENT" Item Information Items Nobody NothingLeft
        "Property absent"
        "Absent from {2} records of {1}, and taken as empty there: {0}."
    "ODATA-LOSS" Item Warning Items User ByHand
        "Much of a set is gone"
        "{0} of the {2} records of {1} are gone at the source, all in this run. They are orphaned now."
    "ODATA-NOT-ORPHANED" Item Warning Items User ByHand
        "Orphaned records not determined"
        "No record of {0} became orphaned in this run: the key of {1} skipped records could not be read, and each of them could be any record."
    "ODATA-SHORT" Item Warning Items Administrator ByHand
        "Fewer records than the service counts"
        "The service says that {0} has {1} records, and sent {2}. No record of it became orphaned in this run."
    "ODATA-UNCLEAR" Item Warning Items Administrator ByHand
        "Unclear whether all records came"
        "It is unclear whether all records of {0} came[: {1}]. None that did not come became orphaned in this run."
    "ODATA-SET-GONE" Run Warning Items Administrator ByHand
        "Entity set is gone"
        "The service does not have the set {0} any more. What the replica has of it stays."
    "ODATA-SET-UNUSABLE" Run Error Connection Administrator ByHand
        "Entity set cannot be used"
        "The metadata describe the set {0} in a way that Syncdesk cannot use[: {1}]. The set stays as it was."
    "ODATA-SETS-FAILED" Run Error Items Administrator ByHand
        "Some sets could not be read"
        "{0} of {1} sets could not be read[: {2}]. They stay as they were; the others were published."
    "ODATA-VERSION" Run Error Connection Administrator ByHand
        "Version not supported"
        "This service uses OData version {0}. Syncdesk reads versions 2 and 4."
    "ODATA-MEMBERS" Item Information Items Nobody NothingLeft
        "Unknown members ignored"
        "The response for {0} has members that Syncdesk does not know and ignored[: {1}]."
    "ODATA-READING" Item Information Items Nobody NothingLeft
        "Reading a set"
        "Reading {0}[; the replica has {1} records of it]."
    "ODATA-READ" Item Information Items Nobody NothingLeft
        "Set was read"
        "Read {0}: the service sent {1} records."
    "ODATA-PROGRESS" Run Information Items Nobody NothingLeft
        "Progress"
        "{0} of {1} sets were read, {2} records so far."
    "ODATA-SET-MISSING" Run Error Items Administrator ByHand
        "Entity set is missing"
        "The service does not have the set {0}, and the settings say that this ends the run. Every set stays as it was."
    "ODATA-MODEL" Item Information Items Nobody NothingLeft
        "Model has changed"
        "The model of {0} is different from that of the run before[: {1}]."
    "ODATA-MODEL-MOVED" Run Error Run Administrator Retried
        "Model changed during the run"
        "The service changed its model while the run read, so nothing was published."
    "ODATA-NO-SETS" Run Error Settings Administrator ByHand
        "No entity set to read"
        "No entity set of the service matches the settings[. It has: {0}]."
    "ODATA-METADATA" Run Error Connection Administrator ByHand
        "Metadata not understood"
        "What the service says of its model cannot be understood[: {0}]."
    "ODATA-ANSWER" Run Error Connection Administrator ByHand
        "Answer not understood"
        "The response for {0} is not valid[: {1}]. The set stays as it was."
    "ODATA-ASTRAY" Run Error Connection Administrator ByHand
        "Link leads away"
        "A link in the response for {0} leads to another host, port, scheme or path[: {1}][, but the service root is {2}]. Syncdesk did not follow it. The set stays as it was."
    "ODATA-EMPTIED" Run Error Items Administrator ByHand
        "Set came without records"
        "{0} returned no records, but the replica has {1}. The set stays as it was."
    "ODATA-LOOP" Run Error Connection Vendor ByHand
        "Pages without an end"
        "The pages of {0} bring again what was read before, or nothing. The set stays as it was."
    "ODATA-SETTING" Run Error Settings Administrator ByHand
        "Setting cannot be used"
        "The {0} of this system cannot be used[: {1}]."
    "ODATA-TOKEN" Run Error Connection Administrator ByHand
        "No access token"
        "No access token could be obtained from {0}."
};
