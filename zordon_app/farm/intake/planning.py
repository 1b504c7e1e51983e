"""What an engine makes of a request: the build that renders it, and the units it comes to."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from msgspec import Struct, structs

from zordon_app.domain.jobs import Existing, Job, JobPlan, MissingFiles
from zordon_app.domain.messages import JobRequest
from zordon_app.domain.naming import file_stem
from zordon_app.engines.arguments import check_arguments
from zordon_app.engines.base import Build, Engine, Probe
from zordon_app.engines.registry import EngineRegistry
from zordon_app.errors import BadRequest, BuildNotFound
from zordon_app.farm.intake.sources import check_place
from zordon_app.farm.interfaces import Builds

OFFERED = "download"
"""The origin of a build that is not here and could be downloaded."""


class Planned(Struct, frozen=True, kw_only=True):
    """A request with all that its preset says, and what its engine makes of it."""

    request: JobRequest
    engine: Engine
    build: Build
    plan: JobPlan


class Planning:
    """Looks into projects and plans their jobs; nothing is written."""

    def __init__(
        self,
        *,
        registry: EngineRegistry,
        builds: Builds,
        presets: Callable[[], dict[str, Any]],
        offers: Callable[[str], Sequence[Build]] = lambda _engine: (),
        coming: Callable[[Sequence[str], Path], list[str]] = lambda _jobs, _folder: [],
        usual: Callable[[str], dict[str, Any]] = lambda _engine: {},
        missing_files: Callable[[], str] = lambda: "warn",
    ) -> None:
        """``usual`` are the arguments of an engine that hold where nothing else is said.

        ``offers`` are builds of an engine that could be downloaded here, where that is allowed.

        ``coming`` are names of files that jobs are still to put into a folder.
        """
        self._registry = registry
        self._builds = builds
        self._presets = presets
        self._offers = offers
        self._coming = coming
        self._usual = usual
        self._missing_files = missing_files

    def look(self, path: Path, *, engine_name: str | None, version: str | None) -> tuple[Engine, Build, Probe]:
        """The engine for a project, the build that would render it, and what the file tells.

        Where none that is here fits, the build is one that can be downloaded; it has no command yet.
        """
        check_place(path)
        engine = self._registry.get(engine_name) if engine_name else self._registry.for_filename(path.name)
        probe = engine.look(path)
        try:
            build = engine.choose_build(self._builds.of(engine.name), probe.saved_with, version)
        except BuildNotFound as nothing_here:
            build = self._offered_build(engine, probe, version, nothing_here)
        return engine, build, probe

    def _offered_build(self, engine: Engine, probe: Probe, version: str | None, nothing_here: BuildNotFound) -> Build:
        try:
            return engine.choose_build(self._offers(engine.name), probe.saved_with, version)
        except BuildNotFound:
            raise nothing_here from None

    def plan(self, request: JobRequest, path: Path, *, local: bool, same: Job | None) -> Planned:
        """What the job of the project at ``path`` comes to.

        ``local``: asked by a program of this machine; ``same`` is the job whose project it takes.

        Raises:
            BadRequest, NotFound: with the sentence for the person.
        """
        engine, build, probe = self.look(path, engine_name=request.engine_name, version=request.engine_version)
        probe.coming = self._coming(request.after, path.parent)
        preset = self._preset(request, engine)
        args = check_arguments(
            {**self._usual(engine.name), **preset.get("params", {}), **request.args},
            engine.arguments,
            engine=engine.label,
            from_this_machine=local,
            kept=same.args if same is not None else {},
        )
        request = structs.replace(request, args=args, **_ways(request, preset, self._missing_files()))
        plan = engine.plan(request, probe, build, title=file_stem(request.name or path.stem))
        _check_plan(plan)
        return Planned(request=request, engine=engine, build=build, plan=plan)

    def _preset(self, request: JobRequest, engine: Engine) -> dict[str, Any]:
        if request.preset is None:
            return {}
        known = self._presets()
        if request.preset not in known:
            raise BadRequest(
                "There is no preset {name!r}. Known: {known}.",
                code="no_preset",
                name=request.preset[:60],
                known=", ".join(sorted(known)),
            )
        preset: dict[str, Any] = known[request.preset]
        if preset["engine"] != engine.name:
            raise BadRequest(
                "The preset {name!r} is for {its}, not {engine}.",
                code="preset_misfit",
                name=request.preset,
                its=preset["engine"],
                engine=engine.name,
            )
        return preset


def _ways(request: JobRequest, preset: dict[str, Any], missing_files: str) -> dict[str, Any]:
    """How to go about it: what the request leaves open, the preset says."""
    existing = request.existing or Existing(preset.get("output", {}).get("existing", Existing.OVERWRITE))
    split = request.enable_split_jobs
    return {
        "existing": existing,
        "missing_files": request.missing_files or MissingFiles(missing_files),
        "enable_split_jobs": preset.get("split", {}).get("enabled", True) if split is None else split,
    }


def _check_plan(plan: JobPlan) -> None:
    if not plan.units:
        raise BadRequest("There is nothing to render: the frame range is empty.", code="frames_empty")
