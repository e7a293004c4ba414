CREATE INDEX checks_by_system ON checks (system_id, id);
ALTER TABLE checks DROP COLUMN no;
