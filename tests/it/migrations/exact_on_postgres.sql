-- Each column with the type that src/store/schema must give it.
SELECT format(CASE WHEN a.attnotnull THEN '%s.%s %s' ELSE '%s.%s Nullable<%s>' END, c.relname, a.attname,
    CASE format_type(a.atttypid, a.atttypmod) WHEN 'bigint' THEN 'BigInt' WHEN 'smallint' THEN 'SmallInt' WHEN 'boolean' THEN 'Bool'
      WHEN 'text' THEN 'Text' WHEN 'bytea' THEN 'Binary' ELSE format_type(a.atttypid, a.atttypmod) END) AS line
FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition
  AND c.relname NOT LIKE '\_\_diesel%'
ORDER BY line
