-- When each phase of a run began, as JSON: [["connect",1795305600000000],…]. It ends where the next one begins, or with the run.
ALTER TABLE run_progress ADD COLUMN phases TEXT NOT NULL DEFAULT '[]';

-- The code of the first Error of a run: it stays when the messages are deleted. Of a run whose messages are deleted
-- already, the code that most of its errors have.
ALTER TABLE run_progress ADD COLUMN first_error INTEGER;
UPDATE run_progress SET first_error = (
    SELECT code FROM messages WHERE messages.run_id = run_progress.run_id AND category = 0 ORDER BY seq LIMIT 1)
  WHERE n_error > 0;
UPDATE run_progress SET first_error = (
    SELECT code FROM run_counts WHERE run_counts.run_id = run_progress.run_id AND category = 0 ORDER BY n DESC, code LIMIT 1)
  WHERE n_error > 0 AND first_error IS NULL;

-- Where a code was seen, newest first.
CREATE INDEX run_counts_by_code ON run_counts (code, run_id);
CREATE INDEX checks_by_code ON checks (code, queued_at, id) WHERE code IS NOT NULL;

-- The connection checks of all systems, newest first.
CREATE INDEX checks_by_time ON checks (queued_at, id);
