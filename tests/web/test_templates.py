"""htm returns half a page, silently, where a tag is not closed: so every template of the sources is counted."""

import re
from pathlib import Path

import pytest

JS = Path(__file__).parents[2] / "web" / "js"
VOID = {"input", "img", "br", "hr", "path", "circle", "rect", "use", "polyline"}


def templates(source: str) -> list[str]:
    """The texts of all html`…` in a file, without what stands in ``${}``; nested ones come by themselves."""
    found = []
    for match in re.finditer(r"\bhtml`", source):
        text, place, depth = "", match.end(), 0
        while place < len(source):
            if source.startswith("\\", place):
                place += 2
                continue
            if depth == 0 and source[place] == "`":
                break
            if depth == 0 and source.startswith("${", place):
                depth, place = 1, place + 2
                text += "\0"
                place = skip_expression(source, place)
                depth = 0
                continue
            text += source[place]
            place += 1
        found.append(text)
    return found


def skip_expression(source: str, place: int) -> int:
    """The place after the brace that ends a ``${``."""
    depth = 1
    while depth:
        char = source[place]
        if char == "`":
            place = skip_template(source, place + 1)
            continue
        if char in "'\"":
            place = skip_string(source, place)
            continue
        depth += {"{": 1, "}": -1}.get(char, 0)
        place += 1
    return place


def skip_template(source: str, place: int) -> int:
    while source[place] != "`":
        if source.startswith("${", place):
            place = skip_expression(source, place + 2)
        else:
            place += 2 if source[place] == "\\" else 1
    return place + 1


def skip_string(source: str, place: int) -> int:
    quote, place = source[place], place + 1
    while source[place] != quote:
        place += 2 if source[place] == "\\" else 1
    return place + 1


def unclosed(template: str) -> list[str]:
    """Tags of a template that do not come in pairs."""
    open_tags: list[str] = []
    for match in re.finditer(r"<(/?)([\w\0-]*)((?:\"[^\"]*\"|[^<>\"])*?)(/?)>", template):
        closing, name, _attributes, alone = match.groups()
        if closing:
            if not open_tags or (name and open_tags[-1] not in {name, "\0"}):
                return [f"</{name}> after {open_tags}"]
            open_tags.pop()
        elif not alone:
            open_tags.append(name)
    return open_tags


@pytest.mark.parametrize("path", sorted(JS.rglob("*.js")), ids=lambda path: path.relative_to(JS).as_posix())
def test_every_tag_is_closed(path: Path):
    for template in templates(path.read_text("utf-8")):
        assert unclosed(template) == [], template[:200]


def test_a_missing_end_is_found():
    assert unclosed("<div><p>a</div>") != []
    assert unclosed("<ul><li key=\0>a</ul>") != []
    assert unclosed("<p>a <b>b</b></p><input />") == []


def test_no_style_or_script_is_written_into_the_page():
    for path in [*JS.rglob("*.js"), *JS.parent.glob("*.html")]:
        text = path.read_text("utf-8")
        assert not re.search(r'\sstyle="', text), path
        assert "dangerouslySetInnerHTML" not in text, path
        assert not re.search(r"<script(?![^>]*\bsrc=)", text), path
