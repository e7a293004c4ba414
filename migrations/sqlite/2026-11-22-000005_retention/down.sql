DROP INDEX runs_by_time;
DROP INDEX runs_retries;
DROP INDEX runs_with_messages;
ALTER TABLE runs DROP COLUMN has_messages;
