-- Credentials that several systems of one group use. Each has its own scope: a system uses it only for this origin and
-- account, and below this path. The scope never changes: what is sealed is bound to it.
CREATE TABLE shared_credentials (
  key TEXT NOT NULL PRIMARY KEY,
  group_id INTEGER NOT NULL REFERENCES system_groups (id),
  name TEXT NOT NULL,
  -- Scheme, host and port.
  origin TEXT NOT NULL CHECK (origin LIKE 'http://_%' OR origin LIKE 'https://_%'),
  account TEXT NOT NULL,
  path TEXT NOT NULL CHECK (path LIKE '/%' AND path LIKE '%/'),
  -- Whether the secret signs requests and is never sent.
  signs INTEGER NOT NULL,
  key_id TEXT NOT NULL,
  sealed BLOB NOT NULL,
  created_at INTEGER NOT NULL,
  created_by_kind TEXT NOT NULL
    CHECK (created_by_kind IN ('person', 'token', 'schedule', 'worker', 'console', 'unknown')),
  created_by_id INTEGER,
  created_by TEXT NOT NULL,
  changed_at INTEGER NOT NULL,
  changed_by_kind TEXT NOT NULL
    CHECK (changed_by_kind IN ('person', 'token', 'schedule', 'worker', 'console', 'unknown')),
  changed_by_id INTEGER,
  changed_by TEXT NOT NULL
) WITHOUT ROWID, STRICT;
CREATE UNIQUE INDEX shared_credentials_name ON shared_credentials (group_id, name);
CREATE INDEX shared_credentials_by_name ON shared_credentials (name, key);
-- What a slot that uses a shared credential refers to: both are in one group, so neither leaves it while they are linked.
CREATE UNIQUE INDEX shared_credentials_in_group ON shared_credentials (key, group_id);
CREATE UNIQUE INDEX systems_in_group ON systems (id, group_id);

-- A slot has its own secret, or uses a shared credential.
CREATE TABLE new_credentials (
  system_id INTEGER NOT NULL REFERENCES systems (id),
  slot TEXT NOT NULL,
  key_id TEXT,
  sealed BLOB,
  group_id INTEGER,
  shared_key TEXT,
  PRIMARY KEY (system_id, slot),
  CHECK ((shared_key IS NULL) = (sealed IS NOT NULL) AND (sealed IS NULL) = (key_id IS NULL)
    AND (shared_key IS NULL) = (group_id IS NULL)),
  FOREIGN KEY (system_id, group_id) REFERENCES systems (id, group_id),
  FOREIGN KEY (shared_key, group_id) REFERENCES shared_credentials (key, group_id)
) WITHOUT ROWID, STRICT;
INSERT INTO new_credentials (system_id, slot, key_id, sealed) SELECT system_id, slot, key_id, sealed FROM credentials;
DROP TABLE credentials;
ALTER TABLE new_credentials RENAME TO credentials;
CREATE INDEX credentials_shared ON credentials (shared_key) WHERE shared_key IS NOT NULL;
