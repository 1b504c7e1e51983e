"""The Blender add-on, for installation from the running app."""

from functools import cache

from bottle import HTTPResponse

from zordon_app.api.addon import FILE, addon_zip
from zordon_app.api.exchange import Ask
from zordon_app.api.files import attachment
from zordon_app.api.routing import Context, Route, Says, get


def routes(_context: Context) -> list[Route]:
    """The table."""
    archive = {200: Says("The add-on.", media="application/zip")}
    return [get(f"/api/addon/{FILE}", AddonRoute().send, "The Blender add-on", answers=archive)]


class AddonRoute:
    """Sends the zip, made when it is first asked for."""

    def __init__(self) -> None:
        """Nothing is read yet."""
        self._zip = cache(addon_zip)

    def send(self, _ask: Ask) -> HTTPResponse:
        """As an attachment: Blender installs from a file, or from this address dragged into it."""
        headers = {
            "Content-Type": "application/zip",
            "Cache-Control": "no-cache",
            "Content-Disposition": attachment(FILE),
        }
        return HTTPResponse(body=self._zip(), headers=headers)
