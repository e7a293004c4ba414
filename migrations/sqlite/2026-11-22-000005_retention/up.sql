-- Whether messages of a run may still be there: what retention has to look at.
ALTER TABLE runs ADD COLUMN has_messages INTEGER NOT NULL DEFAULT true;
CREATE INDEX runs_with_messages ON runs (ended_at) WHERE has_messages;
-- Who retries whom: a run that goes is no longer named by its retries.
CREATE INDEX runs_retries ON runs (retries_run) WHERE retries_run IS NOT NULL;
-- Where a search that goes back in time goes on.
CREATE INDEX runs_by_time ON runs (queued_at);
