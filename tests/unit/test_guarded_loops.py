"""Every loop and thread of the program meets an item that raises, and the others are served."""

import ast
from collections.abc import Iterator
from pathlib import Path

import zordon_app
from tests.fakes.nodes import eventually
from zordon_app.app import Zordon
from zordon_app.app import node as node_module
from zordon_app.guard import Guard

ROOT = Path(zordon_app.__file__).parent


OUTSIDE = {"addon": "runs inside Blender, without Zordon's modules; its two threads tell the panel what they met"}
"""Where threads are started without the guard."""

LOOPS = {
    # The node's own, each a step that is repeated: `test_every_loop_of_a_node…` makes each of them raise.
    *("worker", "finishing", "announcing", "watched folders", "preparing", "engine downloads", "reconciler"),
    *("provisioning", "children", "recruiting", "machine load", "idle watch", "previews", "projects of others"),
    *("backups", "peers heartbeat", "peers join", "peers discovery", "project versions"),
    # Work beside them, each with its test here or where it belongs.
    *("publisher", "settling", "engine output", "preview film", "peers ask", "build lists"),
    *("child pull", "child tell", "child send"),
    *("zordon-doorbell", "zordon-watching", "zordon-notices", "zordon-jobs-of"),
    # One thing each, without a second that could wait for it: what they raise is counted and told by the guard.
    *("http", "sources", "gpus", "hash beside", "cpu benchmark", "pip output", "ending programs"),
    *("zordon-starting", "zordon-closing", "zordon-opener", "zordon-end"),
}


def sources() -> Iterator[tuple[Path, ast.AST]]:
    for path in ROOT.rglob("*.py"):
        if path.relative_to(ROOT).parts[0] not in OUTSIDE and path.name != "guard.py":
            yield path, ast.parse(path.read_text(encoding="utf-8"))


def calls() -> Iterator[tuple[Path, str, ast.Call]]:
    for path, tree in sources():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call):
                function = node.func
                name = getattr(function, "attr", None) or getattr(function, "id", "")
                yield path, name, node


def test_no_thread_is_started_but_by_the_guard():
    bare = [f"{path.name}: {name}" for path, name, _ in calls() if name in {"Thread", "Timer", "ThreadPoolExecutor"}]
    assert bare == []


def test_each_loop_and_thread_of_the_program_is_listed_here():
    named = {
        str(call.args[0].value)
        for _, name, call in calls()
        if name in {"repeat", "spawn", "_spawn", "thread", "pool", "timer"}
        and call.args
        and isinstance(call.args[0], ast.Constant)
        and isinstance(call.args[0].value, str)
    }
    assert named == LOOPS


def test_every_loop_of_a_node_goes_on_after_a_round_that_raises(tmp_path, monkeypatch):
    rounds: dict[str, int] = {}
    real = Guard.repeat

    def repeat(guard, loop, step, stop, *, every=0.0):
        def first_raises():
            rounds[loop] = rounds.get(loop, 0) + 1
            if rounds[loop] == 1:
                raise RuntimeError(loop)
            stop.wait(0.05)
            return step()

        real(guard, loop, first_raises, stop, every=min(every, 0.05))

    monkeypatch.setattr(Guard, "repeat", repeat)
    monkeypatch.setattr("zordon_app.guard._PAUSE_SECONDS", 0.01)
    monkeypatch.setattr(node_module, "UNTIL_CLOSED", 0.1)
    node = Zordon(tmp_path, port=0, lan=True, discovery=True, engines=[])
    node.start()
    try:
        eventually(lambda: len(rounds) == 18 and min(rounds.values()) > 1)
        told = [notice.text for notice in node._peers.service.notices.all()]
        assert all(any(text.startswith(f"{loop}:") for text in told) for loop in rounds)
    finally:
        node.stop()
