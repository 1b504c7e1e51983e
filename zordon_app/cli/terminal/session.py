"""One run of the command line: what the global options say, and the Zordon they lead to."""

from pathlib import Path

import typer
from msgspec import Struct

from zordon_app.cli.terminal.exits import NoNode
from zordon_app.cli.terminal.screen import Screen
from zordon_app.client import RenderServerProxy
from zordon_app.paths import Paths, find_paths, read_instance


class Session(Struct, kw_only=True):
    """The global options. ``home`` is what ``--data-dir`` says."""

    screen: Screen
    host: str = ""
    token: str = ""
    fingerprint: str = ""
    home: Path | None = None
    yes: bool = False
    verbose: int = 0

    @property
    def paths(self) -> Paths:
        """The folders of this machine's node."""
        return find_paths(self.home)

    def find(self) -> RenderServerProxy | None:
        """The Zordon that is meant, if it runs: the one named by ``--host``, else the one on this machine.

        Raises:
            Unreachable: ``--host`` is no address, or nothing answers there.
        """
        if self.host:
            # What sign-in gives is a cookie, name and value; everything else is a bearer token.
            token, cookie = ("", self.token) if "=" in self.token else (self.token, "")
            client = RenderServerProxy(self.host, fingerprint=self.fingerprint, token=token, cookie=cookie)
            client.heartbeat()
            return client
        running = read_instance(self.paths)
        address = str(running.get("address", ""))
        if not address:
            return None
        client = RenderServerProxy(address, token=str(running.get("key", "")))
        # The file of a node that was killed stays behind.
        return client if client.check_connection() else None

    def connect(self) -> RenderServerProxy:
        """The same.

        Raises:
            Unreachable: it does not run.
        """
        client = self.find()
        if client is None:
            raise NoNode("No Zordon is running here. Start one with: zordon serve — or open the app with: zordon")
        return client


def session_of(context: typer.Context) -> Session:
    """The session of a command."""
    session = context.obj
    if not isinstance(session, Session):
        raise TypeError("The command was started without the main command.")
    return session
