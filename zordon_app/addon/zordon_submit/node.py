"""The Zordon on this computer: where it is, and the few things that are asked of it. Needs no Blender."""

import json
import os
import sys
import urllib.error
import urllib.request
import uuid
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

API_VERSION = "0.1"
USUAL_ADDRESS = "http://127.0.0.1:8585"
SECONDS = 10.0
UPLOAD_SECONDS = 600.0
CHUNK = 1 << 20


class NodeError(Exception):
    """Zordon cannot be reached or says no; ``str()`` is a sentence for the person."""


class Upload(NamedTuple):
    """A body of ``multipart/form-data`` that is sent as it is read: ``length`` bytes."""

    head: bytes
    file: Path
    tail: bytes
    boundary: str

    @property
    def length(self) -> int:
        """All of it."""
        return len(self.head) + self.file.stat().st_size + len(self.tail)

    def chunks(self, on_progress: Callable[[float], object]) -> Iterator[bytes]:
        """The bytes; ``on_progress`` hears the fraction sent, 0–1."""
        yield self.head
        sent, size = 0, max(1, self.file.stat().st_size)
        with self.file.open("rb") as file:
            while data := file.read(CHUNK):
                yield data
                sent += len(data)
                on_progress(sent / size)
        yield self.tail


class Node:
    """One running Zordon, spoken to over this computer's own loopback."""

    def __init__(self, address: str) -> None:
        """``address`` as in ``http://127.0.0.1:8585``."""
        self.address = address.rstrip("/")
        # A proxy for the outside world must not be asked about this computer.
        self._opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))

    def check(self) -> None:
        """Raises NodeError when nothing answers."""
        self._ask("GET", "/api/heartbeat")

    def presets(self) -> dict[str, str]:
        """Labels of Blender's presets by id."""
        found = json.loads(self._ask("GET", "/api/presets"))
        return {key: preset["name"] for key, preset in found.items() if preset.get("engine") == "blender"}

    def job(self, job_id: str) -> dict[str, Any]:
        """One job as the API shows it."""
        return dict(json.loads(self._ask("GET", f"/api/jobs/{job_id}")))

    def add_job(
        self, request: Mapping[str, Any], project: Path, on_progress: Callable[[float], object] = lambda _: None
    ) -> dict[str, Any]:
        """Send the project with its request; the job that was made."""
        upload = make_upload(request, project)
        headers = {
            "Content-Type": f"multipart/form-data; boundary={upload.boundary}",
            "Content-Length": str(upload.length),
        }
        answer = self._ask("POST", "/api/add_job", upload.chunks(on_progress), headers, seconds=UPLOAD_SECONDS)
        return dict(json.loads(answer))

    def _ask(
        self,
        method: str,
        path: str,
        body: Iterator[bytes] | None = None,
        headers: Mapping[str, str] | None = None,
        *,
        seconds: float = SECONDS,
    ) -> bytes:
        asked = urllib.request.Request(  # noqa: S310 - the address is this computer's own
            self.address + path,
            data=body,
            method=method,
            headers={"X-API-Version": API_VERSION, **(headers or {})},
        )
        try:
            with self._opener.open(asked, timeout=seconds) as answer:
                return bytes(answer.read())
        except urllib.error.HTTPError as error:
            raise NodeError(error.read().decode("utf-8", "replace") or f"Zordon answered {error.code}.") from error
        except OSError as error:
            raise NodeError(f"Zordon does not answer at {self.address}. Start Zordon and try again.") from error


def make_upload(request: Mapping[str, Any], project: Path) -> Upload:
    """The fields ``json`` and ``file`` around the project."""
    boundary = uuid.uuid4().hex
    name = project.name.replace("\\", "_").replace('"', "_")
    head = (
        f'--{boundary}\r\nContent-Disposition: form-data; name="json"\r\n'
        f"Content-Type: application/json\r\n\r\n{json.dumps(request)}\r\n"
        f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n'
        "Content-Type: application/octet-stream\r\n\r\n"
    )
    return Upload(head.encode(), project, f"\r\n--{boundary}--\r\n".encode(), boundary)


def find_address() -> str:
    """Where the running Zordon says that it is, else where it usually is."""
    told = (told_address(folder / "instance.json") for folder in data_folders())
    return next((address for address in told if address), USUAL_ADDRESS)


def told_address(file: Path) -> str:
    """The address in a node's own note of itself; empty when there is none."""
    try:
        return str(json.loads(file.read_text(encoding="utf-8"))["address"])
    except (OSError, ValueError, KeyError, TypeError):
        return ""


def data_folders() -> list[Path]:
    """Where a Zordon of this person may keep its data, the most particular first."""
    moved = os.environ.get("ZORDON_HOME")
    here = [Path(moved).expanduser() / "data"] if moved else []
    if sys.platform == "win32":
        return [*here, Path(os.environ.get("LOCALAPPDATA", "")) / "Zordon"]
    if sys.platform == "darwin":
        return [*here, Path.home() / "Library" / "Application Support" / "Zordon"]
    usual = os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share"
    return [*here, Path(usual) / "Zordon"]
