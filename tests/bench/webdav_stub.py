"""A WebDAV server that has two empty folders, for checks: prints its address, and answers until it is killed."""

import http.server

EMPTY = b"""<?xml version="1.0" encoding="utf-8"?><d:multistatus xmlns:d="DAV:"><d:response><d:href>%s</d:href>
<d:propstat><d:prop><d:resourcetype><d:collection/></d:resourcetype></d:prop><d:status>HTTP/1.1 200 OK</d:status></d:propstat>
</d:response></d:multistatus>"""


class Folders(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def answer(self):
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        body = EMPTY % self.path.encode()
        self.send_response(207)
        self.send_header("Content-Type", "application/xml; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("DAV", "1")
        self.end_headers()
        self.wfile.write(body)

    do_PROPFIND = do_OPTIONS = do_GET = do_HEAD = answer

    def log_message(self, *_):
        pass


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Folders)
print(f"http://127.0.0.1:{server.server_port}", flush=True)
server.serve_forever()
