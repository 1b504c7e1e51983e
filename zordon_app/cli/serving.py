"""``serve``: a node without a window; and a node inside this process for commands that need one."""

import logging
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Any

import typer

from zordon_app.cli.terminal.session import Session, session_of
from zordon_app.cli.terminal.verbs import Panel, add_verb
from zordon_app.client import RenderServerProxy
from zordon_app.client.errors import Refused

if TYPE_CHECKING:
    from zordon_app.app import Zordon


def add_to(app: typer.Typer) -> None:
    """Add the verb."""
    examples = (
        "zordon serve",
        "zordon serve --port 9000 --data-dir /mnt/farm",
        "zordon serve --no-lan --no-discovery",
        "zordon serve --join TOKEN",
    )
    add_verb(app, "serve", serve, Panel.RENDER, *examples)


def serve(
    context: typer.Context,
    *,
    port: Annotated[
        int | None, typer.Option(min=0, max=65534, help="Port; 0 takes a free one; default: the setting, 8585.")
    ] = None,
    no_discovery: Annotated[
        bool, typer.Option("--no-discovery", help="Neither look for machines nor be found.")
    ] = False,
    no_lan: Annotated[bool, typer.Option("--no-lan", help="Answer this machine only.")] = False,
    join: Annotated[str, typer.Option(metavar="TOKEN", help="Join a farm; see: zordon machines token")] = "",
    debug: Annotated[bool, typer.Option("--debug", help="Routes for developers, and all of the log.")] = False,
) -> None:
    """Run Zordon without a window until Ctrl-C; prints its address when it answers.

    --data-dir DIR keeps everything of this node in DIR, so that several nodes can run on one machine.
    """
    session = session_of(context)
    node = make_node(
        session,
        port=port,
        lan=False if no_lan else None,
        discovery=False if no_discovery else None,
        debug=debug,
        console=logging.DEBUG if debug or session.verbose > 1 else logging.INFO if session.verbose else logging.WARNING,
    )
    stop = threading.Event()
    for number in _stop_signals():
        signal.signal(number, lambda *_: stop.set())
    try:
        node.start()
        session.screen.text(f"Zordon answers at {node.address}")
        if join:
            join_farm(session, node.address, join)
        # With a time limit, because Windows does not deliver Ctrl-C to a thread that waits for ever.
        while not stop.wait(1.0):
            pass
        session.screen.say("Stopping …")
    finally:
        node.stop()


def join_farm(session: Session, address: str, token: str) -> None:
    """Ask with a join token, unless this machine has joined already: the same command may be used at every start."""
    with RenderServerProxy(address) as client:
        try:
            if len(client.get_farm()["members"]) > 1:
                session.screen.say("This machine belongs to a farm already; the token is not used.")
            else:
                client.join_farm(token=token)
                session.screen.say("Asking to join; see: zordon machines")
        except Refused as error:
            session.screen.complain(f"Not joined: {error}")


def make_node(session: Session, *, console: int | None = None, **options: Any) -> "Zordon":
    """A node on this machine's data folder, with its log set up; not started."""
    from zordon_app.app import Zordon
    from zordon_app.logs import set_up_logging

    set_up_logging(session.paths.logs, console=console)
    return Zordon(session.home, **options)


@contextmanager
def any_node(session: Session) -> Iterator[RenderServerProxy]:
    """The Zordon that is meant, or, when none runs here, one inside this process that ends with the ``with``."""
    client = session.find()
    if client is not None:
        with client:
            yield client
        return
    session.screen.say("No Zordon is running here; starting one for this job.")
    node = make_node(session, port=0, lan=False, discovery=False)
    try:
        node.start()
        with RenderServerProxy(node.address) as own:
            yield own
    finally:
        node.stop()


def _stop_signals() -> list[signal.Signals]:
    if sys.platform == "win32":
        return [signal.SIGINT, signal.SIGTERM, signal.SIGBREAK]
    return [signal.SIGINT, signal.SIGTERM, signal.SIGHUP]
