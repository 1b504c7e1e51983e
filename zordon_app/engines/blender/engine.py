"""Blender as Zordon's engine."""
# ruff: noqa: ARG002 - the interface has arguments that other engines need

import json
import os
import shlex
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from msgspec import structs

from zordon_app.domain.jobs import Job, JobPlan, UnitSpec
from zordon_app.domain.messages import JobRequest
from zordon_app.engines.base import Argument, Build, Event, Invocation, Probe, ProjectFiles, Report, RunProgram
from zordon_app.engines.blender.arguments import ARGUMENTS, OFFERED_FORMATS
from zordon_app.engines.blender.builds import BuildFinder
from zordon_app.engines.blender.choose import choose_build
from zordon_app.engines.blender.explain import explain
from zordon_app.engines.blender.files import files_by_tracer, files_told
from zordon_app.engines.blender.header import read_header
from zordon_app.engines.blender.look import look, make_probe, named_files
from zordon_app.engines.blender.output import read_line, read_marked
from zordon_app.engines.blender.plan import make_plan
from zordon_app.errors import BadRequest, EngineFailed

_SCRIPT_OPTION = "--python"

_SECONDS_TO_PROBE = 300.0
"""A heavy file (146 MB) took 2 s to load; some are a hundred times as large, on slow disks."""


class BlenderEngine:
    """The Engine of Blender: one warm process per job, fed chunks of frames. Safe from several threads."""

    name = "blender"
    label = "Blender"
    extensions = frozenset({".blend"})
    export_formats: tuple[str, ...] = OFFERED_FORMATS
    arguments: tuple[Argument, ...] = ARGUMENTS
    warm = True

    def __init__(self) -> None:
        self._finder = BuildFinder()

    def find_builds(self, folders: Sequence[Path]) -> list[Build]:
        """Programs on the PATH and in the usual places, managed ones, and Pythons with ``bpy``; newest first."""
        return self._finder.find(folders)

    def choose_build(self, builds: Sequence[Build], saved_with: str, wanted: str | None) -> Build:
        """The newest patch of the file's version, else the next newer; never an older one."""
        return choose_build(builds, saved_with, wanted)

    def look(self, project: Path) -> Probe:
        """What the file itself tells, in tens of milliseconds."""
        return look(project)

    def probe(self, project: Path, build: Build, run: RunProgram) -> Probe:
        """Open the file in Blender (scripts off) and ask it.

        Raises:
            BadRequest: not a .blend, or Blender cannot open it.
        """
        header = read_header(project)
        with tempfile.TemporaryDirectory(prefix="zordon-probe-") as scratch:
            invocation = _invoke(build, {"mode": "probe", "project": str(project), "settings": {}}, Path(scratch))
            output = _run_probe(run, invocation)
        facts = read_marked(output, "probe")
        if facts is None:
            raise BadRequest(
                "Blender {version} cannot open {name}: {why}",
                code="cannot_open",
                version=build.version,
                name=project.name,
                why=explain(output.splitlines(), 1),
            )
        facts.pop("kind", None)
        return make_probe(project, header, facts | {"complete": True})

    def named_files(self, project: Path) -> list[Path]:
        """Libraries, textures, sounds and the like, where there is a tracer for this Python."""
        return named_files(project)

    def files(
        self, project: Path, scratch: Path, *, build: Build | None, run: RunProgram, frames: range
    ) -> ProjectFiles:
        """The .blend with its libraries, textures, caches and sequences, as Blender itself names them.

        Raises:
            BadRequest: Blender cannot open it.
        """
        if build is None:
            return files_by_tracer(project, scratch)
        config = {
            "mode": "travel",
            "project": str(project),
            "settings": {},
            "frames": [frames.start, frames.stop - 1],
            "scratch": str(scratch),
        }
        with tempfile.TemporaryDirectory(prefix="zordon-files-") as own:
            return files_told(project, _run_probe(run, _invoke(build, config, Path(own))))

    def plan(self, request: JobRequest, probe: Probe, build: Build, *, title: str) -> JobPlan:
        """One unit per frame."""
        plan = make_plan(request, probe, build, title=title)
        # Helpers have to have a studio's colours too (``inside/zordon_helping.py``).
        settings = plan.facts["settings"] | {"own_colors": bool(os.environ.get("OCIO"))}
        return structs.replace(plan, facts=plan.facts | {"settings": settings})

    def start(self, job: Job, build: Build, *, scratch: Path) -> Invocation:
        """The session's command; what to render is in its environment, so that no path is taken for an option."""
        settings: dict[str, Any] = job.facts.get("settings", {})
        lacks = [*settings.get("known_missing", ()), *job.facts.get("missing", ())]
        config = {
            "mode": "render",
            "project": job.project,
            "settings": settings | {"known_missing": lacks},
            "is_helper": job.parent is not None,
        }
        return _invoke(build, config, scratch, raw=str(job.args.get("raw") or ""))

    def feed(self, job: Job, units: Sequence[UnitSpec], folder: Path) -> str:
        """One line of JSON."""
        ordered = sorted(units, key=lambda unit: unit.number)
        chunk = {
            "frames": [unit.number for unit in ordered],
            "folder": str(folder),
            "names": {str(unit.number): unit.file for unit in ordered},
        }
        return json.dumps(chunk) + "\n"

    def run(self, job: Job, build: Build, unit: UnitSpec, folder: Path) -> Invocation:
        """Blender is warm: it is never started for one unit.

        Raises:
            EngineFailed: always.
        """
        raise EngineFailed("Blender renders in warm sessions; start() and feed() are the way.")

    def limit(self, invocation: Invocation, threads: int) -> Invocation:
        """For scenes by the session's script, which the module needs; for all of the program by its own option."""
        argv, env = invocation.argv, invocation.env | {"ZORDON_BLENDER_THREADS": str(threads)}
        if _SCRIPT_OPTION in argv:
            place = argv.index(_SCRIPT_OPTION)
            argv = (*argv[:place], "--threads", str(threads), *argv[place:])
        return structs.replace(invocation, argv=argv, env=env)

    def read(self, line: str) -> list[Event]:
        """The events in one line of output."""
        return read_line(line)

    def explain(self, lines: Sequence[str], exit_status: int) -> str:
        """One sentence why a session ended badly."""
        return explain(lines, exit_status)

    def review(self, job: Job, unit: UnitSpec, artifact: Path, doubt: str) -> list[str]:
        """Nothing: what Blender prints is told as it comes."""
        return []

    def assemble(
        self,
        job: Job,
        units: Sequence[UnitSpec],
        folder: Path,
        out: Path,
        build: Build,
        run: RunProgram,
        report: Report,
    ) -> list[Path]:
        """Frames are the result; there is nothing to join."""
        return []

    def help(self, build: Build, run: RunProgram) -> str:
        """Blender's own ``--help``; the module has none."""
        if build.origin == "bpy":
            return f"Blender {build.version} as the Python module bpy: it has no command line and so no help text."
        return run(Invocation(argv=(*build.command, "--background", "--help")), timeout=60.0)


def _run_probe(run: RunProgram, invocation: Invocation) -> str:
    try:
        return run(invocation, timeout=_SECONDS_TO_PROBE)
    except EngineFailed as error:
        # What the script said is in the last lines, and is the sentence for the person.
        raise BadRequest(explain(str(error).splitlines(), 1)) from error


def _invoke(build: Build, config: dict[str, Any], scratch: Path, *, raw: str = "") -> Invocation:
    settings: dict[str, Any] = config["settings"]
    allow = bool(settings.get("allow_scripts"))
    session = str(Path(__file__).parent / "inside" / "session.py")
    env = _private_folders(scratch) | {"ZORDON_BLENDER_SESSION": json.dumps(config | {"allow_scripts": allow})}
    if build.origin == "bpy":
        return Invocation(argv=(*build.command, session), env=env)
    # A person's add-ons and preferences must not change frames; order matters: options act from left to right.
    scripts = "--enable-autoexec" if allow else "--disable-autoexec"
    options = ("--background", "--factory-startup", scripts, *shlex.split(raw))
    return Invocation(argv=(*build.command, *options, _SCRIPT_OPTION, session), env=env)


def _private_folders(scratch: Path) -> dict[str, str]:
    """Blender's own folders, crash notes and temporary files stay in the session's scratch folder."""
    kinds = ("RESOURCES", "CONFIG", "SCRIPTS", "DATAFILES", "EXTENSIONS")
    blender = {f"BLENDER_USER_{kind}": os.fspath(scratch) for kind in kinds}
    return blender | dict.fromkeys(("TMPDIR", "TEMP", "TMP"), os.fspath(scratch))
