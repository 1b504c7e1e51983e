"""Files of other machines, of which only what an engine reads travels."""

import hashlib
import os
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import urllib3

from tests.fakes.patience import HANG_SECONDS
from zordon_app.domain.projects import BLOCK, ProjectFile
from zordon_app.errors import PeerGone
from zordon_app.storage import sources
from zordon_app.storage.projects import ProjectStore

CONTENTS = os.urandom(3 * BLOCK + 1000)
FILE = ProjectFile(path="reel/my film.mov", bytes=len(CONTENTS), sha256="a" * 64)


class Owner:
    """The machine that has the file, which may be away."""

    def __init__(self) -> None:
        self.sent: list[tuple[int, int]] = []
        self.away = 0

    def bring(self, start: int, end: int) -> bytes:
        if self.away:
            self.away -= 1
            raise PeerGone("It does not answer.")
        self.sent.append((start, end))
        return CONTENTS[start:end]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[ProjectStore]:
    store = ProjectStore(tmp_path)
    yield store
    store.close()


@pytest.fixture
def owner() -> Owner:
    return Owner()


def get(address: str, asked: str = "") -> urllib3.BaseHTTPResponse:
    return urllib3.request(
        "GET", address, headers={"Range": asked} if asked else {}, retries=False, timeout=HANG_SECONDS
    )


def test_the_whole_is_read_as_it_is(store: ProjectStore, owner: Owner) -> None:
    address = store.in_parts(FILE, owner.bring)
    assert address.endswith("/my%20film.mov")
    assert get(address).data == CONTENTS


def test_a_block_that_arrives_damaged_is_refused_and_comes_again(store: ProjectStore, owner: Owner) -> None:
    blocks = [hashlib.sha256(CONTENTS[at : at + BLOCK]).hexdigest() for at in range(0, len(CONTENTS), BLOCK)]
    flipped = bytearray(CONTENTS)
    flipped[BLOCK + 7] ^= 1
    sent = [bytes(flipped)]

    def bring(start: int, end: int) -> bytes:
        return sent[0][start:end]

    address = store.in_parts(FILE, bring, blocks)
    assert get(address, f"bytes=0-{BLOCK - 1}").data == CONTENTS[:BLOCK]
    with pytest.raises(urllib3.exceptions.HTTPError):
        get(address, f"bytes={BLOCK}-")
    assert get(address, f"bytes={2 * BLOCK}-").data == CONTENTS[2 * BLOCK :]

    sent[0] = CONTENTS
    assert get(address).data == CONTENTS


def test_only_what_is_read_travels_and_only_once(store: ProjectStore, owner: Owner) -> None:
    address = store.in_parts(FILE, owner.bring)
    for _ in range(2):
        answer = get(address, f"bytes={BLOCK + 10}-{2 * BLOCK - 1}")
        assert (answer.status, answer.data) == (206, CONTENTS[BLOCK + 10 : 2 * BLOCK])
        assert answer.headers["Content-Range"] == f"bytes {BLOCK + 10}-{2 * BLOCK - 1}/{len(CONTENTS)}"
    assert get(address, f"bytes={3 * BLOCK + 1}-").data == CONTENTS[3 * BLOCK + 1 :]
    assert owner.sent == [(BLOCK, 2 * BLOCK), (3 * BLOCK, len(CONTENTS))]


def test_the_next_job_with_the_same_file_finds_what_is_here(store: ProjectStore, owner: Owner) -> None:
    assert get(store.in_parts(FILE, owner.bring)).data == CONTENTS
    other = Owner()
    assert get(store.in_parts(FILE, other.bring)).data == CONTENTS
    assert other.sent == []


def test_an_owner_that_is_away_for_a_while_is_waited_for(
    store: ProjectStore, owner: Owner, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sources, "AGAIN_SECONDS", 0.001)
    address = store.in_parts(FILE, owner.bring)
    owner.away = 5
    assert get(address).data == CONTENTS


def test_a_disk_that_takes_a_block_in_pieces_keeps_all_of_it(store: ProjectStore, owner: Owner) -> None:
    address = store.in_parts(FILE, owner.bring)
    partial = store._sources.get(FILE.sha256)
    assert partial is not None
    whole = partial._file
    partial._file = Grudging(whole)  # type: ignore[assignment]
    assert get(address).data == CONTENTS
    assert get(address).data == CONTENTS, "from the disk this time"
    assert len(owner.sent) == 4


class Grudging:
    """A raw file of which a write takes 100 kB at most."""

    def __init__(self, file) -> None:
        self._file = file

    def write(self, data) -> int:
        return int(self._file.write(data[:100_000]))

    def __getattr__(self, name: str):
        return getattr(self._file, name)


def test_what_nobody_has_read_for_long_goes_while_the_program_runs(store: ProjectStore, owner: Owner) -> None:
    address = store.in_parts(FILE, owner.bring)
    assert get(address).data == CONTENTS
    [kept] = store._files.iterdir()
    os.utime(kept, (0, 0))

    store.sweep(set())

    assert list(store._files.iterdir()) == []
    assert get(address).status == 404
    assert get(store.in_parts(FILE, owner.bring)).data == CONTENTS


@pytest.mark.parametrize(
    ("change", "asked", "status"),
    [
        (lambda address: address, f"bytes={len(CONTENTS)}-", 416),
        (lambda address: address, "bytes=-5", 416),
        (lambda address: address.replace("a" * 64, "b" * 64), "", 404),
        (lambda address: "/".join([*address.split("/")[:3], "guessed", *address.split("/")[4:]]), "", 404),
    ],
)
def test_what_is_not_there_and_who_does_not_know_the_address_get_nothing(
    store: ProjectStore, owner: Owner, change, asked: str, status: int
) -> None:
    assert get(change(store.in_parts(FILE, owner.bring)), asked).status == status
    assert owner.sent == []


def test_the_listener_ends_with_the_store_and_what_was_here_in_parts_goes(tmp_path: Path, owner: Owner) -> None:
    store = ProjectStore(tmp_path)
    assert get(store.in_parts(FILE, owner.bring), "bytes=0-9").data == CONTENTS[:10]
    store.close()
    assert not any(thread.name == "sources" for thread in threading.enumerate())
    ProjectStore(tmp_path)
    assert list((tmp_path / "files").iterdir()) == []
