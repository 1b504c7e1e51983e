"""Things about the farm that a person should see once."""

import hashlib
import threading
from collections import OrderedDict

from zordon_app.domain.peering import Notice
from zordon_app.peers.interfaces import Clock

MAX_NOTICES = 50


class Notices:
    """The latest notices; the same thing is told once, however often it happens."""

    def __init__(self, clock: Clock) -> None:
        """Nothing yet."""
        self._clock = clock
        self._lock = threading.Lock()
        self._notices: OrderedDict[str, Notice] = OrderedDict()

    def add(self, about: str, text: str) -> None:
        """Tell ``text``; ``about`` names the matter, so that it is not told again."""
        key = hashlib.sha256(about.encode()).hexdigest()[:16]
        with self._lock:
            if key not in self._notices:
                self._notices[key] = Notice(id=key, at=self._clock.now(), text=text)
                while len(self._notices) > MAX_NOTICES:
                    self._notices.popitem(last=False)

    def all(self) -> list[Notice]:
        """The newest last."""
        with self._lock:
            return list(self._notices.values())
