DROP INDEX checks_queue;
ALTER TABLE checks DROP COLUMN trigger;
CREATE INDEX checks_queue ON checks (id) WHERE state <> 'ended';
DROP TABLE watches;
ALTER TABLE systems DROP COLUMN silent_since;
ALTER TABLE systems DROP COLUMN paused_since;
