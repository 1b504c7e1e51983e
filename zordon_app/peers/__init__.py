"""Other nodes: identity, admission, membership, sessions, discovery, links."""
