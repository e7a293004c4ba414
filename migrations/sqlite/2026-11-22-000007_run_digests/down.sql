DROP TABLE run_comparisons;
DROP TABLE run_timelines;
