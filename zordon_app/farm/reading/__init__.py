"""What the API reads: views of jobs, and what changed since a token."""
