"""Everywhere that news goes, as the settings say."""

import logging
import threading
from collections.abc import Callable, Iterable

from zordon_app.config import Settings
from zordon_app.domain.ids import JobId
from zordon_app.domain.news import Event, News
from zordon_app.errors import BadRequest, ZordonError
from zordon_app.guard import UNFORESEEN, Guard
from zordon_app.hooks.command import run_command
from zordon_app.hooks.webhook import Webhook

log = logging.getLogger(__name__)


class Hooks:
    """The command and the webhook of the settings. What goes wrong in one holds up neither jobs nor the other."""

    def __init__(
        self,
        settings: Callable[[], Settings],
        machine: Callable[[], str],
        own_addresses: Callable[[], Iterable[str]],
        stop: threading.Event,
        *,
        notice: Callable[[str, str], None] = lambda _about, _text: None,
        scale: float = 1.0,
        guard: Guard | None = None,
    ) -> None:
        """``settings`` as they are now; ``machine`` names this one; ``stop`` ends whatever still runs.

        ``notice`` shows a sentence in the window: the matter it is about, and the sentence.
        """
        self._settings = settings
        self._notice = notice
        self._guard = guard or Guard()
        self._machine = machine
        self._stop = stop
        self._webhook = Webhook(own_addresses, stop, scale=scale)

    def tell(self, news: News) -> bool:
        """Tell everybody who is to be told; takes as long as they take. Failures are logged as warnings.

        False when somebody was not told because Zordon ends: it has to be told again.
        """
        complaints = self._tell(news, self._webhook.tell)
        if complaints and self._stop.is_set():
            log.info("“%s” is told after the next start.", news.text)
            return False
        for complaint in complaints:
            log.warning("Not everybody was told: “%s” %s", news.text, complaint)
            # What went wrong may name what only this machine may see.
            self._notice(f"telling {complaint}", f"“{news.text}” Not everybody could be told. “Try it” shows why.")
        return True

    def try_out(self) -> list[str]:
        """Tell that this is a try, at once and only once; what went wrong, a sentence each.

        Raises:
            BadRequest: the settings name nobody to tell.
        """
        if not (self._settings().notify_command or self._settings().webhook):
            raise BadRequest("There is nobody to tell: set a program or a web address first.", code="nobody_told")
        return self._tell(sample(self._machine()), self._webhook.post)

    def _tell(self, news: News, post: Callable[[str, News], None]) -> list[str]:
        settings = self._settings()
        ways: list[Callable[[], None]] = []
        if settings.notify_command:
            ways.append(lambda: run_command(settings.notify_command, news, self._stop))
        if settings.webhook:
            ways.append(lambda: post(settings.webhook, news))
        return [complaint for way in ways if (complaint := self._complaint_of(way))]

    def _complaint_of(self, way: Callable[[], None]) -> str:
        try:
            way()
        except ZordonError as error:
            return str(error)
        except Exception as error:  # noqa: BLE001 - the other way is gone all the same
            self._guard.meet("Telling of jobs", error)
            return UNFORESEEN
        return ""


def sample(machine: str) -> News:
    """News of nothing."""
    return News(
        event=Event.COMPLETED,
        text=f"This is a try: {machine} can tell you when jobs end.",
        job=JobId(""),
        name="Try",
        engine="",
        reason="",
        output_path="",
        done=0,
        failed=0,
        total=0,
        machine=machine,
    )
