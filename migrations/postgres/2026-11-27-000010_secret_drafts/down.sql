DROP TABLE secret_drafts;
