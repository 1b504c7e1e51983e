"""What the picture of a unit shows at a glance, and why a person should look at it."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Pictures that were made before are not looked at."""
    op.add_column("units", sa.Column("picture", sa.LargeBinary))
    op.add_column("units", sa.Column("marks", sa.Text, nullable=False, server_default=""))
