"""The portal as a program with pages: started, set up and used through HTTP, as a person would."""

import html.parser
import http.client
import signal
import subprocess
import time
import urllib.parse


class Form(html.parser.HTMLParser):
    """The fields of the form that posts to `action`, with what stands in them."""

    def __init__(self, page, action):
        super().__init__()
        self.action, self.inside, self.fields, self.select, self.text = action, False, {}, None, None
        self.feed(page)

    def handle_starttag(self, tag, attributes):
        given = dict(attributes)
        if tag == "form":
            self.inside = given.get("method") == "post" and given.get("action") == self.action
        name = given.get("name")
        if not self.inside:
            return
        if tag == "input" and name and (given.get("type") not in ("checkbox", "radio") or "checked" in given):
            self.fields[name] = given.get("value") or ""
        elif tag == "select":
            self.select = name
        elif tag == "option" and self.select and ("selected" in given or self.select not in self.fields):
            self.fields[self.select] = given.get("value", "")
        elif tag == "textarea":
            self.text = name
            self.fields[name] = ""

    def handle_data(self, data):
        if self.text:
            self.fields[self.text] += data

    def handle_endtag(self, tag):
        if tag == "form":
            self.inside = False
        elif tag == "select":
            self.select = None
        elif tag == "textarea":
            self.text = None


class Portal:
    def __init__(self, program, home, *settings):
        self.program, self.home, self.settings, self.cookies = program, home, settings, {}
        (home / "trees").mkdir(parents=True, exist_ok=True)

    def start(self):
        """Starts it; says after how many seconds it had answered with its first page."""
        began = time.perf_counter()
        self.process = subprocess.Popen(
            [self.program, "serve", "--listen=127.0.0.1:0", f"--data-dir={self.home}/data", "--log=error",
             f"--file-roots=General={self.home}/trees", *self.settings],
            stdout=subprocess.PIPE, text=True, cwd=self.home)
        self.port = int(self._said("listens on ").rsplit(":", 1)[1])
        self.get("/sign-in")
        return time.perf_counter() - began

    def _said(self, words):
        for line in self.process.stdout:
            if words in line:
                return line.split(words, 1)[1].strip()
        raise SystemExit(f"the portal ended without saying “{words}”")

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait()

    def memory(self):
        """Resident and highest resident memory, in MiB."""
        with open(f"/proc/{self.process.pid}/status") as status:
            lines = dict(line.split(":", 1) for line in status)
        return tuple(int(lines[name].split()[0]) / 1024 for name in ("VmRSS", "VmHWM"))

    def request(self, method, path, body=None):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        headers = {"Cookie": self.cookie()} if self.cookies else {}
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
            headers["Origin"] = f"http://127.0.0.1:{self.port}"
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        text = answer.read().decode()
        for header in answer.headers.get_all("Set-Cookie") or []:
            name, value = header.split(";", 1)[0].split("=", 1)
            self.cookies[name] = value
        connection.close()
        return answer.status, answer.headers.get("Location"), text

    def cookie(self):
        return "; ".join(f"{name}={value}" for name, value in self.cookies.items())

    def get(self, path):
        status, location, text = self.request("GET", path)
        if status == 303:
            return self.get(location)
        if status != 200:
            raise SystemExit(f"GET {path}: {status}\n{text}")
        return text

    def post(self, page, action, **changes):
        """Fills in and sends the form of a page; where it leads."""
        fields = Form(self.get(page), action).fields | changes
        status, location, text = self.request("POST", action, urllib.parse.urlencode(fields))
        if status != 303:
            raise SystemExit(f"POST {action}: {status}\n{text}")
        return location

    def set_up(self):
        token = self._said("Setup token: ")
        password = "correct horse battery"
        self.post("/setup", "/setup", token=token, name="ada", password=password, password_again=password)

    def sign_in(self):
        self.cookies = {}
        self.post("/sign-in", "/sign-in", name="ada", password="correct horse battery")

    def connect(self, name, source, destination):
        """Connects two folders below `trees`; the address of the system."""
        for folder in (source, destination):
            (self.home / "trees" / folder).mkdir(exist_ok=True)
        return self.create(name, **{
            "settings.source_path": str(self.home / "trees" / source),
            "settings.destination_path": str(self.home / "trees" / destination)})

    def create(self, name, kind="files", **fields):
        """Connects a system; its address."""
        return self.post(f"/systems/new?kind={kind}", "/systems/new", name=name, **fields).split("?")[0]

    def synchronize(self, system, run):
        """Synchronizes and waits for the end; seconds from the click to it."""
        fields = Form(self.get(system), f"{system}/synchronize").fields
        began = time.perf_counter()
        self.request("POST", f"{system}/synchronize", urllib.parse.urlencode(fields))
        while True:
            head = self.get(f"{system}/runs/{run}").split("<h1", 1)[1][:600]
            if "Queued" not in head and "In process" not in head:
                break
            time.sleep(0.02)
        took = time.perf_counter() - began
        if "Completed" not in head:
            raise SystemExit(f"run {run} of {system} did not complete: {head}")
        return took
