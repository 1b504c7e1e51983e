"""The few words that the window itself says, in the person's language; the page has its own catalogues."""

import locale

WORDS = {
    "en": {"show": "Show Zordon", "quit": "Quit", "save_as": "Save as"},
    "de": {"show": "Zordon zeigen", "quit": "Beenden", "save_as": "Speichern unter"},
}


def word(key: str, language: str | None = None) -> str:
    """A word in ``language`` (default: the system's), else in English."""
    chosen = (language or locale.getlocale()[0] or "en")[:2].lower()
    return WORDS.get(chosen, WORDS["en"])[key]
