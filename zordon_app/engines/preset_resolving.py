"""Presets that extend others, made whole; and what is wrong with them. Pure."""

from collections.abc import Mapping
from typing import Any, Literal

import msgspec
from msgspec import Struct, field

from zordon_app.engines.arguments import check_arguments
from zordon_app.engines.preset_reading import Level, Problem, RawPreset, check_form, make_problem
from zordon_app.engines.registry import EngineRegistry
from zordon_app.errors import BadRequest, EngineNotFound, ZordonError

Raws = Mapping[str, RawPreset]
LONGEST_CHAIN = 20


class Preset(Struct, kw_only=True):
    """One preset, whole: what it extends is in it. ``params`` are arguments of the engine.

    ``output`` may say ``existing`` (``overwrite``, ``skip``), ``split`` may say ``enabled``; both are for who makes a
    job of it. ``source`` tells whether it came with Zordon, is a person's own, or is a built-in one that they changed.
    """

    name: str
    engine: str
    description: str = ""
    extends: str = ""
    params: dict[str, Any] = field(default_factory=dict)
    tags: list[str] = field(default_factory=list)
    icon: str = ""
    output: dict[str, Any] = field(default_factory=dict)
    split: dict[str, Any] = field(default_factory=dict)
    source: Literal["built-in", "own", "changed"] = "built-in"


def resolve_all(
    built_in: Raws, own: Raws, registry: EngineRegistry | None, *, from_this_machine: bool = True
) -> tuple[dict[str, Preset], list[Problem]]:
    """All presets by id, a person's own laid over the built-in ones, and what is wrong with their own.

    A preset with an error is left out; where it would have changed a built-in one, that stays as it was. Without a
    ``registry`` engines and their arguments are not checked.
    """
    found: dict[str, Preset] = {key: _whole(_chain(raw, built_in, {}), "built-in") for key, raw in built_in.items()}
    problems: list[Problem] = []
    for key, raw in own.items():
        wrong = check_form(raw)
        if not _has_error(wrong):
            preset, more = _resolve(raw, built_in, own)
            wrong += more
            if preset is not None:
                wrong += _check_engine(raw, preset, registry, from_this_machine=from_this_machine)
                found |= {} if _has_error(wrong) else {key: preset}
        problems += wrong
    return found, problems


def _has_error(problems: list[Problem]) -> bool:
    return any(problem.level == "error" for problem in problems)


def _resolve(raw: RawPreset, built_in: Raws, own: Raws) -> tuple[Preset | None, list[Problem]]:
    try:
        chain = _chain(raw, built_in, own)
    except BadRequest as error:
        return None, [_problem(raw, raw.line_of("extends"), error)]
    preset = _whole(chain, "changed" if raw.id in built_in else "own")
    if not preset.engine:
        sentence = "The preset does not say which 'engine' it is for."
        return None, [make_problem(raw.line, sentence, code="preset_engineless", preset=raw.id)]
    return preset, []


def _chain(raw: RawPreset, built_in: Raws, own: Raws) -> list[RawPreset]:
    """The preset and those it extends, the most basic one first. Raises BadRequest."""
    chain, is_own = [raw], raw.id in own
    while (parent := chain[-1].values.get("extends")) is not None:
        # What has the id of a built-in preset and extends it means the built-in one.
        below = own.get(parent) if is_own and parent != chain[-1].id else None
        is_own = below is not None
        below = below or built_in.get(parent)
        if below is None:
            raise BadRequest("There is no preset {name!r} to extend.", code="preset_no_parent", name=str(parent)[:60])
        if below in chain or len(chain) >= LONGEST_CHAIN:
            names = " → ".join(each.id for each in chain)
            raise BadRequest("The presets {names} extend each other in a circle.", code="preset_circle", names=names)
        if _has_error(check_form(below)):
            sentence = "The preset {name!r}, which this one extends, is wrong itself."
            raise BadRequest(sentence, code="preset_wrong_parent", name=str(parent)[:60])
        chain.append(below)
    return chain[::-1]


def _whole(chain: list[RawPreset], source: str) -> Preset:
    values: dict[str, Any] = {}
    for raw in chain:
        groups = {
            group: {**values.get(group, {}), **raw.values.get(group, {})} for group in ("params", "output", "split")
        }
        known = {name: value for name, value in raw.values.items() if name in Preset.__struct_fields__}
        values = values | known | groups
    # Nothing as a value takes back what the preset below says.
    values["params"] = {name: value for name, value in values["params"].items() if value is not None}
    whole = {"name": chain[-1].id, "engine": "", **values, "extends": chain[-1].values.get("extends", "")}
    return msgspec.convert({**whole, "source": source}, Preset)


def _check_engine(
    raw: RawPreset, preset: Preset, registry: EngineRegistry | None, *, from_this_machine: bool
) -> list[Problem]:
    if registry is None:
        return []
    try:
        engine = registry.get(preset.engine)
    except EngineNotFound as error:
        return [_problem(raw, raw.line_of("engine"), error, "warning")]
    problems = []
    for name, value in preset.params.items():
        try:
            check_arguments({name: value}, engine.arguments, engine=engine.label, from_this_machine=from_this_machine)
        except ZordonError as error:
            problems.append(_problem(raw, raw.param_lines.get(name, raw.line_of("params")), error))
    return problems


def _problem(raw: RawPreset, line: int, error: ZordonError, level: Level = "error") -> Problem:
    return Problem(line=line, message=str(error), level=level, preset=raw.id, about=error.about)
