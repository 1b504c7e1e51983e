"""Request bodies: small ones into memory, uploads to disk as they arrive."""

import errno
import re
import shutil
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qsl

from msgspec import Struct
from multipart import MultipartError, MultipartSegment, ParserLimitReached, PushMultipartParser, parse_options_header

from zordon_app.api.arriving import CHUNK, MB, chunks, is_stranger, length, limited, media, reader, set_time, too_large
from zordon_app.api.errors import CALLER
from zordon_app.api.places import Places, PlacesBySource
from zordon_app.domain.callers import Caller, Upload
from zordon_app.domain.validation import decoded
from zordon_app.errors import BadRequest, DiskFull, TooLarge
from zordon_app.files.writing import write_all

MAX_FIELDS_BYTES = 8 * MB
MAX_FORM_FIELDS = 100
MAX_UPLOAD_BYTES = 50_000 * MB
RESERVE_BYTES = 2_000 * MB
RESERVE_SHARE = 0.05
MAX_PARTS = 8
MOST_OF_A_STRANGER = 64 * 1024
"""Bytes; messages of joining and signing in have a few hundred."""
SMALL = MOST_OF_A_STRANGER
"""Bodies of so many bytes need no place among the uploads."""
SECONDS_OF_A_SMALL_BODY = 10.0
SECONDS_BEHIND = 60.0
SLOWEST = 4096.0
"""Bytes a second; a large body that comes slower is given up when it is ``SECONDS_BEHIND`` late."""
PLACES_OF_A_STRANGER = 2
PLACES_OF_STRANGERS = 32
PLACES_OF_ONE_KNOWN = 16
PLACES_OF_KNOWN = 64
MAX_NAME = 200

_TOO_MANY = "Too many ask at once. Try again in a moment."
_SUFFIX = re.compile(r"\.[A-Za-z0-9]{1,10}")
_FULL = frozenset({errno.ENOSPC, errno.EDQUOT})

FreeBytes = Callable[[Path], tuple[int, int]]


class Received(Struct):
    """What came in with a submission. ``close`` removes the upload, unless it was moved away."""

    value: Any
    upload: Upload | None = None
    folder: Path | None = None

    def __enter__(self) -> Self:
        """Use in ``with``."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Remove what is left of the upload."""
        self.close()

    def close(self) -> None:
        """Remove what is left of the upload."""
        if self.folder is not None:
            shutil.rmtree(self.folder, ignore_errors=True)


def total_and_free(folder: Path) -> tuple[int, int]:
    """Size and free space, in bytes, of the volume of ``folder``."""
    usage = shutil.disk_usage(folder)
    return usage.total, usage.free


class Bodies:
    """Reads bodies within limits."""

    def __init__(self, uploads: Path, places: Places, *, space: FreeBytes = total_and_free) -> None:
        """``uploads`` is where files go, each in a folder of its own; ``places`` bounds how many read at once."""
        self._uploads = uploads
        self._places = places
        self._strangers = PlacesBySource(
            PLACES_OF_A_STRANGER,
            most=PLACES_OF_STRANGERS,
            sentence=_TOO_MANY,
        )
        self._small = PlacesBySource(PLACES_OF_ONE_KNOWN, most=PLACES_OF_KNOWN, sentence=_TOO_MANY)
        self._space = space

    def fields(self, environ: dict[str, Any]) -> dict[str, Any]:
        """A JSON object, or a form's fields; empty for no body.

        Raises:
            BadRequest: neither, or not readable.
            TooLarge: more than 8 MB.
        """
        if media(environ) == "multipart/form-data":
            if is_stranger(environ):
                raise BadRequest("Send JSON here, not a form of several parts.")
            with self._receive_form(environ) as received:
                return _only_object(received.value if received.value is not None else {})
        body = self._read_whole(environ)
        if not body:
            return {}
        if media(environ) == "application/x-www-form-urlencoded" and body[:1] not in (b"{", b"["):
            return _form_fields(body)
        return _only_object(decoded(body))

    def receive(self, environ: dict[str, Any]) -> Received:
        """The JSON of a submission and its file, from a JSON body or from multipart with ``json`` and ``file``.

        Raises:
            BadRequest: not readable, or no ``json``.
            TooLarge: the JSON has more than 8 MB, or the file more than is allowed.
            DiskFull: the file does not fit beside the reserve.
        """
        if media(environ) != "multipart/form-data":
            return Received(value=decoded(self._read_whole(environ)))
        received = self._receive_form(environ)
        if received.value is None:
            received.close()
            raise BadRequest("The form has no field 'json'.")
        return received

    def store(self, environ: dict[str, Any]) -> Path:
        """The whole body as a file in a private folder; the caller removes both.

        Raises:
            TooLarge, DiskFull: it has more bytes than are allowed, or than fit.
        """
        room = self._room(environ)
        folder = self._new_folder()
        path = folder / "body"
        try:
            with self._place(environ), path.open("xb", buffering=0) as file:
                for chunk in limited(chunks(environ), room, "The body"):
                    write_all(file, chunk)
        except BaseException as error:
            shutil.rmtree(folder, ignore_errors=True)
            if isinstance(error, OSError) and error.errno in _FULL:
                raise DiskFull(
                    "The disk of this machine is full; the file was not kept.", code="upload_full"
                ) from error
            raise
        return path

    def _read_whole(self, environ: dict[str, Any]) -> bytes:
        limit = MOST_OF_A_STRANGER if is_stranger(environ) else MAX_FIELDS_BYTES
        if length(environ) > limit:
            raise TooLarge(too_large("The body", limit))
        with self._place(environ):
            return b"".join(limited(chunks(environ), limit, "The body"))

    def _receive_form(self, environ: dict[str, Any]) -> Received:
        received = Received(value=None)
        try:
            with self._place(environ):
                FormReader(received, self._new_folder, self._room(environ)).read(environ)
        except BaseException:
            received.close()
            raise
        return received

    def _room(self, environ: dict[str, Any]) -> int:
        """How many bytes an upload may have; refuses at once what says that it is larger."""
        self._uploads.mkdir(parents=True, exist_ok=True)
        total, free = self._space(self._uploads)
        room = free - max(RESERVE_BYTES, int(total * RESERVE_SHARE))
        announced = max(length(environ), 0)
        if announced > MAX_UPLOAD_BYTES:
            raise TooLarge(
                "The upload is larger than {gigabytes} GB.",
                code="upload_large",
                gigabytes=MAX_UPLOAD_BYTES // MB // 1000,
            )
        if announced > room and announced > MB:
            raise DiskFull("The upload does not fit on the disk of this machine.", code="upload_misfit")
        return max(min(MAX_UPLOAD_BYTES, room), MB)

    def _new_folder(self) -> Path:
        folder = self._uploads / uuid.uuid4().hex
        folder.mkdir(mode=0o700)
        return folder

    @contextmanager
    def _place(self, environ: dict[str, Any]) -> Iterator[None]:
        if length(environ) == 0:
            yield
            return
        leave = self._take(environ)
        try:
            yield
        finally:
            leave()

    def _take(self, environ: dict[str, Any]) -> Callable[[], None]:
        """Strangers' bodies take no place of others', small ones none of the uploads'; all have to come in time."""
        caller: Caller | None = environ.get(CALLER)
        if is_stranger(environ):
            set_time(environ, SECONDS_OF_A_SMALL_BODY)
            return self._strangers.take(environ[CALLER].address)
        if not 0 < length(environ) <= SMALL:
            set_time(environ, SECONDS_BEHIND, rate=SLOWEST)
            return self._places.take()
        set_time(environ, SECONDS_OF_A_SMALL_BODY)
        return (lambda: None) if caller is None or caller.local else self._small.take(caller.address)


class FormReader:
    """Takes a multipart form apart: ``json`` into memory, ``file`` to disk, other fields into the JSON's place."""

    def __init__(self, received: Received, new_folder: Callable[[], Path], room: int) -> None:
        """Fill ``received``; the file may have ``room`` bytes."""
        self._received = received
        self._new_folder = new_folder
        self._room = room
        self._fields: dict[str, bytes] = {}

    def read(self, environ: dict[str, Any]) -> None:
        """Read the body to its end."""
        try:
            self._read_parts(environ)
        except ParserLimitReached as error:
            raise TooLarge("The form has too many or too large parts.") from error
        except MultipartError as error:
            raise BadRequest(f"The multipart form cannot be read: {str(error)[:100]}.") from error
        except OSError as error:
            if error.errno in _FULL:
                raise DiskFull(
                    "The disk of this machine is full; the upload was not kept.", code="upload_full"
                ) from error
            raise
        self._finish()

    def _read_parts(self, environ: dict[str, Any]) -> None:
        _, options = parse_options_header(str(environ.get("CONTENT_TYPE", "")))
        parser = PushMultipartParser(
            options.get("boundary", ""),
            content_length=length(environ),
            max_segment_count=MAX_PARTS,
            strict=True,
        )
        events = parser.parse_blocking(reader(environ), chunk_size=CHUNK)
        for event in events:
            if isinstance(event, MultipartSegment):
                self._take(event, iter(lambda: next(events), None))

    def _take(self, part: MultipartSegment, chunks: Iterator[Any]) -> None:
        if part.name == "file" and part.filename is not None:
            self._keep_file(part.filename, chunks)
        elif part.name in self._fields:
            raise BadRequest(f"The form has the field {part.name[:60]!r} twice.")
        else:
            self._fields[part.name or ""] = b"".join(limited(chunks, MAX_FIELDS_BYTES, "The field"))

    def _keep_file(self, filename: str, chunks: Iterator[bytes]) -> None:
        if self._received.upload is not None:
            raise BadRequest("The form has more than one file; send one .zip instead.", code="many_files")
        name = shown_name(filename)
        folder = self._received.folder = self._new_folder()
        suffix = Path(name).suffix
        path = folder / f"upload{suffix if _SUFFIX.fullmatch(suffix) else ''}"
        with path.open("xb", buffering=0) as file:
            for chunk in limited(chunks, self._room, "The file"):
                write_all(file, chunk)
        self._received.upload = Upload(path=path, filename=name)

    def _finish(self) -> None:
        if "json" in self._fields:
            self._received.value = decoded(self._fields.pop("json"))
            if self._fields:
                raise BadRequest(f"The form has a field {next(iter(self._fields))[:60]!r} that is not known.")
        elif self._fields:
            self._received.value = {name: value.decode("utf-8", "replace") for name, value in self._fields.items()}


def shown_name(filename: str) -> str:
    """The last component of a name from outside, without control characters; only ever shown, never a path."""
    last = re.split(r"[/\\]", filename)[-1]
    return "".join(char for char in last if char.isprintable())[:MAX_NAME].strip() or "upload"


def _form_fields(body: bytes) -> dict[str, Any]:
    try:
        pairs = parse_qsl(body.decode("utf-8"), keep_blank_values=True, max_num_fields=MAX_FORM_FIELDS)
    except ValueError as error:
        raise BadRequest("The form cannot be read.") from error
    return dict(pairs)


def _only_object(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise BadRequest("The body must be a JSON object.")
    return value
