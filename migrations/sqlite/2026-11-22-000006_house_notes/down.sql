DROP TABLE house_notes;
