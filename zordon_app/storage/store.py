"""Reading and writing jobs and their ledgers: one transaction per change."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy.dialects.sqlite import insert

from zordon_app.domain.ids import JobId
from zordon_app.domain.jobs import Job, Unit, UnitSpec
from zordon_app.domain.news import News
from zordon_app.domain.pictures import Mark, Picture
from zordon_app.domain.statuses import UnitState
from zordon_app.storage.database import Database
from zordon_app.storage.schema import COMMITS, JOBS, NEWS, REQUESTS, UNITS

# 500 jobs at a time keep the statement below SQLite's limit of bound variables.
_BATCH = 500


class JobStore:
    """Jobs, units, commits and idempotency keys in the database."""

    def __init__(self, database: Database) -> None:
        """Use an open database."""
        self._database = database
        self._decode_job = msgspec.json.Decoder(Job).decode
        self._decode_spec = msgspec.json.Decoder(UnitSpec).decode

    def load_jobs(self) -> list[Job]:
        """Every job, oldest first."""
        with self._database.transaction() as connection:
            rows = connection.execute(sa.select(JOBS.c.document).order_by(sa.text("rowid")))
            return [self._decode_job(row.document) for row in rows]

    def load_units(self, job_id: JobId) -> list[Unit]:
        """The ledger of one job, by number."""
        with self._database.transaction() as connection:
            rows = connection.execute(sa.select(UNITS).where(UNITS.c.job_id == job_id).order_by(UNITS.c.number))
            return [self._to_unit(row) for row in rows]

    def find_request(self, key: str) -> tuple[str, JobId] | None:
        """Fingerprint and job of a request that was accepted under ``key``."""
        with self._database.transaction() as connection:
            row = connection.execute(sa.select(REQUESTS).where(REQUESTS.c.key == key)).first()
            return (row.fingerprint, JobId(row.job_id)) if row else None

    def commits(self, job_id: JobId) -> list[dict[str, Any]]:
        """The history of publications of one job, oldest first."""
        with self._database.transaction() as connection:
            rows = connection.execute(sa.select(COMMITS).where(COMMITS.c.job_id == job_id).order_by(COMMITS.c.id))
            return [dict(row._mapping) for row in rows]  # noqa: SLF001 - SQLAlchemy's documented way to a dict

    def save(
        self,
        *,
        jobs: Iterable[Job] = (),
        units: Mapping[JobId, Iterable[Unit]] | None = None,
        deleted: Iterable[JobId] = (),
        requests: Mapping[str, tuple[str, JobId]] | None = None,
        published: Iterable[tuple[JobId, Unit]] = (),
        news: Iterable[News] = (),
    ) -> None:
        """Write it all in one transaction.

        Raises:
            DiskFull: nothing was written.
        """
        with self._database.transaction() as connection:
            _upsert(connection, JOBS, [_job_row(job) for job in jobs])
            _upsert(
                connection,
                UNITS,
                [_unit_row(job_id, unit) for job_id, rows in (units or {}).items() for unit in rows],
            )
            commits = [_commit_row(job_id, unit) for job_id, unit in published]
            if commits:
                connection.execute(sa.insert(COMMITS), commits)
            keys = [{"key": key, "fingerprint": mark, "job_id": job} for key, (mark, job) in (requests or {}).items()]
            if keys:
                connection.execute(sa.insert(REQUESTS), keys)
            documents = [{"document": msgspec.json.encode(one)} for one in news]
            if documents:
                connection.execute(sa.insert(NEWS), documents)
            _delete(connection, list(deleted))

    def next_news(self, after: int) -> tuple[int, News] | None:
        """The first news with a number greater than ``after``, and its number."""
        with self._database.transaction() as connection:
            row = connection.execute(sa.select(NEWS).where(NEWS.c.number > after).order_by(NEWS.c.number)).first()
            return (row.number, msgspec.json.decode(row.document, type=News)) if row else None

    def forget_news(self, up_to: int) -> None:
        """All news up to that number is told. Raises DiskFull: it is still there."""
        with self._database.transaction() as connection:
            connection.execute(sa.delete(NEWS).where(NEWS.c.number <= up_to))

    def _to_unit(self, row: sa.Row[Any]) -> Unit:
        return Unit(
            spec=self._decode_spec(row.spec),
            state=UnitState(row.state),
            attempt=row.attempt,
            failures=row.failures,
            node=row.node,
            artifact=row.artifact,
            sha256=row.sha256,
            bytes=row.bytes,
            seconds=row.seconds,
            error=row.error,
            started_at=datetime.fromisoformat(row.started_at) if row.started_at else None,
            ended_at=datetime.fromisoformat(row.ended_at) if row.ended_at else None,
            program=row.program,
            picture=msgspec.json.decode(row.picture, type=Picture) if row.picture else None,
            marks=[Mark(mark) for mark in row.marks.split()],
            project=row.project,
        )


def _upsert(connection: sa.Connection, table: sa.Table, rows: list[dict[str, Any]]) -> None:
    if not rows:
        return
    statement = insert(table)
    keys = [column.name for column in table.primary_key]
    changed = {column.name: statement.excluded[column.name] for column in table.c if column.name not in keys}
    connection.execute(statement.on_conflict_do_update(index_elements=keys, set_=changed), rows)


def _delete(connection: sa.Connection, ids: list[JobId]) -> None:
    for start in range(0, len(ids), _BATCH):
        batch = ids[start : start + _BATCH]
        for column in (UNITS.c.job_id, COMMITS.c.job_id, REQUESTS.c.job_id, JOBS.c.id):
            connection.execute(sa.delete(column.table).where(column.in_(batch)))


def _job_row(job: Job) -> dict[str, Any]:
    return {"id": job.id, "status": job.status, "document": msgspec.json.encode(job)}


def _unit_row(job_id: JobId, unit: Unit) -> dict[str, Any]:
    return {
        "job_id": job_id,
        "number": unit.spec.number,
        "spec": msgspec.json.encode(unit.spec),
        "state": unit.state,
        "attempt": unit.attempt,
        "failures": unit.failures,
        "node": unit.node,
        "artifact": unit.artifact,
        "sha256": unit.sha256,
        "bytes": unit.bytes,
        "seconds": unit.seconds,
        "error": unit.error,
        "started_at": unit.started_at.isoformat() if unit.started_at else None,
        "ended_at": unit.ended_at.isoformat() if unit.ended_at else None,
        "program": unit.program,
        "picture": msgspec.json.encode(unit.picture) if unit.picture else None,
        "marks": " ".join(unit.marks),
        "project": unit.project,
    }


def _commit_row(job_id: JobId, unit: Unit) -> dict[str, Any]:
    return {
        "job_id": job_id,
        "number": unit.spec.number,
        "attempt": unit.attempt,
        "node": unit.node,
        "sha256": unit.sha256,
        "at": unit.ended_at.isoformat() if unit.ended_at else "",
    }
