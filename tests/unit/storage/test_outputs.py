import errno
import os
from pathlib import Path

import pytest

from zordon_app.errors import BadRequest, DiskFull, NotFound
from zordon_app.storage.outputs import MARKER, OutputFolders


@pytest.fixture
def outputs():
    return OutputFolders()


def test_a_file_is_seen_under_its_name_only_when_it_is_whole(outputs, tmp_path):
    source = tmp_path / "work.png"
    source.write_bytes(b"pixels")

    part = outputs.stage(source, tmp_path / "out", "shot.png", "1-1")
    assert outputs.list(tmp_path / "out") == []
    outputs.publish(part, "shot.png")

    assert outputs.list(tmp_path / "out") == ["shot.png"]
    assert not part.exists()


def test_publishing_replaces_an_older_file(outputs, tmp_path):
    (tmp_path / "shot.png").write_bytes(b"old junk")
    source = tmp_path / "new"
    source.write_bytes(b"new")

    outputs.publish(outputs.stage(source, tmp_path, "shot.png", "1-1"), "shot.png")

    assert (tmp_path / "shot.png").read_bytes() == b"new"


def test_a_full_disk_loses_neither_the_result_nor_leaves_a_part(outputs, tmp_path, monkeypatch):
    source = tmp_path / "work.png"
    source.write_bytes(b"pixels")

    def no_room(_handle):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", no_room)
    with pytest.raises(DiskFull):
        outputs.stage(source, tmp_path / "out", "shot.png", "1-1")

    assert source.read_bytes() == b"pixels"
    assert list((tmp_path / "out").iterdir()) == []


def test_links_are_neither_listed_nor_served(outputs, tmp_path):
    secret = tmp_path / "secret"
    secret.write_text("key")
    folder = tmp_path / "out"
    folder.mkdir()
    (folder / "leak.png").symlink_to(secret)
    (folder / "sub").symlink_to(tmp_path)

    assert outputs.list(folder) == []
    for name in ("leak.png", "sub/secret", "../secret", str(secret)):
        with pytest.raises(NotFound):
            outputs.resolve(folder, name)


def test_only_a_folder_made_for_the_job_is_removed(outputs, tmp_path):
    theirs = tmp_path / "theirs"
    outputs.make(theirs, "job-1", owned=False)
    ours = tmp_path / "ours"
    outputs.make(ours, "job-1", owned=True)
    linked = tmp_path / "linked"
    linked.symlink_to(ours)

    assert not outputs.remove_owned(theirs, "job-1")
    assert not outputs.remove_owned(ours, "job-2")
    assert not outputs.remove_owned(linked, "job-1")
    assert (ours / MARKER).exists()
    assert outputs.remove_owned(ours, "job-1")
    assert not ours.exists()


def test_a_folder_that_cannot_be_written_is_refused_with_a_sentence(outputs):
    with pytest.raises(BadRequest, match="Cannot write into the output folder"):
        outputs.make(Path("/proc/nope/out"), "job-1", owned=False)
