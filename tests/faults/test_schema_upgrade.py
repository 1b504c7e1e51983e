"""A newer version changes the tables and is killed at each statement: the old or the new, never between (F19)."""

import os
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from tests.fakes.patience import HANG_SECONDS
from tests.unit.farm.conftest import FarmBench
from zordon_app.storage.database import HEAD, MIGRATIONS

pytestmark = pytest.mark.faults

NEXT = f"{int(HEAD) + 1:04d}"
REVISION = f'''
"""What a next version may do: new tables, new columns, rows moved, an old column gone."""

import sqlalchemy as sa
from alembic import op

revision, down_revision, branch_labels, depends_on = "{NEXT}", "{HEAD}", None, None


def upgrade():
    op.create_table("notes", sa.Column("job_id", sa.Text, primary_key=True), sa.Column("text", sa.Text))
    op.execute("INSERT INTO notes SELECT id, status FROM jobs")
    op.add_column("jobs", sa.Column("owner", sa.Text, server_default="nobody"))
    op.execute("UPDATE jobs SET owner = 'anna'")
    with op.batch_alter_table("units") as units:
        units.drop_column("seconds")
    op.create_index("by_owner", "jobs", ["owner"])
'''
NEWER = """
import os, shutil, signal, sys
from itertools import count
from pathlib import Path
import alembic.command, alembic.script
import sqlalchemy as sa
from zordon_app.storage import database

database.HEAD, database.MIGRATIONS = sys.argv[1], Path(sys.argv[2])
old, killed, gone_on = (Path(name) for name in sys.argv[3:])
last, statements = 0, count(1)


def die_in_time(_statement):
    if next(statements) == last:
        os.kill(os.getpid(), signal.SIGKILL)


@sa.event.listens_for(sa.Engine, "connect")
def _watch(connection, _record):
    connection.set_trace_callback(die_in_time)


def start(folder):
    child = os.fork()
    if not child:
        database.Database(folder / "zordon.db", folder / "backups").close()
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


ended = -signal.SIGKILL
while ended == -signal.SIGKILL:
    last += 1
    ended = start(shutil.copytree(old, killed / f"{last:03d}"))
    kept, last = last, 0
    if start(shutil.copytree(killed / f"{kept:03d}", gone_on / f"{kept:03d}")):
        sys.exit(f"killed at statement {kept}, the next start failed")
    last = kept
sys.exit(ended)
"""


@pytest.fixture(scope="module")
def migrations(tmp_path_factory):
    """Ours, and one more."""
    folder = tmp_path_factory.mktemp("next") / "migrations"
    shutil.copytree(MIGRATIONS, folder)
    (folder / "versions" / f"{NEXT}_next.py").write_text(REVISION, encoding="utf-8")
    return folder


def upgrade(old: Path, migrations: Path, killed: Path, gone_on: Path) -> None:
    """Start the newer program on copies of ``old``, killed at one statement more each time, and then once more."""
    command = [sys.executable, "-c", NEWER, NEXT, *map(str, (migrations, old, killed, gone_on))]
    done = subprocess.run(command, check=False, timeout=HANG_SECONDS, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def contents(path: Path) -> list[str]:
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        return list(connection.iterdump())


@pytest.fixture(scope="module")
def upgraded(tmp_path_factory, migrations):
    """Folders: ``old``, ``killed/001`` and so on, ``gone_on/001`` and so on; the last one was not killed."""
    folder = tmp_path_factory.mktemp("upgraded")
    bench = FarmBench(folder / "old")
    bench.add(units=20)
    bench.database.close()
    upgrade(folder / "old", migrations, folder / "killed", folder / "gone_on")
    return folder


@pytest.mark.fault(19, "an upgrade is killed at each of its steps in turn")
def test_killed_at_each_statement_of_an_upgrade_the_data_is_the_old_or_the_new(upgraded):
    tries = sorted((upgraded / "killed").iterdir())
    before, after = contents(upgraded / "old" / "zordon.db"), contents(tries[-1] / "zordon.db")
    assert before != after
    assert len(tries) > 15, "every statement of it was tried"
    is_new = []
    for folder in tries:
        now = contents(folder / "zordon.db")
        assert now in (before, after), f"killed at statement {folder.name}"
        is_new.append(now == after)
        backups = [contents(backup) for backup in (folder / "backups").glob("*.db")]
        assert backups in ([before], [before] if is_new[-1] else [])
    assert is_new == sorted(is_new), "from one statement on it was the new"
    assert is_new.count(False) > 10

    for folder in (upgraded / "gone_on").iterdir():
        assert contents(folder / "zordon.db") == after, "the next start ends what was begun"


def test_after_an_upgrade_the_old_program_says_so_and_ends(upgraded, tmp_path):
    data = tmp_path / "data"
    shutil.copytree(max((upgraded / "killed").iterdir()), data)
    before = (data / "zordon.db").read_bytes()

    said = subprocess.run(
        [sys.executable, "-m", "zordon_app", "serve", "--port", "0"],
        capture_output=True,
        text=True,
        timeout=HANG_SECONDS,
        check=False,
        env={**os.environ, "ZORDON_HOME": str(tmp_path)},
    )

    assert said.returncode == 1
    assert "newer Zordon" in said.stderr
    assert "Traceback" not in said.stderr
    assert (data / "zordon.db").read_bytes() == before
