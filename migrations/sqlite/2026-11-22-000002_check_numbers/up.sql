-- What addresses carry: a check's number within its system tells nothing of other systems.
CREATE TABLE numbered_checks (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  system_id INTEGER NOT NULL REFERENCES systems (id),
  no INTEGER NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('queued', 'running', 'ended')),
  principal TEXT NOT NULL,
  queued_at INTEGER NOT NULL,
  claim_no INTEGER NOT NULL DEFAULT 0,
  lease_until INTEGER,
  ended_at INTEGER,
  duration_us INTEGER,
  ok INTEGER,
  stage TEXT CHECK (stage IN ('settings', 'name_lookup', 'tcp', 'tls', 'sign_in', 'protocol', 'content')),
  code TEXT,
  detail TEXT,
  CHECK ((state = 'ended') = (ok IS NOT NULL)),
  UNIQUE (system_id, no)
) STRICT;
INSERT INTO numbered_checks
  SELECT id, system_id, row_number() OVER (PARTITION BY system_id ORDER BY id), state, principal, queued_at, claim_no,
    lease_until, ended_at, duration_us, ok, stage, code, detail
  FROM checks;
DROP TABLE checks;
ALTER TABLE numbered_checks RENAME TO checks;
CREATE UNIQUE INDEX checks_one_open ON checks (system_id) WHERE state <> 'ended';
CREATE INDEX checks_queue ON checks (id) WHERE state <> 'ended';
