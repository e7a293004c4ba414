-- Whatever the migrations may have left behind.
SELECT format('relation %s', relname) AS line FROM pg_class
WHERE relnamespace = current_schema()::regnamespace AND relname NOT LIKE '\_\_diesel%'
UNION ALL
SELECT format('function %s', proname) FROM pg_proc WHERE pronamespace = current_schema()::regnamespace
UNION ALL
SELECT format('type %s', typname) FROM pg_type
WHERE typnamespace = current_schema()::regnamespace AND typname NOT LIKE '%\_\_diesel%'
