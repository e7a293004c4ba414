-- The administration page of a system itself: a link for people, which Syncdesk never opens.
ALTER TABLE systems ADD COLUMN admin_url TEXT CHECK (admin_url LIKE 'http://_%' OR admin_url LIKE 'https://_%');
