"""Warnings in what helper commands of engines print: what is joined is told of like what is rendered."""

from collections.abc import Callable

from zordon_app.engines.base import Engine, EventKind, Invocation, RunProgram


def hearing(engine: Engine, run: RunProgram, warn: Callable[[str], None]) -> RunProgram:
    """``run`` for commands of ``engine``; ``warn`` is called with each of its warnings, once."""
    told: set[str] = set()

    def run_and_hear(invocation: Invocation, *, timeout: float, on_line: Callable[[str], None] | None = None) -> str:
        def hear(line: str) -> None:
            for event in engine.read(line):
                if event.kind == EventKind.WARNING and event.message not in told:
                    told.add(event.message)
                    warn(event.message)
            if on_line is not None:
                on_line(line)

        return run(invocation, timeout=timeout, on_line=hear)

    return run_and_hear
