"""The person's settings."""

from typing import Any

from bottle import HTTPResponse

from zordon_app.api import routing
from zordon_app.api.exchange import Ask, json_answer
from zordon_app.api.routing import JSON, Body, Context, Route, Says, act, get
from zordon_app.api.services import Hooks, SettingsStore
from zordon_app.config import LOCAL_ONLY, PRIVATE, schema
from zordon_app.domain.callers import Role
from zordon_app.errors import Forbidden

PEOPLE = frozenset({Role.LOCAL, Role.CONTROL, Role.VIEW})


def routes(context: Context) -> list[Route]:
    """The table."""
    use = Settings(context.services.settings, context.services.hooks)
    values = {200: Says("All settings.", dict[str, Any], JSON)}
    changes = Body(dict[str, Any], "The settings to change; the others stay.", required=True)
    tried = {200: Says("What went wrong, a sentence each; empty: all were told.", list[str], JSON)}
    return [
        get("/api/settings", use.read, "All settings", answers=values, allow=PEOPLE),
        get("/api/settings/schema", use.schema, "JSON Schema of the settings", answers=values, allow=PEOPLE),
        act("PATCH", "/api/settings", use.change, "Change settings, all or none", answers=values, body=changes),
        act(
            "POST",
            "/api/settings/try_notices",
            use.try_notices,
            "Tell the program and the web address",
            answers=tried,
            allow=routing.LOCAL_ONLY,
        ),
    ]


class Settings:
    """Reads and changes settings."""

    def __init__(self, store: SettingsStore, hooks: Hooks) -> None:
        """Use ``store``; ``hooks`` tell what the settings say."""
        self._store = store
        self._hooks = hooks

    def read(self, ask: Ask) -> HTTPResponse:
        """All values that the caller may see."""
        return json_answer(_visible(self._store.read(), ask))

    def schema(self, _ask: Ask) -> HTTPResponse:
        """Types, ranges, defaults and what each is for."""
        return json_answer(schema())

    def change(self, ask: Ask) -> HTTPResponse:
        """Some values; answers as ``read``. Raises Forbidden for what only this machine's own programs may change."""
        changes = ask.fields()
        kept = sorted(LOCAL_ONLY & changes.keys()) if not ask.caller.local else []
        if kept:
            raise Forbidden(
                "Only at that machine itself can one change: {names}.", code="setting_elsewhere", names=", ".join(kept)
            )
        return json_answer(_visible(self._store.change(changes), ask))

    def try_notices(self, _ask: Ask) -> HTTPResponse:
        """Once, without waiting for a job."""
        return json_answer(self._hooks.try_out())


def _visible(values: dict[str, Any], ask: Ask) -> dict[str, Any]:
    return values if ask.caller.local else {name: value for name, value in values.items() if name not in PRIVATE}
