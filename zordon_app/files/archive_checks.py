"""What may be in an archive that a stranger made: each entry by itself, and all of them together."""

import posixpath
import re
import unicodedata
from enum import Enum

from msgspec import Struct

from zordon_app.errors import BadRequest, DiskFull

_WINDOWS_DEVICE = re.compile(r"(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|conin\$|conout\$)", re.IGNORECASE)
_LONGEST_PART = 255
_LONGEST_NAME = 4096


class Limits(Struct, frozen=True, kw_only=True):
    """What is taken at most; ``programs`` keeps executable bits and links that stay inside (engine builds only)."""

    entries: int = 100_000
    total_bytes: int = 50 * 1024**3
    ratio: int = 200
    """Unpacked to packed size, looked at from ``ratio_from`` unpacked bytes on."""
    ratio_from: int = 100 * 1000**2
    programs: bool = False


class Kind(Enum):
    """What an entry makes."""

    FILE = "file"
    FOLDER = "folder"
    LINK = "link"


class Entry(Struct, frozen=True, kw_only=True):
    """One thing in an archive, as its header says; ``size`` in bytes, ``target`` of a link."""

    name: str
    kind: Kind
    size: int = 0
    executable: bool = False
    target: str = ""


class Checks:
    """Looks at entries one after the other and remembers them, so that their sum stays harmless too."""

    def __init__(self, limits: Limits, *, packed: int, room: int) -> None:
        """``packed`` is the archive's size, ``room`` what may be filled, in bytes."""
        self.limits = limits
        self._packed = max(packed, 1)
        self._room = room
        self._entries = 0
        self._bytes = 0
        self._kinds: dict[str, Kind] = {}

    def count_entries(self, number: int) -> None:
        """Refuse too many entries, before they are looked at."""
        if number > self.limits.entries:
            raise BadRequest(
                "The archive holds more than {count} files.", code="archive_many", count=self.limits.entries
            )

    def admit(self, entry: Entry) -> str:
        """The entry's path below the folder, with ``/``; empty for the archive's own root.

        Raises:
            BadRequest, DiskFull: it must not be written; the sentence says why.
        """
        self._entries += 1
        self.count_entries(self._entries)
        self._count_bytes(entry.size)
        parts = safe_parts(entry.name)
        if entry.kind is Kind.LINK:
            self._check_link(entry, depth=len(parts) - 1)
        if parts:
            self._remember(parts, entry)
        return "/".join(parts)

    def _count_bytes(self, size: int) -> None:
        if size < 0:
            raise BadRequest("The archive is damaged: a file in it is shorter than nothing.")
        self._bytes += size
        if self._bytes > self.limits.total_bytes:
            raise BadRequest(
                "The archive unpacks to more than {gigabytes} GB.",
                code="archive_large",
                gigabytes=f"{self.limits.total_bytes / 1024**3:.0f}",
            )
        if self._bytes > self.limits.ratio_from and self._bytes > self._packed * self.limits.ratio:
            raise BadRequest(
                "The archive unpacks to far more than such files hold; it looks like a zip bomb.", code="archive_bomb"
            )
        if self._bytes > self._room:
            raise DiskFull(
                "There is no room to unpack the archive: it needs {megabytes} MB or more.",
                code="archive_misfit",
                megabytes=f"{self._bytes / 1024**2:.0f}",
            )

    def _check_link(self, entry: Entry, *, depth: int) -> None:
        if not self.limits.programs:
            raise BadRequest(
                "The archive holds a link, {name}. Pack the file itself.", code="archive_link", name=shown(entry.name)
            )
        target = entry.target
        steps = target.split("/")
        upwards = next((index for index, step in enumerate(steps) if step != ".."), len(steps))
        # A ".." after a name could climb out of a folder that is itself a link; leading ones cannot.
        if not target or posixpath.isabs(target) or "\\" in target or upwards > depth or ".." in steps[upwards:]:
            raise BadRequest(f"The archive holds a link that leads out of it: {shown(entry.name)}.")

    def _remember(self, parts: list[str], entry: Entry) -> None:
        keys = ["/".join(_key(part) for part in parts[:length]) for length in range(1, len(parts) + 1)]
        for parent in keys[:-1]:
            if self._kinds.setdefault(parent, Kind.FOLDER) is not Kind.FOLDER:
                raise BadRequest(f"The archive puts {shown(entry.name)} into something that is not a folder.")
        known = self._kinds.get(keys[-1])
        self._kinds[keys[-1]] = entry.kind
        if known is not None and not (known is entry.kind is Kind.FOLDER):
            raise BadRequest(
                f"The archive holds {shown(entry.name)} twice. Names that differ only in case are one on some systems."
            )


def safe_parts(name: str) -> list[str]:
    """The parts of a path that stays below its folder on every system; empty for the folder itself.

    Raises:
        BadRequest: it could lead elsewhere, or cannot be written everywhere.
    """
    if "\\" in name or posixpath.isabs(name) or len(name) > _LONGEST_NAME:
        raise BadRequest(f"The archive holds a path that is not plain and relative: {shown(name)}.")
    parts = [part for part in name.split("/") if part not in {"", "."}]
    for part in parts:
        _check_part(part, name)
    return parts


def shown(name: str) -> str:
    """A name from outside, for a sentence."""
    return repr(name if len(name) <= 100 else f"{name[:100]}…")


def _check_part(part: str, name: str) -> None:
    if not part.strip(" ."):
        # Windows drops dots and spaces at the end, which makes ".. " mean "..".
        raise BadRequest(f"The archive holds a path that leads out of it: {shown(name)}.")
    if ":" in part or len(part.encode("utf-8", "surrogatepass")) > _LONGEST_PART or not _is_printable(part):
        raise BadRequest(f"The archive holds a name that not every system can write: {shown(name)}.")
    if _WINDOWS_DEVICE.fullmatch(part.split(".", maxsplit=1)[0].rstrip(" ")):
        raise BadRequest(f"The archive holds a name that Windows keeps for a device: {shown(name)}.")


def _is_printable(part: str) -> bool:
    return not any(unicodedata.category(char) in {"Cc", "Cs"} for char in part)


def _key(part: str) -> str:
    """Equal for names that some system takes for one."""
    return unicodedata.normalize("NFC", part).casefold().rstrip(" .")
