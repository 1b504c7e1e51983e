"""Results that wait for their parent: whole with their note, or not there at all."""

import errno
import queue
from concurrent.futures import ThreadPoolExecutor

import pytest
from msgspec import structs

from tests.fakes.patience import HANG_SECONDS
from zordon_app.domain.sharing import Parcel
from zordon_app.errors import DiskFull
from zordon_app.storage import parcels
from zordon_app.storage.parcels import ParcelFolder

PARCEL = Parcel(
    child="child", job="job", node="parent", unit=7, attempt=2, lease="lease", sha256="ab", bytes=6, seconds=1.5
)


@pytest.fixture
def source(tmp_path):
    path = tmp_path / "frame.png"
    path.write_bytes(b"pixels")
    return path


def test_a_parcel_survives_a_restart(tmp_path, source):
    ParcelFolder(tmp_path / "box").put(PARCEL, source)

    box = ParcelFolder(tmp_path / "box")

    assert box.of_job("child") == [PARCEL]
    assert box.path(PARCEL).read_bytes() == b"pixels"
    box.remove(PARCEL)
    assert not list((tmp_path / "box").rglob("*"))


def test_parcels_are_put_looked_at_and_removed_at_the_same_time(tmp_path):
    box, there = ParcelFolder(tmp_path / "box"), queue.SimpleQueue()

    def put():
        for number in range(400):
            source = tmp_path / f"frame{number}"
            source.write_bytes(b"pixels")
            there.put(box.put(structs.replace(PARCEL, unit=number), source))

    def look():
        while not putting.done():
            assert all(parcel.bytes == PARCEL.bytes for parcel in box.of_job("child"))

    with ThreadPoolExecutor(2) as others:
        putting = others.submit(put)
        looking = others.submit(look)
        for _ in range(400):
            box.remove(there.get(timeout=HANG_SECONDS))
        putting.result()
        looking.result()
    assert not list((tmp_path / "box").rglob("*"))


def test_what_a_kill_between_a_parcel_and_its_note_has_left_goes_at_the_next_start(tmp_path, source):
    ParcelFolder(tmp_path / "box").put(PARCEL, source)
    for name in ("child/8-1", "child/8-1.part", "another/3-1"):
        path = tmp_path / "box" / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(b"pixels")

    box = ParcelFolder(tmp_path / "box")

    assert box.of_job("child") == [PARCEL]
    assert {path.name for path in (tmp_path / "box").rglob("*")} == {"child", "7-2", "7-2.json"}


def test_a_parcel_whose_note_finds_no_room_leaves_nothing_behind(tmp_path, source, monkeypatch):
    def no_room(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(parcels, "write_durably", no_room)

    with pytest.raises(DiskFull):
        ParcelFolder(tmp_path / "box").put(PARCEL, source)

    assert source.read_bytes() == b"pixels"
    assert not list((tmp_path / "box").rglob("*"))
