-- What somebody asks for many things at a time. Each item is carried out on its own, with the rights that the person has
-- then. Both are deleted after a day.
CREATE TABLE bulk_actions (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  key TEXT NOT NULL UNIQUE,
  -- A digest of the form: the same form sent twice is one action.
  request TEXT NOT NULL UNIQUE,
  person_id INTEGER NOT NULL REFERENCES people (id) ON DELETE CASCADE,
  -- From where, for the audit log.
  address TEXT,
  action TEXT NOT NULL,
  reason TEXT NOT NULL,
  requested_at INTEGER NOT NULL
) STRICT;
CREATE INDEX bulk_actions_by_time ON bulk_actions (requested_at);
CREATE TABLE bulk_items (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  bulk_id INTEGER NOT NULL REFERENCES bulk_actions (id) ON DELETE CASCADE,
  -- The key of what it is about: which kind of thing, the action says.
  subject TEXT NOT NULL,
  result TEXT NOT NULL,
  -- Of the run or the check that it led to.
  no INTEGER,
  UNIQUE (bulk_id, subject)
) STRICT;
CREATE INDEX bulk_items_waiting ON bulk_items (id) WHERE result = 'waiting';

-- On hold and open are two statuses: a list shows and counts either.
DROP INDEX systems_by_status;
DROP INDEX systems_by_status_and_success;
DROP INDEX systems_of_group_by_status;
DROP INDEX systems_of_group_by_status_and_success;
DROP INDEX systems_children;
ALTER TABLE systems DROP COLUMN overall_rank;
ALTER TABLE systems ADD COLUMN status TEXT NOT NULL DEFAULT 'open' CHECK (status IN ('error', 'warning', 'ok', 'on_hold', 'open'));
UPDATE systems SET status = CASE WHEN overall <> 'neutral' THEN overall WHEN hold_since IS NOT NULL THEN 'on_hold' ELSE 'open' END;
ALTER TABLE systems DROP COLUMN overall;
ALTER TABLE systems RENAME COLUMN status TO overall;
ALTER TABLE systems ADD COLUMN overall_rank INTEGER NOT NULL
  GENERATED ALWAYS AS (CASE overall WHEN 'error' THEN 0 WHEN 'warning' THEN 1 WHEN 'ok' THEN 2 WHEN 'on_hold' THEN 3 ELSE 4 END) VIRTUAL;
CREATE INDEX systems_by_status ON systems (level, overall_rank, name, key, kind, group_id) WHERE deleted_at IS NULL;
CREATE INDEX systems_by_status_and_success ON systems (level, overall_rank, success_rank, name, key, kind, group_id) WHERE deleted_at IS NULL;
CREATE INDEX systems_of_group_by_status ON systems (group_id, level, overall_rank, name, key, kind) WHERE deleted_at IS NULL;
CREATE INDEX systems_of_group_by_status_and_success ON systems (group_id, level, overall_rank, success_rank, name, key, kind) WHERE deleted_at IS NULL;
CREATE INDEX systems_children ON systems (parent_id, overall_rank, name, key) WHERE deleted_at IS NULL AND parent_id IS NOT NULL;
DROP TABLE system_counts;
CREATE TABLE system_counts (
  group_id INTEGER NOT NULL REFERENCES system_groups (id),
  overall TEXT NOT NULL CHECK (overall IN ('error', 'warning', 'ok', 'on_hold', 'open')),
  n INTEGER NOT NULL,
  PRIMARY KEY (group_id, overall)
) WITHOUT ROWID, STRICT;
INSERT INTO system_counts SELECT group_id, overall, count(*) FROM systems
  WHERE parent_id IS NULL AND deleted_at IS NULL GROUP BY group_id, overall;
