"""Running a lease on this machine: processes, warm sessions, checking and publishing artifacts, previews."""
