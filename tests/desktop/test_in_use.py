"""A machine that works only while nobody uses it, on a real X server with a real pointer."""

import os
import subprocess

import pytest

from tests.desktop.app import SECONDS
from tests.fakes.api import Api, wait_until
from tests.fakes.engine import FakeEngine, write_project
from tests.fakes.screens import x_server
from zordon_app.app import Zordon
from zordon_app.render.idle.x11 import XServer

STILL_SECONDS = 1.0


@pytest.fixture
def screen(monkeypatch):
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    with x_server() as display:
        monkeypatch.setenv("DISPLAY", display)
        yield display


@pytest.fixture
def node(tmp_path):
    zordon = Zordon(tmp_path / "home", port=0, lan=False, discovery=False, engines=[FakeEngine()])
    zordon.start()
    api = Api(zordon.address)
    yield api
    api.close()
    zordon.stop()


def touch():
    """A person's hand on the mouse."""
    for place in ("10", "20"):
        subprocess.run(["xdotool", "mousemove", place, place], env={**os.environ}, check=True, timeout=SECONDS)


def test_the_x_server_tells_of_the_pointer(screen):
    server = XServer()
    wait_until(lambda: server.idle_seconds() >= STILL_SECONDS)

    def is_touched():
        touch()
        return server.idle_seconds() < STILL_SECONDS

    wait_until(is_touched)


def test_an_x_server_that_goes_takes_nothing_with_it(monkeypatch):
    server = XServer()
    with x_server() as display:
        monkeypatch.setenv("DISPLAY", display)
        monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
        assert server.idle_seconds() is not None

    wait_until(lambda: server.idle_seconds() is None)


def test_under_wayland_its_x_server_is_not_believed(screen, monkeypatch):
    monkeypatch.setenv("WAYLAND_DISPLAY", "wayland-0")

    assert XServer().idle_seconds() is None


def test_a_touch_takes_the_machine_out_of_the_work_and_stillness_puts_it_back(screen, node, tmp_path):
    node.send("PATCH", "/api/settings", json={"idle_minutes": STILL_SECONDS / 60})

    def this():
        (view,) = node.get("/api/nodes").json
        return view

    def is_taken_back():
        touch()
        return this()["reason"].startswith("Somebody uses it.")

    wait_until(is_taken_back)
    assert this()["state"] == "paused"
    job = node.add(write_project(tmp_path / "shot.fake"))

    assert node.wait_ended(job["id"])["status"] == "completed"


def test_where_nothing_tells_it_says_so(node, monkeypatch):
    monkeypatch.delenv("DISPLAY", raising=False)
    monkeypatch.setenv("PATH", "")
    monkeypatch.delenv("DBUS_SESSION_BUS_ADDRESS", raising=False)
    node.send("PATCH", "/api/settings", json={"idle_minutes": 5})

    (view,) = node.get("/api/nodes").json
    assert view["state"] == "paused"
    assert view["reason"].endswith("this system does not tell whether somebody does.")
