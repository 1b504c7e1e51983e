"""Opens the app: finds or starts the node, shows the window, or says why there is none."""

import logging
import signal
import sys
import threading
import webbrowser
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from zordon_app.desktop import doorbell
from zordon_app.desktop.backends import BackEnd, ready_back_end
from zordon_app.desktop.node import Node, find_running
from zordon_app.desktop.placement import keep_placement, read_placement
from zordon_app.errors import ZordonError
from zordon_app.guard import Guard
from zordon_app.logs import set_up_logging
from zordon_app.paths import Paths, find_paths

log = logging.getLogger(__name__)

ICON = Path(__file__).with_name("zordon.png")


class CannotOpen(ZordonError):
    """The app cannot be opened; the sentence says why."""


class DesktopFolder:
    """Where the window of one home keeps its own things."""

    def __init__(self, paths: Paths) -> None:
        """Below the node's folders."""
        self.lock = paths.data / "window.lock"
        self.note = paths.data / "window.json"
        self.placement = paths.data / "window-placement.json"
        self.storage = paths.cache / "window"


def open_app(files: list[Path], *, home: Path | None = None) -> int:
    """Show the app with ``files`` in it and return when it is closed; the exit status.

    A second start hands its files to the window that is open and returns at once.

    Raises:
        ZordonError: with the sentence for the person.
    """
    whole = [path.absolute() for path in files]
    paths = find_paths(home)
    paths.make()
    set_up_logging(paths.logs, console=None)
    kept = DesktopFolder(paths)
    lock = doorbell.take_lock(kept.lock)
    if lock is None:
        return _hand_over(kept, whole)
    try:
        return _show(lambda: find_running(paths) or start_node(home), kept, lock, whole)
    finally:
        # Given back by the doorbell too, once there is one; a lock may be released twice.
        lock.release()


def _show(find_node: Callable[[], Node], kept: DesktopFolder, lock: Any, files: list[Path]) -> int:
    back_end = ready_back_end()
    if back_end is not None:
        return _use_window(find_node, kept, lock, back_end, files)
    node = find_node()
    try:
        return _use_browser(node, kept, lock)
    finally:
        node.stop()


def start_node(home: Path | None) -> Node:
    """A node of our own, in this process."""
    from zordon_app.app import Zordon

    zordon = Zordon(home)
    try:
        zordon.start()
    except BaseException:
        zordon.stop()
        raise
    return Node(zordon.address, zordon.stop)


def _hand_over(kept: DesktopFolder, files: list[Path]) -> int:
    if doorbell.ring(kept.note, files):
        return 0
    raise CannotOpen("Zordon is open already, but its window does not answer. Close it and try again.")


def _use_window(
    find_node: Callable[[], Node], kept: DesktopFolder, lock: Any, back_end: BackEnd, files: list[Path]
) -> int:
    from zordon_app.desktop.session import DesktopSession
    from zordon_app.desktop.starting import first_page
    from zordon_app.desktop.window import Look, quieten

    quieten(logging.getLogger("zordon_app").handlers)
    kept.storage.mkdir(parents=True, exist_ok=True)
    look = Look(
        first_page=first_page(),
        back_end=back_end,
        placement=read_placement(kept.placement),
        storage=kept.storage,
        icon=ICON,
    )
    session = DesktopSession(find_node, look)
    session.add_files(files)
    with doorbell.Doorbell(lock, kept.note, session.take_files), ended_by_signals(session.quit):
        session.run()
    keep_placement(kept.placement, session.window.placement)
    return 0


def _use_browser(node: Node, kept: DesktopFolder, lock: Any) -> int:
    """Where no window can be shown, the browser shows the same; a node of our own runs until Ctrl-C."""
    sys.stderr.write(
        f"No window can be shown here, so Zordon opens in the browser: {node.address}\n"
        "For a window, install WebKitGTK with PyGObject, or pip install zordon[qt].\n"
    )
    _browse(node)
    if not node.is_ours:
        return 0
    sys.stderr.write("Zordon runs until you press Ctrl-C.\n")
    stop = threading.Event()
    with (
        doorbell.Doorbell(lock, kept.note, lambda _files: _browse(node)),
        ended_by_signals(stop.set),
    ):
        stop.wait()
    return 0


def _browse(node: Node) -> None:
    webbrowser.open(node.address)


@contextmanager
def ended_by_signals(end: Callable[[], object]) -> Iterator[None]:
    """Within, SIGTERM and Ctrl-C call ``end``, on a thread: back ends call signal handlers in the midst of theirs."""

    def on_signal(_number: int, _frame: object) -> None:
        Guard().thread("zordon-end", end, daemon=True).start()

    before = {number: signal.signal(number, on_signal) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
