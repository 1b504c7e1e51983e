"""What is no damage must not be taken for it; what is set aside must not be lost; and a full disk is told in words."""

import sqlite3
import threading
from types import SimpleNamespace

import pytest

from tests.unit.farm.conftest import FarmBench
from zordon_app.storage import ballast as ballast_module
from zordon_app.storage.ballast import Ballast
from zordon_app.storage.database import BackupFailed, CannotOpen, Database


def open_database(folder, ballast=None):
    return Database(folder / "zordon.db", folder / "backups", ballast)


@pytest.fixture
def path(tmp_path):
    bench = FarmBench(tmp_path)
    bench.add(units=3)
    bench.database.close()
    return tmp_path / "zordon.db"


def test_a_database_that_another_program_holds_is_not_taken_for_a_damaged_one(path, monkeypatch):
    real = sqlite3.connect
    monkeypatch.setattr(sqlite3, "connect", lambda *args, **more: real(*args, **(more | {"timeout": 0})))
    before = path.read_bytes()
    holder = real(path)
    holder.execute("PRAGMA locking_mode=EXCLUSIVE").fetchone()
    holder.execute("BEGIN EXCLUSIVE")
    with pytest.raises(CannotOpen, match="Nothing was changed"):
        open_database(path.parent)
    holder.close()
    assert path.read_bytes() == before


@pytest.mark.parametrize("content", [b"", b"nonsense" * 500])
def test_what_is_no_database_is_set_aside(path, content):
    path.write_bytes(content)
    database = open_database(path.parent)
    database.close()
    assert database.restored
    assert path.with_name("zordon.db.damaged").read_bytes() == content


def test_what_was_set_aside_before_stays(path):
    for number in range(3):
        path.write_bytes(f"damaged {number}".encode() * 100)
        open_database(path.parent).close()
    kept = sorted(found.read_bytes()[:9] for found in path.parent.glob("zordon.db.damaged*"))
    assert kept == [b"damaged 0", b"damaged 1", b"damaged 2"]


def test_zeros_inside_a_long_value_are_damage_though_sqlite_sees_none(path):
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE jobs SET document = CAST('{\"a\": 1' AS BLOB) || zeroblob(9000)")
    connection.close()
    database = open_database(path.parent)
    database.close()
    assert database.restored


def test_a_backup_that_fails_leaves_no_half_and_keeps_the_older_ones(path):
    database = open_database(path.parent)
    first = database.back_up()
    (path.parent / "backups" / "zordon-000002.part").mkdir()
    with pytest.raises(BackupFailed, match="could not be backed up"):
        database.back_up()
    database.close()
    assert first.exists()


def test_backups_are_made_while_others_write(path):
    bench = FarmBench(path.parent)
    adding = threading.Thread(target=lambda: [bench.add(units=5) for _ in range(20)])
    adding.start()
    copies = [bench.database.back_up() for _ in range(4)]
    adding.join()
    bench.database.close()
    for copy in copies:
        connection = sqlite3.connect(copy)
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        connection.close()


def test_ballast_takes_room_once_and_gives_it_back(tmp_path):
    ballast = Ballast(tmp_path / "ballast")
    ballast.fill()
    ballast.fill()
    assert (tmp_path / "ballast").stat().st_size == ballast_module.SIZE
    assert ballast.release()
    assert not ballast.release()


def free_bytes(monkeypatch, count):
    monkeypatch.setattr(ballast_module.shutil, "disk_usage", lambda _folder: SimpleNamespace(free=count))


def test_ballast_is_not_taken_where_that_would_fill_the_disk(tmp_path, monkeypatch):
    free_bytes(monkeypatch, 3 * ballast_module.SIZE)
    Ballast(tmp_path / "ballast").fill()
    assert list(tmp_path.iterdir()) == []


def test_on_a_disk_without_room_the_ballast_makes_way_before_the_ledger_is_opened(tmp_path, monkeypatch):
    ballast = Ballast(tmp_path / "ballast")
    ballast.fill()
    free_bytes(monkeypatch, 0)
    open_database(tmp_path, ballast).close()
    assert not (tmp_path / "ballast").exists()
