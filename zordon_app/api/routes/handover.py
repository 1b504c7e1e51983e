"""Engine builds for other members of the farm."""

from bottle import HTTPResponse

from zordon_app.api.exchange import Ask
from zordon_app.api.files import Sending, send_file
from zordon_app.api.routing import PEERS_ONLY, Context, Route, Says, get
from zordon_app.errors import NotFound


def routes(context: Context) -> list[Route]:
    """The table."""
    hand = Handover(context)
    packed = {
        200: Says("The build, packed.", media="application/octet-stream"),
        404: Says("There is no such build here."),
        503: Says("There is no room to pack it, or too many others read."),
    }
    path = "/api/peer/builds/<sha256>"
    return [get(path, hand.packed, "A managed build", answers=packed, allow=PEERS_ONLY)]


class Handover:
    """Sends what was packed."""

    def __init__(self, context: Context) -> None:
        """Use what can be given, and the places for streams."""
        self._builds = context.services.builds_to_give
        self._streams = context.streams

    def packed(self, ask: Ask, sha256: str) -> HTTPResponse:
        """``sha256`` is that of the program; ranges are taken, the tag is the hash of the packed bytes."""
        if self._builds is None:
            raise NotFound("This machine hands over no builds.")
        path, packed_sha256 = self._builds.packed(sha256)
        return send_file(ask, path, Sending(media="application/octet-stream", sha256=packed_sha256), self._streams.take)
