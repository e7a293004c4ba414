-- A system that a person is connecting, page by page: what they typed so far, without secrets. Those are in secret_drafts,
-- below the hash of the key.
CREATE TABLE connect_drafts (
  key TEXT NOT NULL PRIMARY KEY,
  person_id INTEGER NOT NULL REFERENCES people (id) ON DELETE CASCADE,
  kind TEXT NOT NULL,
  -- A JSON object: the text of each input.
  typed TEXT NOT NULL,
  changed_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL
) WITHOUT ROWID, STRICT;
CREATE INDEX connect_drafts_of_person ON connect_drafts (person_id, expires_at);
CREATE INDEX connect_drafts_by_end ON connect_drafts (expires_at);

-- What a worker tries with the settings of a draft. A draft has at most one of each sort; a new request replaces it.
CREATE TABLE connect_trials (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  draft TEXT NOT NULL REFERENCES connect_drafts (key) ON DELETE CASCADE,
  sort TEXT NOT NULL CHECK (sort IN ('check', 'preview')),
  group_id INTEGER NOT NULL REFERENCES system_groups (id),
  settings TEXT NOT NULL,
  -- The field of a local folder that is created first.
  make_folder TEXT,
  state TEXT NOT NULL CHECK (state IN ('queued', 'running', 'ended')),
  queued_at INTEGER NOT NULL,
  claim_no INTEGER NOT NULL,
  lease_until INTEGER,
  ended_at INTEGER,
  duration_us INTEGER,
  ok INTEGER,
  stage TEXT CHECK (stage IN ('settings', 'name_lookup', 'tcp', 'tls', 'sign_in', 'protocol', 'content')),
  code TEXT,
  -- JSON: arguments of the code's text, and the peer's words.
  detail TEXT,
  -- JSON: what a preview found.
  found TEXT,
  CHECK ((state = 'ended') = (ok IS NOT NULL))
) STRICT;
CREATE UNIQUE INDEX connect_trials_of_draft ON connect_trials (draft, sort);
CREATE INDEX connect_trials_queue ON connect_trials (id) WHERE state <> 'ended';
