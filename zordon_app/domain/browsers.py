"""What a node and a browser on another device say to each other."""

from datetime import datetime
from typing import Annotated, Literal

from msgspec import Meta, Struct

from zordon_app.domain.callers import Role


class CodeWanted(Struct, kw_only=True, forbid_unknown_fields=True):
    """What the browser that signs in with the code may do."""

    role: Literal["view", "control"] = "view"


class SignIn(Struct, kw_only=True, forbid_unknown_fields=True):
    """The code that the window shows; spaces do not matter."""

    code: Annotated[str, Meta(min_length=1, max_length=40)]


class SignedIn(Struct, kw_only=True):
    """Signed in; the cookie came along."""

    role: Role


class CodeGiven(Struct, kw_only=True):
    """A code for one browser, good once and for ``seconds``; ``urls`` is where to open it."""

    code: str
    role: Literal["view", "control"]
    seconds: float
    urls: list[str]
    fingerprint: str


class BrowserView(Struct, kw_only=True):
    """A browser that is signed in."""

    id: str
    role: Role
    address: str
    agent: str
    signed_in_at: datetime
    seen_at: datetime
    expires_at: datetime
