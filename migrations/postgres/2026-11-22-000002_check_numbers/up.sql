-- What addresses carry: a check's number within its system tells nothing of other systems.
ALTER TABLE checks ADD COLUMN no BIGINT;
UPDATE checks SET no = numbered.no
  FROM (SELECT id, row_number() OVER (PARTITION BY system_id ORDER BY id) AS no FROM checks) AS numbered
  WHERE numbered.id = checks.id;
ALTER TABLE checks ALTER COLUMN no SET NOT NULL;
ALTER TABLE checks ADD UNIQUE (system_id, no);
DROP INDEX checks_by_system;
