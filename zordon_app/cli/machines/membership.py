"""More of ``machines``: which machines make up the farm."""

import threading
from collections.abc import Sequence
from enum import StrEnum
from typing import Annotated

import typer

from zordon_app.cli.machines.choosing import choose_machine
from zordon_app.cli.terminal.exits import NoSuchThing, Status, WrongUsage
from zordon_app.cli.terminal.screen import Screen
from zordon_app.cli.terminal.session import Session, session_of
from zordon_app.cli.terminal.verbs import Panel, add_verb
from zordon_app.cli.terminal.wording import duration
from zordon_app.client import RenderServerProxy
from zordon_app.client.address import parse_address
from zordon_app.client.calls import Json
from zordon_app.client.errors import Unreachable

LOOK_SECONDS = 0.5
TOKEN_PREFIX = "zordon1_"  # noqa: S105 - how every join token begins

Asking = Annotated[str, typer.Argument(metavar="[MACHINE]", help="Name or six digits; not needed when only one asks.")]


class Door(StrEnum):
    """Who gets in without a click."""

    ASK = "ask"
    OPEN = "open"
    ALWAYS = "always"


def add_to(group: typer.Typer) -> None:
    """Add the verbs to ``machines``."""
    farm = Panel.FARM
    add_verb(group, "add", add, farm, "zordon machines add atlas.local", "zordon machines add 192.168.1.20:8586")
    add_verb(group, "join", join, farm, "zordon machines join atlas.local", "zordon machines join TOKEN")
    add_verb(group, "admit", admit, farm, "zordon machines admit", "zordon machines admit 482913")
    add_verb(group, "ignore", ignore, farm, "zordon machines ignore 482913")
    add_verb(group, "token", token, farm, "zordon machines token")
    add_verb(group, "door", door, farm, "zordon machines door", "zordon machines door open")
    add_verb(group, "revoke", revoke, farm, "zordon machines revoke dorado")
    add_verb(group, "leave", leave, farm, "zordon machines leave")


def join(
    context: typer.Context, where: Annotated[str, typer.Argument(metavar="ADDRESS|TOKEN", help="Whom to ask.")]
) -> None:
    """Ask to join the farm of another machine; waits until somebody there admits this one.

    Both show the same six digits. With a token made there (zordon machines token) nobody has to click.
    """
    session = session_of(context)
    is_token = where.startswith(TOKEN_PREFIX)
    with session.connect() as client:
        farm = client.join_farm(token=where) if is_token else client.join_farm(address=where)
        farm = follow_join(client, session.screen, farm)
    joining = farm["joining"] or {"state": "admitted"}
    if session.screen.json:
        session.screen.document(farm)
    if joining["state"] != "admitted":
        session.screen.complain(str(joining.get("reason") or f"Not admitted: {joining['state']}."))
        raise typer.Exit(Status.FAILED)
    session.screen.say(f"This machine now belongs to a farm of {len(farm['members'])} machines.")


def add(context: typer.Context, address: Annotated[str, typer.Argument(help="As atlas.local or host:port.")]) -> None:
    """Remember the address of a machine that is not found by itself, as where there is no multicast.

    It then appears among the machines nearby, here and after each start.
    """
    session = session_of(context)
    try:
        parse_address(f"https://{address}")
    except Unreachable as error:
        raise WrongUsage(str(error)) from error
    with session.connect() as client:
        known = client.get_settings()["peers"]
        if address not in known:
            known = client.change_settings({"peers": [*known, address]})["peers"]
    session.screen.say(f"This machine looks for {address} from now on.")
    if session.screen.json:
        session.screen.document(known)


def follow_join(client: RenderServerProxy, screen: Screen, farm: Json) -> Json:
    """The farm once the attempt has ended; shows the digits as soon as there are some."""
    shown = ""
    pause = threading.Event()
    while farm["joining"] is not None and farm["joining"]["state"] in ("asking", "waiting"):
        joining = farm["joining"]
        if joining["digits"] and joining["digits"] != shown:
            shown = joining["digits"]
            screen.say(f"Admit this machine on {joining['name'] or joining['address']}; it must show: {shown}")
        pause.wait(LOOK_SECONDS)
        farm = client.get_farm()
    return farm


def admit(context: typer.Context, machine: Asking = "") -> None:
    """Let a machine in that asks to join; compare the six digits first."""
    session = session_of(context)
    with session.connect() as client:
        chosen = choose_asking(client.get_farm()["pending"], machine)
        session.screen.confirm(
            f"Admit {chosen['name']}? It shows {chosen['digits']}.", yes=session.yes or bool(machine)
        )
        _tell(session, client.admit_machine(chosen["id"]), f"{chosen['name']} is admitted.")


def ignore(context: typer.Context, machine: Asking = "") -> None:
    """Do not let a machine in that asks to join."""
    session = session_of(context)
    with session.connect() as client:
        chosen = choose_asking(client.get_farm()["pending"], machine)
        _tell(session, client.ignore_machine(chosen["id"]), f"{chosen['name']} is not let in.")


def token(context: typer.Context) -> None:
    """Make a token with which one machine may join without a click, as: zordon serve --join TOKEN."""
    session = session_of(context)
    with session.connect() as client:
        made = client.make_join_token()
    if session.screen.json:
        session.screen.document(made)
        return
    session.screen.say(f"Good once, for {duration(made['seconds'])}. Keep it secret.")
    session.screen.text(made["token"])


def door(
    context: typer.Context,
    mode: Annotated[Door | None, typer.Argument(help="ask: a click each; open: 10 minutes; always: for good.")] = None,
) -> None:
    """Who gets in without a click; without an argument, how it is."""
    session = session_of(context)
    with session.connect() as client:
        farm = client.get_farm() if mode is None else client.set_door(mode.value)
    if session.screen.json:
        session.screen.document(farm["door"])
        return
    left = farm["door"]["seconds_left"]
    session.screen.text(f"{farm['door']['mode']}{f', for {duration(left)} more' if left is not None else ''}")


def revoke(context: typer.Context, machine: Annotated[str, typer.Argument(help="Name or id.")]) -> None:
    """Take a machine out of the farm, for good."""
    session = session_of(context)
    with session.connect() as client:
        member = choose_machine(client.get_farm()["members"], machine)
        if member["this"]:
            raise WrongUsage("That is this machine; it leaves with: zordon machines leave")
        session.screen.confirm(f"Take {member['name']} out of the farm?", yes=session.yes)
        _tell(session, client.revoke_machine(member["id"]), f"{member['name']} is out of the farm.")


def leave(context: typer.Context) -> None:
    """Take this machine out of its farm; it then works alone."""
    session = session_of(context)
    with session.connect() as client:
        session.screen.confirm("Leave the farm?", yes=session.yes)
        _tell(session, client.leave_farm(), "This machine works alone now.")


def choose_asking(pending: Sequence[Json], text: str) -> Json:
    """The machine that asks and is called ``text``, or shows those digits; the only one for none.

    Raises:
        NoSuchThing: none; WrongUsage: several.
    """
    found = [one for one in pending if not text or text in (one["name"], one["digits"], one["id"])]
    if not found:
        raise NoSuchThing("No machine asks to join." if not pending else f"No machine {text[:60]!r} asks to join.")
    if len(found) > 1:
        several = ", ".join(f"{one['name']} ({one['digits']})" for one in found)
        raise WrongUsage(f"Several machines ask: {several}. Say which, by its digits.")
    return found[0]


def _tell(session: Session, farm: Json, sentence: str) -> None:
    session.screen.say(sentence)
    if session.screen.json:
        session.screen.document(farm)
