-- Systems from before there were budgets never counted one, and so could never become Silent: the next look counts it.
UPDATE watches SET next_change_at = 0
  WHERE silent_at IS NULL
    AND system_id IN (SELECT id FROM systems WHERE deleted_at IS NULL AND hold_since IS NULL);
