"""Which caller may use which route, decided from the route table before routing. What is not listed is shut."""

import re
from collections.abc import Sequence

from msgspec import Struct

from zordon_app.api.errors import Environ
from zordon_app.api.routing import Route
from zordon_app.domain.callers import Caller, Role
from zordon_app.errors import Forbidden, NotFound, NotSignedIn

SIGN_IN_PAGE = "/sign_in.html"
SIGN_IN_FILES = frozenset({SIGN_IN_PAGE, "/css/tokens.css", "/css/sign_in.css", "/js/sign_in.js", "/img/zordon.svg"})
"""What a browser needs to show the sign-in page."""

_PART = re.compile(r"<\w+>")


class Rule(Struct, frozen=True):
    """One route: its method, what its path looks like, and whom it answers."""

    method: str
    path: re.Pattern[str]
    allow: frozenset[Role]


class Policy:
    """The rules of one application."""

    def __init__(self, routes: Sequence[Route]) -> None:
        """Rules for ``routes``."""
        self._rules = [Rule(route.method, _pattern(route.path), route.allow) for route in routes]

    def check(self, environ: Environ, caller: Caller) -> None:
        """Let the request go on.

        Raises:
            NotSignedIn, Forbidden, NotFound: it may not, or there is nothing.
        """
        method, path = _method(environ), _path(environ)
        if not _is_api(path):
            self._check_file(path, caller)
        elif caller.role is not Role.LOCAL or self._allowed(method, path) is not None:
            self._check_route(method, path, caller)

    def _check_file(self, path: str, caller: Caller) -> None:
        if caller.role is Role.STRANGER and path not in SIGN_IN_FILES:
            raise NotSignedIn("Sign in first: this Zordon does not know you.")

    def _check_route(self, method: str, path: str, caller: Caller) -> None:
        allowed = self._allowed(method, path)
        if allowed is not None and caller.role in allowed:
            return
        if caller.role is Role.STRANGER:
            raise NotSignedIn("Sign in first: this Zordon does not know you.")
        if allowed is not None:
            raise Forbidden(_refusal(caller, allowed))
        if not any(rule.path.fullmatch(path) for rule in self._rules):
            raise NotFound("There is nothing at this address. All routes are listed at /api/docs.")

    def _allowed(self, method: str, path: str) -> frozenset[Role] | None:
        """Who may; None when there is no such route. Of routes that look alike the strictest counts."""
        found = [rule.allow for rule in self._rules if rule.method == method and rule.path.fullmatch(path)]
        return frozenset.intersection(*found) if found else None


def _refusal(caller: Caller, allowed: frozenset[Role]) -> str:
    if allowed == {Role.LOCAL}:
        return "That can only be done at that machine itself."
    if caller.role is Role.VIEW and Role.CONTROL in allowed:
        return "You are signed in to look only. Ask for a code that allows to act."
    return "That is not for you to do."


def _method(environ: Environ) -> str:
    method = str(environ["REQUEST_METHOD"])
    return "GET" if method == "HEAD" else method


def _path(environ: Environ) -> str:
    """The path as Bottle will read it. It would leave out bytes that are no UTF-8, and find another route than we."""
    try:
        return str(environ["PATH_INFO"]).encode("latin-1").decode("utf-8")
    except UnicodeError as error:
        raise NotFound("There is nothing at this address.") from error


def _is_api(path: str) -> bool:
    return path == "/api" or path.startswith("/api/")


def _pattern(path: str) -> re.Pattern[str]:
    """What Bottle matches: each ``<name>`` is one or more characters other than a slash."""
    return re.compile("[^/]+".join(re.escape(fixed) for fixed in _PART.split(path)))
