-- Whatever the migrations may have left behind.
SELECT type || ' ' || name AS line FROM sqlite_schema
WHERE name NOT LIKE 'sqlite\_%' ESCAPE '\' AND name NOT LIKE '\_\_diesel%' ESCAPE '\'
