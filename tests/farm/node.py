"""Starts a whole node with the wall engine, as ``zordon serve`` would; run by the tests as a process of its own."""

import json
import logging
import signal
import sys
import threading
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

from zordon_app.domain import peering  # noqa: E402 - the path comes first

HOME, OPTIONS = Path(sys.argv[1]), json.loads(sys.argv[2])
# Before anything looks at them: a Zordon of another time, as far as its peers can tell.
peering.PROTOCOL_MIN, peering.PROTOCOL_MAX = OPTIONS.pop("protocol", (peering.PROTOCOL_MIN, peering.PROTOCOL_MAX))

from tests.fakes.wall_engine import WallEngine  # noqa: E402
from zordon_app.app import Zordon  # noqa: E402
from zordon_app.clock import SystemClock  # noqa: E402
from zordon_app.logs import set_up_logging  # noqa: E402
from zordon_app.peers.links.calls import Calls  # noqa: E402


def follow_clock(file: Path) -> None:
    """The wall clock of this process is as many seconds off as ``file`` says at each moment."""
    true_time, true_now = time.time, SystemClock.now

    def skew() -> float:
        return float(file.read_text())

    time.time = lambda: true_time() + skew()
    SystemClock.now = lambda clock: true_now(clock) + timedelta(seconds=skew())  # type: ignore[method-assign]


def note_calls(history: Path, node: str) -> None:
    """The farm's history tells when a parent has answered this node (``asked``), and when a frame is sent to one."""
    update, deliver = Calls.update, Calls.deliver

    def note(what: str, frame: int) -> None:
        with history.open("ab", buffering=0) as file:
            file.write(f"{time.monotonic():.4f} {node} {what} {frame}\n".encode())

    def noted_update(calls: Calls, *about: Any) -> Any:
        orders = update(calls, *about)
        note("asked", -1)
        return orders

    def noted_deliver(calls: Calls, job: str, number: int, **about: Any) -> Any:
        note("sent", number)
        return deliver(calls, job, number, **about)

    Calls.update, Calls.deliver = noted_update, noted_deliver  # type: ignore[method-assign]


def main() -> None:
    """``node.py HOME OPTIONS``; options are JSON: port, discovery, clock, protocol, and those of the engine."""
    options = dict(OPTIONS)
    set_up_logging(HOME / "logs", console=logging.WARNING)
    follow_clock(Path(options.pop("clock")))
    note_calls(Path(options["history"]), options["node"])
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    port, discovery = options.pop("port", 0), options.pop("discovery", False)
    node = Zordon(HOME, port=port, discovery=discovery, engines=[WallEngine(**options)])
    try:
        node.start()
        while not stop.wait(1.0):
            pass
    finally:
        node.stop()


main()
