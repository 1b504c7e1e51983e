"""Which program made the file of a unit, for receipts."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nobody knows it of units that were made before."""
    op.add_column("units", sa.Column("program", sa.Text, nullable=False, server_default=""))
