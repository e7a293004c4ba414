-- Secrets of a refused settings form, kept for an hour for the person who typed them. What is sealed names the target.
CREATE TABLE secret_drafts (
  -- SHA-256 of the random reference in the form.
  reference BLOB NOT NULL,
  slot TEXT NOT NULL,
  person_id INTEGER NOT NULL REFERENCES people (id) ON DELETE CASCADE,
  key_id TEXT NOT NULL,
  sealed BLOB NOT NULL,
  expires_at INTEGER NOT NULL,
  PRIMARY KEY (reference, slot)
) STRICT;
CREATE INDEX secret_drafts_of_person ON secret_drafts (person_id, expires_at);
