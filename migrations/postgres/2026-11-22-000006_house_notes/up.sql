-- What the house adds to the catalogue's advice for a code, or says in its place.
CREATE TABLE house_notes (
  code TEXT COLLATE "C" NOT NULL PRIMARY KEY,
  advice TEXT NOT NULL,
  stands TEXT COLLATE "C" NOT NULL CHECK (stands IN ('beside', 'instead')),
  written_by TEXT NOT NULL,
  written_at BIGINT NOT NULL
);
