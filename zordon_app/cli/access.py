"""``access``: the browsers of other people."""

from collections.abc import Sequence
from enum import StrEnum
from typing import Annotated, Any

import typer

from zordon_app.cli.terminal.exits import NoSuchThing, WrongUsage
from zordon_app.cli.terminal.screen import Screen
from zordon_app.cli.terminal.session import session_of
from zordon_app.cli.terminal.verbs import Panel, add_group, add_verb
from zordon_app.cli.terminal.wording import SHORT_ID, duration, moment
from zordon_app.client.calls import Json


class Role(StrEnum):
    """What a browser may do."""

    VIEW = "view"
    CONTROL = "control"


def add_to(app: typer.Typer) -> None:
    """Add the verbs."""
    farm = Panel.FARM
    group = add_group(app, "access", "Browsers on other machines that may use this Zordon.", farm)
    group.callback(invoke_without_command=True)(access)
    add_verb(group, "code", code, farm, "zordon access code", "zordon access code control")
    add_verb(group, "list", list_browsers, farm, "zordon access", "zordon access list --json")
    add_verb(group, "revoke", revoke, farm, "zordon access revoke 3f2a")


def access(context: typer.Context) -> None:
    """Browsers that are signed in; without a command, lists them."""
    if context.invoked_subcommand is None:
        list_browsers(context)


def code(
    context: typer.Context, role: Annotated[Role, typer.Argument(help="What the browser may do.")] = Role.VIEW
) -> None:
    """Make a code with which a browser on another machine may sign in, to look only or to act."""
    session = session_of(context)
    with session.connect() as client:
        made = client.make_sign_in_code(role.value)
    if session.screen.json:
        session.screen.document(made)
        return
    session.screen.say(f"Good once, for {duration(made['seconds'])}. Open {' or '.join(made['urls'])} there and type:")
    session.screen.say(f"The certificate there must be {made['fingerprint']}")
    session.screen.text(made["code"])


def list_browsers(context: typer.Context) -> None:
    """The browsers that are signed in."""
    session = session_of(context)
    with session.connect() as client:
        _show(session.screen, client.get_browsers())


def revoke(context: typer.Context, browser: Annotated[str, typer.Argument(help="Id, or its beginning.")]) -> None:
    """Sign a browser out, at once."""
    session = session_of(context)
    with session.connect() as client:
        chosen = choose_browser(client.get_browsers(), browser)
        left = client.revoke_browser(chosen["id"])
    session.screen.say(f"The browser at {chosen['address']} is signed out.")
    if session.screen.json:
        session.screen.document(left)


def choose_browser(browsers: Sequence[Json], text: str) -> Json:
    """The browser whose id begins with ``text``.

    Raises:
        NoSuchThing: none; WrongUsage: several.
    """
    found = [one for one in browsers if text and one["id"].startswith(text.lower())]
    if not found:
        raise NoSuchThing(f"No browser {text[:60]!r} is signed in. See them with: zordon access list")
    if len(found) > 1:
        raise WrongUsage(f"{text[:60]!r} could mean {len(found)} browsers. Give more of the id.")
    return found[0]


def _show(screen: Screen, browsers: Sequence[Json]) -> None:
    if screen.json:
        screen.document(browsers)
        return
    columns = ("ID", "MAY", "ADDRESS", "BROWSER", "SIGNED IN", "LAST SEEN", "UNTIL")
    screen.table(columns, map(_row, browsers))


def _row(browser: Json) -> tuple[Any, ...]:
    times = (moment(browser[name]) for name in ("signed_in_at", "seen_at", "expires_at"))
    return (browser["id"][:SHORT_ID], browser["role"], browser["address"], browser["agent"], *times)
