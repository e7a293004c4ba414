-- Rows are inserted and rolled back to learn whether the database takes writes. The table is always empty.
CREATE UNLOGGED TABLE database_probe (
  id BIGINT NOT NULL PRIMARY KEY
);
