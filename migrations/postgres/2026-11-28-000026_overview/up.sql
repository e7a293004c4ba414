-- What the overview shows of systems. Maintained by the transactions that end a run or move a status, so that the page
-- reads only the rows that it shows.
-- How bad the last 24 hours were, the lower the worse, and when the oldest bad hour is no longer one of them.
ALTER TABLE systems ADD COLUMN day_rank BIGINT NOT NULL DEFAULT 0;
ALTER TABLE systems ADD COLUMN day_until BIGINT;
-- When the system counts as silent unless a run succeeds before; the same as silent_at in watches.
ALTER TABLE systems ADD COLUMN success_due BIGINT;
-- Since when the status is Error or Warning without a break; and the last such time that ended.
ALTER TABLE systems ADD COLUMN bad_since BIGINT;
ALTER TABLE systems ADD COLUMN resolved_from BIGINT;
ALTER TABLE systems ADD COLUMN resolved_at BIGINT;
ALTER TABLE systems ADD COLUMN resolved_was TEXT COLLATE "C" CHECK (resolved_was IN ('error', 'warning'));

-- How many runs that were requested in an hour ended with which result, of the last 48 hours.
CREATE TABLE run_hours (
  system_id BIGINT NOT NULL REFERENCES systems (id),
  hour BIGINT NOT NULL,
  completed BIGINT NOT NULL,
  warnings BIGINT NOT NULL,
  errors BIGINT NOT NULL,
  canceled BIGINT NOT NULL,
  PRIMARY KEY (system_id, hour)
);
CREATE TABLE group_hours (
  group_id BIGINT NOT NULL REFERENCES system_groups (id) ON DELETE CASCADE,
  hour BIGINT NOT NULL,
  completed BIGINT NOT NULL,
  warnings BIGINT NOT NULL,
  errors BIGINT NOT NULL,
  canceled BIGINT NOT NULL,
  PRIMARY KEY (group_id, hour)
);

INSERT INTO run_hours (system_id, hour, completed, warnings, errors, canceled)
  SELECT system_id, queued_at - queued_at % 3600000000, count(CASE WHEN result = 'completed' THEN 1 END),
    count(CASE WHEN result = 'completed_with_warnings' THEN 1 END), count(CASE WHEN result = 'error' THEN 1 END),
    count(CASE WHEN result = 'canceled' THEN 1 END)
  FROM runs WHERE state = 'ended' AND queued_at >= (CAST(extract(epoch FROM now()) AS BIGINT) * 1000000) - 172800000000
  GROUP BY system_id, queued_at - queued_at % 3600000000;
INSERT INTO group_hours (group_id, hour, completed, warnings, errors, canceled)
  SELECT systems.group_id, hour, CAST(sum(completed) AS BIGINT), CAST(sum(warnings) AS BIGINT), CAST(sum(errors) AS BIGINT),
    CAST(sum(canceled) AS BIGINT)
  FROM run_hours INNER JOIN systems ON systems.id = run_hours.system_id GROUP BY systems.group_id, hour;
DELETE FROM run_hours WHERE system_id IN (SELECT id FROM systems WHERE deleted_at IS NOT NULL);

UPDATE systems SET
  success_due = (SELECT silent_at FROM watches WHERE watches.system_id = systems.id),
  bad_since = CASE WHEN overall IN ('error', 'warning') THEN overall_since END,
  day_rank = coalesce((SELECT CAST(-sum(CASE WHEN errors > 0 THEN 100 ELSE 1 END) AS BIGINT) FROM run_hours
    WHERE run_hours.system_id = systems.id AND (errors > 0 OR warnings > 0) AND hour > (CAST(extract(epoch FROM now()) AS BIGINT) * 1000000) - 86400000000), 0),
  day_until = (SELECT min(hour) + 86400000000 FROM run_hours
    WHERE run_hours.system_id = systems.id AND (errors > 0 OR warnings > 0) AND hour > (CAST(extract(epoch FROM now()) AS BIGINT) * 1000000) - 86400000000)
  WHERE deleted_at IS NULL;

CREATE INDEX systems_by_day ON systems (day_rank, name) WHERE deleted_at IS NULL;
CREATE INDEX systems_of_group_by_day ON systems (group_id, day_rank, name) WHERE deleted_at IS NULL;
CREATE INDEX systems_day_passes ON systems (day_until) WHERE deleted_at IS NULL AND day_until IS NOT NULL;
CREATE INDEX systems_by_due ON systems (next_due)
  WHERE deleted_at IS NULL AND hold_since IS NULL AND paused_since IS NULL AND next_due IS NOT NULL;
CREATE INDEX systems_of_group_by_due ON systems (group_id, next_due)
  WHERE deleted_at IS NULL AND hold_since IS NULL AND paused_since IS NULL AND next_due IS NOT NULL;
CREATE INDEX systems_by_success_due ON systems (success_due) WHERE deleted_at IS NULL AND success_due IS NOT NULL;
CREATE INDEX systems_of_group_by_success_due ON systems (group_id, success_due)
  WHERE deleted_at IS NULL AND success_due IS NOT NULL;
CREATE INDEX systems_paused ON systems (paused_since) WHERE deleted_at IS NULL AND paused_since IS NOT NULL;
CREATE INDEX systems_of_group_paused ON systems (group_id, paused_since)
  WHERE deleted_at IS NULL AND paused_since IS NOT NULL;
CREATE INDEX systems_resolved ON systems (resolved_at) WHERE deleted_at IS NULL AND resolved_at IS NOT NULL;
CREATE INDEX systems_of_group_resolved ON systems (group_id, resolved_at)
  WHERE deleted_at IS NULL AND resolved_at IS NOT NULL;
CREATE INDEX runs_waiting_retries ON runs (not_before, id) WHERE state = 'queued' AND trigger = 'retry';

-- Light or dark; without, as the device.
ALTER TABLE people ADD COLUMN theme TEXT COLLATE "C" CHECK (theme IN ('light', 'dark'));
