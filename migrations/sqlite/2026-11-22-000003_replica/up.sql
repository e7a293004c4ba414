-- Our copy of what services hold: versions by run, of which those up to the published run are seen.

CREATE TABLE replicas (
  system_id INTEGER NOT NULL PRIMARY KEY REFERENCES systems (id),
  -- The pointer: flipping it publishes all that a run has staged.
  published_run INTEGER,
  -- The connector's JSON: what the service said it holds.
  model TEXT NOT NULL
) STRICT;

CREATE TABLE replica_sets (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  system_id INTEGER NOT NULL REFERENCES systems (id),
  name TEXT NOT NULL,
  data_set TEXT NOT NULL,
  -- Of published records.
  active INTEGER NOT NULL,
  orphaned INTEGER NOT NULL,
  -- The published run that read it last, and the one that last changed something.
  read_run INTEGER,
  changed_run INTEGER,
  -- The connector's JSON: how the next run finds what has changed.
  state TEXT NOT NULL,
  UNIQUE (system_id, name)
) STRICT;

-- A version is seen while from_run is at most the published run and to_run is later or not set.
CREATE TABLE replica_records (
  set_id INTEGER NOT NULL REFERENCES replica_sets (id),
  record_key BLOB NOT NULL,
  from_run INTEGER NOT NULL,
  to_run INTEGER,
  orphaned INTEGER NOT NULL,
  digest BLOB NOT NULL,
  data TEXT NOT NULL,
  PRIMARY KEY (set_id, record_key, from_run)
) STRICT;
CREATE INDEX replica_records_from ON replica_records (set_id, from_run, record_key);
CREATE INDEX replica_records_orphaned ON replica_records (set_id, record_key) WHERE orphaned;
CREATE INDEX replica_records_to ON replica_records (set_id, to_run, record_key) WHERE to_run IS NOT NULL;

-- Records that the running run has met without a change.
CREATE TABLE replica_seen (
  set_id INTEGER NOT NULL REFERENCES replica_sets (id),
  record_key BLOB NOT NULL,
  PRIMARY KEY (set_id, record_key)
) WITHOUT ROWID, STRICT;
