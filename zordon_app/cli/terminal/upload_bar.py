"""A bar for bytes on their way."""

from typing import Self

from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn, TransferSpeedColumn

from zordon_app.cli.terminal.screen import Screen, clean


class BytesBar:
    """Call what ``with`` gives with the bytes that are there and those there will be."""

    def __init__(self, screen: Screen, name: str) -> None:
        """Draw on the stderr of ``screen``."""
        self._progress = Progress(
            TextColumn("{task.fields[name]}", markup=False),
            BarColumn(bar_width=30),
            DownloadColumn(),
            TransferSpeedColumn(),
            TimeRemainingColumn(),
            console=screen.err,
            transient=True,
        )
        self._task = self._progress.add_task("", total=None, name=clean(name)[:40])

    def __enter__(self) -> Self:
        """Begin to draw."""
        self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Wipe it away."""
        self._progress.stop()

    def __call__(self, done: int, total: int) -> None:
        """Move the bar."""
        self._progress.update(self._task, completed=done, total=total or None)
