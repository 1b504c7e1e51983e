"""The JSON Schema of presets.yaml, for editors that help while writing: made from the arguments of the engines."""

from collections.abc import Sequence
from typing import Any

from zordon_app.engines.base import Argument, ArgumentKind, Engine
from zordon_app.engines.preset_reading import ID, VERSION

_KINDS: dict[ArgumentKind, dict[str, Any]] = {
    ArgumentKind.INTEGER: {"type": "integer"},
    ArgumentKind.NUMBER: {"type": "number"},
    ArgumentKind.TEXT: {"type": "string", "maxLength": 1000},
    ArgumentKind.CHOICE: {"type": "string"},
    ArgumentKind.BOOLEAN: {"type": "boolean"},
    ArgumentKind.LIST: {"type": "array", "items": {"type": "string", "maxLength": 1000}},
}


def make_schema(engines: Sequence[Engine]) -> dict[str, Any]:
    """JSON Schema 2020-12 of a presets.yaml for these engines."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Zordon presets",
        "description": "Named sets of engine arguments. Your own are laid over the built-in ones by id.",
        "type": "object",
        "required": ["version", "presets"],
        "additionalProperties": False,
        "properties": {
            "version": {"const": VERSION},
            "presets": {
                "type": "object",
                "propertyNames": {"pattern": f"^{ID.pattern}$"},
                "additionalProperties": {"$ref": "#/$defs/preset"},
            },
        },
        "$defs": {"preset": _preset(engines), **{f"params-{engine.name}": _params(engine) for engine in engines}},
    }


def _preset(engines: Sequence[Engine]) -> dict[str, Any]:
    text = {"type": "string"}
    return {
        "type": "object",
        "additionalProperties": False,
        "anyOf": [{"required": ["engine"]}, {"required": ["extends"]}],
        "properties": {
            "name": text | {"description": "What people see; the id when left out."},
            "engine": text | {"description": f"For example {' or '.join(engine.name for engine in engines)}."},
            "description": text | {"description": "What it is for, a sentence or two."},
            "extends": text | {"description": "The id of another preset, from which everything is taken over first."},
            "params": {"type": "object", "description": "Arguments of the engine; null takes back an inherited one."},
            "tags": {"type": "array", "items": text, "description": "Words to group presets by."},
            "icon": text | {"description": "Name of an icon of the window."},
            "output": {
                "type": "object",
                "additionalProperties": False,
                "properties": {"existing": {"enum": ["overwrite", "skip"]}},
            },
            "split": {
                "type": "object",
                "additionalProperties": False,
                "properties": {"enabled": {"type": "boolean"}},
            },
        },
        "allOf": [
            {
                "if": {"properties": {"engine": {"const": engine.name}}, "required": ["engine"]},
                "then": {"properties": {"params": {"$ref": f"#/$defs/params-{engine.name}"}}},
            }
            for engine in engines
        ],
    }


def _params(engine: Engine) -> dict[str, Any]:
    return {
        "type": "object",
        "title": f"Arguments of {engine.label}",
        "additionalProperties": False,
        "properties": {argument.name: _argument(argument) for argument in engine.arguments},
    }


def _argument(argument: Argument) -> dict[str, Any]:
    schema = dict(_KINDS[argument.kind])
    if argument.choices:
        schema["enum"] = [*argument.choices, None]
    bounds = {"minimum": argument.minimum, "maximum": argument.maximum}
    schema |= {name: bound for name, bound in bounds.items() if bound is not None}
    unit = f" ({argument.unit})" if argument.unit else ""
    words = f"{argument.label}{unit}. {argument.help}".strip()
    return {**schema, "type": [schema["type"], "null"], "description": words}
