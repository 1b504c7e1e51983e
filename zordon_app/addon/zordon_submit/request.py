"""What is asked of Zordon, worked out from plain values. Needs no Blender."""

from typing import Any, NamedTuple

SCENE, CURRENT, CUSTOM = "SCENE", "CURRENT", "CUSTOM"


class Wish(NamedTuple):
    """What the person chose in the panel, and what Blender says of the scene."""

    name: str
    preset: str
    priority: int
    frame_source: str
    frames: str
    paused: bool
    split: bool
    exact_version: bool
    scene: str
    start: int
    end: int
    step: int
    current: int
    blender: tuple[int, int, int]


def make_request(wish: Wish, key: str) -> dict[str, Any]:
    """The fields of ``POST /api/add_job``; ``key`` makes a repeated request the same job."""
    request: dict[str, Any] = {
        "name": wish.name,
        "engine": "blender",
        "frames": frames_of(wish),
        "args": {"scene": wish.scene},
        "priority": wish.priority,
        "paused": wish.paused,
        "enable_split_jobs": wish.split,
        "idempotency_key": key,
    }
    if wish.preset:
        request["preset"] = wish.preset
    if wish.exact_version:
        request["engine_version"] = ".".join(map(str, wish.blender))
    return request


def frames_of(wish: Wish) -> str:
    """The frames as text: ``12``, ``1-240``, ``1-240x2`` or what the person typed."""
    if wish.frame_source == CUSTOM:
        return wish.frames.strip()
    if wish.frame_source == CURRENT or wish.start == wish.end:
        return str(wish.current if wish.frame_source == CURRENT else wish.start)
    return f"{wish.start}-{wish.end}" + (f"x{wish.step}" if wish.step > 1 else "")


def state_line(job: dict[str, Any]) -> str:
    """One line about a job: its status in words, how far it is, and why it waits."""
    words = str(job.get("status", "")).replace("_", " ").capitalize()
    if job.get("status") == "running":
        return f"{words}, {job.get('progress', 0):.0%}"
    return f"{words}: {job['reason']}" if job.get("reason") else words


def has_ended(job: dict[str, Any]) -> bool:
    """Whether nothing more will happen to the job by itself."""
    return job.get("status") in {"completed", "error", "cancelled"}
