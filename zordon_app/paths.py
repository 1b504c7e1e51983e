"""Where a node keeps its things: one folder each, all under one home when that is moved."""

import json
import os
from pathlib import Path
from typing import Any

import platformdirs
from msgspec import Struct

WEB = Path(__file__).parents[1] / "web"
"""The frontend: beside the package in a checkout, and in the packaged program too."""


_PRIVATE_FOLDER, _PRIVATE_FILE = 0o700, 0o600


class Paths(Struct, frozen=True, kw_only=True):
    """The folders of one node. ``output`` is where jobs without an ``output_path`` put their folders."""

    config: Path
    data: Path
    cache: Path
    logs: Path
    output: Path

    @property
    def database(self) -> Path:
        """The ledger."""
        return self.data / "zordon.db"

    @property
    def backups(self) -> Path:
        """Copies of the ledger."""
        return self.data / "backups"

    @property
    def jobs(self) -> Path:
        """One folder per job: uploads, logs, segments."""
        return self.data / "jobs"

    @property
    def work(self) -> Path:
        """Private folders of attempts; everything in it may be deleted at start."""
        return self.data / "work"

    @property
    def builds(self) -> Path:
        """Managed engine builds."""
        return self.data / "engines"

    @property
    def previews(self) -> Path:
        """Thumbnails and preview films; may be deleted at any time."""
        return self.cache / "previews"

    @property
    def instance(self) -> Path:
        """Port and pid of the running node, so that the command line finds it."""
        return self.data / "instance.json"

    @property
    def settings(self) -> Path:
        """The person's settings."""
        return self.config / "settings.yaml"

    def make(self) -> None:
        """Create the folders that must exist, and shut all but the output to other users, old ones too."""
        for folder in (self.config, self.data, self.cache, self.logs, self.jobs, self.work, self.previews):
            folder.mkdir(parents=True, exist_ok=True)
        for folder in (self.config, self.data, self.cache, self.logs):
            folder.chmod(_PRIVATE_FOLDER)
            for file in folder.iterdir():
                if file.is_file() and not file.is_symlink():
                    file.chmod(_PRIVATE_FILE)


def find_paths(home: Path | None = None) -> Paths:
    """The folders under ``home``, else under ``ZORDON_HOME``, else where the system keeps such things."""
    chosen = home or (Path(os.environ["ZORDON_HOME"]) if os.environ.get("ZORDON_HOME") else None)
    if chosen is not None:
        root = chosen.expanduser().resolve()
        return Paths(
            config=root / "config",
            data=root / "data",
            cache=root / "cache",
            logs=root / "logs",
            output=root / "output",
        )
    dirs = platformdirs.PlatformDirs("Zordon", appauthor=False)
    return Paths(
        config=dirs.user_config_path,
        data=dirs.user_data_path,
        cache=dirs.user_cache_path,
        logs=dirs.user_log_path,
        output=Path.home() / "Zordon",
    )


def read_instance(paths: Paths) -> dict[str, Any]:
    """What the running node wrote about itself (``address``, ``port``, ``pid``, ``version``); empty when none runs."""
    try:
        return dict(json.loads(paths.instance.read_text(encoding="utf-8")))
    except (OSError, ValueError):
        return {}
