"""The table of faults: the worst of what was seen, failures not hidden, and nothing else of the page touched."""

import os
from pathlib import Path

import pytest

from tests.faults.table import BEGIN, END, KEPT_SECONDS, Row, keep, put_into, rows_of, summary


def row(test: str, fault: int, what: str, *, run: str = "now", passed: bool = True, **facts: object) -> Row:
    return Row(run=run, test=test, fault=fault, what=what, passed=passed, facts=facts)


def test_each_thing_that_happens_has_one_line_with_the_worst_of_all_its_tries() -> None:
    rows = [
        row("a[1]", 1, "it dies", seconds=5.5, twice=1),
        row("a[2]", 1, "it dies", seconds=12.25, twice=0),
        row("b", 28, "it is asked"),
    ]

    assert summary(rows).splitlines()[2:] == ["| it dies | 2 | 12.25 | 1 |", "| it is asked | 1 |  |  |"]


def test_what_failed_is_not_hidden() -> None:
    rows = [row("a[1]", 1, "it dies", seconds=5.5, twice=1), row("a[2]", 1, "it dies", passed=False)]

    assert "| it dies | 2, **1 failed** | 5.5 | 1 |" in summary(rows)


def test_only_the_rows_of_one_run_count_and_old_ones_go(tmp_path: Path) -> None:
    keep(row("a", 1, "it dies", run="long ago"), tmp_path)
    (old,) = tmp_path.iterdir()
    os.utime(old, (0, old.stat().st_mtime - 2 * KEPT_SECONDS))
    keep(row("b", 7, "it is cut", run="another"), tmp_path)
    keep(row("a", 1, "it dies", seconds=2.0), tmp_path)
    keep(row("a", 1, "it dies", seconds=3.0), tmp_path)

    assert [(found.test, found.facts) for found in rows_of("now", tmp_path)] == [("a", {"seconds": 3.0})]
    assert not old.exists()


def test_the_table_takes_the_place_of_the_old_one(tmp_path: Path) -> None:
    page = tmp_path / "README.md"
    page.write_text(f"before\n\n{BEGIN}\n\n| old |\n\n{END}\n\nafter\n")

    put_into(page, summary([row("b", 28, "it is asked")]))
    put_into(page, summary([row("a", 1, "it dies", seconds=5.5, twice=1)]))

    assert "old" not in page.read_text()
    assert page.read_text().startswith(f"before\n\n{BEGIN}\n\n| what happens |")
    assert page.read_text().endswith(f"| it dies | 1 | 5.5 | 1 |\n\n{END}\n\nafter\n")


def test_a_page_without_a_place_for_it_is_left_alone(tmp_path: Path) -> None:
    page = tmp_path / "README.md"
    page.write_text("nothing here")

    with pytest.raises(ValueError, match="no place"):
        put_into(page, "| table |")
    assert page.read_text() == "nothing here"
