DROP INDEX checks_by_time;
DROP INDEX checks_by_code;
DROP INDEX run_counts_by_code;
ALTER TABLE run_progress DROP COLUMN first_error;
ALTER TABLE run_progress DROP COLUMN phases;
