-- Secrets of a refused settings form, kept for an hour for the person who typed them. What is sealed names the target.
CREATE TABLE secret_drafts (
  -- SHA-256 of the random reference in the form.
  reference BYTEA NOT NULL,
  slot TEXT COLLATE "C" NOT NULL,
  person_id BIGINT NOT NULL REFERENCES people (id) ON DELETE CASCADE,
  key_id TEXT COLLATE "C" NOT NULL,
  sealed BYTEA NOT NULL,
  expires_at BIGINT NOT NULL,
  PRIMARY KEY (reference, slot)
);
CREATE INDEX secret_drafts_of_person ON secret_drafts (person_id, expires_at);
