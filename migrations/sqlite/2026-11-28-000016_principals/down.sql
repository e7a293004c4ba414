-- With foreign keys on, dropping the table would delete what refers to it. This fails then: NULL is not allowed.
CREATE TEMP TABLE foreign_keys_are_off (ok INTEGER NOT NULL);
INSERT INTO foreign_keys_are_off SELECT nullif(1 - foreign_keys, 0) FROM pragma_foreign_keys;
DROP TABLE foreign_keys_are_off;

CREATE TABLE new_runs (
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
  has_messages INTEGER NOT NULL DEFAULT true,
  CHECK ((state = 'ended') = (ended_at IS NOT NULL)),
  CHECK ((state = 'ended') = (result IS NOT NULL)),
  CHECK ((state = 'running') = (lease_until IS NOT NULL)),
  UNIQUE (system_id, no)
) STRICT;
INSERT INTO new_runs (id, system_id, no, lane, state, trigger, principal, attempt, retries_run, plan_digest, settings_version, not_before, queued_at, claim_no, worker, lease_until, cancel_at, cancel_by, started_at, ended_at, result, end_reason, end_code, end_stage, has_messages)
  SELECT id, system_id, no, lane, state, CASE WHEN trigger IN ('item', 'api', 'reported') THEN 'manual' ELSE trigger END, principal, attempt, retries_run, plan_digest, settings_version, not_before, queued_at, claim_no, worker, lease_until, cancel_at, cancel_by, started_at, ended_at, result, CASE WHEN end_reason IN ('not_reported', 'superseded') THEN 'failed' ELSE end_reason END, end_code, end_stage, has_messages FROM runs;
DELETE FROM sqlite_sequence WHERE name = 'new_runs';
INSERT INTO sqlite_sequence (name, seq) SELECT 'new_runs', seq FROM sqlite_sequence WHERE name = 'runs';
DROP TABLE runs;
ALTER TABLE new_runs RENAME TO runs;
CREATE UNIQUE INDEX runs_one_running ON runs (system_id, lane) WHERE state = 'running';
CREATE UNIQUE INDEX runs_one_queued ON runs (system_id, lane) WHERE state = 'queued';
CREATE INDEX runs_queue ON runs (not_before, id) WHERE state = 'queued';
CREATE INDEX runs_leases ON runs (lease_until) WHERE state = 'running';
CREATE INDEX runs_ended ON runs (ended_at) WHERE state = 'ended';
CREATE INDEX runs_with_messages ON runs (ended_at) WHERE has_messages;
CREATE INDEX runs_retries ON runs (retries_run) WHERE retries_run IS NOT NULL;
CREATE INDEX runs_by_time ON runs (queued_at);

ALTER TABLE team_notes RENAME TO house_notes;
ALTER TABLE house_notes RENAME COLUMN placement TO stands;

ALTER TABLE checks DROP COLUMN principal_kind;
ALTER TABLE checks DROP COLUMN principal_id;
ALTER TABLE system_versions DROP COLUMN principal_kind;
ALTER TABLE system_versions DROP COLUMN principal_id;
ALTER TABLE systems DROP COLUMN hold_by_kind;
ALTER TABLE systems DROP COLUMN hold_by_id;
ALTER TABLE braked_plans DROP COLUMN confirmed_by_kind;
ALTER TABLE braked_plans DROP COLUMN confirmed_by_id;
ALTER TABLE house_notes DROP COLUMN written_by_kind;
ALTER TABLE house_notes DROP COLUMN written_by_id;
ALTER TABLE assignments DROP COLUMN created_by_kind;
ALTER TABLE assignments DROP COLUMN created_by_id;
ALTER TABLE audit_personal DROP COLUMN principal_kind;
ALTER TABLE audit_personal DROP COLUMN principal_id;
