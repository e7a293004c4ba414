-- Secrets that are shared are lost: systems that use one need their own secrets.
CREATE TABLE new_credentials (
  system_id INTEGER NOT NULL REFERENCES systems (id),
  slot TEXT NOT NULL,
  key_id TEXT NOT NULL,
  sealed BLOB NOT NULL,
  PRIMARY KEY (system_id, slot)
) WITHOUT ROWID, STRICT;
INSERT INTO new_credentials SELECT system_id, slot, key_id, sealed FROM credentials WHERE shared_key IS NULL;
DROP TABLE credentials;
ALTER TABLE new_credentials RENAME TO credentials;
DROP INDEX systems_in_group;
DROP TABLE shared_credentials;
