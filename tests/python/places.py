"""The program under test, and an HTTP server and client to talk to it."""

import atexit
import http.client
import json
import queue
import subprocess
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

from delivery import SIGNATURE

PATIENCE = 60


class Inbox:
    """Accepts POSTs, and serves a key set. Responds with these statuses in turn, and then with 200."""

    def __init__(self, keys=()):
        self.keys = [key.jwk() for key in keys]
        self.statuses = []
        self.fetches = 0
        self.mail = queue.Queue()
        inbox = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                status = inbox.statuses.pop(0) if inbox.statuses else 200
                inbox.mail.put((self.headers, body))
                self.answer(status, b"")

            def do_GET(self):
                inbox.fetches += 1
                self.answer(200, json.dumps({"keys": inbox.keys}).encode())

            def answer(self, status, body):
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def take(self):
        """Returns the signatures and the body of the next delivery."""
        headers, body = self.mail.get(timeout=PATIENCE)
        return headers.get_all(SIGNATURE) or [], body

    def is_empty(self):
        return self.mail.empty()


class Program:
    """A command of the program that prints its address on the first line."""

    def __init__(self, program, *args):
        self.child = subprocess.Popen([program, *args, "--json"], env={}, text=True,
                                      stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        atexit.register(self.child.kill)
        self.lines, self.notes = self.reader("stdout"), self.reader("stderr")
        welcome = self.line()
        self.url = welcome.get("base_url") or welcome.get("url")

    def reader(self, name):
        lines = queue.Queue()

        def read():
            for line in getattr(self.child, name):
                lines.put(json.loads(line))

        threading.Thread(target=read, daemon=True).start()
        return lines

    def line(self):
        return self.lines.get(timeout=PATIENCE)

    def note(self):
        return self.notes.get(timeout=PATIENCE)

    def stop(self):
        self.child.terminate()
        code = self.child.wait(timeout=PATIENCE)
        if code != 0:
            raise RuntimeError(f"{self.child.args} ended with {code}")


def request(url, method="GET", headers=(), body=None):
    """Returns the status and the body of a response. A header can be passed twice."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=PATIENCE)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    connection.putrequest(method, path)
    for name, value in headers:
        connection.putheader(name, value)
    if body is not None:
        connection.putheader("Content-Length", str(len(body)))
    connection.endheaders(body)
    answer = connection.getresponse()
    text = answer.read()
    connection.close()
    return answer.status, text


def deliver(url, tokens, body):
    """Posts a body with these signatures."""
    headers = [("Content-Type", "application/json")]
    return request(url, "POST", headers + [(SIGNATURE, token) for token in tokens], body)
