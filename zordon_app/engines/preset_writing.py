"""Changing one preset in a person's presets.yaml and leaving everything else, comments too, as they wrote it."""

from collections.abc import Mapping
from typing import Any

import yaml

from zordon_app.engines.preset_reading import VERSION, read_presets

HEADING = "# Your own presets; they are laid over the built-in ones by id. Check them with: zordon presets validate\n"


def with_preset(content: str, preset_id: str, values: Mapping[str, Any] | None) -> str:
    """``content`` (a file without errors of form, or empty) with that preset set, or removed when None."""
    wanted = {key: raw.values for key, raw in read_presets(content.encode())[0].items()}
    wanted.pop(preset_id, None)
    if values is not None:
        wanted[preset_id] = dict(values)
    edited = _edit(content or HEADING, preset_id, values)
    if edited is not None and _says(edited, wanted):
        return edited
    # A shape we cannot edit in place, such as everything in braces: write it anew.
    return HEADING + _dump({"version": VERSION, "presets": wanted})


def _says(content: str, wanted: dict[str, dict[str, Any]]) -> bool:
    found, problems = read_presets(content.encode())
    return not any(problem.level == "error" for problem in problems) and wanted == {
        key: raw.values for key, raw in found.items()
    }


def _edit(content: str, preset_id: str, values: Mapping[str, Any] | None) -> str | None:
    root = yaml.compose(content, Loader=yaml.SafeLoader)
    if root is None and values is not None:
        return content + _dump({"version": VERSION, "presets": {preset_id: dict(values)}})
    presets = _child(root, "presets")
    if presets is None or presets[1].flow_style or not presets[1].value:
        return None
    lines = content.splitlines(keepends=True)
    entry = _child(presets[1], preset_id)
    first = len(lines) if entry is None else entry[0].start_mark.line
    last = first if entry is None else _last_line(entry[1]) + 1
    if entry is None:
        first = last = _last_line(presets[1]) + 1
    indent = " " * presets[1].value[0][0].start_mark.column
    new = [] if values is None else [f"{indent}{line}\n" for line in _dump({preset_id: dict(values)}).splitlines()]
    before = "".join(lines[:first])
    return before + ("" if before.endswith("\n") or not new else "\n") + "".join(new + lines[last:])


def _child(node: yaml.Node | None, name: str) -> tuple[yaml.Node, yaml.MappingNode] | None:
    if not isinstance(node, yaml.MappingNode):
        return None
    for key, value in node.value:
        if key.value == name and isinstance(value, yaml.MappingNode):
            return key, value
    return None


def _last_line(node: yaml.Node) -> int:
    """The last line that holds something of a node; the mark of a block's end stands after the comments behind it."""
    if not isinstance(node, yaml.CollectionNode) or not node.value or node.flow_style:
        end: yaml.Mark = node.end_mark
        return int(end.line) - (1 if end.column == 0 and end.line > node.start_mark.line else 0)
    last = node.value[-1]
    return _last_line(last[1] if isinstance(node, yaml.MappingNode) else last)


def _dump(values: Mapping[str, Any]) -> str:
    return yaml.safe_dump(values, sort_keys=False, allow_unicode=True, width=120)
