"""Talking to the sites that publish builds: which addresses, where we may be sent on to, and what answers mean."""

import urllib.request
from collections.abc import Callable, Mapping
from http.client import HTTPException
from ipaddress import ip_address
from typing import Any, NoReturn
from urllib.parse import urljoin, urlsplit

import urllib3
from msgspec import Struct
from urllib3.exceptions import HTTPError, NewConnectionError
from urllib3.exceptions import TimeoutError as TookTooLong

from zordon_app import __version__
from zordon_app.engines.builds.errors import ChallengePage, NoAnswer, NoLongerOffered, SiteFailed, Untrusted
from zordon_app.engines.builds.sources.base import Source

MOST_REDIRECTS = 5
BLOCK = 256 * 1024
_LOOK_BYTES = 64 * 1024
# What Cloudflare's page for browsers holds (engines.md, section 7); it comes with 200, 403 or 503.
_CHALLENGE = (b"cf_chl_opt", b"challenge-platform", b"<title>Just a moment")
_GOOD = frozenset({200, 206, 304, 416})
_MOVED = frozenset({301, 302, 303, 307, 308})

Answer = urllib3.BaseHTTPResponse


class Address(Struct, frozen=True):
    """Where a file can be had, and the origins (``https://host``) that its answers may come from."""

    url: str
    origins: frozenset[str]

    @property
    def host(self) -> str:
        """For sentences."""
        return urlsplit(self.url).hostname or self.url


class Web:
    """Opens addresses of sources. Safe to share by threads."""

    def __init__(
        self,
        mirrors: Callable[[], Mapping[str, str]],
        *,
        connect_seconds: float = 10.0,
        read_seconds: float = 60.0,
    ) -> None:
        """``mirrors``: by name of a source the addresses, separated by spaces, that stand in for its site."""
        self._mirrors = mirrors
        self._timeout = urllib3.Timeout(connect=connect_seconds, read=read_seconds)
        self._pools: dict[str, urllib3.PoolManager] = {}

    def addresses(self, source: Source, url: str) -> list[Address]:
        """Where an official ``url`` is fetched from, in this order: the person's mirrors alone, else site and copies.

        Raises:
            Untrusted: ``url`` is not on an official host.
        """
        split = urlsplit(url)
        if split.scheme != "https" or split.hostname not in source.hosts:
            raise Untrusted(
                "{site} names a file on {host}, which is not its own; it is not fetched.",
                code="site_strays",
                site=source.label,
                host=split.hostname,
            )
        official = frozenset(f"https://{host}" for host in source.hosts | source.redirects)
        path = f"{split.path}?{split.query}" if split.query else split.path
        chosen = self._mirrors().get(source.name, "").split()
        found = [] if chosen else [Address(url, official)]
        bases = chosen or source.copies
        return found + [Address(base.rstrip("/") + path, official | {_origin(base)}) for base in bases]

    def open(self, address: Address, headers: Mapping[str, str] | None = None) -> Answer:
        """The answer to GET with its body unread (the caller releases it): status 200, 206, 304 or 416.

        Raises:
            NoAnswer, ChallengePage, NoLongerOffered, Untrusted, SiteFailed: each with its sentence.
        """
        url = address.url
        for _ in range(MOST_REDIRECTS + 1):
            if _origin(url) not in address.origins:
                raise Untrusted(
                    "{host} sends the download on to {to}, which is not trusted.",
                    code="site_sends_on",
                    host=address.host,
                    to=_origin(url),
                )
            answer = self._get(url, address, headers or {})
            if answer.status not in _MOVED:
                return self._checked(answer, address)
            url = urljoin(url, answer.headers.get("Location", ""))
            answer.drain_conn()
        raise SiteFailed("{host} sends the download on and on, without end.", code="site_endless", host=address.host)

    def close(self) -> None:
        """Close what is open."""
        for pool in list(self._pools.values()):
            pool.clear()

    def _get(self, url: str, address: Address, headers: Mapping[str, str]) -> Answer:
        sent = {"User-Agent": f"zordon/{__version__}", "Accept-Encoding": "identity", **headers}
        try:
            return self._pool(url).request(
                "GET",
                url,
                headers=sent,
                redirect=False,
                retries=False,
                preload_content=False,
                decode_content=False,
                timeout=self._timeout,
            )
        except (HTTPError, HTTPException, OSError) as error:
            fail(error, address)

    def _pool(self, url: str) -> urllib3.PoolManager:
        """Through the proxy that the system names, if any; this machine itself is reached without."""
        split = urlsplit(url)
        host = split.hostname or ""
        direct = is_loopback(host) or urllib.request.proxy_bypass(host)
        proxy = "" if direct else urllib.request.getproxies().get(split.scheme, "")
        if proxy not in self._pools:
            options: dict[str, Any] = {"maxsize": 8, "blocksize": BLOCK}
            made = urllib3.ProxyManager(proxy, **options) if proxy else urllib3.PoolManager(**options)
            self._pools.setdefault(proxy, made)
        return self._pools[proxy]

    def _checked(self, answer: Answer, address: Address) -> Answer:
        if answer.status in _GOOD:
            return answer
        status = answer.status
        try:
            start = answer.read(_LOOK_BYTES)
        except (HTTPError, HTTPException, OSError):
            start = b""
        answer.close()
        if is_challenge(start):
            raise_challenge(address)
        if status in {404, 410}:
            raise NoLongerOffered("{host} does not have it any more.", code="site_gone", host=address.host)
        if status == 429:
            raise SiteFailed(
                "{host} has had too many requests from this network; try again in an hour.",
                code="site_busy",
                host=address.host,
            )
        raise SiteFailed(
            "{host} answered with status {status}; try again later.",
            code="site_status",
            host=address.host,
            status=status,
        )


def is_challenge(start: bytes) -> bool:
    """Whether the beginning of a body is that of a check for browsers."""
    return any(mark in start for mark in _CHALLENGE)


def raise_challenge(address: Address) -> NoReturn:
    """Say so."""
    raise ChallengePage(
        "{host} answered with its check for browsers (Just a moment…) and sent no file. Try again later, "
        "set a mirror under Settings, or download it in a browser and drop the archive in.",
        code="site_challenge",
        host=address.host,
    )


def fail(error: Exception, address: Address) -> NoReturn:
    """Raise what an error of the network means for a person."""
    reason = getattr(error, "reason", error)
    if isinstance(reason, TookTooLong) and not isinstance(reason, NewConnectionError):
        raise NoAnswer("{host} did not answer in time.", code="site_slow", host=address.host) from error
    if isinstance(reason, urllib3.exceptions.SSLError):
        raise Untrusted(
            "{host} cannot prove who it is: its certificate is not valid.", code="site_certificate", host=address.host
        ) from error
    raise NoAnswer(
        "{host} cannot be reached. Is this machine online?", code="site_unreachable", host=address.host
    ) from error


def is_loopback(host: str) -> bool:
    """Whether a host is this machine."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _origin(url: str) -> str:
    split = urlsplit(url)
    return f"{split.scheme}://{split.netloc}"
