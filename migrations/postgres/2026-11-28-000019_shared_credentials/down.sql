-- Secrets that are shared are lost: systems that use one need their own secrets.
DELETE FROM credentials WHERE shared_key IS NOT NULL;
ALTER TABLE credentials DROP COLUMN shared_key;
ALTER TABLE credentials DROP COLUMN group_id;
ALTER TABLE credentials ALTER COLUMN sealed SET NOT NULL;
ALTER TABLE credentials ALTER COLUMN key_id SET NOT NULL;
DROP INDEX systems_in_group;
DROP TABLE shared_credentials;
