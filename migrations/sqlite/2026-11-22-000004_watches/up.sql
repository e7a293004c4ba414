-- What time alone changes: when the next check comes, when a bad connection pauses a system, when it counts as silent.
ALTER TABLE systems ADD COLUMN paused_since INTEGER;
ALTER TABLE systems ADD COLUMN silent_since INTEGER;

CREATE TABLE watches (
  system_id INTEGER PRIMARY KEY REFERENCES systems (id),
  next_check INTEGER,
  pause_at INTEGER,
  -- What the freshness budget counts from: the last success, else creation, release or pause.
  fresh_from INTEGER NOT NULL,
  -- None: twice the interval of the schedule, or two due times.
  freshness_us INTEGER CHECK (freshness_us > 0),
  silent_at INTEGER,
  -- The nearer of the two that are still to come.
  next_change_at INTEGER
) STRICT;
CREATE INDEX watches_due ON watches (next_check) WHERE next_check IS NOT NULL;
CREATE INDEX watches_changing ON watches (next_change_at) WHERE next_change_at IS NOT NULL;
INSERT INTO watches (system_id, next_check, fresh_from)
  SELECT id, CASE WHEN hold_since IS NULL THEN 0 END, coalesce(last_success_at, created_at)
  FROM systems WHERE deleted_at IS NULL;

ALTER TABLE checks ADD COLUMN trigger TEXT NOT NULL DEFAULT 'manual'
  CHECK (trigger IN ('manual', 'regular'));
DROP INDEX checks_queue;
CREATE INDEX checks_queue ON checks (trigger, id) WHERE state <> 'ended';
