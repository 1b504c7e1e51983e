"""The picture that ``watch`` draws."""

from collections import Counter
from collections.abc import Sequence

from rich.console import Group, RenderableType
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from zordon_app.cli.terminal.screen import clean
from zordon_app.cli.terminal.wording import (
    FINAL,
    SHORT_ID,
    job_state_text,
    percent,
    remaining,
    state_text,
    units_done,
    works_on,
)
from zordon_app.client.calls import Json

FRAME_LINES = 7
"""Lines that are not jobs or machines: headings and the line at the bottom."""


def dashboard(address: str, jobs: Sequence[Json], nodes: Sequence[Json], ahead: str, height: int) -> RenderableType:
    """Machines above, jobs below; of the jobs those that fit, the ones that need a look first."""
    room = max(height - len(nodes) - FRAME_LINES, 3)
    shown = most_interesting(jobs, room)
    counts = Counter(job["status"] for job in jobs)
    summary = ", ".join(f"{count} {status.replace('_', ' ')}" for status, count in counts.items()) or "no jobs"
    hidden = f" ({len(jobs) - len(shown)} not shown)" if len(jobs) > len(shown) else ""
    foot = Text(f"{address} · {summary}{hidden}{ahead and f' · {ahead}'} · Ctrl-C ends", style="dim")
    return Group(_machines(nodes), Text(), _jobs(shown), Text(), foot)


def most_interesting(jobs: Sequence[Json], room: int) -> list[Json]:
    """Up to ``room`` jobs: active ones in queue order, then those that failed, then the others, newest first."""
    active = [job for job in jobs if job["status"] not in FINAL]
    ended = sorted((job for job in jobs if job["status"] in FINAL), key=lambda job: str(job["ended_at"]), reverse=True)
    failed = [job for job in ended if job["status"] == "error"]
    return (active + failed + [job for job in ended if job["status"] != "error"])[:room]


def _machines(nodes: Sequence[Json]) -> Table:
    table = _table("MACHINE", "STATE", "CPU", "MEMORY", "UNITS", "WORKS ON", "WHY")
    for node in nodes:
        table.add_row(
            clean(node["name"]) + (" (this)" if node["this"] else ""),
            state_text(node["state"]),
            _percent(node["cpu_percent"]),
            _percent(node["memory_percent"]),
            str(node["units_running"]),
            Text(clean(works_on(node)), overflow="ellipsis"),
            clean(node["reason"]),
        )
    return table


def _jobs(jobs: Sequence[Json]) -> Table:
    table = _table("ID", "JOB", "STATUS", "PROGRESS", "", "UNITS", "TIME", "WHY")
    for job in jobs:
        table.add_row(
            job["id"][:SHORT_ID],
            Text(clean(job["name"]), overflow="ellipsis"),
            job_state_text(job),
            ProgressBar(total=1.0, completed=job["progress"], width=20),
            percent(job["progress"]),
            units_done(job),
            remaining(job),
            Text(clean(job["reason"]), overflow="ellipsis"),
        )
    return table


def _table(*columns: str) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold", expand=True)
    for column in columns:
        table.add_column(column, no_wrap=True, ratio=1 if column in ("WHY", "JOB", "WORKS ON") else None)
    return table


def _percent(value: float | None) -> str:
    return "–" if value is None else f"{value:.0f} %"
