import json
import queue
import socket
import stat
from pathlib import Path

import pytest

from tests.desktop.app import SECONDS
from zordon_app.desktop.doorbell import Doorbell, read_message, ring, take_lock

KEY = "0" * 64


@pytest.fixture
def heard() -> queue.SimpleQueue[list[Path]]:
    return queue.SimpleQueue()


@pytest.fixture
def bell(tmp_path, heard):
    with Doorbell(take_lock(tmp_path / "lock"), tmp_path / "note.json", heard.put) as bell:
        yield bell


def send(port: int, data: bytes) -> bytes:
    with socket.create_connection(("127.0.0.1", port), timeout=SECONDS) as connection:
        connection.sendall(data)
        connection.shutdown(socket.SHUT_WR)
        return connection.recv(10)


def test_a_second_start_hands_over_its_files(bell, heard, tmp_path):
    files = [tmp_path / "shot 1.blend", tmp_path / "Käse.mov"]

    assert take_lock(tmp_path / "lock") is None
    assert ring(tmp_path / "note.json", files)

    assert heard.get(timeout=SECONDS) == files


def test_a_second_start_without_files_rings_too(bell, heard, tmp_path):
    assert ring(tmp_path / "note.json", [])
    assert heard.get(timeout=SECONDS) == []


def test_the_next_start_gets_the_lock_of_a_window_that_was_closed(tmp_path, heard):
    with Doorbell(take_lock(tmp_path / "lock"), tmp_path / "note.json", heard.put):
        pass

    lock = take_lock(tmp_path / "lock")
    assert lock is not None
    lock.release()
    assert not (tmp_path / "note.json").exists()
    assert not ring(tmp_path / "note.json", [])


def test_nobody_rings_without_the_key_which_only_this_person_can_read(bell, heard, tmp_path):
    note = tmp_path / "note.json"
    port = json.loads(note.read_text())["port"]
    wrong = {"key": KEY, "files": ["/tmp/x.blend"]}

    assert send(port, json.dumps(wrong).encode()) == b""
    assert send(port, b"") == b""
    assert send(port, b"\xff{") == b""
    assert stat.S_IMODE(note.stat().st_mode) == 0o600
    assert heard.empty()
    assert ring(note, [])


@pytest.mark.parametrize("note", ["", "{}", '{"port": 1, "key": "x"}', '{"port": "x", "key": 1}'])
def test_a_stale_note_is_no_window(tmp_path, note):
    (tmp_path / "note.json").write_text(note)

    assert not ring(tmp_path / "note.json", [])


def test_only_whole_paths_are_taken():
    message = {"key": KEY, "files": ["/a/b.blend", "relative.blend", "/nul\0byte", 7]}

    assert read_message(json.dumps(message).encode(), KEY) == [Path("/a/b.blend")]


def send_for_ever(connection: socket.socket) -> None:
    while True:
        connection.sendall(b" " * 1_000_000)


def test_a_message_without_end_is_broken_off(bell, heard, tmp_path):
    port = json.loads((tmp_path / "note.json").read_text())["port"]

    with socket.create_connection(("127.0.0.1", port), timeout=SECONDS) as connection, pytest.raises(OSError):
        send_for_ever(connection)

    assert ring(tmp_path / "note.json", [])


class OfAnotherSystem:
    """A socket that listens, where shutting it down is refused (windows.md, W5)."""

    def __init__(self, real: socket.socket) -> None:
        self._real = real

    def shutdown(self, _how: int) -> None:
        raise OSError(10057, "the socket is not connected")

    def __getattr__(self, name: str):
        return getattr(self._real, name)


def test_closing_ends_without_an_error_where_a_listening_socket_cannot_be_shut_down(tmp_path, heard):
    with Doorbell(take_lock(tmp_path / "lock"), tmp_path / "note.json", heard.put) as bell:
        real = bell._socket
        bell._socket = OfAnotherSystem(real)
        real.shutdown(socket.SHUT_RDWR)  # The thread goes, as it does there when the socket is closed.

    lock = take_lock(tmp_path / "lock")
    assert lock is not None
    lock.release()
