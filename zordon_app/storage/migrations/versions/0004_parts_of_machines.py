"""Which machine made how much of a job, and the time of all machines together, as the units tell."""

import json
from collections import defaultdict

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

PARTS = {"done": "made", "leased": "held"}


def upgrade() -> None:
    """How long a job ran cannot be told of those that ran before: only when they began and ended is known."""
    connection = op.get_bind()
    found: dict[str, dict[str, dict[str, int]]] = defaultdict(lambda: {"made": {}, "held": {}})
    seconds: dict[str, float] = defaultdict(float)
    rows = connection.execute(
        sa.text(
            "SELECT job_id, node, state, COUNT(*), TOTAL(seconds) FROM units"
            " WHERE state IN ('done', 'leased') AND node != '' GROUP BY job_id, node, state"
        )
    )
    for job_id, node, state, count, total in rows:
        found[job_id][PARTS[state]][node] = count
        seconds[job_id] += total if state == "done" else 0.0
    for job_id, parts in found.items():
        _write(connection, job_id, {**parts, "machine_seconds": seconds[job_id]})


def _write(connection: sa.Connection, job_id: str, more: dict[str, object]) -> None:
    jobs = sa.table("jobs", sa.column("id"), sa.column("document", sa.LargeBinary))
    document = connection.execute(sa.select(jobs.c.document).where(jobs.c.id == job_id)).scalar()
    if document is not None:
        changed = json.dumps(json.loads(document) | more, ensure_ascii=False).encode()
        connection.execute(sa.update(jobs).where(jobs.c.id == job_id).values(document=changed))
