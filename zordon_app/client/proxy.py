"""``RenderServerProxy``: every route of a Zordon's API as a method."""

from types import TracebackType
from typing import Self

from zordon_app.client.address import Address, parse_address
from zordon_app.client.calls import Json
from zordon_app.client.engines import EngineCalls
from zordon_app.client.farm import FarmCalls
from zordon_app.client.job_cache import JobCache, in_queue_order
from zordon_app.client.jobs import JobCalls
from zordon_app.client.machines import MachineCalls
from zordon_app.client.outputs import OutputCalls
from zordon_app.client.presets import PresetCalls
from zordon_app.client.transport import LIST_BYTES, Transport
from zordon_app.client.work import WorkCalls


class RenderServerProxy(JobCalls, OutputCalls, MachineCalls, EngineCalls, PresetCalls, FarmCalls, WorkCalls):
    """One Zordon, as seen from here. Answers are the API's JSON as it came. Safe to share by threads; ``close`` it.

    Every method raises a ``ServerError`` (``client.errors``): ``Unreachable`` when there is no answer, ``Refused``
    with the server's own sentence when the answer is no. Requests end after a time limit; those that may arrive twice
    (reading, adding a job) are sent again when the connection breaks.
    """

    def __init__(
        self,
        address: str,
        *,
        token: str = "",
        cookie: str = "",
        fingerprint: str = "",
        most_bytes: int = LIST_BYTES,
    ) -> None:
        """Nothing is sent yet. ``address``: a URL, ``host:port`` or a host; other machines are asked over https.

        ``fingerprint`` is the SHA-256 of the server's certificate in hex, colons allowed. ``token`` goes out as a
        bearer token, ``cookie`` (``name=value``) as a cookie. No answer of more than ``most_bytes`` is read.

        Raises:
            Unreachable: that is no address.
        """
        pinned = fingerprint.replace(":", "").lower()
        super().__init__(
            Transport(parse_address(address), token=token, cookie=cookie, fingerprint=pinned, most_bytes=most_bytes)
        )
        self._jobs = JobCache(self._transport)

    @property
    def address(self) -> Address:
        """Where it is."""
        return self._transport.address

    def close(self) -> None:
        """End the background poll and the connections; may be called twice."""
        self._jobs.close()
        self._transport.close()

    def __enter__(self) -> Self:
        """Use in ``with``."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close it."""
        self.close()

    def get_jobs(self) -> list[Json]:
        """All jobs in queue order, from a cache that a background long poll keeps fresh; waits for the first answer."""
        return in_queue_order(self._jobs.seen().jobs.values())

    def get_cached_nodes(self) -> list[Json]:
        """The machines, from the same cache."""
        return list(self._jobs.seen().nodes)

    def wait_for_change(self, seen: int = 0, seconds: float = 1.0) -> int:
        """Block until the cache is newer than ``seen``, at most ``seconds``; the number to pass next time."""
        self._jobs.wait(seen, seconds)
        return self._jobs.seen().revision
