-- Who failed to sign in, and from where, is erased after a time: erase_at says when. The entry itself stays in the
-- chain of the audit log. None: never.
ALTER TABLE audit_personal ADD COLUMN erase_at BIGINT;
CREATE INDEX audit_personal_erase_at ON audit_personal (erase_at) WHERE erase_at IS NOT NULL;

-- Entries of before: 90 days after they were written, in microseconds.
UPDATE audit_personal SET erase_at = (SELECT at FROM audit WHERE id = audit_id) + 7776000000000
  WHERE audit_id IN (SELECT id FROM audit WHERE action = 'session.refused');
