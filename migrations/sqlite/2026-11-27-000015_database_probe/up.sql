-- Rows are inserted and rolled back to learn whether the database takes writes. The table is always empty.
CREATE TABLE database_probe (
  id INTEGER NOT NULL PRIMARY KEY
) STRICT;
