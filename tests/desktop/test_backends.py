import socket

import pytest

from tests.fakes.screens import x_server
from zordon_app.desktop.backends import choose_back_end, has_screen, needed_environment, x_server_answers


def choose(env: dict[str, str], *there: str, system: str = "linux"):
    return choose_back_end(system, env, usable=lambda back_end: back_end in there)


def test_gtk_comes_first_and_qt_on_kde():
    assert choose({}, "gtk", "qt") == "gtk"
    assert choose({"KDE_FULL_SESSION": "true"}, "gtk", "qt") == "qt"


def test_a_person_may_name_the_back_end():
    assert choose({"PYWEBVIEW_GUI": "qt"}, "gtk", "qt") == "qt"
    assert choose({"PYWEBVIEW_GUI": "GTK", "KDE_FULL_SESSION": "true"}, "gtk", "qt") == "gtk"


def test_what_is_not_there_is_not_chosen_even_when_named():
    assert choose({"PYWEBVIEW_GUI": "qt"}, "gtk") == "gtk"
    assert choose({}) is None


@pytest.mark.parametrize("system", ["win32", "darwin"])
def test_windows_and_macos_bring_their_own(system):
    assert choose({}, "system", "qt", system=system) == "system"
    assert choose({}, system=system) is None


@pytest.mark.parametrize(
    ("env", "seen"),
    [
        ({}, False),
        ({"DISPLAY": ""}, False),
        ({"DISPLAY": ":0"}, True),
        ({"DISPLAY": ":gone"}, False),
        ({"WAYLAND_DISPLAY": "wayland-0"}, True),
        ({"QT_QPA_PLATFORM": "offscreen"}, True),
    ],
)
def test_a_window_needs_a_screen(env, seen):
    assert has_screen("linux", env, answers=lambda display: display == ":0") is seen


def test_an_x_server_that_runs_answers_and_one_that_does_not_run_does_not():
    with x_server() as display:
        assert x_server_answers(display)
        assert x_server_answers(f"{display}.0")
        assert x_server_answers(f"unix{display}")

    assert not x_server_answers(display)


@pytest.mark.parametrize("display", ["", ":", ":x", "nonsense", ":65000"])
def test_nonsense_is_no_x_server(display):
    assert not x_server_answers(display)


def test_an_x_server_on_another_machine_is_asked_over_the_network(monkeypatch):
    with socket.create_server(("127.0.0.1", 0)) as server:
        number = server.getsockname()[1] - 6000

        assert x_server_answers(f"127.0.0.1:{number}.0")


def test_each_back_end_gets_what_it_needs_and_no_more():
    assert needed_environment("qt", is_root=True, has_gpu=True)["QTWEBENGINE_DISABLE_SANDBOX"] == "1"
    assert "QTWEBENGINE_DISABLE_SANDBOX" not in needed_environment("qt", is_root=False, has_gpu=True)
    assert needed_environment("gtk", is_root=True, has_gpu=False) == {"WEBKIT_DISABLE_COMPOSITING_MODE": "1"}
    assert needed_environment("gtk", is_root=True, has_gpu=True) == {}
    assert needed_environment("system", is_root=True, has_gpu=False) == {}
