-- Who did something is stored as kind, id and name at that time. Texts of older versions are resolved: by the trigger, by
-- the name of a person, or as one of the three names that Syncdesk itself used. What is ambiguous becomes 'unknown'.
-- Entries of the audit log keep their text: seals cover it.

ALTER TABLE runs DROP CONSTRAINT runs_trigger_check;
ALTER TABLE runs ADD CONSTRAINT runs_trigger_check CHECK (trigger IN
  ('manual', 'schedule', 'retry', 'catch_up', 'confirmed', 'item', 'api', 'reported'));
ALTER TABLE runs DROP CONSTRAINT runs_end_reason_check;
ALTER TABLE runs ADD CONSTRAINT runs_end_reason_check CHECK (end_reason IN
  ('failed', 'no_progress', 'lost_worker', 'shut_down', 'brake', 'not_reported', 'superseded'));

ALTER TABLE runs ADD COLUMN principal_kind TEXT COLLATE "C" NOT NULL DEFAULT 'unknown'
  CHECK (principal_kind IN ('person', 'token', 'schedule', 'worker', 'console', 'unknown'));
ALTER TABLE runs ADD COLUMN principal_id BIGINT;
ALTER TABLE runs ADD COLUMN cancel_by_kind TEXT COLLATE "C"
  CHECK (cancel_by_kind IN ('person', 'token', 'schedule', 'worker', 'console', 'unknown'));
ALTER TABLE runs ADD COLUMN cancel_by_id BIGINT;
ALTER TABLE checks ADD COLUMN principal_kind TEXT COLLATE "C" NOT NULL DEFAULT 'unknown'
  CHECK (principal_kind IN ('person', 'token', 'schedule', 'worker', 'console', 'unknown'));
ALTER TABLE checks ADD COLUMN principal_id BIGINT;
ALTER TABLE system_versions ADD COLUMN principal_kind TEXT COLLATE "C" NOT NULL DEFAULT 'unknown'
  CHECK (principal_kind IN ('person', 'token', 'schedule', 'worker', 'console', 'unknown'));
ALTER TABLE system_versions ADD COLUMN principal_id BIGINT;
ALTER TABLE systems ADD COLUMN hold_by_kind TEXT COLLATE "C"
  CHECK (hold_by_kind IN ('person', 'token', 'schedule', 'worker', 'console', 'unknown'));
ALTER TABLE systems ADD COLUMN hold_by_id BIGINT;
ALTER TABLE braked_plans ADD COLUMN confirmed_by_kind TEXT COLLATE "C"
  CHECK (confirmed_by_kind IN ('person', 'token', 'schedule', 'worker', 'console', 'unknown'));
ALTER TABLE braked_plans ADD COLUMN confirmed_by_id BIGINT;
ALTER TABLE house_notes ADD COLUMN written_by_kind TEXT COLLATE "C" NOT NULL DEFAULT 'unknown'
  CHECK (written_by_kind IN ('person', 'token', 'schedule', 'worker', 'console', 'unknown'));
ALTER TABLE house_notes ADD COLUMN written_by_id BIGINT;
ALTER TABLE assignments ADD COLUMN created_by_kind TEXT COLLATE "C" NOT NULL DEFAULT 'unknown'
  CHECK (created_by_kind IN ('person', 'token', 'schedule', 'worker', 'console', 'unknown'));
ALTER TABLE assignments ADD COLUMN created_by_id BIGINT;
ALTER TABLE audit_personal ADD COLUMN principal_kind TEXT COLLATE "C"
  CHECK (principal_kind IN ('person', 'token', 'schedule', 'worker', 'console', 'unknown'));
ALTER TABLE audit_personal ADD COLUMN principal_id BIGINT;

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
