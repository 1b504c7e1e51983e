"""The tables of the ledger. Documents are msgspec JSON; what is searched or guarded has a column of its own."""

import sqlalchemy as sa

METADATA = sa.MetaData()

JOBS = sa.Table(
    "jobs",
    METADATA,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("status", sa.Text, nullable=False, index=True),
    sa.Column("document", sa.LargeBinary, nullable=False),
)

UNITS = sa.Table(
    "units",
    METADATA,
    sa.Column("job_id", sa.Text, sa.ForeignKey("jobs.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("number", sa.Integer, primary_key=True),
    sa.Column("spec", sa.LargeBinary, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("attempt", sa.Integer, nullable=False),
    sa.Column("failures", sa.Integer, nullable=False),
    sa.Column("node", sa.Text, nullable=False),
    sa.Column("artifact", sa.Text, nullable=False),
    sa.Column("sha256", sa.Text, nullable=False),
    sa.Column("bytes", sa.Integer, nullable=False),
    sa.Column("seconds", sa.Float),
    sa.Column("error", sa.Text, nullable=False),
    sa.Column("started_at", sa.Text),
    sa.Column("ended_at", sa.Text),
    sa.Column("program", sa.Text, nullable=False, server_default=""),
    sa.Column("picture", sa.LargeBinary),
    sa.Column("marks", sa.Text, nullable=False, server_default=""),
    sa.Column("project", sa.Text, nullable=False, server_default=""),
)

COMMITS = sa.Table(
    "commits",
    METADATA,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("job_id", sa.Text, nullable=False, index=True),
    sa.Column("number", sa.Integer, nullable=False),
    sa.Column("attempt", sa.Integer, nullable=False),
    sa.Column("node", sa.Text, nullable=False),
    sa.Column("sha256", sa.Text, nullable=False),
    sa.Column("at", sa.Text, nullable=False),
)
"""The history of publications: one row for each time a unit became done."""

REQUESTS = sa.Table(
    "requests",
    METADATA,
    sa.Column("key", sa.Text, primary_key=True),
    sa.Column("fingerprint", sa.Text, nullable=False),
    sa.Column("job_id", sa.Text, nullable=False),
)
"""Idempotency keys that were used, and the job each made."""

NEWS = sa.Table(
    "news",
    METADATA,
    sa.Column("number", sa.Integer, primary_key=True),
    sa.Column("document", sa.LargeBinary, nullable=False),
    sqlite_autoincrement=True,
)
"""What is still to be told, in the order in which it happened; a number is never used again."""
