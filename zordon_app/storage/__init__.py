"""What survives a restart: the ledger in SQLite."""
