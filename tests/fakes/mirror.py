"""A local mirror of the sites that publish builds: their layouts, ranges, tags and dates, and their misbehaviour."""

import contextlib
import hashlib
import json
import re
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Self

from tests.fakes.patience import HANG_SECONDS

CHALLENGE = b"<html><head><title>Just a moment...</title><script>window._cf_chl_opt={}</script></head></html>"
BLENDER_DATE = "23-Jun-2026 10:19"


@dataclass
class Fault:
    """What goes wrong with one path; ``times`` is how often, then it works."""

    status: int = 200
    body: bytes | None = None
    content_type: str = "application/octet-stream"
    location: str = ""
    cut_after: int | None = None
    endless: bool = False
    no_length: bool = False
    wait: threading.Event | None = None
    """The body stops in the middle until this is set."""
    times: int = 1_000_000


@dataclass
class Asked:
    path: str
    headers: dict[str, str]


@dataclass
class Mirror:
    """Serves ``files`` by path and query; remembers what was asked."""

    files: dict[str, bytes] = field(default_factory=dict)
    faults: dict[str, Fault] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)
    tags: bool = True

    def __enter__(self) -> Self:
        mirror = self

        class Handler(_Handler):
            site = mirror

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), name="mirror")
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        for fault in self.faults.values():
            if fault.wait is not None:
                fault.wait.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def paths(self) -> list[str]:
        return [asked.path for asked in self.asked]

    def add(self, path: str, contents: bytes) -> None:
        self.files[path] = contents


class _Handler(BaseHTTPRequestHandler):
    site: Mirror
    protocol_version = "HTTP/1.1"

    def log_message(self, *_arguments: object) -> None:
        pass

    def do_GET(self) -> None:
        self.close_connection = True
        self.site.asked.append(Asked(self.path, dict(self.headers)))
        fault = self.site.faults.get(self.path)
        if fault is not None and fault.times > 0:
            fault.times -= 1
        else:
            fault = None
        # Clients that have enough hang up.
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            self._answer(fault or Fault())

    def _answer(self, fault: Fault) -> None:
        contents = self.site.files.get(self.path)
        if fault.location:
            self._plain(fault.status if fault.status != 200 else 302, b"", {"Location": fault.location})
        elif fault.body is not None or fault.status != 200:
            self._plain(fault.status, fault.body or b"", {"Content-Type": fault.content_type})
        elif fault.endless:
            self._endless()
        elif contents is None:
            self._plain(404, b"<html>404 Not Found</html>", {"Content-Type": "text/html"})
        else:
            self._file(contents, fault)

    def _file(self, contents: bytes, fault: Fault) -> None:
        tag = f'"{hashlib.md5(contents).hexdigest()}"' if self.site.tags else ""
        start = self._start(tag, len(contents))
        if tag and self.headers.get("If-None-Match") == tag:
            self._plain(304, b"", {"ETag": tag})
        elif start >= len(contents) > 0:
            self._plain(416, b"", {"Content-Range": f"bytes */{len(contents)}"})
        else:
            self._part(contents, start, tag, fault)

    def _part(self, contents: bytes, start: int, tag: str, fault: Fault) -> None:
        headers = {"Content-Type": _type_of(self.path), "Accept-Ranges": "bytes"} | ({"ETag": tag} if tag else {})
        if start:
            headers["Content-Range"] = f"bytes {start}-{len(contents) - 1}/{len(contents)}"
        if not fault.no_length:
            headers["Content-Length"] = str(len(contents) - start)
        self.send_response(206 if start else 200)
        self._head(headers)
        body = contents[start:][: fault.cut_after]
        if fault.wait is not None:
            self.wfile.write(body[: len(body) // 2])
            self.wfile.flush()
            fault.wait.wait(HANG_SECONDS)
            body = body[len(body) // 2 :]
        self.wfile.write(body)

    def _start(self, tag: str, size: int) -> int:
        match = re.fullmatch(r"bytes=(\d+)-", self.headers.get("Range", ""))
        condition = self.headers.get("If-Range")
        return int(match[1]) if match and (condition is None or condition == tag) else 0

    def _endless(self) -> None:
        self.send_response(200)
        self._head({"Content-Type": "application/octet-stream"})
        while True:
            self.wfile.write(bytes(65536))

    def _plain(self, status: int, body: bytes, headers: dict[str, str]) -> None:
        self.send_response(status)
        self._head({"Content-Length": str(len(body)), **headers})
        self.wfile.write(body)

    def _head(self, headers: dict[str, str]) -> None:
        for name, value in {"Connection": "close", **headers}.items():
            self.send_header(name, value)
        self.end_headers()


def _type_of(path: str) -> str:
    return "text/html" if path.endswith("/") else "application/octet-stream"


# The layouts: engines.md, section 7.


def index_page(rows: list[tuple[str, str, int | None]]) -> bytes:
    """A plain index; ``rows`` are name, date and size in bytes (None: a folder)."""
    lines = [
        f'<a href="{name}">{name}</a>{" " * 20}{date}{" " * 15}{"-" if size is None else size}'
        for name, date, size in rows
    ]
    text = '<html><head><title>Index</title></head><body><pre><a href="../">../</a>\n' + "\n".join(lines)
    return (text + "\n</pre></body></html>").encode()


def add_blender(mirror: Mirror, archives: dict[str, bytes], *, wrong_hash: bool = False) -> None:
    """Releases under ``/release/``; ``archives`` by name, as blender-3.4.1-linux-x64.tar.xz."""
    series: dict[str, dict[str, bytes]] = {}
    for name, contents in archives.items():
        version = name.split("-")[1]
        series.setdefault("Blender" + ".".join(version.split(".")[:2]) + "/", {})[name] = contents
    mirror.add(
        "/release/", index_page([(name, BLENDER_DATE, None) for name in ["BlenderBenchmark2.0/", *sorted(series)]])
    )
    for folder, files in series.items():
        _add_series(mirror, folder, files, wrong_hash=wrong_hash)


def _add_series(mirror: Mirror, folder: str, files: dict[str, bytes], *, wrong_hash: bool) -> None:
    rows: list[tuple[str, str, int | None]] = []
    for version in sorted({name.split("-")[1] for name in files}):
        own = {name: contents for name, contents in files.items() if name.split("-")[1] == version}
        sums = {name: hashlib.sha256(contents + b"!" * wrong_hash).hexdigest() for name, contents in own.items()}
        for name, contents in own.items():
            mirror.add(f"/release/{folder}{name}", contents)
            rows.append((name, BLENDER_DATE, len(contents)))
        text = "".join(f"{sha256}  {name}\n" for name, sha256 in sums.items()).encode()
        mirror.add(f"/release/{folder}blender-{version}.sha256", text)
        rows += [(f"blender-{version}.md5", BLENDER_DATE, 300), (f"blender-{version}.sha256", BLENDER_DATE, len(text))]
    mirror.add(f"/release/{folder}", index_page(sorted(rows)))


def add_btbn(mirror: Mirror, tag: str, archives: dict[str, bytes], *, digest: bool = False) -> None:
    """One release of BtbN's with its checksums, beside the moving ``latest``."""
    assets = []
    sums = "".join(f"{hashlib.sha256(contents).hexdigest()}  {name}\n" for name, contents in archives.items())
    for name, contents in {**archives, "checksums.sha256": sums.encode()}.items():
        path = f"/BtbN/FFmpeg-Builds/releases/download/{tag}/{name}"
        mirror.add(path, contents)
        asset = {
            "name": name,
            "size": len(contents),
            "browser_download_url": f"https://github.com{path}",
            "uploader": {},
        }
        if digest:
            asset["digest"] = f"sha256:{hashlib.sha256(contents).hexdigest()}"
        assets.append(asset)
    latest = {"tag_name": "latest", "published_at": "2026-10-02T00:00:00Z", "assets": assets}
    dated = {"tag_name": tag, "published_at": "2026-10-01T12:30:00Z", "prerelease": False, "assets": assets}
    listing = "/repos/BtbN/FFmpeg-Builds/releases?per_page=100"
    mirror.add(listing, json.dumps([latest, dated]).encode())


def wait_until(condition: Callable[[], bool], seconds: float = HANG_SECONDS) -> None:
    """For what another thread does; fails after ``seconds``."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not happen"
        threading.Event().wait(0.01)
