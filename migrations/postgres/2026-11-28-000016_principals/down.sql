UPDATE runs SET trigger = 'manual' WHERE trigger IN ('item', 'api', 'reported');
ALTER TABLE runs DROP CONSTRAINT runs_trigger_check;
ALTER TABLE runs ADD CONSTRAINT runs_trigger_check CHECK (trigger IN ('manual', 'schedule', 'retry', 'catch_up', 'confirmed'));
UPDATE runs SET end_reason = 'failed' WHERE end_reason IN ('not_reported', 'superseded');
ALTER TABLE runs DROP CONSTRAINT runs_end_reason_check;
ALTER TABLE runs ADD CONSTRAINT runs_end_reason_check CHECK (end_reason IN
  ('failed', 'no_progress', 'lost_worker', 'shut_down', 'brake'));

ALTER TABLE team_notes RENAME TO house_notes;
ALTER TABLE house_notes RENAME COLUMN placement TO stands;

ALTER TABLE runs DROP COLUMN principal_kind;
ALTER TABLE runs DROP COLUMN principal_id;
ALTER TABLE runs DROP COLUMN cancel_by_kind;
ALTER TABLE runs DROP COLUMN cancel_by_id;
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
