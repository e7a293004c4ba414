-- Credentials that several systems of one group use. Each has its own scope: a system uses it only for this origin and
-- account, and below this path. The scope never changes: what is sealed is bound to it.
CREATE TABLE shared_credentials (
  key TEXT COLLATE "C" NOT NULL PRIMARY KEY,
  group_id BIGINT NOT NULL REFERENCES system_groups (id),
  name TEXT COLLATE "C" NOT NULL,
  -- Scheme, host and port.
  origin TEXT COLLATE "C" NOT NULL CHECK (origin LIKE 'http://_%' OR origin LIKE 'https://_%'),
  account TEXT COLLATE "C" NOT NULL,
  path TEXT COLLATE "C" NOT NULL CHECK (path LIKE '/%' AND path LIKE '%/'),
  -- Whether the secret signs requests and is never sent.
  signs BOOLEAN NOT NULL,
  key_id TEXT COLLATE "C" NOT NULL,
  sealed BYTEA NOT NULL,
  created_at BIGINT NOT NULL,
  created_by_kind TEXT COLLATE "C" NOT NULL
    CHECK (created_by_kind IN ('person', 'token', 'schedule', 'worker', 'console', 'unknown')),
  created_by_id BIGINT,
  created_by TEXT COLLATE "C" NOT NULL,
  changed_at BIGINT NOT NULL,
  changed_by_kind TEXT COLLATE "C" NOT NULL
    CHECK (changed_by_kind IN ('person', 'token', 'schedule', 'worker', 'console', 'unknown')),
  changed_by_id BIGINT,
  changed_by TEXT COLLATE "C" NOT NULL
);
CREATE UNIQUE INDEX shared_credentials_name ON shared_credentials (group_id, name);
CREATE INDEX shared_credentials_by_name ON shared_credentials (name, key);
-- What a slot that uses a shared credential refers to: both are in one group, so neither leaves it while they are linked.
CREATE UNIQUE INDEX shared_credentials_in_group ON shared_credentials (key, group_id);
CREATE UNIQUE INDEX systems_in_group ON systems (id, group_id);

-- A slot has its own secret, or uses a shared credential.
ALTER TABLE credentials ALTER COLUMN key_id DROP NOT NULL;
ALTER TABLE credentials ALTER COLUMN sealed DROP NOT NULL;
ALTER TABLE credentials ADD COLUMN group_id BIGINT;
ALTER TABLE credentials ADD COLUMN shared_key TEXT COLLATE "C";
ALTER TABLE credentials
  ADD CHECK ((shared_key IS NULL) = (sealed IS NOT NULL) AND (sealed IS NULL) = (key_id IS NULL)
    AND (shared_key IS NULL) = (group_id IS NULL)),
  ADD FOREIGN KEY (system_id, group_id) REFERENCES systems (id, group_id),
  ADD FOREIGN KEY (shared_key, group_id) REFERENCES shared_credentials (key, group_id);
CREATE INDEX credentials_shared ON credentials (shared_key) WHERE shared_key IS NOT NULL;
