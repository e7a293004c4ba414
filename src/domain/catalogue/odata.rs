//! Codes of the odata connector; `sync::connectors::odata` says which arguments each has.
//!
//! Those that begin with `AFC-` have the numbers and the meanings of a catalogue that administrators of closing
//! systems know: E01 to E16, W01 to W03, I01, I02, S01 to S10. Engines that report may use all of them; Syncdesk
//! itself uses some.

use super::{Area, Category, CodeInfo, Family, Fixer, Healing, Scope, entries};

pub(super) static ENTRIES: &[CodeInfo] = entries! { Odata:
    "AFC-E01" Run Error Items User ByHand
        "Circular dependency"
        "The model[ {2}] of {0} contains a circular dependency[: {3}][, {5}]."
    "AFC-E02" Run Error Settings Administrator ByHand
        "Unknown program"
        "The program[ {1}] of a variant[ {2}] of {0} is unknown."
    "AFC-E03" Run Error Connection Administrator Retried
        "Request took too long"
        "A request to {0} exceeded its time limit."
    "AFC-E04" Run Error Connection Administrator ByHand
        "Missing permissions"
        "The account used by Syncdesk lacks permissions for {0}."
    "AFC-E05" Run Error Connection Administrator Retried
        "Internal error of the service"
        "{0} reported an internal error without an explanation."
    "AFC-E06" Run Error Items Administrator ByHand
        "Parameters cannot be converted"
        "The structure of parameters of {0} cannot be converted."
    "AFC-E07" Run Error Connection Administrator ByHand
        "Unsupported system version"
        "{0} is too old for this, or lacks a required component."
    "AFC-E08" Run Error Connection Administrator ByHand
        "Configuration cannot be read"
        "{0} cannot be read."
    "AFC-E09" Run Error Connection Administrator ByHand
        "Master data cannot be read"
        "{0} cannot be read."
    "AFC-E10" Run Error Settings Administrator ByHand
        "Destination does not exist"
        "There is no destination named {0}."
    "AFC-E11" Run Error Connection Administrator ByHand
        "Features cannot be read"
        "The features of {0} could not be read."
    "AFC-E12" Run Error Connection Administrator Retried
        "Connection failed"
        "The connection to {1} through {0} failed."
    "AFC-E13" Run Error Items Administrator ByHand
        "Insert rejected"
        "A new entry of {1} of {0} was rejected[: {2}][ (field {3})]."
    "AFC-E14" Run Error Items Administrator ByHand
        "Update failed"
        "The entry[ {2}] of {1} of {0} could not be updated."
    "AFC-E15" Run Error Items Administrator ByHand
        "Report metadata missing"
        "{0} returned no metadata of reports[ (through {1})]."
    "AFC-E16" Run Error Items Administrator ByHand
        "Registered parameters missing"
        "{0} returned no registered parameters[ (through {1})]."
    "AFC-W01" Run Warning Run Administrator NextRun
        "Changes were unavailable, so everything was read"
        "The service no longer reports what has changed in {0}, so everything was read."
    "AFC-W02" Item Warning Items User ByHand
        "Unknown country code"
        "The country code {0} of {1} is unknown, so ZZZ is used instead."
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
        "Inserted {0} {0|1=record|*=records} of {1}[, of which {3} {3|1=was|*=were} orphaned before]."
    "AFC-S02" Item Success Items Nobody NothingLeft
        "Configuration updated"
        "Updated {0} {0|1=record|*=records} of {1}."
    "AFC-S03" Item Success Items Nobody NothingLeft
        "Configuration texts inserted"
        "Inserted {0} {0|1=text|*=texts} of {1}."
    "AFC-S04" Item Success Items Nobody NothingLeft
        "Configuration texts updated"
        "Updated {0} {0|1=text|*=texts} of {1}."
    "AFC-S05" Item Success Items Nobody NothingLeft
        "Configuration orphaned"
        "{0} {0|1=record|*=records} of {1} no longer {0|1=exists|*=exist} at the source and became orphaned."
    "AFC-S06" Item Success Items Nobody NothingLeft
        "Master data inserted"
        "Inserted {0} {0|1=record|*=records} of {1}[, of which {3} {3|1=was|*=were} orphaned before]."
    "AFC-S07" Item Success Items Nobody NothingLeft
        "Master data updated"
        "Updated {0} {0|1=record|*=records} of {1}."
    "AFC-S08" Item Success Items Nobody NothingLeft
        "Master data texts inserted"
        "Inserted {0} {0|1=text|*=texts} of {1}."
    "AFC-S09" Item Success Items Nobody NothingLeft
        "Master data texts updated"
        "Updated {0} {0|1=text|*=texts} of {1}."
    "AFC-S10" Item Success Items Nobody NothingLeft
        "Master data orphaned"
        "{0} {0|1=record|*=records} of {1} no longer {0|1=exists|*=exist} at the source and became orphaned."
    "ODATA-STRUCTURE" Item Warning Items User ByHand
        "Record does not match the model"
        "The property {0} {1|unknown=is not in the model|missing=is missing|type=is not of its type|length=is too long|precision=has too many digits|range=is out of range}[: {2}]. The record was skipped."
    "ODATA-CONSISTENCY" Item Warning Items User ByHand
        "Inconsistent record"
        "{0|key=A part of the key is missing or null|long=The key is too long|mandatory=A mandatory property is empty|twice=The key is a duplicate in this run|large=The record is longer than 256 KiB|removed=A deleted record has no readable key}[ ({1})]. The record was skipped."
    "ODATA-RECORD" Item Warning Items User ByHand
        "Record cannot be read"
        "Skipped: {0|shape=a record is not a JSON object|syntax=a record is not valid JSON|text=a text is not valid Unicode|deep=lists and objects are nested too deep|twice=a property appears twice|size=a record is longer than 512 KiB}[: {1}]."
    "ODATA-REFERENCE" Item Warning Items User ByHand
        "Reference to a missing record"
        "{0} refers to {2} of {1}, which does not exist after this run. The record was skipped or left unchanged."
    "ODATA-ABSENT" Item Information Items Nobody NothingLeft
        "Property missing"
        "{0} is missing in {2} {2|1=record|*=records} of {1} and is treated as empty."
    "ODATA-LOSS" Item Warning Items User ByHand
        "Many records orphaned"
        "{0} of {2} records of {1} disappeared from the source in this run and became orphaned."
    "ODATA-NOT-ORPHANED" Item Warning Items User ByHand
        "Orphaned records not determined"
        "No record of {0} became orphaned in this run: {1} skipped {1|1=record has|*=records have} no readable key \
         and could be any record of the set."
    "ODATA-SHORT" Item Warning Items Administrator ByHand
        "Fewer records than the service counts"
        "The service counts {1} {1|1=record|*=records} in {0} but sent {2}. No record of it became orphaned in this \
         run."
    "ODATA-UNCLEAR" Item Warning Items Administrator ByHand
        "Set may be incomplete"
        "It is unclear whether the service sent all records of {0}[: {1}]. No missing record became orphaned in this run."
    "ODATA-SET-GONE" Run Warning Items Administrator ByHand
        "Entity set no longer offered"
        "The service no longer offers the set {0}. Its records in the replica are kept."
    "ODATA-SET-UNUSABLE" Run Error Connection Administrator ByHand
        "Entity set not usable"
        "Syncdesk cannot use the metadata of the set {0}[: {1}]. The set was not changed."
    "ODATA-SETS-FAILED" Run Error Items Administrator ByHand
        "Some sets could not be read"
        "{0} of {1} sets could not be read[: {2}]. They were not changed; the others were published."
    "ODATA-VERSION" Run Error Connection Administrator ByHand
        "Version not supported"
        "This service uses OData version {0}. Syncdesk reads versions 2 and 4."
    "ODATA-MEMBERS" Item Information Items Nobody NothingLeft
        "Unknown members ignored"
        "Syncdesk ignored unknown members in the response for {0}[: {1}]."
    "ODATA-READING" Item Information Items Nobody NothingLeft
        "Reading a set"
        "Reading {0}[; the replica has {1} {1|1=record|*=records} of it]."
    "ODATA-READ" Item Information Items Nobody NothingLeft
        "Set read"
        "Read {0}: the service sent {1} {1|1=record|*=records}."
    "ODATA-PROGRESS" Run Information Items Nobody NothingLeft
        "Progress"
        "{0} of {1} sets were read, {2} records so far."
    "ODATA-SET-MISSING" Run Error Items Administrator ByHand
        "Entity set missing"
        "The service no longer offers the set {0}. The settings stop the run in this case. No set was changed."
    "ODATA-MODEL" Item Information Items Nobody NothingLeft
        "Metadata changed"
        "The metadata of {0} has changed since the previous run[: {1}]."
    "ODATA-MODEL-MOVED" Run Error Run Administrator Retried
        "Metadata changed during the run"
        "The metadata changed during the run, so nothing was published."
    "ODATA-NO-SETS" Run Error Settings Administrator ByHand
        "No entity set to read"
        "No entity set matches the settings[. Available: {0}]."
    "ODATA-METADATA" Run Error Connection Administrator ByHand
        "Metadata not valid"
        "The service metadata is not valid[: {0}]."
    "ODATA-ANSWER" Run Error Connection Administrator ByHand
        "Response not valid"
        "The response for {0} is not valid[: {1}]. The set was not changed."
    "ODATA-ASTRAY" Run Error Connection Administrator ByHand
        "Next link to another host"
        "A link in the response for {0} leads to another host, port, scheme or path[: {1}][, but the service root is {2}]. Syncdesk did not follow it. The set was not changed."
    "ODATA-EMPTIED" Run Error Items Administrator ByHand
        "Empty set"
        "{0} returned no records, but the replica has {1}. The set was not changed."
    "ODATA-LOOP" Run Error Connection Vendor ByHand
        "Endless paging"
        "The pages of {0} repeat earlier records or are empty. The set was not changed."
    "ODATA-SETTING" Run Error Settings Administrator ByHand
        "Setting not valid"
        "The {0} of this system is not valid[: {1}]."
    "ODATA-TOKEN" Run Error Connection Administrator ByHand
        "No access token"
        "{0} did not issue an access token."
};
