"""An engine that can be told to misbehave: real processes, real pictures, a project that says what goes wrong where.

``write_project(path, frames=(1, 48), faults={7: {"how": "half", "times": 1}})`` makes a ``.fake`` project (warm) or a
``.cold`` one (a process per frame). Faults are named in ``fake_program.py``. ``plugin`` makes a folder that, put on
``PYTHONPATH``, offers both engines to any Zordon process through the entry points that third parties use.
"""

import json
import sys
from pathlib import Path
from typing import Any

from tests.fakes.patience import HANG_SECONDS
from zordon_app.domain.frames import parse_frames
from zordon_app.domain.jobs import Expected, JobPlan, UnitKind, UnitSpec
from zordon_app.engines.base import Argument, ArgumentKind, Build, Event, EventKind, Invocation, Probe, ProjectFiles
from zordon_app.errors import BadRequest, BuildNotFound, EngineFailed

PROGRAM = Path(__file__).with_name("fake_program.py")
ENDINGS = {"png": ".png", "jpeg": ".jpg", "openexr": ".exr"}
_KINDS = frozenset(kind.value for kind in EventKind)


def write_project(path: Path, frames: tuple[int, int] = (1, 4), **content: Any) -> Path:
    """A project of the fake engine; keys of ``faults`` are frame numbers."""
    faults = {str(frame): fault for frame, fault in content.pop("faults", {}).items()}
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({"fake": 1, "frames": frames, "faults": faults, **content}), encoding="utf-8")
    return path


def plugin(folder: Path) -> Path:
    """Make a distribution in ``folder`` that offers the fake engines as a third party would; returns ``folder``."""
    info = folder / "zordon_fake_engine-1.0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: zordon-fake-engine\nVersion: 1.0\n", encoding="utf-8")
    points = "[zordon.engines]\nfake = tests.fakes.engine:FakeEngine\ncold = tests.fakes.engine:ColdEngine\n"
    (info / "entry_points.txt").write_text(points, encoding="utf-8")
    return folder


class FakeEngine:
    name = "fake"
    label = "Fake"
    extensions = frozenset({".fake"})
    export_formats = ("PNG", "JPEG", "OPEN_EXR")
    arguments = (
        Argument(name="samples", kind=ArgumentKind.INTEGER, label="Samples", minimum=1, maximum=4096),
        Argument(name="device", kind=ArgumentKind.CHOICE, label="Device", choices=("CPU", "GPU")),
        Argument(name="bright", kind=ArgumentKind.NUMBER, label="Brightness", minimum=0, maximum=10),
        Argument(name="title", kind=ArgumentKind.TEXT, label="Title"),
        Argument(name="deep", kind=ArgumentKind.BOOLEAN, label="Deep"),
        Argument(name="raw", kind=ArgumentKind.TEXT, label="Raw arguments", local_only=True),
    )
    warm = True

    def __init__(self, versions: tuple[str, ...] = ("1.0",)) -> None:
        self._versions = versions

    def find_builds(self, folders):
        command = (sys.executable, "-I", str(PROGRAM))
        return [
            Build(engine=self.name, version=version, command=command, origin="system", sha256=f"{version}-sha")
            for version in self._versions
        ]

    def choose_build(self, builds, saved_with, wanted):
        for build in builds:
            if not wanted or build.version == wanted or build.version.startswith(f"{wanted}."):
                return build
        here = ", ".join(build.version for build in builds) or "none"
        raise BuildNotFound(f"{self.label} {wanted or ''} is not installed here. Here: {here}.")

    def look(self, project):
        content = _read(project)
        first, last = content["frames"]
        return Probe(engine=self.name, project=str(project), start_frame=first, end_frame=last, facts=content)

    def probe(self, project, build, run):
        return self.look(project)

    def named_files(self, project):
        return [project.parent / name for name in _read(project).get("named", [])]

    def files(self, project, scratch, *, build, run, frames):
        return ProjectFiles(main=project, files=(project,), missing=tuple(_read(project).get("missing", ())))

    def plan(self, request, probe, build, *, title):
        content = probe.facts
        if content.get("opening") == "no camera":
            raise BadRequest("The scene 'Fake' has no camera to render with.")
        first = request.start_frame if request.start_frame is not None else content["frames"][0]
        last = request.end_frame if request.end_frame is not None else content["frames"][1]
        kind = content.get("format", "png")
        width, height = content.get("size", [64, 36])
        expected = Expected(format=kind, width=width, height=height)
        units = tuple(
            UnitSpec(
                number=frame,
                kind=UnitKind.FRAME,
                first=frame,
                last=frame,
                file=f"{title}_{frame:04d}{ENDINGS[kind]}",
                expected=expected,
            )
            for frame in parse_frames(request.frames or f"{first}-{last}")
        )
        return JobPlan(
            units=units,
            fps=24.0,
            assemble="assemble" in content,
            output_file=content.get("film", "film.png") if "assemble" in content else "",
            expected=expected if "assemble" in content else None,
        )

    def start(self, job, build, *, scratch):
        return _invoke(job, build, "warm")

    def feed(self, job, units, folder):
        chunk = {
            "frames": [unit.number for unit in units],
            "folder": str(folder),
            "names": {str(unit.number): unit.file for unit in units},
        }
        return json.dumps(chunk) + "\n"

    def run(self, job, build, unit, folder):
        return _invoke(job, build, "one", str(unit.number), str(folder), unit.file)

    def limit(self, invocation, threads):
        return invocation

    def read(self, line):
        if not line.startswith("@@"):
            return []
        content = json.loads(line[2:])
        kind = content.pop("kind")
        return [Event(kind=EventKind(kind), **content)] if kind in _KINDS else []

    def explain(self, lines, exit_status):
        last = lines[-1] if lines else "It printed nothing."
        return f"The fake program ended with status {exit_status}: {last[:200]}"

    def review(self, job, unit, artifact, doubt):
        return []

    def assemble(self, job, units, folder, out, build, run, report):
        report("Joining the parts", 0.5)
        names = [unit.file for unit in units]
        try:
            run(_invoke(job, build, "join", str(folder), str(out), *names), timeout=HANG_SECONDS)
        except EngineFailed:
            report("Joining the parts failed", 0.9)
            raise
        return sorted(out.iterdir())

    def help(self, build, run):
        return "The fake engine's help."


class ColdEngine(FakeEngine):
    """The same with a process per frame."""

    name = "cold"
    label = "Cold"
    extensions = frozenset({".cold"})
    warm = False


def _invoke(job, build, *rest):
    return Invocation(argv=(*build.command, *rest), env={"FAKE_PROJECT": job.project})


def _read(project: Path) -> dict[str, Any]:
    try:
        content = json.loads(project.read_bytes())
    except FileNotFoundError:
        raise BadRequest(f"There is no file {project}.") from None
    except (OSError, ValueError) as error:
        raise BadRequest(f"{project.name} is not a project of the fake engine.") from error
    if not isinstance(content, dict) or "fake" not in content:
        raise BadRequest(f"{project.name} is not a project of the fake engine.")
    return content
