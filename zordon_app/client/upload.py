"""A multipart body that is read from disk while it is sent."""

import os
import secrets
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self

import msgspec

from zordon_app.client.download import OnBytes


class MultipartUpload:
    """The fields ``json`` and ``file`` of a form as one readable stream of known length; can be rewound for a retry."""

    def __init__(self, value: object, file: Path, on_bytes: OnBytes | None = None) -> None:
        """``value`` goes into ``json``; ``file`` is opened here and closed by ``close``."""
        boundary = f"zordon-{secrets.token_hex(16)}"
        self.content_type = f"multipart/form-data; boundary={boundary}"
        self._head = _head(boundary, value, file.name)
        self._tail = f"\r\n--{boundary}--\r\n".encode()
        self._file: BinaryIO = file.open("rb")
        self._size = os.fstat(self._file.fileno()).st_size
        self._on_bytes = on_bytes
        self._at = 0
        self.length = len(self._head) + self._size + len(self._tail)

    def __enter__(self) -> Self:
        """Use in ``with``."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the file."""
        self._file.close()

    def tell(self) -> int:
        """Bytes read so far."""
        return self._at

    def seek(self, offset: int) -> None:
        """Go on reading at ``offset``."""
        self._at = offset

    def read(self, size: int = -1) -> bytes:
        """The next bytes, at most ``size``; empty at the end."""
        wanted = self.length - self._at if size < 0 else size
        data = self._slice(self._at, wanted)
        self._at += len(data)
        if self._on_bytes is not None and data:
            self._on_bytes(min(max(self._at - len(self._head), 0), self._size), self._size)
        return data

    def _slice(self, at: int, wanted: int) -> bytes:
        """Up to ``wanted`` bytes from ``at``, all of one of the three pieces."""
        if at < len(self._head):
            return self._head[at : at + wanted]
        at -= len(self._head)
        if at < self._size:
            self._file.seek(at)
            data = self._file.read(min(wanted, self._size - at))
            if not data:
                raise OSError("The file became shorter while it was sent.")
            return data
        return self._tail[at - self._size : at - self._size + wanted]


def _head(boundary: str, value: object, filename: str) -> bytes:
    escaped = filename.replace("\\", "_").replace('"', "%22").replace("\r", "%0D").replace("\n", "%0A")
    return b"".join(
        (
            f'--{boundary}\r\nContent-Disposition: form-data; name="json"\r\n'.encode(),
            b"Content-Type: application/json\r\n\r\n",
            msgspec.json.encode(value),
            f"\r\n--{boundary}\r\n".encode(),
            f'Content-Disposition: form-data; name="file"; filename="{escaped}"\r\n'.encode("utf-8", "replace"),
            b"Content-Type: application/octet-stream\r\n\r\n",
        )
    )
