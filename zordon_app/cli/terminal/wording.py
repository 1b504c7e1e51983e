"""Jobs and machines in words, numbers and colours."""

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rich.text import Text

Json = Mapping[str, Any]

SIGNS: Mapping[str, tuple[str, str]] = {
    "not_started": ("○", ""),
    "scheduled": ("◷", "cyan"),
    "configuring": ("◌", "cyan"),
    "running": ("●", "blue"),
    "waiting_for_subjobs": ("◍", "blue"),
    "paused": ("‖", "yellow"),
    "cancelled": ("■", "dim"),
    "completed": ("✓", "green"),
    "error": ("✕", "red"),
    "waiting": ("○", ""),
    "leased": ("●", "blue"),
    "done": ("✓", "green"),
    "failed": ("✕", "red"),
    "skipped": ("–", "dim"),
    "ready": ("○", "green"),
    "rendering": ("●", "blue"),
    "offline": ("■", "red"),
    "full": ("✕", "yellow"),
}
"""A sign and a colour for each state; the word always stands beside it."""

FINAL = frozenset({"completed", "cancelled", "error"})
SHORT_ID = 8


def state_text(state: str) -> "Text":
    """A state with its sign, coloured."""
    from rich.text import Text

    sign, style = SIGNS.get(state, ("?", ""))
    return Text(f"{sign} {state.replace('_', ' ')}", style=style)


def job_state_text(job: Json) -> "Text":
    """A job's state with its sign; of one that is done the warnings too: it may not be what was wanted."""
    words = job_state(job)
    if words == job["status"]:
        return state_text(job["status"])
    from rich.text import Text

    return Text(f"{SIGNS['completed'][0]} {words}", style="yellow")


def job_state(job: Json) -> str:
    """``completed, 2 warnings``: of one that is done the warnings too; other states as they are."""
    count = len(job["warnings"])
    if job["status"] != "completed" or not count:
        return str(job["status"])
    return f"completed, {count} warning{'s' if count > 1 else ''}"


def percent(fraction: float) -> str:
    """``62 %``; never 100 before it is all done."""
    return f"{int(min(max(fraction, 0.0), 1.0) * 100)} %"


def duration(seconds: float | None) -> str:
    """``1 h 05 m``, ``12 m 03 s``, ``4.2 s``; a dash when it is not known."""
    if seconds is None:
        return "–"
    if seconds < 10:
        return f"{max(seconds, 0.0):.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes:02} m"
    return f"{minutes} m {rest:02} s" if minutes else f"{rest} s"


def size(count: float) -> str:
    """``12.3 MB``."""
    for unit in ("B", "kB", "MB", "GB"):
        if count < 1000:
            return f"{count:.0f} {unit}" if unit == "B" else f"{count:.1f} {unit}"
        count /= 1000
    return f"{count:.1f} TB"


def moment(text: str | None) -> str:
    """An ISO time in this machine's zone, to the second; empty when there is none."""
    if not text:
        return ""
    return datetime.fromisoformat(text).astimezone().strftime("%Y-%m-%d %H:%M:%S")


def unit_total(job: Json) -> int:
    """All units of a job."""
    return sum(count for count in job["units"].values() if isinstance(count, int))


def units_done(job: Json) -> str:
    """``12/40``, and what failed."""
    units = job["units"]
    failed = f" {units['failed']} failed" if units["failed"] else ""
    return f"{units['done'] + units['skipped']}/{unit_total(job)}{failed}"


def remaining(job: Json) -> str:
    """Time to go, or time taken."""
    if job["status"] == "completed":
        return f"took {duration(job['ran_seconds'])}"
    return duration(job["eta_seconds"])


def works_on(node: Json) -> str:
    """What a machine has in hand, for whom: ``shot 3-5,9; walk 1-4 for atlas``."""
    return "; ".join(
        f"{work['name']} {work['frames']}" + (f" for {work['node_name']}" if work["child"] or not node["this"] else "")
        for work in node.get("work", [])
    )


def made_on(job: Json) -> str:
    """The machines of a job and how much each made of it: ``atlas 12, borealis 8``."""
    return ", ".join(f"{part['name']} {part['done']}" for part in job["machines"])


def queue_words(queue: Json) -> str:
    """When all is done, with the time of day; empty while that cannot be told."""
    if queue["seconds"] is None:
        return ""
    least = "at least " if queue["at_least"] else ""
    ends = datetime.fromisoformat(queue["ends_at"]).astimezone()
    form = "%H:%M" if ends.date() == datetime.now().astimezone().date() else "%Y-%m-%d %H:%M"
    return f"All done in {least}about {duration(queue['seconds'])}, at {ends:{form}}."


def one_line(job: Json) -> str:
    """A job in one line for a log."""
    reason = f" — {job['reason']}" if job["reason"] else ""
    return (
        f"{job['id'][:SHORT_ID]} {job['name']}: {job_state(job)} {percent(job['progress'])} {units_done(job)}{reason}"
    )
