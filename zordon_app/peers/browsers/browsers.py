"""Other people's browsers that are signed in: kept on disk as hashes, for 30 days, revocable."""

import hashlib
import logging
import secrets
import threading
from datetime import datetime, timedelta
from pathlib import Path

import msgspec
from msgspec import Struct

from zordon_app.domain.browsers import BrowserView
from zordon_app.domain.callers import Role
from zordon_app.errors import NotFound
from zordon_app.files.durable import set_aside, write_durably
from zordon_app.peers.browsers.codes import GrantedRole
from zordon_app.peers.interfaces import Clock

DAYS = 30
MAX_BROWSERS = 200
MAX_AGENT = 200
SEEN_STEP = timedelta(hours=1)
"""How exactly it is written down when a browser was seen last."""

log = logging.getLogger(__name__)


class BrowserSession(Struct, kw_only=True):
    """One browser. ``id`` is shown; ``token`` is the SHA-256 of what the cookie holds."""

    id: str
    token: str
    role: GrantedRole
    address: str
    agent: str
    signed_in_at: datetime
    seen_at: datetime

    @property
    def expires_at(self) -> datetime:
        """When it has to sign in again."""
        return self.signed_in_at + timedelta(days=DAYS)


class Browsers:
    """The browsers that are signed in at this machine."""

    def __init__(self, file: Path, clock: Clock) -> None:
        """Read ``file``; a broken one means that everybody signs in again."""
        self._file = file
        self._clock = clock
        self._lock = threading.Lock()
        self._sessions = {session.token: session for session in self._read()}

    def sign_in(self, role: GrantedRole, address: str, agent: str) -> str:
        """A new session; the secret for the cookie."""
        secret = secrets.token_urlsafe(32)
        now = self._clock.now()
        session = BrowserSession(
            id=secrets.token_hex(6),
            token=_hash(secret),
            role=role,
            address=address,
            agent="".join(char for char in agent if char.isprintable())[:MAX_AGENT],
            signed_in_at=now,
            seen_at=now,
        )
        with self._lock:
            self._forget_old()
            while len(self._sessions) >= MAX_BROWSERS:
                del self._sessions[min(self._sessions.values(), key=lambda held: held.seen_at).token]
            self._sessions[session.token] = session
            self._write()
        return secret

    def find(self, secret: str) -> BrowserSession | None:
        """The session of a cookie."""
        with self._lock:
            session = self._sessions.get(_hash(secret))
            now = self._clock.now()
            if session is None or session.expires_at <= now:
                return None
            if now - session.seen_at >= SEEN_STEP:
                session.seen_at = now
                self._write()
            return session

    def revoke(self, session_id: str) -> None:
        """End one session. Raises NotFound."""
        with self._lock:
            found = [token for token, session in self._sessions.items() if session.id == session_id]
            if not found:
                raise NotFound(f"There is no browser {session_id[:60]!r} signed in.")
            del self._sessions[found[0]]
            self._write()

    def views(self) -> list[BrowserView]:
        """For the API, the newest first."""
        with self._lock:
            self._forget_old()
            sessions = sorted(self._sessions.values(), key=lambda held: held.signed_in_at, reverse=True)
            return [_view(session) for session in sessions]

    def _forget_old(self) -> None:
        now = self._clock.now()
        self._sessions = {token: held for token, held in self._sessions.items() if held.expires_at > now}

    def _write(self) -> None:
        write_durably(self._file, msgspec.json.encode(list(self._sessions.values())), private=True)

    def _read(self) -> list[BrowserSession]:
        try:
            return msgspec.json.decode(self._file.read_bytes(), type=list[BrowserSession])
        except FileNotFoundError:
            return []
        except (OSError, msgspec.DecodeError):
            log.exception("The list of browsers cannot be read; set aside as %s", set_aside(self._file))
            return []


def _view(session: BrowserSession) -> BrowserView:
    return BrowserView(
        id=session.id,
        role=Role(session.role),
        address=session.address,
        agent=session.agent,
        signed_in_at=session.signed_in_at,
        seen_at=session.seen_at,
        expires_at=session.expires_at,
    )


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
