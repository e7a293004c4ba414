DROP TABLE database_probe;
