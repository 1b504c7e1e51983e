"""The composition root: builds every service of a node, starts and stops it. Read it from top to bottom."""

import json
import logging
import os
import platform
import threading
import uuid
from collections.abc import Callable
from pathlib import Path

from zordon_app import __version__
from zordon_app.api.application import make_application
from zordon_app.api.server import HttpServer
from zordon_app.api.services import Services
from zordon_app.clock import SystemClock
from zordon_app.config import SettingsFile
from zordon_app.domain.ids import JobId
from zordon_app.engines.base import Engine, RunProgram
from zordon_app.engines.blender.engine import BlenderEngine
from zordon_app.engines.directory import EngineDirectory
from zordon_app.engines.ffmpeg.engine import FfmpegEngine
from zordon_app.engines.installed import InstalledBuilds
from zordon_app.engines.presets import Presets
from zordon_app.engines.registry import EngineRegistry, load_third_party_engines
from zordon_app.farm.dispatcher import Dispatcher
from zordon_app.farm.feed import ChangeFeed
from zordon_app.farm.finishing import Finishing
from zordon_app.farm.gathering import Gathering
from zordon_app.farm.intake import Intake
from zordon_app.farm.lifecycle import Lifecycle
from zordon_app.farm.local_work import LocalWork
from zordon_app.farm.node_desk import NodeDesk
from zordon_app.farm.nodes import ThisNode
from zordon_app.farm.preparing import Preparing
from zordon_app.farm.progress import LiveProgress
from zordon_app.farm.reconciler import Reconciler
from zordon_app.farm.recovery import Recovery, rebuild_from_manifests
from zordon_app.farm.service import FarmService
from zordon_app.farm.speeds import Speeds
from zordon_app.farm.state import FarmState
from zordon_app.farm.views import JobViews
from zordon_app.paths import Paths, find_paths
from zordon_app.storage.archives import unpack
from zordon_app.storage.database import Database
from zordon_app.storage.manifests import ManifestFiles
from zordon_app.storage.outputs import OutputFolders
from zordon_app.storage.store import JobStore

log = logging.getLogger(__name__)

WORKER_WAIT = 25.0
"""Seconds a worker waits for work before it looks whether to stop."""


class Zordon:
    """One node. Two of them can live in one process: nothing here is global."""

    def __init__(
        self,
        home: Path | None = None,
        *,
        port: int | None = None,
        engines: list[Engine] | None = None,
        debug: bool = False,
        timescale: float | None = None,
    ) -> None:
        """Build every service; nothing runs yet.

        ``home`` moves all state of the node; ``port`` 0 takes any free one; ``engines`` replaces ours (tests);
        ``timescale`` shortens every timer (``ZORDON_TIMESCALE``).
        """
        self.paths = find_paths(home)
        self.paths.make()
        self._scale = timescale or float(os.environ.get("ZORDON_TIMESCALE", "1"))
        self._stop = threading.Event()
        self._threads: list[threading.Thread] = []
        self._clock = SystemClock()
        self.settings = SettingsFile(self.paths)
        self._build_engines(engines)
        self._build_storage()
        self._build_render()
        self._build_farm()
        self._build_api(port, debug=debug)
