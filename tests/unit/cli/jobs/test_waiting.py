"""Waiting for jobs: what is said meanwhile."""

from zordon_app.cli.jobs.waiting import wait_for_jobs
from zordon_app.cli.terminal.screen import Screen


class Told:
    """A client that hears of each state of one job in turn."""

    def __init__(self, *states: dict) -> None:
        self.states = list(states)

    def wait_for_change(self, revision: int, seconds: float) -> int:
        return revision + 1

    def get_jobs(self) -> list[dict]:
        return [self.states.pop(0)]


def job(status: str, *warnings: str) -> dict:
    usual = {"id": "a1b2c3d4e5f6", "name": "shot", "reason": "", "progress": 0.5, "eta_seconds": None, "errors": []}
    return {
        **usual,
        "status": status,
        "warnings": list(warnings),
        "units": {"total": 2, "done": 1, "failed": 0, "skipped": 0},
    }


def test_what_only_the_engine_finds_is_said_once_when_it_is_known(capsys):
    screen = Screen()
    screen.note("Seen at the look into the file.")
    known = ("Seen at the look into the file.", "Seen by the engine.")

    ended = wait_for_jobs(
        Told(job("running", known[0]), job("running", *known), job("completed", *known)), screen, ["a1b2c3d4e5f6"]
    )

    assert [each["status"] for each in ended] == ["completed"]
    notes = [line for line in capsys.readouterr().err.splitlines() if "Note" in line]
    assert notes == [f"  Note: {text}" for text in known]
