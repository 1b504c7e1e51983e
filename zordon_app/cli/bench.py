"""``bench``: how fast a machine is, its processor, disk and engines."""

from contextlib import AbstractContextManager, nullcontext
from typing import Annotated

import typer

from zordon_app.cli.terminal.screen import Screen
from zordon_app.cli.terminal.session import session_of
from zordon_app.cli.terminal.verbs import Panel, add_verb
from zordon_app.client import RenderServerProxy
from zordon_app.client.calls import Json
from zordon_app.client.errors import ServerError

NAMES = {
    "cpu_score": "Processor",
    "write_mb_per_s": "Disk, writing",
    "read_mb_per_s": "Disk, reading",
    "blender": "Blender",
    "ffmpeg": "FFmpeg",
}
UNITS = {
    "cpu_score": "points",
    "write_mb_per_s": "MB/s",
    "read_mb_per_s": "MB/s",
    "blender": "million samples/s",
    "ffmpeg": "frames/s",
}


def add_to(app: typer.Typer) -> None:
    """Add the verb."""
    add_verb(app, "bench", bench, Panel.FARM, "zordon bench", "zordon bench --no-disk --json")


def bench(
    context: typer.Context,
    *,
    cpu: Annotated[bool, typer.Option("--cpu/--no-cpu", help="Measure the processor, 10 s.")] = True,
    disk: Annotated[bool, typer.Option("--disk/--no-disk", help="Measure the disk.")] = True,
    engines: Annotated[
        bool, typer.Option("--engines/--no-engines", help="Measure each engine that is installed, a minute or two.")
    ] = True,
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
        for engine in client.get_engine_names() if engines else ():
            with busy(session.screen, f"Measuring {engine} …"):
                result |= _measure_engine(client, session.screen, engine)
    if session.screen.json:
        session.screen.document(result)
        return
    session.screen.facts([(NAMES.get(key, key), _worded(key, value)) for key, value in result.items()])


def _measure_engine(client: RenderServerProxy, screen: Screen, engine: str) -> Json:
    """Its figure by its name; nothing for an engine that has no benchmark, or fails at it, which is said."""
    try:
        return {engine: client.run_engine_benchmark(engine)["value"]}
    except ServerError as error:
        screen.say(f"{engine}: {error}")
        return {}


def _worded(key: str, value: float) -> str:
    unit = UNITS.get(key, "")
    return f"{value:,.0f} {unit}" if value >= 100 else f"{value:,.3g} {unit}"


def busy(screen: Screen, sentence: str) -> AbstractContextManager[object]:
    """Something that moves beside ``sentence``, or the sentence alone."""
    if screen.moves:
        return screen.err.status(sentence)
    screen.say(sentence)
    return nullcontext()
