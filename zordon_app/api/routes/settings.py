"""The person's settings."""

from typing import Any

from bottle import HTTPResponse

from zordon_app.api.exchange import Ask, json_answer
from zordon_app.api.routing import JSON, Body, Context, Route, Says, act, get
from zordon_app.api.services import SettingsStore


def routes(context: Context) -> list[Route]:
    """The table."""
    use = Settings(context.services.settings)
    values = {200: Says("All settings.", dict[str, Any], JSON)}
    changes = Body(dict[str, Any], "The settings to change; the others stay.", required=True)
    return [
        get("/api/settings", use.read, "All settings", answers=values),
        act("PATCH", "/api/settings", use.change, "Change settings, all or none", answers=values, body=changes),
    ]


class Settings:
    """Reads and changes settings."""

    def __init__(self, store: SettingsStore) -> None:
        """Use ``store``."""
        self._store = store

    def read(self, _ask: Ask) -> HTTPResponse:
        """All values."""
        return json_answer(self._store.read())

    def change(self, ask: Ask) -> HTTPResponse:
        """Some values; answers with all."""
        return json_answer(self._store.change(ask.fields()))
