-- What the house adds to the catalogue's advice for a code, or says in its place.
CREATE TABLE house_notes (
  code TEXT NOT NULL PRIMARY KEY,
  advice TEXT NOT NULL,
  placing TEXT NOT NULL CHECK (placing IN ('beside', 'instead')),
  written_by TEXT NOT NULL,
  written_at INTEGER NOT NULL
) STRICT;
