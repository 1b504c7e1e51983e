"""A presets.yaml as text, with the line of everything in it, so that a person is told where something is wrong."""

import re
from typing import Any, Literal

import yaml
from msgspec import Struct, field

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
QUICK_LOADER: type[Any] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
WORDS = {str: "text", dict: "a group of names and values", list: "a list", bool: "true or false"}


class Problem(Struct, frozen=True, kw_only=True):
    """Something wrong in a presets.yaml. An ``error`` takes the preset out of the list; a ``warning`` does not.

    ``line`` counts from 1; 0: of the whole file. ``preset`` is the id, empty where none is meant.
    """

    line: int
    message: str
    level: Literal["error", "warning"] = "error"
    preset: str = ""


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


def read_presets(content: bytes, *, ours: bool = False) -> tuple[dict[str, RawPreset], list[Problem]]:
    """The presets of a file by id and what is wrong with its form; never raises.

    Text of ``ours`` is read by libyaml, which is ten times quicker and trusts that nobody nests a million lists.
    """
    if len(content) > LARGEST_BYTES:
        return {}, [Problem(line=0, message=f"The file is larger than {LARGEST_BYTES // 1024} kB.")]
    try:
        root = yaml.compose(content, Loader=QUICK_LOADER if ours else yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        return {}, [_syntax(error)]
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        return {}, [Problem(line=0, message=f"This is no YAML that can be read: {_short(str(error))}.")]
    if root is None:
        return {}, []
    problems: list[Problem] = []
    presets = {raw.id: raw for raw in _read_root(root, problems)}
    return presets, problems


def check_form(raw: RawPreset) -> list[Problem]:
    """What is wrong with the fields of one preset, whatever the engine."""
    problems = [] if ID.fullmatch(raw.id) else [_about(raw, raw.line, f"{raw.id[:60]!r} is no id: {ID_RULE}")]
    for name, value in raw.values.items():
        kind = KINDS.get(name)
        if kind is None:
            known = ", ".join(KINDS)
            problems.append(
                _about(raw, raw.line_of(name), f"{name[:60]!r} means nothing here. Known: {known}.", "warning")
            )
        elif not isinstance(value, kind):
            problems.append(_about(raw, raw.line_of(name), f"{name!r} must be {WORDS[kind]}."))
    return [*problems, *_check_params(raw), *_check_inside(raw)]


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
            problems.append(_about(raw, line, f"{str(name)[:60]!r} must be a plain value or a list of such."))
    return problems


def _check_inside(raw: RawPreset) -> list[Problem]:
    problems = [
        _about(raw, raw.line_of("tags"), "Each of the 'tags' must be text.")
        for tag in _as(list, raw.values.get("tags"))
        if not isinstance(tag, str)
    ]
    for group, known in _INSIDE.items():
        for name, value in _as(dict, raw.values.get(group)).items():
            line = raw.line_of(group)
            if name not in known:
                sentence = f"{str(name)[:60]!r} means nothing in {group!r}. Known: {', '.join(known)}."
                problems.append(_about(raw, line, sentence, "warning"))
                continue
            kind, choices = known[name]
            if not isinstance(value, kind) or (choices and value not in choices):
                wanted = " or ".join(choices) or WORDS[kind]
                problems.append(_about(raw, line, f"{name!r} in {group!r} must be {wanted}."))
    return problems


def _as(kind: type, value: Any) -> Any:
    return value if isinstance(value, kind) else kind()


def _about(raw: RawPreset, line: int, message: str, level: Literal["error", "warning"] = "error") -> Problem:
    return Problem(line=line, message=message, level=level, preset=raw.id)


def _read_root(root: yaml.Node, problems: list[Problem]) -> list[RawPreset]:
    if not isinstance(root, yaml.MappingNode):
        problems.append(Problem(line=_line(root), message="The file must have 'version: 1' and 'presets:'."))
        return []
    fields = _fields(root, problems)
    for name, (line, _node) in fields.items():
        if name not in {"version", "presets"}:
            problems.append(Problem(line=line, message=f"{name[:60]!r} means nothing here.", level="warning"))
    _check_version(fields, problems)
    if "presets" not in fields:
        problems.append(Problem(line=1, message="There is no 'presets:' in the file."))
        return []
    line, presets = fields["presets"]
    if not isinstance(presets, yaml.MappingNode):
        if _plain(presets) is not None:
            problems.append(Problem(line=line, message="'presets' must hold presets by their ids."))
        return []
    found = (_read_preset(key, where, node, problems) for key, (where, node) in _fields(presets, problems).items())
    return [raw for raw in found if raw is not None]


def _check_version(fields: dict[str, tuple[int, yaml.Node]], problems: list[Problem]) -> None:
    line, node = fields.get("version", (1, None))
    version = None if node is None else _plain(node)
    if version != VERSION:
        said = "has no version" if version is None else f"has version {str(version)[:20]}"
        problems.append(
            Problem(line=line, message=f"The file {said}; this Zordon reads version {VERSION}.", level="warning")
        )


def _read_preset(key: str, line: int, node: yaml.Node, problems: list[Problem]) -> RawPreset | None:
    if not isinstance(node, yaml.MappingNode):
        problems.append(
            Problem(line=line, message="A preset must have fields, such as 'name' and 'engine'.", preset=key)
        )
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
            problems.append(Problem(line=where, message=f"{name[:60]!r} cannot be read.", preset=key))
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
            problems.append(Problem(line=_line(key), message="A name must be plain text."))
        elif name in found:
            problems.append(Problem(line=_line(key), message=f"{name[:60]!r} is here twice; the first one counts."))
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
    mark = error.problem_mark or error.context_mark
    said = _short(" ".join(filter(None, (error.context, error.problem))))
    return Problem(line=mark.line + 1 if mark else 0, message=f"This is no YAML that can be read: {said}.")


def _line(node: yaml.Node) -> int:
    return int(node.start_mark.line) + 1


def _short(text: str) -> str:
    return " ".join(text.split())[:200].rstrip(".")
