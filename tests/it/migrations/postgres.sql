-- One line for each column, index and reference; sqlite.sql gives the same lines for the same schema.
WITH tables AS (
  SELECT oid, relname AS name FROM pg_class
  WHERE relnamespace = current_schema()::regnamespace AND relkind IN ('r', 'p') AND NOT relispartition
    AND relname NOT LIKE '\_\_diesel%'
)
SELECT format('%s.%s %s%s%s%s', t.name, a.attname,
    CASE format_type(a.atttypid, a.atttypmod) WHEN 'bigint' THEN 'number' WHEN 'smallint' THEN 'number' WHEN 'boolean' THEN 'number'
      WHEN 'text' THEN 'text' WHEN 'bytea' THEN 'bytes' ELSE format_type(a.atttypid, a.atttypmod) END,
    CASE WHEN a.attnotnull THEN ' not null' ELSE '' END,
    coalesce(' key ' || array_position(string_to_array(k.indkey::text, ' ')::int[], a.attnum::int), ''),
    CASE WHEN a.attgenerated = '' THEN coalesce(' default ' || replace(pg_get_expr(d.adbin, d.adrelid), '::text', ''), '') ELSE '' END) AS line
FROM tables t JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum > 0 AND NOT a.attisdropped
  LEFT JOIN pg_index k ON k.indrelid = t.oid AND k.indisprimary
  LEFT JOIN pg_attrdef d ON d.adrelid = t.oid AND d.adnum = a.attnum
UNION ALL
SELECT format('%s: %s (%s)%s', t.name,
    CASE WHEN u.oid IS NOT NULL THEN 'unique' WHEN i.indisunique THEN 'unique index ' || c.relname ELSE 'index ' || c.relname END,
    (SELECT string_agg(coalesce(a.attname, 'expression'), ', ' ORDER BY x.place)
     FROM unnest(string_to_array(i.indkey::text, ' ')::int[]) WITH ORDINALITY x (attnum, place)
       LEFT JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = x.attnum AND x.attnum > 0),
    CASE WHEN i.indpred IS NOT NULL THEN ' where …' ELSE '' END)
FROM tables t JOIN pg_index i ON i.indrelid = t.oid AND NOT i.indisprimary JOIN pg_class c ON c.oid = i.indexrelid
  LEFT JOIN pg_constraint u ON u.conindid = i.indexrelid AND u.contype = 'u'
UNION ALL
SELECT format('%s.%s references %s (%s) on delete %s', t.name, a.attname, r.relname, b.attname,
    CASE f.confdeltype WHEN 'a' THEN 'no action' WHEN 'c' THEN 'cascade' WHEN 'n' THEN 'set null' WHEN 'r' THEN 'restrict' ELSE 'set default' END)
FROM tables t JOIN pg_constraint f ON f.conrelid = t.oid AND f.contype = 'f' JOIN pg_class r ON r.oid = f.confrelid
  CROSS JOIN LATERAL unnest(f.conkey, f.confkey) k (own, other)
  JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = k.own
  JOIN pg_attribute b ON b.attrelid = r.oid AND b.attnum = k.other
ORDER BY line
