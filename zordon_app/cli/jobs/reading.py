"""``list``, ``status``, ``frames``, ``logs``: what there is, and how far it is."""

import sys
import threading
from typing import Annotated, Any

import typer

from zordon_app.cli.jobs.choosing import find_job
from zordon_app.cli.terminal.exits import NoSuchThing, WrongUsage
from zordon_app.cli.terminal.screen import Screen, clean
from zordon_app.cli.terminal.session import session_of
from zordon_app.cli.terminal.verbs import Panel, add_verb
from zordon_app.cli.terminal.wording import (
    FINAL,
    SHORT_ID,
    duration,
    job_state_text,
    made_on,
    moment,
    percent,
    queue_words,
    remaining,
    size,
    state_text,
    units_done,
)
from zordon_app.client import RenderServerProxy
from zordon_app.client.calls import Json
from zordon_app.domain.frames import format_frames
from zordon_app.domain.statuses import JobStatus, UnitState

OneJob = Annotated[str, typer.Argument(metavar="JOB", help="Id, its beginning, the name, or: last")]
FOLLOW_SECONDS = 0.3
OTHER_WORDS = {
    "done": "completed",
    "failed": "error",
    "queued": "not_started",
    "waiting": "not_started",
    "preparing": "configuring",
    "canceled": "cancelled",
}


def add_to(app: typer.Typer) -> None:
    """Add the verbs."""
    look = Panel.LOOK
    add_verb(app, "list", list_jobs, look, "zordon list", "zordon list --state error --json")
    add_verb(app, "status", status, look, "zordon status", "zordon status 3f2a", "zordon status last --json")
    add_verb(app, "frames", frames, look, "zordon frames last", "zordon frames 3f2a --state failed --ranges")
    add_verb(app, "logs", logs, look, "zordon logs last -f", "zordon logs 3f2a --frame 17")


def list_jobs(
    context: typer.Context,
    state: Annotated[
        list[str] | None, typer.Option("--state", "-s", help="Only jobs in this status; may be repeated.")
    ] = None,
    limit: Annotated[int, typer.Option("--limit", "-n", min=0, help="At most so many; 0: all.")] = 0,
) -> None:
    """The jobs, in the order in which they are worked on."""
    session = session_of(context)
    wanted = {status_named(word) for word in state or []}
    with session.connect() as client:
        jobs = [job for job in client.list_jobs()["jobs"] if not wanted or job["status"] in wanted]
        ahead = "" if session.screen.json else queue_words(client.get_queue())
    jobs = jobs[:limit] if limit else jobs
    if session.screen.json:
        session.screen.document(jobs)
    elif jobs:
        show_jobs(session.screen, jobs)
        if ahead:
            session.screen.say(ahead)
    else:
        session.screen.say("No jobs. Add one with: zordon submit FILE" if not wanted else "No job is in that status.")


def status_named(word: str) -> str:
    """The status that a person calls ``word``. Raises WrongUsage."""
    status = OTHER_WORDS.get(word.lower(), word.lower().replace("-", "_").replace(" ", "_"))
    if status not in set(JobStatus):
        raise WrongUsage(f"There is no status {word[:60]!r}. Statuses: {', '.join(JobStatus)}.")
    return status


def show_jobs(screen: Screen, jobs: list[Json]) -> None:
    """The table of jobs."""
    columns = ("ID", "NAME", "ENGINE", "STATUS", "PROGRESS", "UNITS", "TIME", "WHY")
    screen.table(columns, map(job_row, jobs), right=("PROGRESS",))


def job_row(job: Json) -> tuple[Any, ...]:
    """One line of the table of jobs."""
    return (
        job["id"][:SHORT_ID],
        job["name"],
        f"{job['engine']} {job['engine_version']}",
        job_state_text(job),
        percent(job["progress"]),
        units_done(job),
        remaining(job),
        job["reason"] if job["status"] not in ("running", "completed") else "",
    )


def status(
    context: typer.Context,
    job: Annotated[str, typer.Argument(metavar="[JOB]", help="Id, its beginning, the name, or: last")] = "",
) -> None:
    """How this Zordon is doing, or one job in full."""
    session = session_of(context)
    with session.connect() as client:
        value = find_job(client, job) if job else client.get_status()
    if session.screen.json:
        session.screen.document(value)
    elif job:
        _show_job(session.screen, value)
    else:
        _show_status(session.screen, client, value)


def _show_job(screen: Screen, job: Json) -> None:
    screen.facts(
        [
            ("Job", job["name"]),
            ("Id", job["id"]),
            ("Status", job_state_text(job)),
            ("Why", job["reason"]),
            ("Progress", f"{percent(job['progress'])}, {units_done(job)} units"),
            ("Frames", job["frames"] or f"{job['start_frame']}-{job['end_frame']}"),
            ("Engine", f"{job['engine']} {job['engine_version']}"),
            ("Preset", job["preset"]),
            ("Settings", ", ".join(f"{name}={value}" for name, value in job["args"].items())),
            ("Project", job["project"]),
            ("Results", f"{job['output_path']} ({job['file_count']} files)"),
            ("Priority", job["priority"]),
            ("Added", moment(job["created_at"])),
            ("Started", moment(job["started_at"])),
            ("Ended", moment(job["ended_at"])),
            ("Machines", made_on(job)),
            ("Took", _took(job)),
            ("Time left", duration(job["eta_seconds"]) if job["eta_seconds"] is not None else ""),
            *(("Warning", warning) for warning in job["warnings"]),
            *(("Failed", f"{group['units']}: {group['message']}") for group in job["errors"]),
        ]
    )


def _took(job: Json) -> str:
    """How long machines were at work on it, and all their time together."""
    if job["ran_seconds"] is None:
        return ""
    machine_time = "" if job["machine_seconds"] is None else f" ({duration(job['machine_seconds'])} of machine time)"
    return f"{duration(job['ran_seconds'])}{machine_time}"


def _show_status(screen: Screen, client: RenderServerProxy, status: Json) -> None:
    counts = {name: count for name, count in status.get("job_counts", {}).items() if count}
    plain = [(name, value) for name, value in status.items() if not isinstance(value, dict | list)]
    screen.facts(
        [
            ("Address", client.address.url),
            ("Jobs", ", ".join(f"{count} {name.replace('_', ' ')}" for name, count in counts.items()) or "none"),
            *((name.replace("_", " ").capitalize(), _number(name, value)) for name, value in plain),
        ]
    )


def _number(name: str, value: Any) -> Any:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return value
    if "bytes" in name or ("memory" in name and value > 1000):
        return size(value)
    return f"{value} %" if "percent" in name or "utili" in name else value


def frames(
    context: typer.Context,
    job: OneJob,
    *,
    state: Annotated[UnitState | None, typer.Option("--state", "-s", help="Only units in this state.")] = None,
    ranges: Annotated[bool, typer.Option("--ranges", help="Only the frame numbers, as 3-5,9.")] = False,
) -> None:
    """The units of a job: each frame or segment, where it was made, and what went wrong."""
    session = session_of(context)
    with session.connect() as client:
        units = client.get_job_units(find_job(client, job)["id"])
        names = {node["id"]: node["name"] for node in client.get_nodes()}
    units = [unit for unit in units if state is None or unit["state"] == state]
    if session.screen.json:
        session.screen.document(units)
    elif ranges:
        session.screen.text(
            format_frames(number for unit in units for number in range(unit["first"], unit["last"] + 1))
        )
    else:
        columns = ("UNIT", "FRAMES", "STATE", "TRY", "TIME", "SIZE", "NODE", "FILE", "ERROR")
        rows = [_unit_row({**unit, "node": names.get(unit["node"], unit["node"][:SHORT_ID])}) for unit in units]
        session.screen.table(columns, rows, right=("UNIT", "TRY", "TIME", "SIZE"))


def _unit_row(unit: Json) -> tuple[Any, ...]:
    span = str(unit["first"]) if unit["first"] == unit["last"] else f"{unit['first']}-{unit['last']}"
    made = unit["bytes"] > 0
    return (
        unit["unit"],
        span,
        state_text(unit["state"]),
        unit["attempt"],
        duration(unit["seconds"]),
        size(unit["bytes"]) if made else "–",
        unit["node"],
        unit["file"],
        unit["error"],
    )


def logs(
    context: typer.Context,
    job: OneJob,
    *,
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Go on until the job has ended.")] = False,
    frame: Annotated[int | None, typer.Option("--frame", help="Only of the unit with this frame.")] = None,
    tail: Annotated[int, typer.Option("--tail", min=0, help="Only the last so many kB; 0: all.")] = 0,
) -> None:
    """The log of a job."""
    session = session_of(context)
    with session.connect() as client:
        job_id = find_job(client, job)["id"]
        unit = _unit_with(client, job_id, frame) if frame is not None else None
        LogReader(client, session.screen, job_id, unit).run(start=-tail * 1000, follow=follow)


def _unit_with(client: RenderServerProxy, job_id: str, frame: int) -> int:
    for unit in client.get_job_units(job_id):
        if unit["first"] <= frame <= unit["last"]:
            return int(unit["unit"])
    raise NoSuchThing(f"The job has no frame {frame}.")


class LogReader:
    """Prints a log as it grows; with ``--json`` one object per line."""

    def __init__(self, client: RenderServerProxy, screen: Screen, job_id: str, unit: int | None) -> None:
        """The log of a job, or of one of its units."""
        self._client = client
        self._screen = screen
        self._job_id = job_id
        self._unit = unit
        self._rest = b""

    def run(self, *, start: int, follow: bool) -> None:
        """From byte ``start``; with ``follow`` until the job has ended."""
        pause = threading.Event()
        while True:
            # Asked before the log, so that nothing written before the end is missed.
            ended = not follow or self._client.get_job(self._job_id)["status"] in FINAL
            data, size_now = self._client.get_job_log(self._job_id, unit=self._unit, start=start)
            self._print(data)
            start = size_now
            if ended and not data:
                break
            if not follow:
                break
            pause.wait(0 if ended else FOLLOW_SECONDS)
        self._print(b"\n" if self._rest else b"")

    def _print(self, data: bytes) -> None:
        *lines, self._rest = (self._rest + data).split(b"\n")
        for line in lines:
            text = line.decode("utf-8", "replace").rstrip("\r")
            if self._screen.json:
                self._screen.line({"job": self._job_id, "unit": self._unit, "line": text})
            else:
                sys.stdout.write(f"{clean(text)}\n")
        sys.stdout.flush()
