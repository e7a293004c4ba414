"""How long the pages of lists take, with few and with many systems and runs, on both databases."""

import os
import statistics
import time

from databases import Postgres, Sqlite
from portal import Portal

FEW, MANY = 200, int(os.environ.get("MANY_SYSTEMS", "100000"))
RUNS_EACH = 10
TIMES = 25

# Twenty groups; one status in ten is not OK; names, times of success and kinds in no order.
SYSTEMS = """
INSERT INTO system_groups (name, created_at)
  WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20) SELECT 'Group ' || i, 0 FROM n;
INSERT INTO systems (key, name, kind, group_id, production, settings, settings_version, time_zone, schedule, timeout_us, max_attempts,
    connection, synchronization, overall, overall_since, last_success_at, last_attempt_at, created_at, last_run_no)
  WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {systems})
  SELECT replace(replace(CAST(2222222222 + i AS TEXT), '0', 'a'), '1', 'b'), 'System ' || (i * 7919 % 999983), CASE i % 10 WHEN 0 THEN 'odata' ELSE 'files' END,
    (SELECT min(id) FROM system_groups WHERE name = 'Group 1') + i % 20, TRUE, '{{}}', 1, 'UTC', 'none', 60000000, 3, 'ok', 'completed',
    CASE i * 31 % 100 WHEN 0 THEN 'error' WHEN 1 THEN 'warning' WHEN 2 THEN 'neutral' ELSE 'ok' END, 0, 1700000000000000 + i * 7919 % 999983, 0, 0, {each}
  FROM n;
UPDATE systems SET next_due = {now} + id * 1000000, success_due = {now} + id * 2000000, resolved_at = {now} - id * 1000000,
  resolved_from = 0, resolved_was = 'error', paused_since = CASE WHEN id % 50 = 0 THEN id END,
  day_rank = -((id * 31) % 100) WHERE group_id >= (SELECT min(id) FROM system_groups WHERE name = 'Group 1');
INSERT INTO run_hours (system_id, hour, completed, warnings, errors, canceled)
  WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 23)
  SELECT id, ({now} / 3600000000 - i) * 3600000000, 3, i % 2, id % 3, 0 FROM n, systems;
INSERT INTO group_hours (group_id, hour, completed, warnings, errors, canceled)
  SELECT group_id, hour, 1000, 10, 5, 1 FROM run_hours INNER JOIN systems ON systems.id = system_id GROUP BY group_id, hour;
INSERT INTO watches (system_id, fresh_from) SELECT id, 0 FROM systems WHERE id NOT IN (SELECT system_id FROM watches);
INSERT INTO system_counts (group_id, overall, n) SELECT group_id, overall, count(*) FROM systems GROUP BY group_id, overall;
INSERT INTO runs (system_id, no, lane, state, trigger, principal, attempt, not_before, queued_at, started_at, ended_at, result)
  WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {each})
  SELECT s.id, i, 'main', 'ended', 'schedule', 'Schedule', 1, 0, {now} + (i * {systems} + s.id) * 1000, {now}, {now} + 900000000,
    CASE (s.id * 31 + i) % 100 WHEN 0 THEN 'error' WHEN 1 THEN 'completed_with_warnings' ELSE 'completed' END
  FROM n, systems s ORDER BY i, s.id;
INSERT INTO run_progress (run_id, phase, items_done, items_total, bytes_done, bytes_total, total_final, unchanged, emitted, stored, cut,
    last_seq, n_error, n_warning, n_success, n_information)
  SELECT id, '', 7, 9, 0, 0, TRUE, 0, 0, 0, 0, 0, 0, 0, 5, 0 FROM runs;
"""

PAGES = {
    "systems, worst first": "/systems",
    "systems, by name": "/systems?sort=name",
    "systems, longest without success": "/systems?sort=success",
    "systems, OK, longest without success": "/systems?status=ok&sort=success",
    "systems of a group": "/systems?group=Group%205",
    "systems, last page": "/systems?before=end",
    "runs": "/logs",
    "runs in error": "/logs?result=error",
    "runs that have not ended (none)": "/logs?result=open",
}
WINDOWS = {
    "systems, part of a name (none)": "/systems?q=nowhere",
    "systems of a kind": "/systems?kind=odata",
    "runs of systems, part of a name (none)": "/logs?system=nowhere",
    "runs of a group": "/logs?group=Group%205",
    "runs by a person (none)": "/logs?person=nobody",
    "runs with errors (none)": "/logs?category=error",
}


def measured(portal, addresses):
    """The median time of each page, in ms."""
    took = {}
    for what, address in addresses.items():
        times = []
        for _ in range(TIMES):
            began = time.perf_counter()
            portal.get(address)
            times.append(time.perf_counter() - began)
        took[what] = statistics.median(times) * 1e3
    return took


def overview(program, home):
    """The overview with 10,000 systems: for somebody who sees all, and for somebody who sees one group of twenty."""
    pages = {"systems, worst first": "/systems", "overview": "/overview"}
    of_group = """UPDATE assignments SET group_id = (SELECT id FROM system_groups WHERE name = 'Group 5')"""
    lists(program, home, pages, {}, 10_000)
    print("of one group of twenty:", flush=True)
    lists(program, home, pages, {}, 10_000, of_group)


def lists(program, home, pages=PAGES, windows=WINDOWS, many=MANY, last=""):
    for kind in (Sqlite, Postgres):
        took = {}
        for systems in (FEW, many):
            place = home / f"{kind.name} {systems} {len(last)}"
            place.mkdir()
            database = kind(place)
            portal = Portal(program, place, "--workers=0", *database.settings)
            portal.start()
            portal.set_up()
            script = SYSTEMS.format(systems=systems, each=RUNS_EACH, now=int(time.time() * 1e6))
            for statement in script.split(";\n"):
                if statement.strip():
                    database.sql(statement)
            if kind is Postgres:
                database.sql("VACUUM ANALYZE")
            if last:
                database.sql(last)
            took[systems] = measured(portal, pages | windows)
            portal.stop()
            database.stop()
        print(f"{kind.name}: a page with {FEW} systems, and with {many:,} systems and {many * RUNS_EACH:,} runs", flush=True)
        for what in pages:
            small, large = took[FEW][what], took[many][what]
            print(f"  {what}: {small:.1f} ms, {large:.1f} ms, {large / small:.2f} times", flush=True)
        for what in windows:
            print(f"  {what}: {took[FEW][what]:.1f} ms, {took[many][what]:.1f} ms for a window", flush=True)
