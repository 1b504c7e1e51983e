"""From a request to a job: checks, sources, presets, builds, folders."""
