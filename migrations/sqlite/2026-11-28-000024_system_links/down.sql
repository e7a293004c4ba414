ALTER TABLE systems DROP COLUMN admin_url;
