-- Times are microseconds since 1970 UTC. Words of a closed set are TEXT with a CHECK; the category of a
-- message is a number, because a million rows carry it and their index orders by it (0 Error … 3 Information).

CREATE TABLE portal (
  name TEXT NOT NULL PRIMARY KEY,
  value TEXT NOT NULL
) WITHOUT ROWID, STRICT;

CREATE TABLE system_groups (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  name TEXT NOT NULL UNIQUE,
  created_at INTEGER NOT NULL
) STRICT;

CREATE TABLE people (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  name TEXT NOT NULL UNIQUE,
  password_hash TEXT,
  time_zone TEXT,
  created_at INTEGER NOT NULL,
  disabled_at INTEGER
) STRICT;

CREATE TABLE collections (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  name TEXT NOT NULL UNIQUE,
  built_in INTEGER NOT NULL
) STRICT;

CREATE TABLE collection_templates (
  collection_id INTEGER NOT NULL REFERENCES collections (id) ON DELETE CASCADE,
  template TEXT NOT NULL CHECK (template IN ('MonitorSystemsApp', 'MonitorSystemsApp_Display', 'SpecifySystemsApp',
    'SpecifySystemsApp_Display', 'SystemAdmin', 'BusinessLogs_AccessAll', 'BusinessLogs_AccessGroup', 'UserAdmin', 'Auditor')),
  PRIMARY KEY (collection_id, template)
) WITHOUT ROWID, STRICT;

CREATE TABLE assignments (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  person_id INTEGER NOT NULL REFERENCES people (id),
  collection_id INTEGER NOT NULL REFERENCES collections (id),
  group_id INTEGER REFERENCES system_groups (id),
  created_at INTEGER NOT NULL,
  created_by TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX assignments_once ON assignments (person_id, collection_id, coalesce(group_id, 0));

CREATE TABLE sessions (
  key_hash BLOB NOT NULL PRIMARY KEY,
  person_id INTEGER REFERENCES people (id) ON DELETE CASCADE,
  state TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL
) WITHOUT ROWID, STRICT;
CREATE INDEX sessions_person ON sessions (person_id);
CREATE INDEX sessions_expiry ON sessions (expires_at);

CREATE TABLE systems (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  key TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  kind TEXT NOT NULL,
  group_id INTEGER NOT NULL REFERENCES system_groups (id),
  parent_id INTEGER REFERENCES systems (id),
  production INTEGER NOT NULL,
  settings TEXT NOT NULL,
  settings_version INTEGER NOT NULL,
  time_zone TEXT NOT NULL,
  schedule TEXT NOT NULL,
  next_due INTEGER,
  timeout_us INTEGER NOT NULL CHECK (timeout_us > 0),
  max_attempts INTEGER NOT NULL CHECK (max_attempts >= 1),
  hold_reason TEXT,
  hold_since INTEGER,
  hold_by TEXT,
  last_run_no INTEGER NOT NULL DEFAULT 0,
  connection TEXT NOT NULL CHECK (connection IN ('not_checked', 'ok', 'error')),
  connection_since INTEGER,
  checked_at INTEGER,
  synchronization TEXT NOT NULL CHECK (synchronization IN ('open', 'completed', 'completed_with_warnings', 'error')),
  overall TEXT NOT NULL CHECK (overall IN ('error', 'warning', 'ok', 'neutral')),
  overall_since INTEGER NOT NULL,
  last_attempt_at INTEGER,
  last_success_at INTEGER,
  last_progress_at INTEGER,
  failures_in_row INTEGER NOT NULL DEFAULT 0,
  created_at INTEGER NOT NULL,
  deleted_at INTEGER
) STRICT;
CREATE UNIQUE INDEX systems_live_name ON systems (group_id, coalesce(parent_id, 0), name) WHERE deleted_at IS NULL;
CREATE INDEX systems_by_name ON systems (name, id) WHERE deleted_at IS NULL;
CREATE INDEX systems_by_group ON systems (group_id, name, id) WHERE deleted_at IS NULL;
CREATE INDEX systems_due ON systems (next_due) WHERE deleted_at IS NULL AND next_due IS NOT NULL;

CREATE TABLE system_versions (
  system_id INTEGER NOT NULL REFERENCES systems (id),
  version INTEGER NOT NULL,
  settings TEXT NOT NULL,
  at INTEGER NOT NULL,
  principal TEXT NOT NULL,
  PRIMARY KEY (system_id, version)
) WITHOUT ROWID, STRICT;

-- Maintained by the transactions that move a system's verdict, so that no page counts rows.
CREATE TABLE system_counts (
  group_id INTEGER NOT NULL REFERENCES system_groups (id),
  overall TEXT NOT NULL CHECK (overall IN ('error', 'warning', 'ok', 'neutral')),
  n INTEGER NOT NULL,
  PRIMARY KEY (group_id, overall)
) WITHOUT ROWID, STRICT;

CREATE TABLE credentials (
  system_id INTEGER NOT NULL REFERENCES systems (id),
  slot TEXT NOT NULL,
  key_id TEXT NOT NULL,
  sealed BLOB NOT NULL,
  PRIMARY KEY (system_id, slot)
) WITHOUT ROWID, STRICT;

-- The table of runs is the queue.
CREATE TABLE runs (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  system_id INTEGER NOT NULL REFERENCES systems (id),
  no INTEGER NOT NULL,
  lane TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('queued', 'running', 'ended')),
  trigger TEXT NOT NULL CHECK (trigger IN ('manual', 'schedule', 'retry', 'catch_up', 'confirmed')),
  principal TEXT NOT NULL,
  attempt INTEGER NOT NULL,
  retries_run INTEGER REFERENCES runs (id),
  plan_digest TEXT,
  settings_version INTEGER,
  not_before INTEGER NOT NULL,
  queued_at INTEGER NOT NULL,
  claim_no INTEGER NOT NULL DEFAULT 0,
  worker TEXT,
  lease_until INTEGER,
  cancel_at INTEGER,
  cancel_by TEXT,
  started_at INTEGER,
  ended_at INTEGER,
  result TEXT CHECK (result IN ('completed', 'completed_with_warnings', 'error', 'canceled')),
  end_reason TEXT CHECK (end_reason IN ('failed', 'no_progress', 'lost_worker', 'shut_down', 'brake')),
  end_code TEXT,
  end_stage TEXT,
  CHECK ((state = 'ended') = (ended_at IS NOT NULL)),
  CHECK ((state = 'ended') = (result IS NOT NULL)),
  CHECK ((state = 'running') = (lease_until IS NOT NULL)),
  UNIQUE (system_id, no)
) STRICT;
CREATE UNIQUE INDEX runs_one_running ON runs (system_id, lane) WHERE state = 'running';
CREATE UNIQUE INDEX runs_one_queued ON runs (system_id, lane) WHERE state = 'queued';
CREATE INDEX runs_queue ON runs (not_before, id) WHERE state = 'queued';
CREATE INDEX runs_leases ON runs (lease_until) WHERE state = 'running';
CREATE INDEX runs_ended ON runs (ended_at) WHERE state = 'ended';

-- Which run answered a request: the same key, of a double click or the back button, gets the same run.
CREATE TABLE run_requests (
  system_id INTEGER NOT NULL REFERENCES systems (id),
  request_key TEXT NOT NULL,
  run_id INTEGER NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
  PRIMARY KEY (system_id, request_key)
) WITHOUT ROWID, STRICT;
CREATE INDEX run_requests_by_run ON run_requests (run_id);

-- What changes while a run goes on, apart from its header, so that a heartbeat rewrites few bytes.
CREATE TABLE run_progress (
  run_id INTEGER NOT NULL PRIMARY KEY REFERENCES runs (id) ON DELETE CASCADE,
  phase TEXT NOT NULL,
  moved_at INTEGER,
  items_done INTEGER NOT NULL,
  items_total INTEGER NOT NULL,
  bytes_done INTEGER NOT NULL,
  bytes_total INTEGER NOT NULL,
  total_final INTEGER NOT NULL,
  unchanged INTEGER NOT NULL,
  emitted INTEGER NOT NULL,
  stored INTEGER NOT NULL,
  cut INTEGER NOT NULL,
  last_seq INTEGER NOT NULL,
  n_error INTEGER NOT NULL,
  n_warning INTEGER NOT NULL,
  n_success INTEGER NOT NULL,
  n_information INTEGER NOT NULL
) STRICT;

CREATE TABLE words (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  kind TEXT NOT NULL CHECK (kind IN ('code', 'item_type')),
  word TEXT NOT NULL,
  UNIQUE (kind, word)
) STRICT;

CREATE TABLE run_counts (
  run_id INTEGER NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
  category INTEGER NOT NULL CHECK (category BETWEEN 0 AND 3),
  code INTEGER NOT NULL REFERENCES words (id),
  item_type INTEGER NOT NULL REFERENCES words (id),
  operation TEXT NOT NULL,
  n INTEGER NOT NULL,
  PRIMARY KEY (run_id, category, code, item_type, operation)
) WITHOUT ROWID, STRICT;

CREATE TABLE messages (
  run_id INTEGER NOT NULL,
  seq INTEGER NOT NULL,
  at INTEGER NOT NULL,
  category INTEGER NOT NULL CHECK (category BETWEEN 0 AND 3),
  code INTEGER NOT NULL,
  direction TEXT NOT NULL CHECK (direction IN ('in', 'out', 'none')),
  operation TEXT NOT NULL CHECK (operation IN ('insert', 'update', 'delete', 'skip', 'none')),
  item_type INTEGER NOT NULL,
  item_key BLOB NOT NULL,
  args TEXT NOT NULL,
  foreign_text TEXT,
  cut INTEGER NOT NULL,
  PRIMARY KEY (run_id, seq)
) WITHOUT ROWID, STRICT;
CREATE INDEX messages_by_category ON messages (run_id, category, seq);

CREATE TABLE checks (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  system_id INTEGER NOT NULL REFERENCES systems (id),
  state TEXT NOT NULL CHECK (state IN ('queued', 'running', 'ended')),
  principal TEXT NOT NULL,
  queued_at INTEGER NOT NULL,
  claim_no INTEGER NOT NULL DEFAULT 0,
  lease_until INTEGER,
  ended_at INTEGER,
  duration_us INTEGER,
  ok INTEGER,
  stage TEXT CHECK (stage IN ('settings', 'name_lookup', 'tcp', 'tls', 'sign_in', 'protocol', 'content')),
  code TEXT,
  detail TEXT,
  CHECK ((state = 'ended') = (ok IS NOT NULL))
) STRICT;
CREATE UNIQUE INDEX checks_one_open ON checks (system_id) WHERE state <> 'ended';
CREATE INDEX checks_by_system ON checks (system_id, id);
CREATE INDEX checks_queue ON checks (id) WHERE state <> 'ended';

-- The baseline: what an item was when it was last transferred well. Keys are bytes, ordered bytewise.
CREATE TABLE item_states (
  system_id INTEGER NOT NULL REFERENCES systems (id),
  lane TEXT NOT NULL,
  item_key BLOB NOT NULL,
  state TEXT NOT NULL,
  run_id INTEGER NOT NULL,
  PRIMARY KEY (system_id, lane, item_key)
) WITHOUT ROWID, STRICT;

-- What a run is going to do, spooled. Steps of a braked plan stay until it expires.
CREATE TABLE plan_steps (
  run_id INTEGER NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
  action TEXT NOT NULL CHECK (action IN ('transfer', 'delete')),
  item_key BLOB NOT NULL,
  detail TEXT NOT NULL,
  PRIMARY KEY (run_id, action, item_key)
) WITHOUT ROWID, STRICT;

CREATE TABLE braked_plans (
  run_id INTEGER NOT NULL PRIMARY KEY REFERENCES runs (id) ON DELETE CASCADE,
  digest TEXT NOT NULL,
  deletions INTEGER NOT NULL,
  items INTEGER NOT NULL,
  reason TEXT NOT NULL CHECK (reason IN ('share', 'all', 'source_missing')),
  expires_at INTEGER NOT NULL,
  confirmed_at INTEGER,
  confirmed_by TEXT
) STRICT;
CREATE INDEX braked_plans_expiry ON braked_plans (expires_at);

-- Unchained when written; one sealer chains them in order.
CREATE TABLE audit (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  at INTEGER NOT NULL,
  action TEXT NOT NULL,
  system_id INTEGER,
  group_id INTEGER,
  subject TEXT NOT NULL,
  before TEXT,
  after TEXT,
  personal_digest BLOB NOT NULL,
  seal_no INTEGER UNIQUE,
  seal BLOB
) STRICT;
CREATE INDEX audit_unsealed ON audit (id) WHERE seal_no IS NULL;

-- Erasing a row here leaves the chain valid: the chain covers a salted digest of it.
CREATE TABLE audit_personal (
  audit_id INTEGER NOT NULL PRIMARY KEY REFERENCES audit (id),
  salt BLOB NOT NULL,
  principal TEXT NOT NULL,
  address TEXT
) STRICT;

INSERT INTO system_groups (name, created_at) VALUES ('General', 0);
INSERT INTO collections (id, name, built_in) VALUES (1, 'Administrator', TRUE), (2, 'Operator', TRUE), (3, 'Watcher', TRUE), (4, 'Auditor', TRUE), (5, 'Delegate', TRUE);
INSERT INTO collection_templates (collection_id, template) VALUES
  (1, 'MonitorSystemsApp'), (1, 'MonitorSystemsApp_Display'), (1, 'SpecifySystemsApp'), (1, 'SpecifySystemsApp_Display'), (1, 'SystemAdmin'),
  (1, 'BusinessLogs_AccessAll'), (1, 'BusinessLogs_AccessGroup'), (1, 'UserAdmin'), (1, 'Auditor'),
  (2, 'MonitorSystemsApp'), (2, 'BusinessLogs_AccessGroup'),
  (3, 'MonitorSystemsApp_Display'),
  (4, 'MonitorSystemsApp_Display'), (4, 'SpecifySystemsApp_Display'), (4, 'BusinessLogs_AccessGroup'), (4, 'Auditor'),
  (5, 'MonitorSystemsApp'), (5, 'SpecifySystemsApp'), (5, 'BusinessLogs_AccessGroup'), (5, 'UserAdmin');
