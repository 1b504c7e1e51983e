import hashlib

import pytest

from zordon_app.domain.projects import ProjectFile, ProjectManifest
from zordon_app.errors import BadRequest
from zordon_app.storage.projects import ProjectStore


@pytest.fixture
def store(tmp_path):
    made = ProjectStore(tmp_path / "projects")
    yield made
    made.close()


def bring(store, path: str, content: bytes) -> ProjectFile:
    file = ProjectFile(path=path, sha256=hashlib.sha256(content).hexdigest(), bytes=len(content))
    store.part(file).write_bytes(content)
    store.keep(file, file.sha256)
    return file


def manifest(*files: ProjectFile) -> ProjectManifest:
    return ProjectManifest(main=files[0].path, files=files, sha256="0" * 64)


def no_links(_self, _target):
    raise OSError("This file system has no links.")


@pytest.mark.parametrize("links", [True, False], ids=["hard links", "copies"])
def test_two_files_in_one_place_are_refused_and_the_store_stays_as_it_is(store, monkeypatch, links):
    """As names that differ in case only are on Windows and macOS (windows.md, W2)."""
    if not links:
        monkeypatch.setattr("pathlib.Path.hardlink_to", no_links)
    upper, lower = bring(store, "tex/wood.png", b"upper"), bring(store, "tex/wood.png", b"lower")

    with pytest.raises(BadRequest, match="cannot tell apart"):
        store.tree(manifest(upper, lower))

    assert store._path(upper.sha256).read_bytes() == b"upper"
    assert store._path(lower.sha256).read_bytes() == b"lower"
