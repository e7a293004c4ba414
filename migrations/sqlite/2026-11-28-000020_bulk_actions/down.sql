DROP INDEX systems_by_status;
DROP INDEX systems_by_status_and_success;
DROP INDEX systems_of_group_by_status;
DROP INDEX systems_of_group_by_status_and_success;
DROP INDEX systems_children;
ALTER TABLE systems DROP COLUMN overall_rank;
ALTER TABLE systems ADD COLUMN status TEXT NOT NULL DEFAULT 'neutral' CHECK (status IN ('error', 'warning', 'ok', 'neutral'));
UPDATE systems SET status = CASE WHEN overall IN ('on_hold', 'open') THEN 'neutral' ELSE overall END;
ALTER TABLE systems DROP COLUMN overall;
ALTER TABLE systems RENAME COLUMN status TO overall;
ALTER TABLE systems ADD COLUMN overall_rank INTEGER NOT NULL
  GENERATED ALWAYS AS (CASE overall WHEN 'error' THEN 0 WHEN 'warning' THEN 1 WHEN 'ok' THEN 2 ELSE 3 END) VIRTUAL;
CREATE INDEX systems_by_status ON systems (level, overall_rank, name, key, kind, group_id) WHERE deleted_at IS NULL;
CREATE INDEX systems_by_status_and_success ON systems (level, overall_rank, success_rank, name, key, kind, group_id) WHERE deleted_at IS NULL;
CREATE INDEX systems_of_group_by_status ON systems (group_id, level, overall_rank, name, key, kind) WHERE deleted_at IS NULL;
CREATE INDEX systems_of_group_by_status_and_success ON systems (group_id, level, overall_rank, success_rank, name, key, kind) WHERE deleted_at IS NULL;
CREATE INDEX systems_children ON systems (parent_id, overall_rank, name, key) WHERE deleted_at IS NULL AND parent_id IS NOT NULL;
DROP TABLE system_counts;
CREATE TABLE system_counts (
  group_id INTEGER NOT NULL REFERENCES system_groups (id),
  overall TEXT NOT NULL CHECK (overall IN ('error', 'warning', 'ok', 'neutral')),
  n INTEGER NOT NULL,
  PRIMARY KEY (group_id, overall)
) WITHOUT ROWID, STRICT;
INSERT INTO system_counts SELECT group_id, overall, count(*) FROM systems
  WHERE parent_id IS NULL AND deleted_at IS NULL GROUP BY group_id, overall;
DROP TABLE bulk_items;
DROP TABLE bulk_actions;
