"""Starts a whole node with the wall engine, as ``zordon serve`` would; run by the tests as a process of its own."""

import json
import logging
import signal
import sys
import threading
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

from tests.fakes.wall_engine import WallEngine  # noqa: E402 - the path comes first
from zordon_app.app import Zordon  # noqa: E402
from zordon_app.logs import set_up_logging  # noqa: E402


def main() -> None:
    """``node.py HOME OPTIONS``; options are JSON: port, discovery, and those of the engine."""
    home, options = Path(sys.argv[1]), json.loads(sys.argv[2])
    set_up_logging(home / "logs", console=logging.WARNING)
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    port, discovery = options.pop("port", 0), options.pop("discovery", False)
    node = Zordon(home, port=port, discovery=discovery, engines=[WallEngine(**options)])
    try:
        node.start()
        print(f"Zordon answers at {node.address}", flush=True)
        while not stop.wait(1.0):
            pass
    finally:
        node.stop()


main()
