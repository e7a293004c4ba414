DROP TABLE replica_seen;
DROP TABLE replica_records;
DROP TABLE replica_sets;
DROP TABLE replicas;
