"""The few words that the window itself says, in the person's language; the page has its own catalogues."""

import locale

WORDS = {
    "en": {
        "show": "Show Zordon",
        "quit": "Quit",
        "save_as": "Save as",
        "starting": "Zordon is starting…",
        "not_started": "Zordon cannot start",
    },
    "de": {
        "show": "Zordon zeigen",
        "quit": "Beenden",
        "save_as": "Speichern unter",
        "starting": "Zordon startet …",
        "not_started": "Zordon kann nicht starten",
    },
}


def language() -> str:
    """The system's language where we have words in it, else English: ``en`` or ``de``."""
    found = (locale.getlocale()[0] or "en")[:2].lower()
    return found if found in WORDS else "en"


def word(key: str) -> str:
    """A word in that language."""
    return WORDS[language()][key]
