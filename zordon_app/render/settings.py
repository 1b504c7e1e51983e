"""What a person or a test may tune about rendering; times in seconds, already scaled."""

from msgspec import Struct


class RenderSettings(Struct, frozen=True, kw_only=True):
    """Timers of the worker, and the limit of its engines."""

    threads: int = 0
    """Threads of the processor that an engine may use; 0: all."""
    renew_seconds: float = 1.0
    hang_seconds: float = 600.0
    """An engine that neither says nor computes anything for so long is ended."""
    idle_session_seconds: float = 60.0
    """How long a warm session is kept when its job has no work."""
    end_grace_seconds: float = 3.0
    """Between asking an engine to end and killing it."""
