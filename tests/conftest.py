"""The table of faults: tests with the mark ``fault`` give it rows, and the end of the run writes it."""

import os
import uuid
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest

from tests.faults import table

ALONE = uuid.uuid4().hex


def _run(config: pytest.Config) -> str:
    """The same in all processes of a run."""
    return str(getattr(config, "workerinput", {}).get("testrunuid", ALONE))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Generator[None, Any, Any]:
    """A test has ended: what it noted with ``record_property`` is its row."""
    report = yield
    mark = item.get_closest_marker("fault")
    if mark is not None and report.when == "call" and not report.skipped:
        fault, what = mark.args
        table.keep(
            table.Row(
                run=_run(item.config), test=item.nodeid, fault=fault, what=what, passed=report.passed,
                facts=dict(item.user_properties),
            )
        )  # fmt: skip
    return report


def pytest_sessionfinish(session: pytest.Session) -> None:
    """``ZORDON_FAULT_TABLE`` names the page that gets the table too."""
    page = os.environ.get("ZORDON_FAULT_TABLE")
    table.write(_run(session.config), Path(page) if page else None)
