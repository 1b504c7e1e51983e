"""The files of a project from one real node to another, over TLS."""

import hashlib
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
import urllib3

from tests.fakes.nodes import Node, join
from tests.fakes.patience import HANG_SECONDS
from zordon_app.domain.projects import BLOCK, ProjectFile, ProjectManifest
from zordon_app.engines.base import ProjectFiles
from zordon_app.errors import BadRequest
from zordon_app.peers.links import calls as calls_module
from zordon_app.peers.links.calls import Calls
from zordon_app.storage import projects as projects_module
from zordon_app.storage.projects import ProjectHashes, ProjectStore

CONTENTS = os.urandom(3_000_000)
SHA256 = hashlib.sha256(CONTENTS).hexdigest()
FILE = ProjectFile(path="film.mov", bytes=len(CONTENTS), sha256=SHA256)
MANIFEST = ProjectManifest(main="film.mov", files=(FILE,), sha256="a" * 64)


class OneFile:
    """The work of a node that shares one project."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def project_file(self, _job: str, _node: str, _sha256: str) -> Path:
        return self.path


@pytest.fixture
def calls(start: Callable[..., list[Node]], tmp_path: Path) -> Iterator[Calls]:
    """Those of a child to its parent, which has the file at ``tmp_path/film.mov``."""
    source = tmp_path / "film.mov"
    source.write_bytes(CONTENTS)
    parent, child = start("parent", "child", work=OneFile(source))
    join(child, parent)
    [peer] = child.peers.directory.all()
    store = ProjectStore(tmp_path / "projects")
    yield Calls(peer.link, "parent", store)
    store.close()


def test_a_project_arrives_as_it_was(calls: Calls) -> None:
    told: list[float] = []
    project = calls.fetch("job", MANIFEST, lambda _message, fraction: told.append(fraction))
    assert project.read_bytes() == CONTENTS
    assert told == sorted(told)
    assert told[-1] == 1.0


def test_a_transfer_goes_on_where_it_broke(calls: Calls, tmp_path: Path) -> None:
    part = ProjectStore(tmp_path / "projects").part(FILE)
    part.write_bytes(CONTENTS[:2_000_000])
    told: list[float] = []
    project = calls.fetch("job", MANIFEST, lambda _message, fraction: told.append(fraction))
    assert project.read_bytes() == CONTENTS
    assert told[0] == 2 / 3


@pytest.mark.parametrize("damaged", ["the beginning that was here", "the source"])
def test_what_arrives_damaged_is_not_kept(calls: Calls, tmp_path: Path, damaged: str) -> None:
    store = ProjectStore(tmp_path / "projects")
    if damaged == "the source":
        (tmp_path / "film.mov").write_bytes(CONTENTS[:-1] + b"!")
    else:
        store.part(FILE).write_bytes(b"?" * 1000)
    with pytest.raises(BadRequest, match="arrived damaged"):
        calls.fetch("job", MANIFEST, _tell_nobody)
    assert store.lacks(MANIFEST) == [FILE]
    assert not store.part(FILE).exists()


def test_of_a_large_film_only_what_is_read_travels(
    calls: Calls, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert calls.read_in_parts("job", MANIFEST) == "", "it is so small that it comes whole"
    monkeypatch.setattr(calls_module, "LARGE", 1_000_000)
    address = calls.read_in_parts("job", MANIFEST)
    end = {"Range": f"bytes={len(CONTENTS) - 100}-"}
    assert urllib3.request("GET", address, headers=end, timeout=HANG_SECONDS).data == CONTENTS[-100:]
    [here] = (tmp_path / "projects" / "files").iterdir()
    assert here.stat().st_size == len(CONTENTS)
    assert here.read_bytes()[:1000] == bytes(1000)


def test_a_film_that_changed_meanwhile_is_read_no_further(
    calls: Calls, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(calls_module, "LARGE", 1_000_000)
    address = calls.read_in_parts("job", MANIFEST)
    (tmp_path / "film.mov").unlink()
    with pytest.raises(urllib3.exceptions.HTTPError):
        urllib3.request("GET", address, timeout=HANG_SECONDS, retries=False)


def test_a_film_with_one_wrong_byte_and_an_old_date_is_read_no_further(
    calls: Calls, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(calls_module, "LARGE", 1_000_000)
    monkeypatch.setattr(projects_module, "LARGE", 1_000_000)
    film = tmp_path / "film.mov"
    manifest = ProjectHashes().manifest(ProjectFiles(main=film, files=(film,)))
    assert manifest.blocks == tuple(hashlib.sha256(part).hexdigest() for part in (CONTENTS[:BLOCK], CONTENTS[BLOCK:]))
    about = film.stat()
    film.write_bytes(CONTENTS[:-1] + bytes([CONTENTS[-1] ^ 1]))
    os.utime(film, ns=(about.st_atime_ns, about.st_mtime_ns))

    address = calls.read_in_parts("job", manifest)
    with pytest.raises(urllib3.exceptions.HTTPError):
        urllib3.request("GET", address, headers={"Range": f"bytes={BLOCK}-"}, timeout=HANG_SECONDS, retries=False)
    assert (
        urllib3.request("GET", address, headers={"Range": "bytes=0-99"}, timeout=HANG_SECONDS, retries=False).data
        == CONTENTS[:100]
    )


@pytest.mark.parametrize("blocks", [("b" * 64,), ("b" * 64,) * 3])
def test_a_film_whose_blocks_do_not_fit_its_size_is_better_brought_whole(
    calls: Calls, monkeypatch: pytest.MonkeyPatch, blocks: tuple[str, ...]
) -> None:
    monkeypatch.setattr(calls_module, "LARGE", 1_000_000)
    assert calls.read_in_parts("job", msgspec.structs.replace(MANIFEST, blocks=blocks)) == ""


def _tell_nobody(*_about: Any) -> None:
    pass
