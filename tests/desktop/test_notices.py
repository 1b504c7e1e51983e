"""Notifications over a real session bus, to a server of notifications that keeps what it is told."""

import asyncio
import queue
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator

import pytest

from tests.desktop.app import SECONDS
from zordon_app.desktop.notices import LONGEST

dbus = pytest.importorskip("dbus_fast")

INTERFACE = "org.freedesktop.Notifications"
DESCRIPTION = f"""<node><interface name="{INTERFACE}">
<method name="GetServerInformation"><arg type="s" direction="out"/><arg type="s" direction="out"/>
<arg type="s" direction="out"/><arg type="s" direction="out"/></method>
<method name="GetCapabilities"><arg type="as" direction="out"/></method>
<method name="Notify"><arg type="s" direction="in"/><arg type="u" direction="in"/><arg type="s" direction="in"/>
<arg type="s" direction="in"/><arg type="s" direction="in"/><arg type="as" direction="in"/>
<arg name="hints" type="a{{sv}}" direction="in"/><arg type="i" direction="in"/><arg type="u" direction="out"/></method>
</interface></node>"""

TELL = """
import sys
from pathlib import Path
from zordon_app.desktop.notices import Notices

notices = Notices(Path(sys.argv[1]))
notices.start()
notices.tell("Käse.blend", "250 frames are done.")
notices.tell("shot 2", "x" * 9000)
notices.stop()
notices._thread.join()
"""


@pytest.fixture
def session_bus(monkeypatch) -> Iterator[str]:
    """A bus of this test's own, where programs look for theirs."""
    if shutil.which("dbus-daemon") is None:
        pytest.skip("no dbus-daemon here")
    command = ["dbus-daemon", "--session", "--nofork", "--print-address"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as daemon:
        assert daemon.stdout is not None
        address = daemon.stdout.readline().strip()
        monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", address)
        yield address
        daemon.terminate()


@pytest.fixture
def delivered(session_bus) -> Iterator[queue.Queue[list]]:
    """What a desktop would show."""
    shown: queue.Queue[list] = queue.Queue()
    ready, loop, end = threading.Event(), asyncio.new_event_loop(), asyncio.Event()
    thread = threading.Thread(target=lambda: loop.run_until_complete(show_notices(session_bus, shown, ready, end)))
    thread.start()
    assert ready.wait(SECONDS)
    yield shown
    loop.call_soon_threadsafe(end.set)
    thread.join(SECONDS)
    loop.close()


async def show_notices(address: str, shown: queue.Queue[list], ready: threading.Event, end: asyncio.Event) -> None:
    from dbus_fast.aio import MessageBus

    answers = {
        "GetServerInformation": ("ssss", ["recorder", "zordon", "1", "1.2"]),
        "GetCapabilities": ("as", [["body"]]),
        "Notify": ("u", [1]),
        "Introspect": ("s", [DESCRIPTION]),
    }

    def answer(message):
        if message.member not in answers or message.path != "/org/freedesktop/Notifications":
            return None
        if message.member == "Notify":
            shown.put(message.body)
        return dbus.Message.new_method_return(message, *answers[message.member])

    bus = await MessageBus(address).connect()
    bus.add_message_handler(answer)
    await bus.request_name(INTERFACE)
    ready.set()
    await end.wait()
    bus.disconnect()


def test_the_desktop_shows_what_it_is_told_in_order(delivered, tmp_path):
    icon = tmp_path / "zordon.png"
    icon.touch()

    # The library closes neither its loop nor its connection before its process ends.
    subprocess.run([sys.executable, "-c", TELL, str(icon)], check=True, timeout=SECONDS)

    name, _, picture, title, text, *_ = delivered.get(timeout=SECONDS)
    assert (name, title, text) == ("Zordon", "Käse.blend", "250 frames are done.")
    assert picture == icon.as_uri()
    assert len(delivered.get(timeout=SECONDS)[4]) == LONGEST
