"""A presets.yaml as text, with the line of everything in it, so that a person is told where something is wrong."""

import re
from typing import Any, Literal

import yaml
from msgspec import Struct, field

from zordon_app.errors import ZordonError

VERSION = 1
LARGEST_BYTES = 1024 * 1024
ID = re.compile(r"[a-z0-9][a-z0-9._-]{0,59}")
KINDS: dict[str, type] = {
    "name": str,
    "engine": str,
    "description": str,
    "extends": str,
    "params": dict,
    "tags": list,
    "icon": str,
    "output": dict,
    "split": dict,
}
"""The fields of a preset."""
Level = Literal["error", "warning"]
QUICK_LOADER: type[Any] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
WORDS = {str: "text", dict: "a group of names and values", list: "a list", bool: "true or false"}


class Problem(Struct, frozen=True, kw_only=True):
    """Something wrong in a presets.yaml. An ``error`` takes the preset out of the list; a ``warning`` does not.

    ``line`` counts from 1; 0: of the whole file. ``preset`` is the id, empty where none is meant.
    """

    line: int
    message: str
    level: Level = "error"
    preset: str = ""
    about: str = ""
    """Code and values of the message (``ZordonError.about``)."""


class RawPreset(Struct, frozen=True, kw_only=True):
    """A preset as it was written: ``values`` by field, ``lines`` of the fields, and of the parameters by name."""

    id: str
    values: dict[str, Any]
    line: int = 0
    lines: dict[str, int] = field(default_factory=dict)
    param_lines: dict[str, int] = field(default_factory=dict)

    def line_of(self, name: str) -> int:
        """Where a field stands, else where the preset begins."""
        return self.lines.get(name, self.line)


def make_problem(
    line: int, sentence: str, /, *, code: str, level: Level = "error", preset: str = "", **values: object
) -> Problem:
    """A problem whose sentence has fields, as those of ``ZordonError``."""
    said = ZordonError(sentence, code=code, **values)
    return Problem(line=line, message=str(said), level=level, preset=preset, about=said.about)


def read_presets(content: bytes, *, ours: bool = False) -> tuple[dict[str, RawPreset], list[Problem]]:
    """The presets of a file by id and what is wrong with its form; never raises.

    Text of ``ours`` is read by libyaml, which is ten times quicker and trusts that nobody nests a million lists.
    """
    if len(content) > LARGEST_BYTES:
        sentence = "The file is larger than {kilobytes} kB."
        return {}, [make_problem(0, sentence, code="presets_large", kilobytes=LARGEST_BYTES // 1024)]
    try:
        root = yaml.compose(content, Loader=QUICK_LOADER if ours else yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        return {}, [_syntax(error)]
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        return {}, [_unread(0, str(error))]
    if root is None:
        return {}, []
    problems: list[Problem] = []
    presets = {raw.id: raw for raw in _read_root(root, problems)}
    return presets, problems


def check_form(raw: RawPreset) -> list[Problem]:
    """What is wrong with the fields of one preset, whatever the engine."""
    problems = []
    if ID.fullmatch(raw.id) is None:
        sentence = f"{{id!r}} is no id: {ID_RULE}"
        problems.append(make_problem(raw.line, sentence, code="preset_id", preset=raw.id, id=raw.id[:60]))
    for name, value in raw.values.items():
        kind, line = KINDS.get(name), raw.line_of(name)
        if kind is None:
            problems.append(_meaningless(line, name, ", ".join(KINDS), preset=raw.id))
        elif not isinstance(value, kind):
            problems.append(_must_be(line, name, WORDS[kind], preset=raw.id))
    return [*problems, *_check_params(raw), *_check_inside(raw)]


def _meaningless(line: int, name: object, known: str, *, preset: str = "") -> Problem:
    sentence = "{name!r} means nothing here. Known: {known}."
    return make_problem(
        line, sentence, code="preset_meaningless", level="warning", preset=preset, name=str(name)[:60], known=known
    )


def _must_be(line: int, name: object, wanted: str, *, preset: str) -> Problem:
    sentence = "{name!r} must be {wanted}."
    return make_problem(line, sentence, code="preset_value", preset=preset, name=str(name)[:60], wanted=wanted)


ID_RULE = "use small letters, digits, dots, dashes and underscores, 60 at most."
_SCALARS = (str, int, float, bool, type(None))
_INSIDE: dict[str, dict[str, tuple[type, tuple[str, ...]]]] = {
    "output": {"existing": (str, ("overwrite", "skip"))},
    "split": {"enabled": (bool, ())},
}


def _check_params(raw: RawPreset) -> list[Problem]:
    problems = []
    for name, value in _as(dict, raw.values.get("params")).items():
        parts = value if isinstance(value, list) else [value]
        if not isinstance(name, str) or not all(isinstance(part, _SCALARS) for part in parts):
            line = raw.param_lines.get(str(name), raw.line_of("params"))
            problems.append(_must_be(line, name, "a plain value or a list of such", preset=raw.id))
    return problems


def _check_inside(raw: RawPreset) -> list[Problem]:
    problems = [
        _must_be(raw.line_of("tags"), "tags", "a list of texts", preset=raw.id)
        for tag in _as(list, raw.values.get("tags"))
        if not isinstance(tag, str)
    ]
    for group, known in _INSIDE.items():
        for name, value in _as(dict, raw.values.get(group)).items():
            line = raw.line_of(group)
            if name not in known:
                problems.append(_meaningless(line, name, ", ".join(known), preset=raw.id))
                continue
            kind, choices = known[name]
            if not isinstance(value, kind) or (choices and value not in choices):
                problems.append(_must_be(line, name, " or ".join(choices) or WORDS[kind], preset=raw.id))
    return problems


def _as(kind: type, value: Any) -> Any:
    return value if isinstance(value, kind) else kind()


def _read_root(root: yaml.Node, problems: list[Problem]) -> list[RawPreset]:
    if not isinstance(root, yaml.MappingNode):
        problems.append(
            make_problem(_line(root), "The file must have 'version: 1' and 'presets:'.", code="presets_bare")
        )
        return []
    fields = _fields(root, problems)
    for name, (line, _node) in fields.items():
        if name not in {"version", "presets"}:
            problems.append(_meaningless(line, name, "version, presets"))
    _check_version(fields, problems)
    if "presets" not in fields:
        problems.append(make_problem(1, "There is no 'presets:' in the file.", code="presets_none"))
        return []
    line, presets = fields["presets"]
    if not isinstance(presets, yaml.MappingNode):
        if _plain(presets) is not None:
            problems.append(make_problem(line, "'presets' must hold presets by their ids.", code="presets_no_ids"))
        return []
    found = (_read_preset(key, where, node, problems) for key, (where, node) in _fields(presets, problems).items())
    return [raw for raw in found if raw is not None]


def _check_version(fields: dict[str, tuple[int, yaml.Node]], problems: list[Problem]) -> None:
    line, node = fields.get("version", (1, None))
    version = None if node is None else _plain(node)
    if version != VERSION:
        sentence = "The file has no 'version: {version}', which this Zordon reads."
        problems.append(make_problem(line, sentence, code="presets_version", level="warning", version=VERSION))


def _read_preset(key: str, line: int, node: yaml.Node, problems: list[Problem]) -> RawPreset | None:
    if not isinstance(node, yaml.MappingNode):
        sentence = "A preset must have fields, such as 'name' and 'engine'."
        problems.append(make_problem(line, sentence, code="preset_bare", preset=key))
        return None
    fields = _fields(node, problems)
    params = fields.get("params", (0, None))[1]
    inner = _fields(params, problems) if isinstance(params, yaml.MappingNode) else {}
    values = {name: _plain(value) for name, (_line, value) in fields.items()}
    for name in [name for name, value in values.items() if value is None]:
        where, written = fields.pop(name)
        del values[name]
        # Nothing behind a name is as good as no name.
        if written.tag != "tag:yaml.org,2002:null":
            sentence = "{name!r} cannot be read."
            problems.append(make_problem(where, sentence, code="preset_unread", preset=key, name=name[:60]))
    return RawPreset(
        id=key,
        line=line,
        values=values,
        lines={name: where for name, (where, _value) in fields.items()},
        param_lines={name: where for name, (where, _value) in inner.items()},
    )


def _fields(node: yaml.MappingNode, problems: list[Problem]) -> dict[str, tuple[int, yaml.Node]]:
    found: dict[str, tuple[int, yaml.Node]] = {}
    for key, value in node.value:
        name = str(key.value) if isinstance(key, yaml.ScalarNode) else ""
        if not name:
            problems.append(make_problem(_line(key), "A name must be plain text.", code="preset_name_kind"))
        elif name in found:
            sentence = "{name!r} is here twice; the first one counts."
            problems.append(make_problem(_line(key), sentence, code="preset_twice", name=name[:60]))
        else:
            found[name] = (_line(key), value)
    return found


def _plain(node: yaml.Node) -> Any:
    """The value as plain Python, None when it is none that a preset can have."""
    loader = yaml.SafeLoader("")
    try:
        return loader.construct_document(node)
    except (yaml.YAMLError, ValueError, TypeError, RecursionError):
        return None
    finally:
        loader.dispose()


def _syntax(error: yaml.MarkedYAMLError) -> Problem:
    """What a person can do about it; what the parser says of itself is for whoever writes parsers."""
    mark = error.problem_mark or error.context_mark
    line = mark.line + 1 if mark else 0
    said = " ".join(filter(None, (error.context, error.problem)))
    if "\\t" in said:
        return make_problem(line, "There is a tab; indent with spaces.", code="yaml_tab")
    if "mapping values are not allowed" in said:
        sentence = "A colon stands where none can: indent the line as its neighbours, or put the text into quotes."
        return make_problem(line, sentence, code="yaml_colon")
    if "block end" in said:
        sentence = "The line does not stand under those it belongs to; indent them equally."
        return make_problem(line, sentence, code="yaml_indent")
    if "expected ','" in said or "flow" in said:
        return make_problem(line, "A bracket is not closed, or a comma is missing.", code="yaml_bracket")
    if "quoted scalar" in said:
        return make_problem(line, "A quotation mark is not closed.", code="yaml_quote")
    return _unread(line, said)


def _unread(line: int, said: str) -> Problem:
    short = " ".join(said.split())[:200].rstrip(".")
    return make_problem(line, "This is no YAML that can be read: {said}.", code="yaml_unread", said=short)


def _line(node: yaml.Node) -> int:
    return int(node.start_mark.line) + 1
