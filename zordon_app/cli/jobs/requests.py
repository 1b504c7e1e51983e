"""From the options of ``submit`` and ``render`` to requests for jobs."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer
from msgspec import Struct

from zordon_app.cli.terminal.exits import WrongUsage
from zordon_app.client import RenderServerProxy
from zordon_app.client.calls import Json
from zordon_app.client.errors import BadRequest as Refusal
from zordon_app.client.errors import NotFound
from zordon_app.domain.naming import check_encoding
from zordon_app.errors import BadRequest, ZordonError

Files = Annotated[list[Path], typer.Argument(metavar="FILE", help="A .blend, a film, or a sequence (shot_%04d.exr).")]
Preset = Annotated[str, typer.Option("--preset", "-p", help="Named settings; see: zordon presets list")]
Frames = Annotated[str, typer.Option("--frames", "-f", help="Frames, as 1-240 or 1-10x2,15; default: the file's own.")]
Camera = Annotated[
    list[str] | None, typer.Option("--camera", "-c", help="Camera; given several times: a job for each.")
]
Engine = Annotated[str, typer.Option("--engine", "-e", help="Engine and version, as blender@4.5 or ffmpeg.")]
Name = Annotated[str, typer.Option("--name", "-n", help="Name of the job; default: the file's.")]
Format = Annotated[str, typer.Option("--format", help="PNG, OPEN_EXR, JPEG … or for films mp4, mkv, mov …")]
Assign = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="NAME=VALUE", help="Any argument of the engine; see: zordon engines args"),
]
Split = Annotated[
    bool | None,
    typer.Option("--split/--no-split", help="Whether other machines may help; default: as the preset says, else yes."),
]
Priority = Annotated[
    int | None, typer.Option("--priority", min=0, max=100, help="0 to 100; higher goes first; default: 50.")
]
Upload = Annotated[bool, typer.Option("--upload", help="Send the file, also to a Zordon on this machine.")]


class JobOptions(Struct, kw_only=True):
    """What ``submit`` and ``render`` have in common. Empty text and None mean: not said, and so left to the server."""

    preset: str = ""
    frames: str = ""
    cameras: list[str] = []
    engine: str = ""
    name: str = ""
    format: str = ""
    assignments: list[str] = []
    split: bool | None = None
    priority: int | None = None
    output_path: str = ""
    more: Json = {}
    """Fields that only one of the two has; None: not said."""


Sending = Callable[[str], AbstractContextManager[Any]]
"""Shows how a file of that name is sent; gives what is to be called with the bytes done and in all, or None."""


def submit_files(
    client: RenderServerProxy, files: Sequence[Path], options: JobOptions, *, upload: bool, sending: Sending
) -> list[Json]:
    """Add the jobs of all files, one for each camera, or none at all.

    Raises:
        WrongUsage: a file is not there, or an option makes no sense, here or to the server.
    """
    local = client.address.is_local and not upload
    try:
        for file in files:
            _check_file(file, local=local)
        asked = [(file, job_requests(client, file, options)) for file in files]
        created = _add_here(client, asked) if local else _send(client, asked, sending)
    except (Refusal, NotFound, BadRequest) as error:
        raise WrongUsage(str(error)) from error
    return created if isinstance(created, list) else [created]


Asked = Sequence[tuple[Path, list[Json]]]
"""Files, and the jobs that are asked for of each."""


def _add_here(client: RenderServerProxy, asked: Asked) -> Json | list[Json]:
    requests = [{**job, "local_path": str(file.absolute())} for file, jobs in asked for job in jobs]
    return client.create_job(requests)


def _send(client: RenderServerProxy, asked: Asked, sending: Sending) -> Json | list[Json]:
    """One file comes along with its jobs; of several each is sent and kept before the jobs of all are added."""
    if len(asked) == 1:
        [(file, jobs)] = asked
        with sending(file.name) as on_bytes:
            return client.create_job(jobs, file, on_bytes)
    kept: list[str] = []
    try:
        for file, jobs in asked:
            with sending(file.name) as on_bytes:
                kept.append(client.probe({"engine": jobs[0]["engine"], "keep": True}, file, on_bytes)["upload"])
        requests = [{**job, "upload": one} for (_, jobs), one in zip(asked, kept, strict=True) for job in jobs]
        return client.create_job(requests)
    except ZordonError:
        for upload_id in kept:
            client.forget_upload(upload_id)
        raise


def job_requests(client: RenderServerProxy, file: Path, options: JobOptions) -> list[Json]:
    """The requests for one file, without the file."""
    engine, _, version = options.engine.partition("@")
    engine = engine or client.get_engine_for_filename(file.name)
    given = {
        "engine": engine,
        "engine_version": version,
        "name": options.name,
        "preset": options.preset,
        "frames": options.frames,
        "output_path": options.output_path,
        "enable_split_jobs": options.split,
        "priority": options.priority,
        **options.more,
    }
    request: Json = {name: value for name, value in given.items() if value not in ("", None)}
    args = _arguments(client, engine, options)
    if not options.cameras:
        return [{**request, "args": args}]
    several = len(options.cameras) > 1
    stem = options.name or file.stem
    return [
        {**request, "args": {**args, "camera": camera}, **({"name": f"{stem} {camera}"} if several else {})}
        for camera in options.cameras
    ]


def parse_assignments(texts: Sequence[str], arguments: Sequence[Json]) -> Json:
    """``NAME=VALUE`` pairs as values of the kinds that the engine says its arguments have.

    Raises:
        WrongUsage: no pair, an unknown name, or not of that kind.
    """
    kinds = {argument["name"]: argument["kind"] for argument in arguments}
    values: Json = {}
    for text in texts:
        name, equals, value = text.partition("=")
        if not equals:
            raise WrongUsage(f"--set takes NAME=VALUE, not {text[:60]!r}.")
        if name not in kinds:
            raise WrongUsage(f"There is no argument {name[:60]!r}. Known: {', '.join(sorted(kinds))}.")
        values[name] = _value(name, kinds[name], value)
    return values


def _value(name: str, kind: str, text: str) -> Any:
    if kind in ("text", "choice"):
        return text
    if kind == "list" and not text.startswith("["):
        return [part for part in text.split(",") if part]
    words = {"yes": "true", "on": "true", "no": "false", "off": "false"}
    try:
        return msgspec.json.decode(words.get(text.lower(), text))
    except msgspec.DecodeError as error:
        raise WrongUsage(f"The argument {name!r} must be {_KINDS.get(kind, kind)}, not {text[:60]!r}.") from error


_KINDS = {"integer": "a whole number", "number": "a number", "boolean": "yes or no", "list": "a list"}


def _arguments(client: RenderServerProxy, engine: str, options: JobOptions) -> Json:
    args = parse_assignments(options.assignments, client.get_engine_args(engine)) if options.assignments else {}
    if options.format:
        # Engines that make films name their format by the container.
        args["container" if engine == "ffmpeg" else "format"] = options.format
    return args


def _check_file(file: Path, *, local: bool) -> None:
    pattern = any(sign in file.name for sign in "%#")
    if pattern and local and file.parent.is_dir():
        return
    check_encoding(file)
    if not file.exists():
        raise WrongUsage(f"There is no file {str(file)[:200]!r}.")
    if file.is_dir() and not local:
        raise WrongUsage(f"{str(file)[:200]!r} is a folder; to send it, pack it into a .zip first.")
