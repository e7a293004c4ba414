-- An index for each order of the lists, of all systems and of one group: a page reads only the rows that it shows. The
-- last columns are those that a search compares. Worst first, and never synchronized before all, are numbers.
ALTER TABLE systems ADD COLUMN overall_rank BIGINT NOT NULL
  GENERATED ALWAYS AS (CASE overall WHEN 'error' THEN 0 WHEN 'warning' THEN 1 WHEN 'ok' THEN 2 ELSE 3 END) STORED;
ALTER TABLE systems ADD COLUMN success_rank BIGINT NOT NULL GENERATED ALWAYS AS (coalesce(last_success_at, 0)) STORED;
DROP INDEX systems_by_name;
DROP INDEX systems_by_group;
CREATE INDEX systems_by_name ON systems (name, key, kind, group_id) WHERE deleted_at IS NULL;
CREATE INDEX systems_by_status ON systems (overall_rank, name, key, kind, group_id) WHERE deleted_at IS NULL;
CREATE INDEX systems_by_success ON systems (success_rank, name, key, kind, group_id) WHERE deleted_at IS NULL;
CREATE INDEX systems_by_status_and_success ON systems (overall_rank, success_rank, name, key, kind, group_id) WHERE deleted_at IS NULL;
CREATE INDEX systems_of_group_by_name ON systems (group_id, name, key, kind) WHERE deleted_at IS NULL;
CREATE INDEX systems_of_group_by_status ON systems (group_id, overall_rank, name, key, kind) WHERE deleted_at IS NULL;
CREATE INDEX systems_of_group_by_success ON systems (group_id, success_rank, name, key, kind) WHERE deleted_at IS NULL;
CREATE INDEX systems_of_group_by_status_and_success ON systems (group_id, overall_rank, success_rank, name, key, kind) WHERE deleted_at IS NULL;

-- The runs of all systems, newest first: all, those of one result, and those that have not ended.
DROP INDEX runs_by_time;
CREATE INDEX runs_by_time ON runs (queued_at, id);
CREATE INDEX runs_by_result ON runs (result, queued_at, id) WHERE result IS NOT NULL;
CREATE INDEX runs_open ON runs (queued_at, id) WHERE state <> 'ended';
