"""Where engines on this machine read large files of other machines: over HTTP, from the loopback, by ranges.

A listener of its own: what it gives is for one engine that was told the address, secret included, not for the API's
callers.
"""

import logging
import re
import secrets
import socket
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import quote

from zordon_app.errors import PeerGone, ZordonError
from zordon_app.guard import Guard
from zordon_app.storage.partial import PartialFile

log = logging.getLogger(__name__)

AGAIN_SECONDS = 1.0
PATIENCE = 600
"""How often a machine that does not answer is asked again, before the engine is told that the file has ended."""
_SENT_AHEAD = 256 * 1024
"""Bytes that the system may hold for an engine: all that it does not read then has travelled in vain."""
_RANGE = re.compile(r"bytes=(\d{1,18})-(\d{0,18})")


class SourceServer:
    """Serves partial files. Listens from the first of them on."""

    def __init__(self) -> None:
        """Nothing is served yet."""
        self._secret = secrets.token_urlsafe(16)
        self._lock = threading.Lock()
        self._sources: dict[str, PartialFile] = {}
        self._server: _Server | None = None
        self._thread: threading.Thread | None = None
        self._stop = threading.Event()

    def address(self, key: str, name: str) -> str:
        """Where a file that was put under ``key`` is read; it ends in ``name``."""
        with self._lock:
            if self._server is None:
                self._server = _Server(self.find, self._stop)
                self._thread = Guard().thread("sources", self._server.serve_forever)
                self._thread.start()
            port = self._server.server_address[1]
        return f"http://127.0.0.1:{port}/{self._secret}/{key}/{quote(PurePosixPath(name).name)}"

    def put(self, key: str, file: PartialFile) -> None:
        """Serve a file from now on."""
        with self._lock:
            self._sources[key] = file

    def get(self, key: str) -> PartialFile | None:
        """A file that is served."""
        with self._lock:
            return self._sources.get(key)

    def drop(self, key: str) -> None:
        """Serve a file no longer, and close it."""
        with self._lock:
            file = self._sources.pop(key, None)
        if file is not None:
            file.close()

    def find(self, path: str) -> PartialFile | None:
        """The file that a request names, if it knows the secret."""
        parts = path.split("/")
        known = len(parts) == 4 and secrets.compare_digest(parts[1].encode(), self._secret.encode())
        return self.get(parts[2]) if known else None

    def close(self) -> None:
        """End the listener; who still reads gets no more."""
        self._stop.set()
        with self._lock:
            if self._server is not None and self._thread is not None:
                self._server.shutdown()
                self._server.server_close()
                self._thread.join()
            for file in self._sources.values():
                file.close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def __init__(self, find: Any, stop: threading.Event) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.find = find
        self.stop = stop


class _Handler(BaseHTTPRequestHandler):
    """One request for a range; a connection serves no second one."""

    server: _Server

    def do_GET(self) -> None:
        """Send from an offset up to the end, as fast as it is read."""
        file: PartialFile | None = self.server.find(self.path)
        match = _RANGE.fullmatch(self.headers.get("Range", "bytes=0-"))
        if file is None or match is None or int(match[1]) >= file.size:
            self.send_error(404 if file is None else 416)
            return
        start, end = int(match[1]), min(int(match[2]) + 1, file.size) if match[2] else file.size
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _SENT_AHEAD)
        self.send_response(206)
        self.send_header("Accept-Ranges", "bytes")
        self.send_header("Content-Range", f"bytes {start}-{end - 1}/{file.size}")
        self.send_header("Content-Length", str(end - start))
        self.end_headers()
        try:
            while start < end:
                data = self._read(file, start)[: end - start]
                self.wfile.write(data)
                start += len(data)
        except ConnectionError:
            log.debug("The engine has read what it needs")
        except (ZordonError, OSError, ValueError) as error:
            log.warning("A source cannot be read any further: %s", error)

    def _read(self, file: PartialFile, start: int) -> bytes:
        for _ in range(PATIENCE):
            try:
                return file.read(start)
            except PeerGone as error:
                log.info("The source waits: %s", error)
                if self.server.stop.wait(AGAIN_SECONDS):
                    break
        raise PeerGone("The machine that has the source does not answer.", code="source_gone")

    def log_message(self, *_about: Any) -> None:
        """Requests are no news."""
