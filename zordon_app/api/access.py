"""Who asks: the outermost layer, in front of routing. What each caller may do is decided by ``policy``."""

import ipaddress
from collections.abc import Callable, Collection, Iterable
from http.cookies import CookieError, SimpleCookie
from typing import Any

from zordon_app.api.errors import CALLER, Application, Environ, MisdirectedRequest, StartResponse, refuse
from zordon_app.api.own_user import BEARER, OwnUser
from zordon_app.api.peering import SignedIn
from zordon_app.api.policy import SIGN_IN_PAGE, Policy
from zordon_app.domain.callers import Caller, Role
from zordon_app.errors import BadRequest, Forbidden, NotSignedIn, ZordonError

LOOPBACK_NAMES = ("localhost", "127.0.0.1", "[::1]")
READING = frozenset({"GET", "HEAD"})
SAME_SITE = frozenset({"", "same-origin", "none"})
DEFAULT_PORTS = {"http": "80", "https": "443"}
COOKIE = "__Host-zordon"
"""Browsers take a cookie with this prefix only over TLS, for this host alone, for all paths."""
MAX_SECRET = 200

SECURITY_HEADERS = (
    (
        "Content-Security-Policy",
        (
            "default-src 'self'; img-src 'self' blob: data:; media-src 'self' blob:; object-src 'none'; "
            "frame-ancestors 'none'; base-uri 'none'; form-action 'self'"
        ),
    ),
    ("X-Content-Type-Options", "nosniff"),
    ("X-Frame-Options", "DENY"),
    ("Referrer-Policy", "same-origin"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
)


def loopback_names() -> Collection[str]:
    """The names by which this machine calls itself."""
    return LOOPBACK_NAMES


def identify_local(
    own_user: OwnUser, otherwise: Callable[[Environ], Caller | None] = lambda _environ: None
) -> Callable[[Environ], Caller | None]:
    """Tells on the loopback listener who asks: a program of this machine's own user, else whom ``otherwise`` knows.

    Other users of the machine are strangers here as on the network.
    """

    def identify(environ: Environ) -> Caller | None:
        address = str(environ.get("REMOTE_ADDR", ""))
        if is_loopback(address) and own_user.is_meant(environ):
            return Caller(local=True, address=address, role=Role.LOCAL)
        return otherwise(environ)

    return identify


def identify_remote(signed_in: SignedIn) -> "Callable[[Environ], Caller | None]":
    """Tells on the LAN listener who asks: a member by its bearer token, a browser by its cookie, else nobody known.

    Where a request comes from makes no difference: on this listener this machine's own programs are strangers too.
    """

    def identify(environ: Environ) -> Caller | None:
        address = str(environ.get("REMOTE_ADDR", ""))
        given = str(environ.get("HTTP_AUTHORIZATION", ""))
        if given:
            node = signed_in.peer_of(given.removeprefix(BEARER), address) if _is_bearer(given) else None
            return Caller(local=False, address=address, role=Role.PEER, node=node) if node is not None else None
        browser = signed_in.browser_of(secret) if (secret := _cookie(environ)) else None
        if browser is None:
            return None
        return Caller(local=False, address=address, role=Role(browser.role), session=browser.id)

    return identify


def _is_bearer(given: str) -> bool:
    return given.startswith(BEARER) and len(given) <= MAX_SECRET


def _cookie(environ: Environ) -> str:
    """The secret in our cookie; empty when there is none."""
    try:
        morsel = SimpleCookie(str(environ.get("HTTP_COOKIE", ""))).get(COOKIE)
    except CookieError:
        return ""
    return morsel.value if morsel is not None and len(morsel.value) <= MAX_SECRET else ""


def is_loopback(address: str) -> bool:
    """Whether an IP address is this machine talking to itself; IPv4 inside IPv6 counts as IPv4."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return False
    mapped = getattr(parsed, "ipv4_mapped", None)
    return bool((mapped or parsed).is_loopback)


class Access:
    """What one listener lets in.

    ``names`` gives the host names and addresses (IPv6 in brackets) by which this listener may be called; the port is
    the listener's own. ``identify`` tells who asks, or None: a stranger. ``extra_hosts`` are taken as they are, without
    a port or with theirs: a person added them for a proxy in front of this listener.
    """

    def __init__(
        self,
        names: Callable[[], Collection[str]] = loopback_names,
        identify: Callable[[Environ], Caller | None] | None = None,
        extra_hosts: Callable[[], Collection[str]] = tuple,
    ) -> None:
        """The defaults are those of the loopback listener."""
        self._names = names
        self._identify = identify or identify_local(OwnUser())
        self._extra_hosts = extra_hosts

    def admit(self, environ: Environ) -> Caller:
        """Who asks, when the request is meant for us and no other site's page made it.

        Raises:
            MisdirectedRequest, BadRequest, Forbidden: it is not, or one did.
        """
        self._check_target(environ)
        self._check_host(environ)
        if environ["REQUEST_METHOD"] not in READING:
            _check_origin(environ)
        return self._identify(environ) or Caller(local=False, address=str(environ.get("REMOTE_ADDR", "")))

    def _check_target(self, environ: Environ) -> None:
        target = str(environ.get("REQUEST_URI", environ["PATH_INFO"]))
        if not target.startswith("/") or target.startswith("//"):
            raise BadRequest("The request target must be a path.")

    def _check_host(self, environ: Environ) -> None:
        host = str(environ.get("HTTP_HOST", "")).lower()
        port = str(environ["SERVER_PORT"])
        allowed = {f"{name.lower()}:{port}" for name in self._names()}
        if port == DEFAULT_PORTS.get(environ["wsgi.url_scheme"]):
            allowed |= {name.lower() for name in self._names()}
        if host not in allowed and host not in self._extra_hosts():
            raise MisdirectedRequest("This Zordon does not answer under that name.")


def _check_origin(environ: Environ) -> None:
    """Another site's page may not act: Origin, when sent, is ours, and so is what the browser says of the site."""
    origin = environ.get("HTTP_ORIGIN")
    own = f"{environ['wsgi.url_scheme']}://{environ['HTTP_HOST']}".lower()
    if origin is not None and str(origin).lower() != own:
        raise Forbidden("Pages of other sites may not do that.")
    if str(environ.get("HTTP_SEC_FETCH_SITE", "")).lower() not in SAME_SITE:
        raise Forbidden("Pages of other sites may not do that.")
    # A form of an old browser can send this type across sites without an Origin; no program of ours uses it.
    if str(environ.get("CONTENT_TYPE", "")).lower().startswith("text/plain"):
        raise Forbidden("A body of type text/plain is not taken; send application/json.")


class AccessLayer:
    """The outermost WSGI layer: admits or refuses, and puts the security headers on every answer."""

    def __init__(self, access: Access, policy: Policy, application: Application) -> None:
        """Guard ``application`` by ``access`` and ``policy``."""
        self._access = access
        self._policy = policy
        self._application = application

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request."""

        def start(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Any:
            return start_response(status, secured(headers), *([exc_info] if exc_info else []))

        try:
            caller = environ[CALLER] = self._access.admit(environ)
            self._policy.check(environ, caller)
        except NotSignedIn as error:
            return to_sign_in(start) if _is_front_page(environ) else refuse(start, error)
        except ZordonError as error:
            return refuse(start, error)
        return self._application(environ, start)


def _is_front_page(environ: Environ) -> bool:
    return environ["REQUEST_METHOD"] in READING and environ["PATH_INFO"] in ("/", "/index.html")


def to_sign_in(start_response: StartResponse) -> list[bytes]:
    """Send a person's browser to the sign-in page."""
    headers = [("Location", SIGN_IN_PAGE), ("Content-Length", "0"), ("Cache-Control", "no-store")]
    start_response("303 See Other", headers)
    return []


def secured(headers: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """``headers`` with the security headers that the answer did not set itself."""
    present = {name.lower() for name, _ in headers}
    return headers + [(name, value) for name, value in SECURITY_HEADERS if name.lower() not in present]
