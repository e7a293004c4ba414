-- Status and streak of each lane of a system. The columns of the same names in systems follow from these rows.
CREATE TABLE lanes (
  system_id INTEGER NOT NULL REFERENCES systems (id),
  lane TEXT NOT NULL,
  synchronization TEXT NOT NULL CHECK (synchronization IN ('open', 'completed', 'completed_with_warnings', 'error')),
  last_attempt_at INTEGER,
  last_success_at INTEGER,
  last_progress_at INTEGER,
  failures_in_row INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (system_id, lane)
) WITHOUT ROWID, STRICT;
INSERT INTO lanes SELECT id, 'main', synchronization, last_attempt_at, last_success_at, last_progress_at, failures_in_row FROM systems;

-- Systems that are no part of another have level 0, their children 1: lists of one level read only the rows they show.
ALTER TABLE systems ADD COLUMN level INTEGER NOT NULL
  GENERATED ALWAYS AS (CASE WHEN parent_id IS NULL THEN 0 ELSE 1 END) VIRTUAL;
DROP INDEX systems_by_name;
DROP INDEX systems_by_status;
DROP INDEX systems_by_success;
DROP INDEX systems_by_status_and_success;
DROP INDEX systems_of_group_by_name;
DROP INDEX systems_of_group_by_status;
DROP INDEX systems_of_group_by_success;
DROP INDEX systems_of_group_by_status_and_success;
CREATE INDEX systems_by_name ON systems (level, name, key, kind, group_id) WHERE deleted_at IS NULL;
CREATE INDEX systems_by_status ON systems (level, overall_rank, name, key, kind, group_id) WHERE deleted_at IS NULL;
CREATE INDEX systems_by_success ON systems (level, success_rank, name, key, kind, group_id) WHERE deleted_at IS NULL;
CREATE INDEX systems_by_status_and_success ON systems (level, overall_rank, success_rank, name, key, kind, group_id) WHERE deleted_at IS NULL;
CREATE INDEX systems_of_group_by_name ON systems (group_id, level, name, key, kind) WHERE deleted_at IS NULL;
CREATE INDEX systems_of_group_by_status ON systems (group_id, level, overall_rank, name, key, kind) WHERE deleted_at IS NULL;
CREATE INDEX systems_of_group_by_success ON systems (group_id, level, success_rank, name, key, kind) WHERE deleted_at IS NULL;
CREATE INDEX systems_of_group_by_status_and_success ON systems (group_id, level, overall_rank, success_rank, name, key, kind) WHERE deleted_at IS NULL;
CREATE INDEX systems_children ON systems (parent_id, overall_rank, name, key) WHERE deleted_at IS NULL AND parent_id IS NOT NULL;
