"""A server that answers as our API does, or as a test tells it to."""

import json
import threading
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from analytics.storefront.wire import BATCH_PATH


class Storefront(ThreadingHTTPServer):
    """Remembers what it was sent; answers `script` first, then as our API does."""

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.received, self.script, self.seen = [], [], set()
        self.first_request = threading.Event()
        self.url = f"http://127.0.0.1:{self.server_port}"


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Storefront

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.received.append((self.path, dict(self.headers), body))
        self.server.first_request.set()
        status, headers, answer = self.server.script.pop(0) if self.server.script else self.decide(body)
        content = json.dumps(answer).encode()
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(content))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)

    def decide(self, body):
        outcomes = Counter(self.outcome(event) for event in body.split(b"\n"))
        if self.path == BATCH_PATH:
            counts = {name: outcomes[name] for name in ("accepted", "duplicate", "quarantined")}
            return 200, {}, {"received": outcomes.total(), **counts, "results": []}
        return 202, {}, {"id": "x", "status": next(iter(outcomes))}

    def outcome(self, event):
        try:
            event_id = json.loads(event)["event_id"]
        except ValueError:
            return "quarantined"
        known = event_id in self.server.seen
        self.server.seen.add(event_id)
        return "duplicate" if known else "accepted"

    def log_message(self, *args):
        """Quiet."""


@pytest.fixture
def server():
    with Storefront() as running:
        thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield running
        running.shutdown()
        thread.join()
