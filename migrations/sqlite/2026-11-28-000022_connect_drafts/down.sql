DROP TABLE connect_trials;
DROP TABLE connect_drafts;
