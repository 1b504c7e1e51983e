"""How far an installation is, told while it goes on; and the way to stop it."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from enum import StrEnum

from msgspec import Struct

from zordon_app.engines.builds.errors import Stopped

_SMOOTH_SECONDS = 5.0
"""Speeds are averages over about so long."""
_TELL_SECONDS = 0.5
"""Progress is told at most so often."""


class DownloadState(StrEnum):
    """Where the installation of a build stands."""

    QUEUED = "queued"
    """Waits for the one before it."""
    DOWNLOADING = "downloading"
    """Bytes come in (with pip: packages)."""
    PAUSED = "paused"
    """Held by a person; what is there is kept."""
    CHECKING = "checking"
    """The archive's hash is compared with the published one."""
    UNPACKING = "unpacking"
    TESTING = "testing"
    """The program is started to see that it runs here."""
    INSTALLED = "installed"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def is_active(self) -> bool:
        """Whether it goes on by itself."""
        return self in {self.QUEUED, self.DOWNLOADING, self.CHECKING, self.UNPACKING, self.TESTING}


class Progress(Struct, frozen=True, kw_only=True):
    """Bytes so far and in all (0: not known), bytes per second, seconds to go (None: not known)."""

    received: int = 0
    total: int = 0
    speed: float = 0.0
    eta_seconds: float | None = None


class Steps:
    """Handed to whatever installs: it tells its state and bytes, and asks whether to go on."""

    def __init__(
        self,
        on_state: Callable[[DownloadState], None],
        on_progress: Callable[[Progress], None],
        monotonic: Callable[[], float],
    ) -> None:
        """``on_progress`` is called about twice a second."""
        self._on_state = on_state
        self._on_progress = on_progress
        self._monotonic = monotonic
        self._stop = threading.Event()
        self._interrupt: Callable[[], object] | None = None
        self._speed = 0.0
        self._received = self._total = self._counted = 0
        self._told = self._since = monotonic()

    def state(self, state: DownloadState) -> None:
        """A new step begins; pausing and cancelling are looked at."""
        self.check()
        self._on_state(state)

    def begin(self, received: int, total: int) -> None:
        """Bytes are counted from ``received`` on, of ``total`` (0: not known)."""
        self._received, self._total, self._counted = received, total, 0
        self._since = self._monotonic()
        self._tell()

    def advance(self, count: int) -> None:
        """So many bytes more.

        Raises:
            Stopped: a person paused or cancelled.
        """
        self.check()
        self._received += count
        self._counted += count
        if self._monotonic() - self._told >= _TELL_SECONDS:
            self._measure()
            self._tell()

    def check(self) -> None:
        """Raises Stopped when a person paused or cancelled."""
        if self._stop.is_set():
            raise Stopped

    def wait(self, seconds: float) -> None:
        """Wait, unless stopped. Raises Stopped."""
        self._stop.wait(seconds)
        self.check()

    @contextmanager
    def interrupted_by(self, interrupt: Callable[[], object]) -> Iterator[None]:
        """While something waits for the network, ``interrupt`` (called by another thread) ends that wait."""
        self._interrupt = interrupt
        try:
            yield
        finally:
            self._interrupt = None

    def stop(self) -> None:
        """Pause or cancel: what is being done ends at its next step."""
        self._stop.set()
        interrupt = self._interrupt
        if interrupt is not None:
            # The connection may have ended by itself at this moment.
            with suppress(OSError, ValueError, RuntimeError):
                interrupt()

    def _measure(self) -> None:
        now = self._monotonic()
        elapsed = now - self._since
        if elapsed > 0:
            weight = min(1.0, elapsed / _SMOOTH_SECONDS) if self._speed else 1.0
            self._speed += (self._counted / elapsed - self._speed) * weight
            self._counted, self._since = 0, now

    def _tell(self) -> None:
        self._told = self._monotonic()
        left = self._total - self._received
        eta = left / self._speed if self._speed and self._total else None
        self._on_progress(
            Progress(received=self._received, total=self._total, speed=round(self._speed), eta_seconds=eta)
        )
