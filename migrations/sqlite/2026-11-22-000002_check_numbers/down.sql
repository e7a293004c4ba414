CREATE TABLE plain_checks (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  system_id INTEGER NOT NULL REFERENCES systems (id),
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
  CHECK ((state = 'ended') = (ok IS NOT NULL))
) STRICT;
INSERT INTO plain_checks
  SELECT id, system_id, state, principal, queued_at, claim_no, lease_until, ended_at, duration_us, ok, stage, code, detail
  FROM checks;
DROP TABLE checks;
ALTER TABLE plain_checks RENAME TO checks;
CREATE UNIQUE INDEX checks_one_open ON checks (system_id) WHERE state <> 'ended';
CREATE INDEX checks_by_system ON checks (system_id, id);
CREATE INDEX checks_queue ON checks (id) WHERE state <> 'ended';
