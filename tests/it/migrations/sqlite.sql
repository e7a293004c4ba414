-- One line for each column, index and reference; postgres.sql gives the same lines for the same schema.
WITH tables AS (
  SELECT name FROM pragma_table_list
  WHERE schema = 'main' AND type = 'table' AND name NOT LIKE 'sqlite\_%' ESCAPE '\' AND name NOT LIKE '\_\_diesel%' ESCAPE '\'
)
SELECT format('%s.%s %s%s%s%s', t.name, c.name,
    CASE c.type WHEN 'INTEGER' THEN 'number' WHEN 'TEXT' THEN 'text' WHEN 'BLOB' THEN 'bytes' ELSE c.type END,
    iif(c."notnull" OR c.pk > 0, ' not null', ''),
    iif(c.pk > 0, ' key ' || c.pk, ''),
    coalesce(' default ' || c.dflt_value, '')) AS line
FROM tables t JOIN pragma_table_xinfo(t.name) c
UNION ALL
SELECT format('%s: %s (%s)%s', t.name,
    CASE WHEN i.origin = 'u' THEN 'unique' WHEN i."unique" THEN 'unique index ' || i.name ELSE 'index ' || i.name END,
    (SELECT group_concat(coalesce(x.name, 'expression'), ', ' ORDER BY x.seqno) FROM pragma_index_xinfo(i.name) x WHERE x.key),
    iif(i.partial, ' where …', ''))
FROM tables t JOIN pragma_index_list(t.name) i WHERE i.origin <> 'pk'
UNION ALL
SELECT format('%s.%s references %s (%s) on delete %s', t.name, f."from", f."table", f."to", lower(f.on_delete))
FROM tables t JOIN pragma_foreign_key_list(t.name) f
ORDER BY line
