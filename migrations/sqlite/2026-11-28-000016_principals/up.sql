-- Who did something is stored as kind, id and name at that time. Texts of older versions are resolved: by the trigger, by
-- the name of a person, or as one of the three names that Syncdesk itself used. What is ambiguous becomes 'unknown'.
-- Entries of the audit log keep their text: seals cover it.

-- With foreign keys on, dropping the table would delete what refers to it. This fails then: NULL is not allowed.
CREATE TEMP TABLE foreign_keys_are_off (ok INTEGER NOT NULL);
INSERT INTO foreign_keys_are_off SELECT nullif(1 - foreign_keys, 0) FROM pragma_foreign_keys;
DROP TABLE foreign_keys_are_off;

-- The table is rebuilt because SQLite cannot change a CHECK.
CREATE TABLE new_runs (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  system_id INTEGER NOT NULL REFERENCES systems (id),
  no INTEGER NOT NULL,
  lane TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('queued', 'running', 'ended')),
  trigger TEXT NOT NULL CHECK (trigger IN ('manual', 'schedule', 'retry', 'catch_up', 'confirmed', 'item', 'api', 'reported')),
  principal_kind TEXT NOT NULL DEFAULT 'unknown' CHECK (principal_kind IN ('person', 'token', 'schedule', 'worker', 'console', 'unknown')),
  principal_id INTEGER,
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
  cancel_by_kind TEXT CHECK (cancel_by_kind IN ('person', 'token', 'schedule', 'worker', 'console', 'unknown')),
  cancel_by_id INTEGER,
  cancel_by TEXT,
  started_at INTEGER,
  ended_at INTEGER,
  result TEXT CHECK (result IN ('completed', 'completed_with_warnings', 'error', 'canceled')),
  end_reason TEXT CHECK (end_reason IN
    ('failed', 'no_progress', 'lost_worker', 'shut_down', 'brake', 'not_reported', 'superseded')),
  end_code TEXT,
  end_stage TEXT,
  has_messages INTEGER NOT NULL DEFAULT true,
  CHECK ((state = 'ended') = (ended_at IS NOT NULL)),
  CHECK ((state = 'ended') = (result IS NOT NULL)),
  CHECK ((state = 'running') = (lease_until IS NOT NULL)),
  UNIQUE (system_id, no)
) STRICT;
INSERT INTO new_runs (principal_kind, id, system_id, no, lane, state, trigger, principal, attempt, retries_run, plan_digest, settings_version, not_before, queued_at, claim_no, worker, lease_until, cancel_at, cancel_by, started_at, ended_at, result, end_reason, end_code, end_stage, has_messages)
  SELECT 'unknown', id, system_id, no, lane, state, trigger, principal, attempt, retries_run, plan_digest, settings_version, not_before, queued_at, claim_no, worker, lease_until, cancel_at, cancel_by, started_at, ended_at, result, end_reason, end_code, end_stage, has_messages FROM runs;
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

ALTER TABLE checks ADD COLUMN principal_kind TEXT NOT NULL DEFAULT 'unknown'
  CHECK (principal_kind IN ('person', 'token', 'schedule', 'worker', 'console', 'unknown'));
ALTER TABLE checks ADD COLUMN principal_id INTEGER;
ALTER TABLE system_versions ADD COLUMN principal_kind TEXT NOT NULL DEFAULT 'unknown'
  CHECK (principal_kind IN ('person', 'token', 'schedule', 'worker', 'console', 'unknown'));
ALTER TABLE system_versions ADD COLUMN principal_id INTEGER;
ALTER TABLE systems ADD COLUMN hold_by_kind TEXT
  CHECK (hold_by_kind IN ('person', 'token', 'schedule', 'worker', 'console', 'unknown'));
ALTER TABLE systems ADD COLUMN hold_by_id INTEGER;
ALTER TABLE braked_plans ADD COLUMN confirmed_by_kind TEXT
  CHECK (confirmed_by_kind IN ('person', 'token', 'schedule', 'worker', 'console', 'unknown'));
ALTER TABLE braked_plans ADD COLUMN confirmed_by_id INTEGER;
ALTER TABLE house_notes ADD COLUMN written_by_kind TEXT NOT NULL DEFAULT 'unknown'
  CHECK (written_by_kind IN ('person', 'token', 'schedule', 'worker', 'console', 'unknown'));
ALTER TABLE house_notes ADD COLUMN written_by_id INTEGER;
ALTER TABLE assignments ADD COLUMN created_by_kind TEXT NOT NULL DEFAULT 'unknown'
  CHECK (created_by_kind IN ('person', 'token', 'schedule', 'worker', 'console', 'unknown'));
ALTER TABLE assignments ADD COLUMN created_by_id INTEGER;
ALTER TABLE audit_personal ADD COLUMN principal_kind TEXT
  CHECK (principal_kind IN ('person', 'token', 'schedule', 'worker', 'console', 'unknown'));
ALTER TABLE audit_personal ADD COLUMN principal_id INTEGER;

UPDATE runs SET principal_kind = CASE
  WHEN principal = 'Schedule' AND trigger IN ('schedule', 'catch_up', 'retry') THEN 'schedule'
  WHEN principal IN ('Schedule', 'Worker', 'Console') AND EXISTS (SELECT 1 FROM people WHERE people.name = runs.principal) THEN 'unknown'
  WHEN EXISTS (SELECT 1 FROM people WHERE people.name = runs.principal) THEN 'person'
  WHEN principal IN ('Schedule', 'Worker', 'Console') THEN lower(principal)
  ELSE 'unknown' END WHERE principal IS NOT NULL;
UPDATE runs SET principal_id = (SELECT id FROM people WHERE people.name = runs.principal) WHERE principal_kind = 'person';
UPDATE runs SET cancel_by_kind = CASE
  WHEN cancel_by IN ('Schedule', 'Worker', 'Console') AND EXISTS (SELECT 1 FROM people WHERE people.name = runs.cancel_by) THEN 'unknown'
  WHEN EXISTS (SELECT 1 FROM people WHERE people.name = runs.cancel_by) THEN 'person'
  WHEN cancel_by IN ('Schedule', 'Worker', 'Console') THEN lower(cancel_by)
  ELSE 'unknown' END WHERE cancel_by IS NOT NULL;
UPDATE runs SET cancel_by_id = (SELECT id FROM people WHERE people.name = runs.cancel_by) WHERE cancel_by_kind = 'person';
UPDATE checks SET principal_kind = CASE
  WHEN principal = 'Schedule' AND trigger = 'regular' THEN 'schedule'
  WHEN principal IN ('Schedule', 'Worker', 'Console') AND EXISTS (SELECT 1 FROM people WHERE people.name = checks.principal) THEN 'unknown'
  WHEN EXISTS (SELECT 1 FROM people WHERE people.name = checks.principal) THEN 'person'
  WHEN principal IN ('Schedule', 'Worker', 'Console') THEN lower(principal)
  ELSE 'unknown' END WHERE principal IS NOT NULL;
UPDATE checks SET principal_id = (SELECT id FROM people WHERE people.name = checks.principal) WHERE principal_kind = 'person';
UPDATE system_versions SET principal_kind = CASE
  WHEN principal IN ('Schedule', 'Worker', 'Console') AND EXISTS (SELECT 1 FROM people WHERE people.name = system_versions.principal) THEN 'unknown'
  WHEN EXISTS (SELECT 1 FROM people WHERE people.name = system_versions.principal) THEN 'person'
  WHEN principal IN ('Schedule', 'Worker', 'Console') THEN lower(principal)
  ELSE 'unknown' END WHERE principal IS NOT NULL;
UPDATE system_versions SET principal_id = (SELECT id FROM people WHERE people.name = system_versions.principal) WHERE principal_kind = 'person';
UPDATE systems SET hold_by_kind = CASE
  WHEN hold_by IN ('Schedule', 'Worker', 'Console') AND EXISTS (SELECT 1 FROM people WHERE people.name = systems.hold_by) THEN 'unknown'
  WHEN EXISTS (SELECT 1 FROM people WHERE people.name = systems.hold_by) THEN 'person'
  WHEN hold_by IN ('Schedule', 'Worker', 'Console') THEN lower(hold_by)
  ELSE 'unknown' END WHERE hold_by IS NOT NULL;
UPDATE systems SET hold_by_id = (SELECT id FROM people WHERE people.name = systems.hold_by) WHERE hold_by_kind = 'person';
UPDATE braked_plans SET confirmed_by_kind = CASE
  WHEN confirmed_by IN ('Schedule', 'Worker', 'Console') AND EXISTS (SELECT 1 FROM people WHERE people.name = braked_plans.confirmed_by) THEN 'unknown'
  WHEN EXISTS (SELECT 1 FROM people WHERE people.name = braked_plans.confirmed_by) THEN 'person'
  WHEN confirmed_by IN ('Schedule', 'Worker', 'Console') THEN lower(confirmed_by)
  ELSE 'unknown' END WHERE confirmed_by IS NOT NULL;
UPDATE braked_plans SET confirmed_by_id = (SELECT id FROM people WHERE people.name = braked_plans.confirmed_by) WHERE confirmed_by_kind = 'person';
UPDATE house_notes SET written_by_kind = CASE
  WHEN written_by IN ('Schedule', 'Worker', 'Console') AND EXISTS (SELECT 1 FROM people WHERE people.name = house_notes.written_by) THEN 'unknown'
  WHEN EXISTS (SELECT 1 FROM people WHERE people.name = house_notes.written_by) THEN 'person'
  WHEN written_by IN ('Schedule', 'Worker', 'Console') THEN lower(written_by)
  ELSE 'unknown' END WHERE written_by IS NOT NULL;
UPDATE house_notes SET written_by_id = (SELECT id FROM people WHERE people.name = house_notes.written_by) WHERE written_by_kind = 'person';
UPDATE assignments SET created_by_kind = CASE
  WHEN created_by IN ('Schedule', 'Worker', 'Console') AND EXISTS (SELECT 1 FROM people WHERE people.name = assignments.created_by) THEN 'unknown'
  WHEN EXISTS (SELECT 1 FROM people WHERE people.name = assignments.created_by) THEN 'person'
  WHEN created_by IN ('Schedule', 'Worker', 'Console') THEN lower(created_by)
  ELSE 'unknown' END WHERE created_by IS NOT NULL;
UPDATE assignments SET created_by_id = (SELECT id FROM people WHERE people.name = assignments.created_by) WHERE created_by_kind = 'person';

ALTER TABLE house_notes RENAME COLUMN stands TO placement;
ALTER TABLE house_notes RENAME TO team_notes;
