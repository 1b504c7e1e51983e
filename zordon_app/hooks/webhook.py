"""POSTs news as JSON to an address of the person's choice."""

import logging
import threading
from collections.abc import Callable, Iterable

import msgspec
import urllib3

from zordon_app import __version__
from zordon_app.domain.addresses import check_web_address
from zordon_app.domain.news import News
from zordon_app.errors import ZordonError
from zordon_app.hooks.targets import Resolve, Target, find_target, resolve

log = logging.getLogger(__name__)

PAUSES = (2.0, 10.0, 60.0)
"""Seconds before each further try."""

_TIMEOUT = urllib3.Timeout(connect=10.0, read=10.0)
_GONE_AGAIN = frozenset({408, 429})


class NotDelivered(ZordonError):
    """The other side did not take the news; the sentence says why."""

    def __init__(self, sentence: str, *, may_pass: bool) -> None:
        """``may_pass``: another try may help."""
        super().__init__(sentence)
        self.may_pass = may_pass


class Webhook:
    """Follows no redirects, uses no proxy, and connects only to the one IP address that was looked at before."""

    def __init__(
        self,
        own_addresses: Callable[[], Iterable[str]],
        stop: threading.Event,
        *,
        resolve: Resolve = resolve,
        scale: float = 1.0,
    ) -> None:
        """``own_addresses`` are the IP addresses of this machine; ``stop`` ends the waiting for a further try."""
        self._own_addresses = own_addresses
        self._stop = stop
        self._resolve = resolve
        self._scale = scale

    def tell(self, url: str, news: News) -> None:
        """Deliver, with a few further tries.

        Raises:
            BadRequest: the address may not be called.
            NotDelivered: nobody took it.
        """
        for pause in (*PAUSES, None):
            try:
                return self.post(url, news)
            except NotDelivered as error:
                if pause is None or not error.may_pass or self._stop.wait(pause * self._scale):
                    raise
                log.info("%s It is tried again.", error)
        return None

    def post(self, url: str, news: News) -> None:
        """Deliver at once or not at all; raises as ``tell``."""
        host = check_web_address(url).hostname
        try:
            target = find_target(url, self._own_addresses(), self._resolve)
            status = _post(target, msgspec.json.encode(news))
        except (urllib3.exceptions.HTTPError, OSError) as error:
            raise NotDelivered(f"{host} cannot be reached ({type(error).__name__}).", may_pass=True) from error
        if status >= 300:
            raise NotDelivered(
                f"{host} answered with status {status}.", may_pass=status >= 500 or status in _GONE_AGAIN
            )


def _post(target: Target, body: bytes) -> int:
    headers = {
        "Host": target.host_header,
        "Content-Type": "application/json",
        "User-Agent": f"Zordon/{__version__}",
    }
    with _pool(target) as pool:
        answer = pool.urlopen(
            "POST", target.path, body=body, headers=headers, redirect=False, retries=False, preload_content=False
        )
        status = answer.status
        answer.close()
    return status


def _pool(target: Target) -> urllib3.HTTPConnectionPool:
    if not target.is_secure:
        return urllib3.HTTPConnectionPool(target.ip, target.port, timeout=_TIMEOUT)
    return urllib3.HTTPSConnectionPool(
        target.ip,
        target.port,
        timeout=_TIMEOUT,
        server_hostname=target.host,
        assert_hostname=target.host,
        cert_reqs="CERT_REQUIRED",
    )
