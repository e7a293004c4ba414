-- The next look at a system stores its own time: there is nothing to take back.
UPDATE watches SET next_change_at = next_change_at WHERE system_id IS NULL;
