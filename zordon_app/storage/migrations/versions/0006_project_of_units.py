"""Which version of its project a unit shows."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nobody knows it of units that were made before."""
    op.add_column("units", sa.Column("project", sa.Text, nullable=False, server_default=""))
