-- What a run's page draws and tells without reading its log: a bounded row for each run.

-- When its messages were logged: slices of equal length, each with its four counts.
CREATE TABLE run_timelines (
  run_id BIGINT NOT NULL PRIMARY KEY REFERENCES runs (id) ON DELETE CASCADE,
  begins_at BIGINT NOT NULL,
  slice_us BIGINT NOT NULL CHECK (slice_us > 0),
  counts TEXT NOT NULL
);

-- What changed since the run before; before_no is none for a first run.
CREATE TABLE run_comparisons (
  run_id BIGINT NOT NULL PRIMARY KEY REFERENCES runs (id) ON DELETE CASCADE,
  before_no BIGINT,
  changes TEXT NOT NULL
);
