import hashlib
import os
import threading
from pathlib import Path

from zordon_app.peers.links.hashing import AHEAD, HashBeside

BLOCKS = [os.urandom(1 + number * 1000) for number in range(3 * AHEAD)]


def test_many_blocks_have_the_hash_of_them_all_in_their_order() -> None:
    with HashBeside() as digest:
        for block in BLOCKS:
            digest.update(block)
        assert digest.hexdigest() == hashlib.sha256(b"".join(BLOCKS)).hexdigest()


def test_a_file_that_is_there_already_is_the_beginning(tmp_path: Path) -> None:
    start = tmp_path / "part"
    start.write_bytes(BLOCKS[5])
    with HashBeside() as digest:
        digest.read(start)
        digest.update(BLOCKS[6])
        assert digest.hexdigest() == hashlib.sha256(BLOCKS[5] + BLOCKS[6]).hexdigest()


def test_what_came_before_a_new_beginning_does_not_count() -> None:
    with HashBeside() as digest:
        digest.update(BLOCKS[1])
        digest.begin_anew()
        digest.update(BLOCKS[2])
        assert digest.hexdigest() == hashlib.sha256(BLOCKS[2]).hexdigest()


def test_its_thread_ends_with_it() -> None:
    with HashBeside() as digest:
        digest.update(b"something")
    assert not any(thread.name.startswith("hash beside") for thread in threading.enumerate())
