"""What holds for a whole run: which tests begin first, what programs inherit, and the table of faults.

Tests with the mark ``fault`` give the table rows, and the end of the run writes it.
"""

import os
import signal
import uuid
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest
from _pytest.nodeid import coerce_node_id
from hypothesis import HealthCheck, settings
from xdist.scheduler import LoadGroupScheduling

from tests.faults import table

ALONE = uuid.uuid4().hex
LONG = ("faults", "engines", "packaging", "web")
"""Marks of tests that take seconds each. They begin first: what is left at the end is short, and no worker idles."""

PATIENT = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
"""No example is wrong because the machine is slow."""
settings.register_profile("everyday", PATIENT, max_examples=25, derandomize=True)
settings.register_profile("thorough", PATIENT, max_examples=200)
settings.load_profile("everyday")
"""The same examples at every run; ``dev.py test --all`` asks for the other profile, which looks for new ones."""


class ByGroupOrModule(LoadGroupScheduling):
    """A module's tests, or those of a group, run in one worker: what they share, a node and a browser, starts once."""

    def _split_scope(self, nodeid: str) -> str:
        group: str = super()._split_scope(nodeid)
        return group.partition("::")[0]


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> ByGroupOrModule:
    """The order is that of the collection, see ``_place``."""
    config.option.loadscopereorder = False
    return ByGroupOrModule(config, log)


def pytest_configure() -> None:
    """Let programs that tests start hear Ctrl+C, though a run in the background is deaf to it, as they would be too."""
    for name in ("SIGINT", "SIGHUP"):
        number = getattr(signal, name, None)
        if number is not None and signal.getsignal(number) == signal.SIG_IGN:
            signal.signal(number, _unheard)


def _unheard(*_signal: object) -> None:
    """Only what is ignored, not what is handled, is inherited."""


def _run(config: pytest.Config) -> str:
    """The same in all processes of a run."""
    return str(getattr(config, "workerinput", {}).get("testrunuid", ALONE))


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Tests of one ``xdist_group`` go to one worker, and groups begin first: they take longest of all.

    pytest-xdist 3.8 writes the group where pytest 9.2 no longer reads it, so that farms met each other on one network.
    """
    if not getattr(config.option, "loadgroup", False):
        return
    for item in items:
        group = item.get_closest_marker("xdist_group")
        if group is not None and not item.nodeid.endswith(f"@{group.args[0]}"):
            item._id = coerce_node_id(f"{item.nodeid}@{group.args[0]}")  # type: ignore[attr-defined]
    items.sort(key=_place)


def _place(item: pytest.Item) -> int:
    """Tests of one module have one place, so that they stay together."""
    if item.get_closest_marker("xdist_group"):
        return 0
    return 1 if any(item.get_closest_marker(mark) for mark in LONG) else 2


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
