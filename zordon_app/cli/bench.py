"""``bench``: how fast a machine is."""

from contextlib import AbstractContextManager, nullcontext
from typing import Annotated

import typer

from zordon_app.cli.screen import Screen
from zordon_app.cli.session import session_of
from zordon_app.cli.verbs import Panel, add_verb
from zordon_app.client.calls import Json


def add_to(app: typer.Typer) -> None:
    """Add the verb."""
    add_verb(app, "bench", bench, Panel.FARM, "zordon bench", "zordon bench --no-disk --json")


def bench(
    context: typer.Context,
    *,
    cpu: Annotated[bool, typer.Option("--cpu/--no-cpu", help="Measure the processor, 10 s.")] = True,
    disk: Annotated[bool, typer.Option("--disk/--no-disk", help="Measure the disk.")] = True,
) -> None:
    """Measure the machine that Zordon runs on."""
    session = session_of(context)
    result: Json = {}
    with session.connect() as client:
        if cpu:
            with busy(session.screen, "Measuring the processor for 10 s …"):
                result["cpu_score"] = client.run_cpu_benchmark()
        if disk:
            with busy(session.screen, "Measuring the disk …"):
                result |= client.run_disk_benchmark()
    if session.screen.json:
        session.screen.document(result)
        return
    names = {"cpu_score": "Processor", "write_mb_per_s": "Disk, writing", "read_mb_per_s": "Disk, reading"}
    units = {"cpu_score": "points"}
    session.screen.facts(
        [(names.get(key, key), f"{value:,.0f} {units.get(key, 'MB/s')}") for key, value in result.items()]
    )


def busy(screen: Screen, sentence: str) -> AbstractContextManager[object]:
    """Something that moves beside ``sentence``, or the sentence alone."""
    if screen.moves:
        return screen.err.status(sentence)
    screen.say(sentence)
    return nullcontext()
