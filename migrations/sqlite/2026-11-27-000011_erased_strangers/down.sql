DROP INDEX audit_personal_erase_at;
ALTER TABLE audit_personal DROP COLUMN erase_at;
