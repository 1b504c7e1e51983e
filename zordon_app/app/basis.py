"""What every part of a node stands on: folders, settings, the clock, the event that ends it."""

import os
import platform
import threading
import uuid
from pathlib import Path

from zordon_app.clock import SystemClock
from zordon_app.config import SettingsFile
from zordon_app.farm.scheduling.availability import Rules
from zordon_app.guard import Guard
from zordon_app.paths import Paths


class Basis:
    """The ground of one node, and what its services ask of the settings while they run."""

    def __init__(self, paths: Paths, timescale: float | None) -> None:
        """``timescale`` shortens every timer; default: ``ZORDON_TIMESCALE``."""
        self.paths = paths
        self.scale = timescale or float(os.environ.get("ZORDON_TIMESCALE", "1"))
        self.stop = threading.Event()
        self.guard = Guard()
        self.clock = SystemClock()
        self.settings = SettingsFile(paths.settings)
        self.boot = uuid.uuid4().hex[:12]
        self.uploads = paths.data / "uploads"
        self.uploads.mkdir(parents=True, exist_ok=True)

    def name(self) -> str:
        """What people call this machine."""
        return self.settings.current.name or platform.node()

    def reserve(self) -> tuple[float, float]:
        """Space to keep free on volumes: GiB, and percent."""
        settings = self.settings.current
        return settings.disk_reserve_gib, settings.disk_reserve_percent

    def output_root(self) -> Path:
        """Where jobs put their output folders."""
        chosen = self.settings.current.output_folder
        return Path(chosen).expanduser() if chosen else self.paths.output

    def rules(self) -> Rules:
        """When this machine works, as the settings say."""
        now = self.settings.current
        return Rules(
            accept_work=now.accept_work,
            schedule=now.schedule,
            memory_floor_gib=now.memory_floor_gib,
            idle_minutes=now.idle_minutes,
        )

    def keep_door_open(self, on: bool) -> None:  # noqa: FBT001 - the door's own callback
        """Remember whether every machine is admitted."""
        self.settings.change({"door": "open" if on else "ask"})
