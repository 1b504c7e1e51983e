"""The files of a project from one real node to another, over TLS."""

import hashlib
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import urllib3

from tests.fakes.nodes import Node, join
from zordon_app.domain.projects import ProjectFile, ProjectManifest
from zordon_app.errors import BadRequest
from zordon_app.peers import calls as calls_module
from zordon_app.peers.calls import Calls
from zordon_app.storage.projects import ProjectStore

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
    assert urllib3.request("GET", address, headers=end, timeout=10).data == CONTENTS[-100:]
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
        urllib3.request("GET", address, timeout=10, retries=False)


def _tell_nobody(*_about: Any) -> None:
    pass
