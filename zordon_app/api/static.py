"""The frontend's files, as they are in the ``web`` folder."""

import gzip
import hashlib
import os
from collections.abc import Iterable
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from zordon_app.api.editions import Editions, split, tag_of
from zordon_app.api.errors import Application, Environ, StartResponse, refuse
from zordon_app.api.files import TYPES, media_type, open_regular
from zordon_app.errors import NotFound, ZordonError

INDEX = "index.html"
GZIP_FROM = 8_000
COMPRESSIBLE = frozenset({".html", ".js", ".mjs", ".css", ".json", ".svg", ".map", ".txt", ".webmanifest"})
MAX_KEPT = 500
NOTHING_HERE = "There is nothing at this address."
CHECKED_EACH_TIME = "no-cache"
KEPT_FOR_GOOD = "private, max-age=31536000, immutable"


class MethodNotTaken(ZordonError):
    """The address has no such method."""

    status = 405


class Kept(NamedTuple):
    """A file as it was read last."""

    etag: str
    plain: bytes
    packed: bytes


class StaticFiles:
    """Serves what is under a folder and has an extension that we know. Small files, so they are kept in memory.

    The front page names its files below the edition that they are, and modules find each other beside themselves: a
    browser that was here before, as the window mostly was, asks for none of them.
    """

    def __init__(self, folder: Path) -> None:
        """Serve ``folder``."""
        self._folder = folder
        self._editions = Editions(folder)
        self._kept: dict[Path, Kept] = {}

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one GET or HEAD."""
        if environ["REQUEST_METHOD"] not in ("GET", "HEAD"):
            return refuse(start_response, MethodNotTaken("This address takes only GET and HEAD."))
        edition, name = split(_decode(str(environ["PATH_INFO"])).removeprefix("/") or INDEX)
        if edition and name.endswith(".html"):
            raise NotFound(NOTHING_HERE)  # Pages find the API beside themselves.
        path = self._find(name)
        kept = self._read(path)
        if name == INDEX:
            page = self._editions.link(kept.plain)
            kept = Kept(hashlib.blake2b(page, digest_size=8).hexdigest(), page, b"")
        lasting = KEPT_FOR_GOOD if self._editions.holds(edition, path, kept.etag) else CHECKED_EACH_TIME
        return _send(environ, start_response, path.name, kept, lasting)

    def _find(self, name: str) -> Path:
        """The file of that name. Raises NotFound for all that is not plainly a file of ours."""
        parts = PurePosixPath(name).parts
        odd = any(part.startswith(".") or ":" in part or "\\" in part or "\0" in part for part in parts)
        if odd or name.startswith("/") or PurePosixPath(name).suffix.lower() not in TYPES or "node_modules" in parts:
            raise NotFound(NOTHING_HERE)
        path = self._folder.joinpath(*parts)
        if path.resolve() != self._folder.resolve().joinpath(*parts):
            raise NotFound(NOTHING_HERE)
        return path

    def _read(self, path: Path) -> Kept:
        with open_regular(path) as file:
            about = os.fstat(file.fileno())
            etag = tag_of(about)
            kept = self._kept.get(path)
            if kept is None or kept.etag != etag:
                plain = file.read()
                small = len(plain) <= GZIP_FROM or path.suffix.lower() not in COMPRESSIBLE
                kept = Kept(etag, plain, b"" if small else gzip.compress(plain, 6, mtime=0))
                if len(self._kept) < MAX_KEPT:
                    self._kept[path] = kept
            return kept


def _decode(path: str) -> str:
    try:
        return path.encode("latin-1").decode("utf-8")
    except UnicodeError as error:
        raise NotFound(NOTHING_HERE) from error


def _send(environ: Environ, start_response: StartResponse, name: str, kept: Kept, lasting: str) -> list[bytes]:
    packed = bool(kept.packed) and "gzip" in str(environ.get("HTTP_ACCEPT_ENCODING", "")).lower()
    etag = f'"{kept.etag}{"-gz" if packed else ""}"'
    headers = [("ETag", etag), ("Cache-Control", lasting), ("Vary", "Accept-Encoding")]
    if str(environ.get("HTTP_IF_NONE_MATCH", "")) == etag:
        start_response("304 Not Modified", headers)
        return []
    body = kept.packed if packed else kept.plain
    headers += [("Content-Type", media_type(name)), ("Content-Length", str(len(body)))]
    if packed:
        headers.append(("Content-Encoding", "gzip"))
    start_response("200 OK", headers)
    return [] if environ["REQUEST_METHOD"] == "HEAD" else [body]


def by_path(api: Application, static: Application) -> Application:
    """What is under ``/api`` goes to ``api``, all else to ``static``."""

    def choose(environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        path = str(environ["PATH_INFO"])
        under_api = path == "/api" or path.startswith("/api/")
        return (api if under_api else static)(environ, start_response)

    return choose
