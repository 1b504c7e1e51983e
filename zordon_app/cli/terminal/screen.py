"""What a command prints: data on stdout, messages on stderr, JSON when asked for."""

import sys
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import msgspec

from zordon_app.cli.terminal.exits import WrongUsage

if TYPE_CHECKING:
    from rich.console import Console, RenderableType

UNLIMITED = 10_000
"""Columns of a table that goes into a file: nothing is cut."""


def clean(text: object) -> str:
    """``text`` without characters that could steer a terminal: names and logs come from other machines."""
    return "".join(char if char.isprintable() or char == "\t" else "\N{REPLACEMENT CHARACTER}" for char in str(text))


class Screen:
    """The two streams of one command. Colours and moving parts only where a person looks; ``NO_COLOR`` is kept."""

    def __init__(self, *, json: bool = False, quiet: bool = False) -> None:
        """``json``: data goes out as JSON; ``quiet``: no messages but errors."""
        self.json = json
        self.quiet = quiet
        self._out: Console | None = None
        self._err: Console | None = None
        self._noted: set[str] = set()

    @property
    def out(self) -> "Console":
        """Stdout for people; made when first used, because Rich takes its time to load."""
        if self._out is None:
            self._out = _console(stderr=False)
        return self._out

    @property
    def err(self) -> "Console":
        """Stderr for people."""
        if self._err is None:
            self._err = _console(stderr=True)
        return self._err

    @property
    def moves(self) -> bool:
        """Whether stderr can show something that moves."""
        return not self.quiet and sys.stderr.isatty()

    def document(self, value: object) -> None:
        """One JSON document on stdout, for people to read too."""
        self.text(msgspec.json.format(msgspec.json.encode(value), indent=2).decode())

    def line(self, value: object) -> None:
        """One line of JSON on stdout, sent at once."""
        self.text(msgspec.json.encode(value).decode())

    def text(self, text: str) -> None:
        """A line on stdout as it is, sent at once."""
        print(text, flush=True)

    def show(self, what: "RenderableType") -> None:
        """Data for people on stdout."""
        self.out.print(what)

    def table(self, columns: Sequence[str], rows: Iterable[Sequence[object]], *, right: Sequence[str] = ()) -> None:
        """A table on stdout; columns in ``right`` are numbers."""
        from rich.table import Table

        table = Table(box=None, pad_edge=False, header_style="bold")
        for column in columns:
            table.add_column(column, justify="right" if column in right else "left", no_wrap=True)
        for row in rows:
            table.add_row(*(cell if hasattr(cell, "spans") else clean(cell) for cell in row))  # type: ignore[arg-type]
        self.show(table)

    def facts(self, rows: Iterable[tuple[str, object]]) -> None:
        """Names and values below each other; those without a value are left out."""
        from rich.table import Table

        table = Table.grid(padding=(0, 2))
        table.add_column(style="bold", no_wrap=True)
        table.add_column(overflow="fold")
        for name, value in rows:
            if value not in (None, "", [], {}):
                table.add_row(name, value if hasattr(value, "spans") else clean(value))  # type: ignore[arg-type]
        self.show(table)

    def say(self, sentence: str) -> None:
        """A message on stderr."""
        if not self.quiet:
            print(clean(sentence), file=sys.stderr, flush=True)

    def note(self, text: str) -> None:
        """A warning that stops nothing, on stderr; each once in a command."""
        if text not in self._noted:
            self._noted.add(text)
            self.say(f"  Note: {text}")

    def complain(self, sentence: str) -> None:
        """An error on stderr, also when quiet."""
        from rich.text import Text

        self.err.print(Text.assemble(("Error: ", "bold red"), clean(sentence)), soft_wrap=True)

    def confirm(self, question: str, *, yes: bool) -> None:
        """Go on when the person agrees, or agreed with ``--yes``.

        Raises:
            WrongUsage: there is nobody to ask; typer.Abort: the person said no.
        """
        if yes:
            return
        if not sys.stdin.isatty():
            raise WrongUsage(f"{question} Say so with --yes; there is no terminal to ask you on.")
        import typer

        typer.confirm(clean(question), abort=True, err=True)


def _console(*, stderr: bool) -> "Console":
    from rich.console import Console

    stream = sys.stderr if stderr else sys.stdout
    width = None if stream.isatty() else UNLIMITED
    # Names may look like Rich's markup or emoji codes; they are shown as they are.
    return Console(stderr=stderr, markup=False, emoji=False, highlight=False, width=width)
