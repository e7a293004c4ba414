ALTER TABLE systems DROP COLUMN overall_rank;
ALTER TABLE systems ADD COLUMN status TEXT COLLATE "C" NOT NULL DEFAULT 'neutral' CHECK (status IN ('error', 'warning', 'ok', 'neutral'));
UPDATE systems SET status = CASE WHEN overall IN ('on_hold', 'open') THEN 'neutral' ELSE overall END;
ALTER TABLE systems DROP COLUMN overall;
ALTER TABLE systems RENAME COLUMN status TO overall;
ALTER TABLE systems ADD COLUMN overall_rank BIGINT NOT NULL
  GENERATED ALWAYS AS (CASE overall WHEN 'error' THEN 0 WHEN 'warning' THEN 1 WHEN 'ok' THEN 2 ELSE 3 END) STORED;
CREATE INDEX systems_by_status ON systems (level, overall_rank, name, key, kind, group_id) WHERE deleted_at IS NULL;
CREATE INDEX systems_by_status_and_success ON systems (level, overall_rank, success_rank, name, key, kind, group_id) WHERE deleted_at IS NULL;
CREATE INDEX systems_of_group_by_status ON systems (group_id, level, overall_rank, name, key, kind) WHERE deleted_at IS NULL;
CREATE INDEX systems_of_group_by_status_and_success ON systems (group_id, level, overall_rank, success_rank, name, key, kind) WHERE deleted_at IS NULL;
CREATE INDEX systems_children ON systems (parent_id, overall_rank, name, key) WHERE deleted_at IS NULL AND parent_id IS NOT NULL;
DELETE FROM system_counts;
ALTER TABLE system_counts DROP CONSTRAINT system_counts_overall_check;
ALTER TABLE system_counts ADD CONSTRAINT system_counts_overall_check CHECK (overall IN ('error', 'warning', 'ok', 'neutral'));
INSERT INTO system_counts SELECT group_id, overall, count(*) FROM systems
  WHERE parent_id IS NULL AND deleted_at IS NULL GROUP BY group_id, overall;
DROP TABLE bulk_items;
DROP TABLE bulk_actions;
