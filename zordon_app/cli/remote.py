"""``sign-in``: use a Zordon on another machine without a farm between the two."""

import sys
from shlex import quote
from typing import Annotated

import typer

from zordon_app.cli.terminal.exits import NoNode, WrongUsage
from zordon_app.cli.terminal.session import session_of
from zordon_app.cli.terminal.verbs import Panel, add_verb
from zordon_app.client import RenderServerProxy
from zordon_app.client.address import parse_address
from zordon_app.client.transport import shown_fingerprint


def add_to(app: typer.Typer) -> None:
    """Add the verb."""
    add_verb(
        app,
        "sign-in",
        sign_in,
        Panel.ZORDON,
        "zordon sign-in atlas.local",
        'eval "$(zordon sign-in atlas.local --code 12345678)"',
    )


def sign_in(
    context: typer.Context,
    host: Annotated[str, typer.Argument(help="Address of the other Zordon, as atlas.local:8586.")],
    *,
    code: Annotated[str, typer.Option("--code", help="The code that it shows (zordon access code).")] = "",
) -> None:
    """Sign in to a Zordon on another machine; prints the settings that make every command talk to it.

    Its certificate is pinned: compare the fingerprint with the one that its settings show.
    """
    session = session_of(context)
    address = parse_address(host)
    fingerprint = session.fingerprint or shown_fingerprint(address)
    if not fingerprint:
        raise NoNode(f"Nothing answers securely at {address.url}.")
    if not session.fingerprint:
        session.screen.confirm(
            f"The certificate of {address.url} is {fingerprint}. Does it show the same?", yes=session.yes
        )
    with RenderServerProxy(address.url, fingerprint=fingerprint) as client:
        role, cookie = client.sign_in(code or _ask_for_code())
    settings = {"ZORDON_HOST": address.url, "ZORDON_FINGERPRINT": fingerprint, "ZORDON_TOKEN": cookie}
    session.screen.say(f"Signed in; this session may {'change things' if role == 'control' else 'look, not touch'}.")
    if session.screen.json:
        session.screen.document(settings)
        return
    for name, value in settings.items():
        session.screen.text(f"export {name}={quote(value)}")


def _ask_for_code() -> str:
    if not sys.stdin.isatty():
        raise WrongUsage("Give the code with --code; there is no terminal to ask you on.")
    return str(typer.prompt("Code", err=True))
