-- Filter, order and tab of the list of systems, which a person has saved by name.
CREATE TABLE saved_views (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  key TEXT NOT NULL UNIQUE,
  person_id INTEGER NOT NULL REFERENCES people (id) ON DELETE CASCADE,
  name TEXT NOT NULL,
  -- As in the address of the list.
  query TEXT NOT NULL,
  is_default INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  UNIQUE (person_id, name)
) STRICT;
CREATE UNIQUE INDEX saved_views_default ON saved_views (person_id) WHERE is_default;
