"""``machines``: the farm."""

from datetime import datetime
from typing import Annotated, Any

import typer

from zordon_app.cli.machines import membership
from zordon_app.cli.machines.choosing import choose_machine
from zordon_app.cli.terminal.session import Session, session_of
from zordon_app.cli.terminal.times import parse_time
from zordon_app.cli.terminal.verbs import Panel, add_group, add_verb
from zordon_app.cli.terminal.wording import SHORT_ID, state_text, works_on
from zordon_app.client.calls import Json

Machine = Annotated[str, typer.Argument(metavar="[MACHINE]", help="Name or id; default: this machine.")]


def add_to(app: typer.Typer) -> None:
    """Add the verbs."""
    group = add_group(app, "machines", "The machines of the farm.", Panel.FARM)
    group.callback(invoke_without_command=True)(machines)
    add_verb(group, "list", list_machines, Panel.FARM, "zordon machines", "zordon machines list --json")
    add_verb(group, "pause", pause, Panel.FARM, "zordon machines pause", "zordon machines pause atlas --until 18:00")
    add_verb(group, "resume", resume, Panel.FARM, "zordon machines resume atlas")
    membership.add_to(group)


def machines(context: typer.Context) -> None:
    """The machines of the farm; without a command, lists them."""
    if context.invoked_subcommand is None:
        list_machines(context)


def list_machines(context: typer.Context) -> None:
    """The machines of the farm, this one first."""
    session = session_of(context)
    with session.connect() as client:
        nodes = client.get_nodes()
    if session.screen.json:
        session.screen.document(nodes)
        return
    columns = ("ID", "MACHINE", "STATE", "UNITS", "WORKS ON", "CPU", "MEMORY", "CORES", "SYSTEM", "VERSION", "WHY")
    session.screen.table(columns, map(_row, nodes), right=("UNITS", "CPU", "MEMORY", "CORES"))


def pause(
    context: typer.Context,
    machine: Machine = "",
    *,
    after_current: Annotated[bool, typer.Option("--after-current", help="Finish the frames in hand first.")] = False,
    until: Annotated[str, typer.Option(help="Go on by itself then, as 22:00 or 2026-01-31T22:00.")] = "",
) -> None:
    """Take a machine out of the work, so that its owner has it back.

    Hours of the week and "only while nobody uses it" are settings of each machine:
    zordon config set schedule, zordon config set idle_minutes 10.
    """
    session = session_of(context)
    end = parse_time(until, datetime.now().astimezone()) if until else None
    with session.connect() as client:
        node = choose_machine(client.get_nodes(), machine)
        _tell(session, client.pause_node(node["id"], after_current=after_current, until=end))


def resume(context: typer.Context, machine: Machine = "") -> None:
    """Let a machine work again."""
    session = session_of(context)
    with session.connect() as client:
        node = choose_machine(client.get_nodes(), machine)
        _tell(session, client.resume_node(node["id"]))


def _tell(session: Session, node: Json) -> None:
    session.screen.say(f"{node['name']} is {node['state']}. {node['reason']}".strip())
    if session.screen.json:
        session.screen.document(node)


def _row(node: Json) -> tuple[Any, ...]:
    return (
        node["id"][:SHORT_ID],
        f"{node['name']}{' (this)' if node['this'] else ''}",
        state_text(node["state"]),
        node["units_running"],
        works_on(node) or "–",
        "–" if node["cpu_percent"] is None else f"{node['cpu_percent']:.0f} %",
        "–" if node["memory_percent"] is None else f"{node['memory_percent']:.0f} %",
        node["cores"] or "–",
        node["system"],
        node["version"],
        node["reason"],
    )
