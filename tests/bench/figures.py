"""The figures, each with its floor, measured one after the other on the same machine. Called by tests/bench/run."""

import concurrent.futures
import os
import pathlib
import re
import shutil
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request

from databases import Postgres, Sqlite, free_port
from lists import lists, overview
from portal import Portal

FLOOR, OURS, OURS_STORE, RCLONE = (os.environ[name] for name in ("FLOOR", "OURS", "OURS_STORE", "RCLONE"))
CORES = len(os.sched_getaffinity(0))
MESSAGES = int(os.environ.get("MESSAGES", "1000000"))
SYSTEMS = int(os.environ.get("SYSTEMS", "10000"))
FILES = int(os.environ.get("FILES", "10000"))
RECORDS = int(os.environ.get("RECORDS", "1000000"))
SECONDS = int(os.environ.get("SECONDS_EACH", "10"))
BATCH = 2000  # as many as src/sync/recorder.rs stores in one transaction
TIMES = 3


def told(*command, **options):
    return subprocess.run(command, check=True, capture_output=True, text=True, **options).stdout


def line(what, floor, ours, unit, better="more"):
    ratio = ours / floor if better == "more" else floor / ours
    floor, ours = (f"{n:,.0f}" if n >= 100 else f"{n:.3f}" for n in (floor, ours))
    print(f"{what}: floor {floor} {unit}, ours {ours} {unit}, ratio {ratio:.2f}", flush=True)


def memory(portal, when):
    resident, highest = portal.memory()
    print(f"memory {when}: {resident:.0f} MiB, highest {highest:.0f} MiB", flush=True)


def wrk(url, *script):
    """Answers a second."""
    said = told("wrk", "-t1", "-c8", f"-d{SECONDS}s", *script[:2], url, *script[2:])
    wrong = re.search(r"Non-2xx.*: (\d+)|Socket errors.*", said)
    if wrong:
        raise SystemExit(f"{url}: {said}")
    return float(re.search(r"Requests/sec:\s+([\d.]+)", said)[1])


def page(home):
    """The page of a run's log, by category, deep, signed in, uncompressed; against the same bytes from memory plus the
    bare statements. Processor time adds up: with n cores, 1/floor = 1/static + statements/n."""
    portal = Portal(OURS, home)
    portal.start()
    portal.set_up()
    system = portal.connect("Log", "empty", "empty too")
    portal.synchronize(system, 1)
    portal.stop()
    told(FLOOR, "fill", f"{home}/data/syncdesk.db", "1", str(MESSAGES))
    statements_us = float(told(FLOOR, "page", f"{home}/data/syncdesk.db", "1", "20000"))
    portal.start()
    portal.sign_in()
    memory(portal, "at rest")
    path = f"{system}/runs/1?category=success&after="
    body = portal.get(f"{path}{MESSAGES // 2}")
    if body.count("<tr") < 50:
        raise SystemExit("that is no full page of a log")
    (home / "page.html").write_text(body)
    ours = wrk(f"http://127.0.0.1:{portal.port}", "-s", f"{pathlib.Path(__file__).parent}/deep.lua", "--", path,
               str(MESSAGES), portal.cookie())
    memory(portal, "under log pages")
    portal.stop()
    server = subprocess.Popen([FLOOR, "serve", "18181", str(home / "page.html"), str(CORES)])
    try:
        static = wrk("http://127.0.0.1:18181/")
    finally:
        server.kill()
        server.wait()
    print(f"log page: {len(body):,} bytes; from memory {static:,.0f}/s; its statements {statements_us:.0f} µs", flush=True)
    line(f"log page of {MESSAGES:,} messages", 1 / (1 / static + statements_us / 1e6 / CORES), ours, "pages/s")


def routes(home):
    """A route near the beginning of the table and one at its end, for a stranger, who is sent to sign in without a look into
    the database: the difference is what finding the route costs."""
    portal = Portal(OURS, home)
    portal.start()
    portal.set_up()
    for address in ("/account", "/systems/abcdefghij/runs/1/messages.ndjson"):
        rate = wrk(f"http://127.0.0.1:{portal.port}{address}")
        print(f"route {address}: {rate:,.0f}/s, {1e6 * CORES / rate:.0f} µs of a core each", flush=True)
    portal.stop()


def store(home):
    """Messages into SQLite, durable, with the counters of their run."""
    rates = {}
    for who in ("floor", "ours"):
        told(OURS, "migrate", f"--data-dir={home}/{who}")
        database = f"{home}/{who}/syncdesk.db"
        command = [FLOOR, "store"] if who == "floor" else [OURS_STORE]
        rates[who] = float(told(*command, database, str(MESSAGES), str(BATCH)))
    line("storing messages", rates["floor"], rates["ours"], "messages/s")


def files(home):
    """Many small files, from a tree to another: first, and unchanged."""
    portal = Portal(OURS, home)
    portal.start()
    portal.set_up()
    source = home / "trees" / "source"
    for number in range(FILES):
        folder = source / f"folder {number % 100:02}"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"file {number:05}.txt").write_bytes(bytes([number % 256]) * (1024 + number * 37 % 3072))
    took = {(who, what): [] for who in ("floor", "ours") for what in ("first", "unchanged")}
    environment = os.environ | {"RCLONE_CONFIG": "/dev/null"}
    for again in range(TIMES):
        target = home / f"rclone {again}"
        for what in ("first", "unchanged"):
            began = os.times().elapsed
            told(RCLONE, "sync", str(source), str(target), env=environment)
            took["floor", what].append(os.times().elapsed - began)
        system = portal.connect(f"Files {again}", "source", f"destination {again}")
        for run, what in enumerate(("first", "unchanged"), 1):
            took["ours", what].append(portal.synchronize(system, run))
        count = sum(len(names) for _, _, names in os.walk(home / "trees" / f"destination {again}"))
        if count != FILES:
            raise SystemExit(f"{count} files arrived, not {FILES}")
        shutil.rmtree(target)
    memory(portal, "after files")
    portal.stop()
    for what in ("first", "unchanged"):
        floor, ours = (statistics.median(took[who, what]) for who in ("floor", "ours"))
        line(f"{FILES:,} small files, {what} (floor: rclone sync)", floor, ours, "s", better="less")


def start(home):
    """From the start of the process to the first page."""
    portal = Portal(OURS, home)
    first = portal.start()
    memory(portal, "at rest, empty")
    portal.stop()
    again = []
    for _ in range(TIMES):
        again.append(portal.start())
        portal.stop()
    print(f"start to first page: {first * 1e3:.0f} ms with an empty folder, {statistics.median(again) * 1e3:.0f} ms later")


def checks(home):
    """Connection checks of many systems that are due at once, against a WebDAV stub on loopback; how long pages take
    before and meanwhile."""
    stub = subprocess.Popen([sys.executable, f"{pathlib.Path(__file__).parent}/webdav_stub.py"], stdout=subprocess.PIPE, text=True)
    address = stub.stdout.readline().strip()
    portal = Portal(OURS, home, "--allow-networks=127.0.0.0/8")
    try:
        portal.start()
        portal.set_up()
        ends = {f"settings.{end}_kind": "webdav" for end in ("source", "destination")}
        ends |= {"settings.source_endpoint": f"{address}/a", "settings.destination_endpoint": f"{address}/b"}
        system = portal.create("Stub", **ends)
        shown = ["/systems", system, f"{system}/checks", f"{system}/edit", "/logs", "/help"]
        database = sqlite3.connect(f"{home}/data/syncdesk.db", timeout=60, isolation_level=None)
        count = lambda what: database.execute(f"SELECT count(*) FROM checks WHERE {what}").fetchone()[0]
        until(lambda: count("state = 'ended'") == 1)
        columns = ", ".join(name for _, name, *_ in database.execute("PRAGMA table_info(systems)") if name not in ("id", "key", "name"))
        database.execute("BEGIN IMMEDIATE")
        database.execute(f"""WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {SYSTEMS})
            INSERT INTO systems (key, name, {columns}) SELECT replace(replace(printf('%010d', i), '0', 'a'), '1', 'b'), 'Stub ' || i, {columns} FROM systems, n WHERE name = 'Stub'""")
        database.execute("INSERT INTO watches (system_id, fresh_from) SELECT id, 0 FROM systems WHERE name <> 'Stub'")
        database.execute("COMMIT")
        before = pages(portal, shown, lambda: True)
        began = time.perf_counter()
        database.execute("UPDATE watches SET next_check = 0 WHERE next_check IS NULL")
        meanwhile = pages(portal, shown, lambda: count("state = 'ended'") > SYSTEMS)
        took = time.perf_counter() - began
        bad = count("ok = 0")
        print(f"checks of {SYSTEMS:,} systems due at once: {took:.1f} s, {SYSTEMS / took:,.0f}/s, {bad} failed", flush=True)
        for address, quiet, busy in zip(shown, before, meanwhile):
            name = address.replace(system, "/systems/…")
            print(f"{name}: {quiet * 1e3:.1f} ms before, {busy * 1e3:.1f} ms meanwhile (median)", flush=True)
        memory(portal, "after checks")
    finally:
        portal.stop()
        stub.kill()
        stub.wait()


def until(done):
    while not done():
        time.sleep(0.05)


def pages(portal, addresses, done):
    """The median time of each page, asked for in turn: a hundred times at least, and until `done`."""
    took = [[] for _ in addresses]
    while len(took[-1]) < 100 or not done():
        for address, times in zip(addresses, took):
            began = time.perf_counter()
            portal.get(address)
            times.append(time.perf_counter() - began)
    return [statistics.median(times) for times in took]


def replica(home, kind=Sqlite):
    """A first sync of many records in ten sets from odatapy, and two unchanged ones: every record read and compared, and
    by delta links. The floor: the same pages fetched and thrown away, as many sets at once."""
    python = pathlib.Path(RCLONE).parent / "python"
    port, database = free_port(), kind(home)
    server = subprocess.Popen([python, "tests/peers/odata_v4.py", str(port), str(RECORDS // 10), "10"])
    root = f"http://127.0.0.1:{port}"
    portal = Portal(OURS, home, "--allow-networks=127.0.0.0/8", *database.settings)
    try:
        until(lambda: answers(root))
        began = time.perf_counter()
        with concurrent.futures.ThreadPoolExecutor(4) as pool:
            list(pool.map(lambda n: fetched(f"{root}/Measured{n}"), range(10)))
        floor = time.perf_counter() - began
        portal.start()
        portal.set_up()
        fields = {"settings.root": root, "settings.master_sets": "Measured*", "settings.page_size": "25000"}
        system = portal.create("Service", "odata", **fields)
        line(f"{database.name}, first sync of {RECORDS:,} records in 10 sets", floor, portal.synchronize(system, 1), "s", "less")
        memory(portal, "after it")
        database.sql("UPDATE replica_sets SET state = ''")
        print(f"published: {database.sql('SELECT sum(active) FROM replica_sets'):,}", flush=True)
        line("unchanged, compared record by record", floor, portal.synchronize(system, 2), "s", "less")
        memory(portal, "after it")
        print(f"unchanged, by delta links: {portal.synchronize(system, 3):.2f} s")
    finally:
        portal.stop()
        server.kill()
        server.wait()
        database.stop()


def replica_on_postgres(home):
    """The same on Postgres. Memory is that of the portal, without the server's."""
    replica(home, Postgres)


def answers(root):
    try:
        return urllib.request.urlopen(f"{root}/$metadata").status == 200
    except OSError:
        return False


def fetched(address):
    """Follows the pages of a set as we do, and keeps nothing."""
    headers = {"Prefer": "odata.track-changes, odata.maxpagesize=25000", "OData-MaxVersion": "4.0",
               "Accept": "application/json;odata.metadata=minimal;IEEE754Compatible=true"}
    while address:
        with urllib.request.urlopen(urllib.request.Request(address, headers=headers)) as answer:
            end = answer.read()[-500:].decode()
        link = re.search(r'"@odata.nextLink":"([^"]*)"', end)
        address = link and link[1]


FIGURES = {"start": start, "page": page, "lists": lambda home: lists(OURS, home), "overview": lambda home: overview(OURS, home), "routes": routes, "store": store, "files": files, "checks": checks, "replica": replica,
           "replica-postgres": replica_on_postgres}
for name in sys.argv[1:] or FIGURES:
    with tempfile.TemporaryDirectory(prefix="syncdesk-bench-") as home:
        FIGURES[name](pathlib.Path(home))
