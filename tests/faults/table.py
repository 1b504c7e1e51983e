"""What the fault tests saw, as a table for people.

Tests with the mark ``fault`` give a row each, in a file of its own, for a run may have several processes; the last one
that ends has them all, and writes the table.
"""

import hashlib
import os
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import msgspec

ROOT = Path(__file__).parents[2]
CACHE = ROOT / ".cache" / "faults"
TABLE = ROOT / ".cache" / "faults.md"
BEGIN, END = "<!-- faults: what follows is written by a run of the tests -->", "<!-- faults: end -->"
KEPT_SECONDS = 86_400
HEAD = ("what happens", "tried", "seconds until all is settled, at worst", "frames rendered twice, at most")
DETAILS = ("test", "seconds", "twice", "more")


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """One test of one run. ``facts`` are those that it noted; ``seconds`` and ``twice`` have columns of their own."""

    run: str
    test: str
    fault: int
    what: str
    passed: bool
    facts: dict[str, Any]


def keep(row: Row, folder: Path = CACHE) -> None:
    """Until the run ends."""
    folder.mkdir(parents=True, exist_ok=True)
    name = hashlib.sha256(f"{row.run} {row.test}".encode()).hexdigest()[:32]
    (folder / f"{name}.json").write_bytes(msgspec.json.encode(row))


def rows_of(run: str, folder: Path = CACHE) -> list[Row]:
    """Those of a run, in the order of the faults; what is left of runs long ago goes."""
    found = []
    for file in folder.glob("*.json"):
        if time.time() - file.stat().st_mtime > KEPT_SECONDS:
            file.unlink(missing_ok=True)
            continue
        found.append(msgspec.json.decode(file.read_bytes(), type=Row))
    return sorted((row for row in found if row.run == run), key=lambda row: (row.fault, row.what, row.test))


def summary(rows: Iterable[Row]) -> str:
    """A line for each thing that happens: how often it was tried, and the worst of what was measured."""
    same: dict[str, list[Row]] = {}
    for row in rows:
        same.setdefault(row.what, []).append(row)
    return _table(
        HEAD, ((what, _tried(tried), _worst(tried, "seconds"), _worst(tried, "twice")) for what, tried in same.items())
    )


def details(rows: Iterable[Row]) -> str:
    """A line for each test."""
    return _table(DETAILS, (_detail(row) for row in rows))


def put_into(page: Path, table: str) -> None:
    """In the place of the table that stands between the two marks. Raises ValueError: there are none."""
    before, begin, rest = page.read_text(encoding="utf-8").partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"{page} has no place for the table: {BEGIN} … {END}")
    # Another process of the run may read it at the same moment.
    new = page.with_name(f"{page.name}.{os.getpid()}.part")
    new.write_text(f"{before}{BEGIN}\n\n{table}\n{end}{after}", encoding="utf-8")
    new.replace(page)


def write(run: str, page: Path | None) -> None:
    """The table of a run, with all its details, and into ``page`` too."""
    rows = rows_of(run)
    if not rows:
        return
    TABLE.write_text(f"{summary(rows)}\n{details(rows)}", encoding="utf-8")
    if page is not None:
        put_into(page, summary(rows))


def _tried(rows: list[Row]) -> str:
    failed = sum(not row.passed for row in rows)
    return f"{len(rows)}, **{failed} failed**" if failed else f"{len(rows)}"


def _worst(rows: list[Row], fact: str) -> str:
    return str(max((row.facts[fact] for row in rows if fact in row.facts), default=""))


def _detail(row: Row) -> tuple[str, ...]:
    facts = dict(row.facts)
    seconds, twice = (str(facts.pop(name, "")) for name in ("seconds", "twice"))
    more = ", ".join(f"{name} {value}" for name, value in facts.items())
    return row.test.partition("::")[2], seconds, twice, more if row.passed else f"{more} **failed**"


def _table(head: tuple[str, ...], lines: Iterable[tuple[str, ...]]) -> str:
    return "".join(f"| {' | '.join(line)} |\n" for line in (head, ("---",) * len(head), *lines))
