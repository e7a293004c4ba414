"""The databases of the figures: SQLite in the portal's folder, or a Postgres of their own, as it comes but for its place."""

import os
import pathlib
import pwd
import shutil
import signal
import socket
import sqlite3
import subprocess
import time


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as free:
        return free.getsockname()[1]


class Sqlite:
    name = "SQLite"

    def __init__(self, home):
        self.file, self.settings = f"{home}/data/syncdesk.db", ()

    def sql(self, statement):
        """What one statement finds first."""
        with sqlite3.connect(self.file, timeout=60) as database:
            row = database.execute(statement).fetchone()
        return row and row[0]

    def stop(self):
        pass


class Postgres:
    """Durable, like SQLite here: what is acknowledged survives a power cut."""

    name = "Postgres"

    def __init__(self, home):
        programs = [folder for folder in pathlib.Path("/usr/lib/postgresql").glob("*/bin") if (folder / "initdb").exists()]
        if found := shutil.which("initdb"):
            programs.append(pathlib.Path(found).parent)
        self.bin = max(programs, key=lambda folder: int(folder.parent.name) if folder.parent.name.isdigit() else 0)
        # It refuses to run as root.
        self.user = "nobody" if os.getuid() == 0 else None
        folder, port = home / "postgres", free_port()
        folder.mkdir()
        if self.user:
            for above in (home, *(folder for folder in home.parents if folder.name.startswith("syncdesk-bench-"))):
                above.chmod(0o755)
            os.chown(folder, pwd.getpwnam(self.user).pw_uid, -1)
        self._run("initdb", "-D", f"{folder}/data", "-U", "syncdesk", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", cwd=folder)
        self.process = subprocess.Popen(
            [self.bin / "postgres", "-D", f"{folder}/data", "-p", str(port), "-h", "127.0.0.1", "-c", "unix_socket_directories=",
             "-c", "dynamic_shared_memory_type=mmap"], user=self.user, cwd=folder, stderr=subprocess.DEVNULL)
        self.server = ("-h", "127.0.0.1", "-p", str(port), "-U", "syncdesk")
        while subprocess.run([self.bin / "createdb", *self.server, "figures"], stderr=subprocess.DEVNULL).returncode:
            time.sleep(0.1)
        self.settings = (f"--database-url=postgres://syncdesk@127.0.0.1:{port}/figures", f"--key-file={home}/keys.toml", "--create")

    def _run(self, program, *words, **options):
        subprocess.run([self.bin / program, *words], check=True, stdout=subprocess.DEVNULL, user=self.user, **options)

    def sql(self, statement):
        """What one statement finds first."""
        told = subprocess.run([self.bin / "psql", *self.server, "-d", "figures", "-qtA", "-v", "ON_ERROR_STOP=1", "-c", statement],
                              check=True, capture_output=True, text=True)
        first = told.stdout.split("\n")[0]
        return int(first) if first.lstrip("-").isdigit() else first

    def stop(self):
        self.process.send_signal(signal.SIGINT)
        self.process.wait()
