"""One window for each home: a second start rings at the first, hands over its files and goes."""

import contextlib
import hmac
import json
import logging
import secrets
import socket
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from filelock import FileLock, Timeout

from zordon_app.files.durable import write_durably
from zordon_app.guard import Guard

log = logging.getLogger(__name__)

SECONDS = 5.0
LONGEST = 1 << 20
"""Bytes of a message: thousands of paths."""


class Doorbell:
    """Holds the lock of the one window and hears those who ring.

    Messages go over the loopback; the key in the private note beside the lock shows that they come from the same
    person. A message is JSON with ``key`` and ``files``; the answer is ``ok`` once the files were taken.
    """

    def __init__(self, lock: FileLock, note: Path, on_ring: Callable[[list[Path]], None]) -> None:
        """``lock`` is held already; ``on_ring`` is called with absolute paths, on the bell's own thread."""
        self._lock = lock
        self._note = note
        self._on_ring = on_ring
        self._key = secrets.token_hex(32)
        self._guard = Guard()
        self._socket = socket.create_server(("127.0.0.1", 0))
        self._thread = self._guard.thread("zordon-doorbell", self._listen, daemon=True)

    def __enter__(self) -> Self:
        """Listen."""
        port = self._socket.getsockname()[1]
        write_durably(self._note, json.dumps({"port": port, "key": self._key}).encode(), private=True)
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop listening and let the next window have the lock."""
        self._note.unlink(missing_ok=True)
        # Linux wakes who waits for a caller; other systems refuse this on a socket that only listens.
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        self._thread.join(SECONDS)
        self._lock.release()

    def _listen(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            with connection, self._guard.item("The doorbell", "files from another start"):
                self._answer(connection)

    def _answer(self, connection: socket.socket) -> None:
        connection.settimeout(SECONDS)
        try:
            files = read_message(receive(connection), self._key)
            if files is not None:
                self._on_ring(files)
                connection.sendall(b"ok")
        except OSError as error:
            log.info("Somebody rang and went away: %s", error)


def take_lock(file: Path) -> FileLock | None:
    """The lock of the one window, held; None when a window has it."""
    lock = FileLock(file, thread_local=False)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        return None
    return lock


def ring(note: Path, files: list[Path]) -> bool:
    """Hand ``files`` to the window whose bell is described in ``note``; whether it took them."""
    try:
        told = json.loads(note.read_text(encoding="utf-8"))
        with socket.create_connection(("127.0.0.1", told["port"]), timeout=SECONDS) as connection:
            message = {"key": told["key"], "files": [str(path) for path in files]}
            connection.sendall(json.dumps(message).encode())
            connection.shutdown(socket.SHUT_WR)
            return receive(connection) == b"ok"
    except (OSError, ValueError, KeyError, TypeError):
        return False


def receive(connection: socket.socket) -> bytes:
    """All until the other side has said its piece. Raises OSError: it is too long or takes too long."""
    parts, size = [], 0
    while data := connection.recv(65_536):
        parts.append(data)
        size += len(data)
        if size > LONGEST:
            raise OSError("the message is too long")
    return b"".join(parts)


def read_message(data: bytes, key: str) -> list[Path] | None:
    """The absolute paths in a message with our key; None for any other."""
    try:
        message: Any = json.loads(data)
        if not hmac.compare_digest(str(message["key"]), key):
            return None
        paths = [Path(str(name)) for name in message["files"] if "\0" not in str(name)]
    except (ValueError, KeyError, TypeError):
        return None
    return [path for path in paths if path.is_absolute()]
