"""How Alembic reaches the database: over the connection that ``storage.database`` already holds."""

from alembic import context

from zordon_app.storage.schema import METADATA

connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=METADATA, transactional_ddl=True)
context.run_migrations()
