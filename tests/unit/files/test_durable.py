"""Files that a crash leaves old or new."""

import os
from pathlib import Path

import pytest

from zordon_app.files import durable
from zordon_app.files.durable import put_in_place, set_aside, sync_file, write_durably


def test_a_file_is_replaced_whole_and_what_a_crash_left_goes(tmp_path):
    path = tmp_path / "made" / "file"
    write_durably(path, b"one")
    path.with_name(".file.part").write_bytes(b"left by a crash, and longer")
    write_durably(path, b"two")

    assert path.read_bytes() == b"two"
    assert [entry.name for entry in path.parent.iterdir()] == ["file"]


@pytest.mark.skipif(os.name == "nt", reason="Windows keeps the folder of a user private by its own rights")
def test_a_private_file_is_for_its_owner_alone(tmp_path):
    write_durably(tmp_path / "keys" / "secret", b"x", private=True)
    write_durably(tmp_path / "usual", b"x")

    assert (tmp_path / "keys").stat().st_mode & 0o777 == 0o700
    assert (tmp_path / "keys" / "secret").stat().st_mode & 0o777 == 0o600
    umask = os.umask(0)
    os.umask(umask)
    assert (tmp_path / "usual").stat().st_mode & 0o777 == 0o666 & ~umask


def test_a_write_that_fails_leaves_nothing_behind(tmp_path):
    (tmp_path / "file").mkdir()
    with pytest.raises(OSError, match="file"):
        write_durably(tmp_path / "file", b"cannot replace a folder")

    assert [entry.name for entry in tmp_path.iterdir()] == ["file"]


@pytest.fixture
def held_open(monkeypatch):
    """Windows: the target is held open by somebody for so many tries."""

    def hold(times):
        replace, tries = Path.replace, iter(range(times))

        def refuse(part, target):
            if next(tries, None) is not None:
                raise PermissionError(13, "in use", str(target))
            return replace(part, target)

        monkeypatch.setattr(Path, "replace", refuse)
        monkeypatch.setattr(durable, "_PAUSES", (0.0, 0.0, 0.0))

    return hold


def test_a_file_that_somebody_has_open_is_replaced_as_soon_as_windows_lets_us(tmp_path, held_open):
    write_durably(tmp_path / "frame.png", b"old")
    (tmp_path / "frame.part").write_bytes(b"new")
    held_open(3)
    put_in_place(tmp_path / "frame.part", tmp_path / "frame.png")

    assert (tmp_path / "frame.png").read_bytes() == b"new"


def test_a_file_that_stays_open_keeps_both(tmp_path, held_open):
    write_durably(tmp_path / "frame.png", b"old")
    (tmp_path / "frame.part").write_bytes(b"new")
    held_open(4)
    with pytest.raises(PermissionError):
        put_in_place(tmp_path / "frame.part", tmp_path / "frame.png")

    assert (tmp_path / "frame.png").read_bytes() == b"old"
    assert (tmp_path / "frame.part").read_bytes() == b"new"


def test_what_cannot_be_read_is_set_aside_beside_its_place(tmp_path):
    (tmp_path / "list.json").write_bytes(b"{")
    sync_file(tmp_path / "list.json")

    assert set_aside(tmp_path / "list.json") == tmp_path / "list.json.broken"
    assert [entry.name for entry in tmp_path.iterdir()] == ["list.json.broken"]
