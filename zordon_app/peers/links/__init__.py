"""How members talk to each other: sessions, pinned connections, heartbeats, calls."""
