"""What the window shows before there is a node to show: that it starts, or why it cannot."""

import html
import json
from pathlib import Path

from zordon_app.desktop.words import language, word
from zordon_app.errors import ZordonError
from zordon_app.paths import WEB

PAGE = Path(__file__).with_name("starting.html")


def first_page() -> str:
    """A page that needs no server, with the colours and the picture of the others."""
    parts = {
        "LANGUAGE": language(),
        "TOKENS": (WEB / "css" / "tokens.css").read_text(encoding="utf-8"),
        "ICON": (WEB / "img" / "zordon.svg").read_text(encoding="utf-8"),
        "FAILURE": html.escape(word("not_started")),
        "SENTENCE": html.escape(word("starting")),
    }
    page = PAGE.read_text(encoding="ascii")
    for name, text in parts.items():
        page = page.replace(name, text)
    return page


def failing(error: Exception) -> str:
    """JavaScript that lets the first page say why it is the last."""
    is_foreseen = isinstance(error, ZordonError)
    sentence = str(error) if is_foreseen else f"Something went wrong in Zordon ({type(error).__name__}: {error})."
    return f"fail({json.dumps(sentence)})"
