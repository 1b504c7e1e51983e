"""What ``doctor`` looks at: each check gives findings, and a bad one says what to do."""

import importlib
import importlib.util
import os
import platform
import shutil
import socket
import sys
import tempfile
from enum import StrEnum
from pathlib import Path

from msgspec import Struct

from zordon_app import API_VERSION, __version__
from zordon_app.client import RenderServerProxy
from zordon_app.client.calls import Json
from zordon_app.paths import Paths

LOW_GIB = 10.0
GIB = 2**30


class Health(StrEnum):
    """How a check went."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


class Finding(Struct, frozen=True, kw_only=True):
    """One line of the report; ``advice`` says what to do."""

    health: Health
    about: str
    what: str
    advice: str = ""


def check_versions() -> list[Finding]:
    """Zordon's, Python's and the system's."""
    system = f"{platform.system()} {platform.release()}, {platform.machine()}"
    text = f"{__version__} (API {API_VERSION}), Python {platform.python_version()}, {system}"
    return [Finding(health=Health.OK, about="Zordon", what=text)]


def check_libraries() -> list[Finding]:
    """Whether pictures and films can be decoded here: without that no result can be checked."""
    findings = []
    for name, what in (("OpenImageIO", "pictures"), ("av", "films")):
        try:
            importlib.import_module(name)
        except ImportError as error:
            advice = "Install Zordon again: no result can be checked without it."
            findings.append(Finding(health=Health.FAIL, about="Decoder", what=f"no {what}: {error}", advice=advice))
    return findings or [Finding(health=Health.OK, about="Decoders", what="pictures and films can be checked")]


def check_folders(paths: Paths) -> list[Finding]:
    """Whether the folders can be written to."""
    folders = {"Settings": paths.config, "Data": paths.data, "Cache": paths.cache, "Logs": paths.logs}
    return [_check_folder(name, folder) for name, folder in {**folders, "Output": paths.output}.items()]


def _check_folder(name: str, folder: Path) -> Finding:
    existing = _existing(folder)
    try:
        with tempfile.TemporaryFile(dir=existing):
            pass
    except OSError as error:
        reason = error.strerror or str(error)
        advice = f"Make {existing} writable for you, or choose another place with --data-dir."
        return Finding(health=Health.FAIL, about=name, what=f"{folder} cannot be written to: {reason}", advice=advice)
    return Finding(health=Health.OK, about=name, what=str(folder))


def check_space(paths: Paths) -> list[Finding]:
    """Free room where data and results go; one line per volume."""
    seen: dict[int, Finding] = {}
    for folder in (paths.data, paths.output):
        existing = _existing(folder)
        usage = shutil.disk_usage(existing)
        free = usage.free / GIB
        what = f"{free:.1f} GiB of {usage.total / GIB:.1f} GiB are free for {folder}"
        low = free < LOW_GIB
        advice = (
            "Jobs pause when the disk is nearly full. Make room, or set output_folder to a larger disk." if low else ""
        )
        health = Health.WARN if low else Health.OK
        seen.setdefault(existing.stat().st_dev, Finding(health=health, about="Disk", what=what, advice=advice))
    return list(seen.values())


def check_port(port: int, *, running: bool) -> list[Finding]:
    """Whether a node could listen; not asked while one does."""
    if running:
        return []
    with socket.socket() as sock:
        if os.name == "posix":
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            sock.bind(("127.0.0.1", port))
        except OSError:
            advice = "End that program, or choose another port: zordon config set port 8600"
            what = f"{port} is used by {'a Zordon with other data' if _is_zordon(port) else 'another program'}"
            return [Finding(health=Health.FAIL, about="Port", what=what, advice=advice)]
    return [Finding(health=Health.OK, about="Port", what=f"{port} is free")]


def _is_zordon(port: int) -> bool:
    with RenderServerProxy(f"http://127.0.0.1:{port}") as client:
        return client.check_connection()


def check_node(status: Json | None, address: str) -> list[Finding]:
    """The node that runs, by its answer to ``GET /api/status``."""
    if status is None:
        advice = "Start it with: zordon serve — or open the app with: zordon"
        return [Finding(health=Health.WARN, about="Node", what="Zordon does not run here", advice=advice)]
    version = str(status.get("app_version", "?"))
    what = f"Zordon {version} answers at {address}"
    if version != __version__:
        advice = f"This command is {__version__}. Start that Zordon again, so that both are the same."
        return [Finding(health=Health.WARN, about="Node", what=what, advice=advice)]
    return [Finding(health=Health.OK, about="Node", what=what)]


def check_engines(builds: dict[str, list[str]]) -> list[Finding]:
    """The builds found, by engine: texts such as ``4.5.3 (system)``."""
    advice = "Install it, or let Zordon do it: zordon engines install {}"
    return [
        Finding(health=Health.OK, about="Engine", what=f"{name} {', '.join(found)}")
        if found
        else Finding(health=Health.WARN, about="Engine", what=f"no {name} was found", advice=advice.format(name))
        for name, found in builds.items()
    ]


def check_window() -> list[Finding]:
    """Whether the app's window can open; everything else works without it."""
    from zordon_app.desktop import backends

    if importlib.util.find_spec("webview") is None:
        advice = "Install it with: pip install 'zordon[desktop]' — or use a browser; zordon opens one."
        return [Finding(health=Health.WARN, about="Window", what="pywebview is not installed", advice=advice)]
    if not backends.has_screen(sys.platform, os.environ, answers=backends.x_server_answers):
        advice = "Log in at the screen, or use: zordon serve"
        return [Finding(health=Health.WARN, about="Window", what="there is no screen here", advice=advice)]
    found = backends.choose_back_end(sys.platform, os.environ, usable=backends.is_usable)
    if found is None:
        lacking = backends.missing_library() or "neither WebKitGTK nor Qt WebEngine is here for Python"
        advice = "zordon opens a browser instead. For a window install WebKitGTK with PyGObject, or 'zordon[qt]'."
        return [Finding(health=Health.WARN, about="Window", what=lacking, advice=advice)]
    return [Finding(health=Health.OK, about="Window", what=f"pywebview with {found}")]


def _existing(folder: Path) -> Path:
    while not folder.exists():
        folder = folder.parent
    return folder
