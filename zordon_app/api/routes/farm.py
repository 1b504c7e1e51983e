"""Who belongs together: members, joining, the door, and other people's browsers."""

from bottle import HTTPResponse

from zordon_app.api.access import COOKIE
from zordon_app.api.exchange import Ask, json_answer
from zordon_app.api.peering import FarmDesk
from zordon_app.api.routing import JSON, LOCAL_ONLY, OPEN, Body, Context, Route, Says, act, get
from zordon_app.api.schemas import Done
from zordon_app.domain.browsers import BrowserView, CodeGiven, CodeWanted, SignedIn, SignIn
from zordon_app.domain.callers import Role
from zordon_app.domain.peering import AdmitAsk, DoorWanted, FarmView, JoinWanted, TokenGiven
from zordon_app.domain.validation import checked
from zordon_app.errors import BadRequest, NotFound

COOKIE_SECONDS = 30 * 24 * 3600
PEOPLE = frozenset({Role.LOCAL, Role.CONTROL, Role.VIEW})
BROWSERS = frozenset({Role.CONTROL, Role.VIEW})


def routes(context: Context) -> list[Route]:
    """The table."""
    use = FarmRoutes(context.services.farm_desk)
    door = SignInRoutes(context.services.farm_desk)
    view = {200: Says("Everything about the farm.", FarmView, JSON)}
    done = {200: Says("It is done.", Done, JSON)}
    known = {**view, 404: Says("There is no such machine.")}
    base = "/api/farm"
    local = LOCAL_ONLY
    joined = Body(JoinWanted, "An address, or a join token.", required=True)
    which = Body(AdmitAsk, "Which machine.", required=True)
    mode = Body(DoorWanted, "Who gets in without a click.", required=True)
    role = Body(CodeWanted, "What the browser may do.")
    typed = Body(SignIn, "The code that the window shows.", required=True)
    token = {200: Says("The token.", TokenGiven, JSON)}
    code = {200: Says("The code.", CodeGiven, JSON)}
    browsers = {200: Says("The browsers.", list[BrowserView], JSON)}
    revoked = {**browsers, 404: Says("There is no such browser.")}
    signed = {
        200: Says("Signed in; a cookie came along.", SignedIn, JSON),
        403: Says("Not the code, or too many tries."),
    }
    return [
        get(base, use.view, "Members, joins, door", answers=view, allow=PEOPLE),
        act("POST", f"{base}/join", use.join, "Join another farm", answers=view, body=joined, allow=local),
        act("POST", f"{base}/join/cancel", use.cancel, "Give up joining", answers=view, allow=local),
        act("POST", f"{base}/leave", use.leave, "Leave the farm", answers=view, allow=local),
        act("POST", f"{base}/admit", use.admit, "Let a machine in", answers=known, body=which, allow=local),
        act("POST", f"{base}/ignore", use.ignore, "Do not let it in", answers=known, body=which, allow=local),
        act("POST", f"{base}/revoke", use.revoke, "Take a machine out", answers=known, body=which, allow=local),
        act("POST", f"{base}/door", use.door, "Open or close the door", answers=view, body=mode, allow=local),
        act("POST", f"{base}/token", use.token, "Make a join token", answers=token, allow=local),
        act("POST", f"{base}/code", use.code, "Make a sign-in code", answers=code, body=role, allow=local),
        get(f"{base}/browsers", use.browsers, "Browsers that are signed in", answers=browsers, allow=local),
        act("POST", f"{base}/browsers/<browser_id>/revoke", use.forget, "Sign out", answers=revoked, allow=local),
        act("POST", "/api/sign_in", door.sign_in, "Sign in with a code", answers=signed, body=typed, allow=OPEN),
        act("POST", "/api/sign_out", door.sign_out, "Sign this browser out", answers=done, allow=BROWSERS),
    ]


class FarmRoutes:
    """Each method hands one request to the desk; most answer with the farm as it is then."""

    def __init__(self, desk: FarmDesk | None) -> None:
        """None: this machine works alone."""
        self._given = desk

    @property
    def _desk(self) -> FarmDesk:
        return need(self._given)

    def view(self, ask: Ask) -> HTTPResponse:
        """Everything."""
        return json_answer(self._desk.view(ask.caller))

    def join(self, ask: Ask) -> HTTPResponse:
        """Begins to ask; how it stands is in ``joining``."""
        wanted = checked(ask.fields(), JoinWanted)
        if (wanted.address is None) == (wanted.token is None):
            raise BadRequest(
                "Name the machine to ask: either its address, or a join token made there.", code="no_address"
            )
        if wanted.token is not None:
            self._desk.join_with_token(wanted.token)
        else:
            self._desk.join(str(wanted.address))
        return self.view(ask)

    def cancel(self, ask: Ask) -> HTTPResponse:
        """Stop asking."""
        self._desk.cancel_join()
        return self.view(ask)

    def leave(self, ask: Ask) -> HTTPResponse:
        """Alone again."""
        self._desk.leave()
        return self.view(ask)

    def admit(self, ask: Ask) -> HTTPResponse:
        """The click."""
        self._desk.admit(checked(ask.fields(), AdmitAsk).id)
        return self.view(ask)

    def ignore(self, ask: Ask) -> HTTPResponse:
        """The other click."""
        self._desk.ignore(checked(ask.fields(), AdmitAsk).id)
        return self.view(ask)

    def revoke(self, ask: Ask) -> HTTPResponse:
        """For good, and at once."""
        self._desk.revoke(checked(ask.fields(), AdmitAsk).id)
        return self.view(ask)

    def door(self, ask: Ask) -> HTTPResponse:
        """A mode."""
        self._desk.set_door(checked(ask.fields(), DoorWanted).mode)
        return self.view(ask)

    def token(self, _ask: Ask) -> HTTPResponse:
        """For one machine."""
        return json_answer(self._desk.make_token())

    def code(self, ask: Ask) -> HTTPResponse:
        """For one browser."""
        return json_answer(self._desk.make_code(checked(ask.fields(), CodeWanted).role))

    def browsers(self, _ask: Ask) -> HTTPResponse:
        """A list."""
        return json_answer(self._desk.browsers())

    def forget(self, _ask: Ask, browser_id: str) -> HTTPResponse:
        """The list without it."""
        self._desk.revoke_browser(browser_id)
        return json_answer(self._desk.browsers())


class SignInRoutes:
    """The cookie of a browser comes and goes here."""

    def __init__(self, desk: FarmDesk | None) -> None:
        """None: this machine works alone."""
        self._given = desk

    def sign_in(self, ask: Ask) -> HTTPResponse:
        """A code for a cookie."""
        wanted = checked(ask.fields(), SignIn)
        desk = need(self._given)
        role, secret = desk.sign_in(wanted.code, ask.caller.address, ask.header("User-Agent"))
        answer = json_answer(SignedIn(role=Role(role)))
        answer.set_header("Set-Cookie", _cookie(secret, COOKIE_SECONDS))
        return answer

    def sign_out(self, ask: Ask) -> HTTPResponse:
        """No cookie any more, and no session."""
        need(self._given).revoke_browser(ask.caller.session)
        answer = json_answer(Done())
        answer.set_header("Set-Cookie", _cookie("", 0))
        return answer


def need(desk: FarmDesk | None) -> FarmDesk:
    """The desk. Raises NotFound: there is none."""
    if desk is None:
        raise NotFound("This Zordon works alone; it has no farm.")
    return desk


def _cookie(secret: str, seconds: int) -> str:
    return f"{COOKIE}={secret}; Path=/; Max-Age={seconds}; Secure; HttpOnly; SameSite=Strict"
