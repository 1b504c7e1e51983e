"""Named sets of arguments."""

from typing import Any

from bottle import HTTPResponse

from zordon_app.api.exchange import Ask, json_answer
from zordon_app.api.routing import JSON, Body, Context, Route, Says, act, get
from zordon_app.api.schemas import Done, PresetBody, PresetsFileBody, PresetsText
from zordon_app.api.services import Presets
from zordon_app.domain.validation import checked
from zordon_app.engines.preset_reading import Problem
from zordon_app.engines.presets import PresetsFile


def routes(context: Context) -> list[Route]:
    """The table."""
    use = NamedSets(context.services.presets)
    anything = Says("An object.", dict[str, Any], JSON)
    problems = {200: Says("What is wrong, by line; empty when all is well.", list[Problem], JSON)}
    saved = {200: Says("The preset, whole: what it extends is in it.", dict[str, Any], JSON)}
    file = {200: Says("The file, and those that come with Zordon.", PresetsFile, JSON)}
    read = {**file, 400: Says("It cannot be read.")}
    written = {**file, 409: Says("The file was changed since it was read.")}
    deleted = {200: Says("It is gone.", Done, JSON), 404: Says("There is no such preset.")}
    base = "/api/presets"
    one, body = f"{base}/<preset_id>", Body(PresetBody, "The preset.", required=True)
    whole = Body(PresetsFileBody, "What the file shall hold.", required=True)
    text = Body(PresetsText, "A text for the file.", required=True)
    return [
        get(base, use.all, "Named sets of arguments by id", answers={200: anything}),
        get(f"{base}/schema", use.schema, "The JSON Schema of presets.yaml", answers={200: anything}),
        get(f"{base}/problems", use.problems, "What is wrong in your presets.yaml", answers=problems),
        get(f"{base}/file", use.file, "Your presets.yaml as text", answers=read),
        act("PUT", base, use.replace, "Replace your presets.yaml", answers=written, body=whole),
        act("POST", f"{base}/validate", use.check, "Look what is wrong in a text", answers=problems, body=text),
        act("PUT", one, use.save, "Save one of your own presets", answers=saved, body=body),
        act("DELETE", one, use.delete, "Delete one of your own presets", answers=deleted),
    ]


class NamedSets:
    """Reads and keeps presets."""

    def __init__(self, presets: Presets) -> None:
        """Use ``presets``."""
        self._presets = presets

    def all(self, _ask: Ask) -> HTTPResponse:
        """By id; those with errors are left out."""
        return json_answer(self._presets.all())

    def schema(self, _ask: Ask) -> HTTPResponse:
        """For editors."""
        return json_answer(self._presets.schema())

    def problems(self, _ask: Ask) -> HTTPResponse:
        """A list."""
        return json_answer(self._presets.problems())

    def file(self, _ask: Ask) -> HTTPResponse:
        """As it is on disk."""
        return json_answer(self._presets.file())

    def replace(self, ask: Ask) -> HTTPResponse:
        """All of it, or nothing when there is an error in it."""
        wanted = checked(ask.fields(), PresetsFileBody)
        local = ask.caller.local
        return json_answer(self._presets.replace(wanted.text, replaces=wanted.replaces, from_this_machine=local))

    def check(self, ask: Ask) -> HTTPResponse:
        """A list; nothing is written."""
        text = checked(ask.fields(), PresetsText).text
        return json_answer(self._presets.check(text, from_this_machine=ask.caller.local))

    def save(self, ask: Ask, preset_id: str) -> HTTPResponse:
        """New or changed; only the fields that were given are written."""
        given = ask.fields()
        preset = checked(given, PresetBody)
        # A form sends everything; what is empty in it was left out, but a description may be taken back.
        values = {name: getattr(preset, name) for name in given if given[name] or name == "description"}
        return json_answer(self._presets.save(preset_id, values, from_this_machine=ask.caller.local))

    def delete(self, _ask: Ask, preset_id: str) -> HTTPResponse:
        """A built-in one that was changed is as it was."""
        self._presets.delete(preset_id)
        return json_answer(Done())
