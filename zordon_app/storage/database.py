"""One SQLite file, opened safely: checked, backed up, migrated, and written by one connection."""

import logging
import shutil
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import sqlalchemy as sa

from zordon_app.errors import DiskFull, ZordonError
from zordon_app.files.durable import put_in_place
from zordon_app.storage.ballast import Ballast

log = logging.getLogger(__name__)

HEAD = "0006"
"""The newest revision under ``migrations/versions``; a test holds that."""
MIGRATIONS = Path(__file__).parent / "migrations"
BACKUPS_KEPT = 5
_SAYS_NOTHING = frozenset(
    {
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_BUSY,
        sqlite3.SQLITE_LOCKED,
        sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_READONLY,
        sqlite3.SQLITE_PERM,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_NOMEM,
    }
)
"""Errors of the disk or the moment: a file that cannot be read today may be whole."""


class DatabaseTooNew(ZordonError):
    """The file was written by a newer Zordon; it is left untouched."""


class CannotOpen(ZordonError):
    """The ledger cannot be opened now."""

    def __init__(self, path: Path, why: object) -> None:
        """Name the file and what SQLite said."""
        super().__init__(
            f"The data in {path.parent} cannot be opened: {why}. Is its disk full or away? Nothing was changed."
        )


class BackupFailed(ZordonError):
    """No copy of the ledger could be made."""


class Database:
    """The open ledger file. One connection, one lock: SQLite has one writer anyway."""

    def __init__(self, path: Path, backups: Path, ballast: Ballast | None = None) -> None:
        """Open ``path``, from a backup when it is damaged or gone (``restored`` tells).

        ``ballast`` is given up when the disk is full, so that the next change, which says so, can be written.

        Raises:
            DatabaseTooNew: the schema is newer than this program knows.
            CannotOpen: the file is neither sound nor damaged, as far as can be told now; it is left untouched.
        """
        self._path = path
        self._backups = backups
        self._ballast = ballast
        self._lock = threading.RLock()
        self.restored = False
        path.parent.mkdir(parents=True, exist_ok=True)
        if ballast is not None:
            ballast.make_room()
        _refuse_newer(path)
        if not path.exists() or not _is_sound(path):
            self._set_aside_and_restore()
        self._engine = _make_engine(path)
        try:
            self._connection = self._engine.connect()
        except sa.exc.OperationalError as error:
            raise CannotOpen(path, error.orig) from error
        self._migrate()

    @contextmanager
    def transaction(self) -> Iterator[sa.Connection]:
        """One transaction: all or nothing, on disk when the block has ended.

        Raises:
            DiskFull: the volume of the database is full; nothing was changed.
        """
        with self._lock:
            try:
                with self._connection.begin():
                    yield self._connection
            except sa.exc.OperationalError as error:
                if "full" in str(error.orig):
                    if self._ballast is not None:
                        self._ballast.release()
                    raise DiskFull(
                        "The disk that holds Zordon's data ({folder}) is full. Free some space.",
                        code="data_full",
                        folder=self._path.parent,
                    ) from error
                raise

    def close(self) -> None:
        """Close the file; the write-ahead log is folded in."""
        with self._lock:
            self._connection.close()
            self._engine.dispose()

    def back_up(self) -> Path:
        """Copy the live database into the backup folder; the oldest beyond five are removed.

        Raises:
            BackupFailed: the disk is full, or the folder cannot be written; earlier backups are still there.
        """
        try:
            self._backups.mkdir(parents=True, exist_ok=True)
            numbers = [int(path.stem.rpartition("-")[2]) for path in self._backups.glob("zordon-*.db")]
            target = self._backups / f"zordon-{max(numbers, default=0) + 1:06d}.db"
            self._copy_to(target)
        except (sqlite3.Error, OSError) as error:
            raise BackupFailed(f"The data could not be backed up in {self._backups}: {error}.") from error
        for old in sorted(self._backups.glob("zordon-*.db"))[:-BACKUPS_KEPT]:
            old.unlink(missing_ok=True)
        return target

    def _copy_to(self, target: Path) -> None:
        part = target.with_suffix(".part")
        try:
            with closing(sqlite3.connect(self._path)) as source, closing(sqlite3.connect(part)) as copy:
                source.backup(copy)
            put_in_place(part, target)
        finally:
            part.unlink(missing_ok=True)

    def _set_aside_and_restore(self) -> None:
        """A damaged file is kept aside; a missing one, at the very first start too, leaves nothing to set aside."""
        self.restored = True
        for suffix in ("", "-wal", "-shm"):
            damaged = self._path.with_name(self._path.name + suffix)
            if damaged.exists():
                aside = _free_name(damaged)
                damaged.replace(aside)
                log.warning("The database was damaged and has been set aside as %s", aside.name)
        for backup in sorted(self._backups.glob("zordon-*.db"), reverse=True):
            if _is_sound(backup):
                shutil.copyfile(backup, self._path)
                log.warning("Restored the database from the backup %s", backup.name)
                return

    def _migrate(self) -> None:
        current = self._revision()
        if current == HEAD:
            return
        # Alembic costs 0.3 s to import: only a start that has something to migrate pays for it.
        from alembic import command
        from alembic.config import Config

        config = Config()
        config.set_main_option("script_location", str(MIGRATIONS))
        if current is not None:
            self.back_up()
        with self.transaction() as connection:
            config.attributes["connection"] = connection
            command.upgrade(config, "head")

    def _revision(self) -> str | None:
        with self.transaction() as connection:
            if not sa.inspect(connection).has_table("alembic_version"):
                return None
            return connection.execute(sa.text("SELECT version_num FROM alembic_version")).scalar()


def _refuse_newer(path: Path) -> None:
    """Before anything else looks at the file: what a newer Zordon wrote might look damaged to this one.

    Raises:
        DatabaseTooNew: the file's revision comes after ours.
    """
    if not path.exists():
        return
    try:
        # Only a reader leaves a write-ahead log as it is; any other would fold it in when it closes.
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=10)) as connection:
            row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    except sqlite3.DatabaseError:
        return
    if row is not None and str(row[0]) > HEAD:
        raise DatabaseTooNew(
            f"The data in {path.parent} was written by a newer Zordon (schema {row[0]}). "
            "Update Zordon, or start it with another --data-dir. Nothing was changed."
        )


def _make_engine(path: Path) -> sa.Engine:
    engine = sa.create_engine(
        f"sqlite:///{path}", poolclass=sa.pool.StaticPool, connect_args={"check_same_thread": False}
    )

    @sa.event.listens_for(engine, "connect")
    def _set_up(connection: sqlite3.Connection, _record: object) -> None:
        # The driver's own BEGIN comes too late for schema changes; with None we begin by hand, below.
        connection.isolation_level = None
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=10000"):
            connection.execute(f"PRAGMA {pragma}").close()

    @sa.event.listens_for(engine, "begin")
    def _begin(connection: sa.Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    return engine


def _free_name(path: Path) -> Path:
    """Whatever was set aside before stays: it may hold what the present file does not."""
    candidate, number = path.with_name(f"{path.name}.damaged"), 2
    while candidate.exists():
        candidate, number = path.with_name(f"{path.name}.damaged-{number}"), number + 1
    return candidate


def _is_sound(path: Path) -> bool:
    """Whether SQLite finds no fault in the file, and the jobs in it can be read; an empty file is none of ours.

    Raises:
        CannotOpen: this cannot be told now; nothing says that the file is damaged.
    """
    if path.stat().st_size == 0:
        return False
    try:
        with closing(sqlite3.connect(path, timeout=10)) as connection:
            return bool(connection.execute("PRAGMA quick_check(1)").fetchone() == ("ok",)) and _has_whole_jobs(
                connection
            )
    except sqlite3.DatabaseError as error:
        if error.sqlite_errorcode & 0xFF in _SAYS_NOTHING:
            raise CannotOpen(path, error) from error
        return False


def _has_whole_jobs(connection: sqlite3.Connection) -> bool:
    """SQLite itself does not notice zeros in the last page of a long value."""
    if connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'jobs'").fetchone() is None:
        return True
    broken = "SELECT 1 FROM jobs WHERE NOT json_valid(CAST(document AS TEXT)) LIMIT 1"
    return connection.execute(broken).fetchone() is None
