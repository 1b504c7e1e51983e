import importlib
import json
import shutil
import sqlite3
from contextlib import closing

import pytest

from tests.unit.farm.conftest import FarmBench
from zordon_app.storage.database import BACKUPS_KEPT, HEAD, Database, DatabaseTooNew


def open_database(folder):
    return Database(folder / "zordon.db", folder / "backups")


def test_the_newest_migration_is_the_head_that_a_start_expects(tmp_path):
    open_database(tmp_path).close()

    with sqlite3.connect(tmp_path / "zordon.db") as connection:
        assert connection.execute("SELECT version_num FROM alembic_version").fetchone() == (HEAD,)


def test_the_migrations_make_the_tables_that_the_code_uses(tmp_path):
    import sqlalchemy as sa
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    from zordon_app.storage.schema import METADATA

    database = open_database(tmp_path)
    with database.transaction() as connection:
        differences = compare_metadata(MigrationContext.configure(connection), METADATA)
        pragma = connection.execute(sa.text("PRAGMA synchronous")).scalar()
    database.close()

    assert differences == []
    assert pragma == 2


def test_the_ledger_of_the_first_tables_is_taken_over(tmp_path):
    bench = FarmBench(tmp_path)
    job_id = bench.add(units=2)
    bench.database.close()
    with closing(sqlite3.connect(bench.folder / "zordon.db")) as connection:
        for column in ("program", "picture", "marks", "project"):
            connection.execute(f"ALTER TABLE units DROP COLUMN {column}")
        connection.execute("DROP TABLE news")
        connection.execute("UPDATE alembic_version SET version_num = '0001'")
        connection.commit()
    bench.open()
    units = bench.store.load_units(job_id)
    bench.database.close()

    assert [(unit.spec.number, unit.program, unit.marks, unit.project) for unit in units] == [
        (1, "", [], ""),
        (2, "", [], ""),
    ]


def files_in(folder):
    """All that holds data: an empty log, and the index of a log, may come and go."""
    files = [path for path in folder.iterdir() if path.is_file() and path.suffix != ".db-shm"]
    return {path.name: path.read_bytes() for path in files if path.stat().st_size}


def test_a_database_of_a_newer_zordon_is_refused_and_left_as_it_is(tmp_path):
    open_database(tmp_path).close()
    with sqlite3.connect(tmp_path / "zordon.db") as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.close()
    before = files_in(tmp_path)

    with pytest.raises(DatabaseTooNew, match="newer Zordon"):
        open_database(tmp_path)

    assert files_in(tmp_path) == before


def test_a_newer_database_is_refused_though_it_was_killed_and_would_look_damaged_to_us(tmp_path):
    live, copy = tmp_path / "live", tmp_path / "copy"
    open_database(live).close()
    with closing(sqlite3.connect(live / "zordon.db")) as connection:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("INSERT INTO jobs VALUES ('a', 'running', 'no JSON any more')")
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
        connection.commit()
        shutil.copytree(live, copy)
    assert (copy / "zordon.db-wal").stat().st_size > 0
    before = files_in(copy)

    with pytest.raises(DatabaseTooNew, match="newer Zordon"):
        open_database(copy)

    assert files_in(copy) == before


def test_a_damaged_database_is_set_aside_and_the_newest_backup_comes_back(tmp_path):
    bench = FarmBench(tmp_path)
    job_id = bench.add(units=200)
    bench.database.back_up()
    bench.database.close()
    data = bytearray((tmp_path / "zordon.db").read_bytes())
    data[8192:12288] = bytes(4096)
    (tmp_path / "zordon.db").write_bytes(data)

    bench.open()

    assert bench.database.restored
    assert (tmp_path / "zordon.db.damaged").exists()
    assert bench.state.job(job_id).counts.waiting == 200
    bench.database.close()


def test_a_damaged_database_without_a_backup_starts_empty(tmp_path):
    open_database(tmp_path).close()
    (tmp_path / "zordon.db").write_bytes(b"not a database" * 1000)

    database = open_database(tmp_path)

    assert database.restored
    database.close()


def test_only_the_newest_backups_are_kept(tmp_path):
    database = open_database(tmp_path)
    for _ in range(BACKUPS_KEPT + 3):
        database.back_up()
    database.close()

    kept = sorted((tmp_path / "backups").iterdir())
    assert [path.name for path in kept] == [f"zordon-{number:06d}.db" for number in range(4, 9)]


def test_a_copy_of_the_files_taken_while_they_are_written_opens_soundly(tmp_path):
    """F18: what is on disk at any instant is a whole ledger."""
    bench = FarmBench(tmp_path / "live")
    job_id = bench.add(units=20)
    for number in range(1, 21):
        bench.lifecycle.grant(job_id, [number], "node", "atlas")
        bench.lifecycle.publish(job_id, number, sha256="x", size=1, seconds=1, artifact="x")
        copy = tmp_path / f"copy{number}"
        shutil.copytree(tmp_path / "live", copy)
        copied = FarmBench(copy)
        assert not copied.database.restored
        assert copied.state.job(job_id).counts.done == number
        copied.database.close()
    bench.database.close()


def test_jobs_of_before_learn_from_their_units_which_machine_made_what(tmp_path):
    import sqlalchemy as sa
    from alembic.migration import MigrationContext
    from alembic.operations import Operations

    from zordon_app.storage.schema import JOBS, UNITS

    database = Database(tmp_path / "zordon.db", tmp_path / "backups")
    migration = importlib.import_module("zordon_app.storage.migrations.versions.0004_parts_of_machines")
    row = {"spec": b"{}", "attempt": 1, "failures": 0, "artifact": "", "sha256": "", "bytes": 0, "error": ""}
    units = [("done", "a", 2.0), ("done", "a", 3.0), ("done", "b", 4.0), ("leased", "b", None), ("waiting", "", None)]
    with database.transaction() as connection:
        connection.execute(JOBS.insert().values(id="old", status="running", document='{"name":"Bär"}'.encode()))
        for number, (state, node, seconds) in enumerate(units):
            more = {"job_id": "old", "number": number, "state": state, "node": node, "seconds": seconds}
            connection.execute(UNITS.insert().values(**row, **more))
        with Operations.context(MigrationContext.configure(connection)):
            migration.upgrade()
        job = json.loads(connection.execute(sa.select(JOBS.c.document)).scalar())
    database.close()
    assert job == {"name": "Bär", "made": {"a": 2, "b": 1}, "held": {"b": 1}, "machine_seconds": 9.0}
