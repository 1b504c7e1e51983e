"""From a request to a job: everything that can be wrong is found before anything is written."""

import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from msgspec import structs

from zordon_app.domain.callers import Caller, Upload
from zordon_app.domain.frames import format_frames
from zordon_app.domain.ids import JobId, NodeId, new_job_id
from zordon_app.domain.jobs import Existing, Job, JobPlan, Unit
from zordon_app.domain.messages import JobRequest
from zordon_app.domain.naming import check_encoding, file_stem
from zordon_app.domain.reasons import PREPARING, QUEUED
from zordon_app.domain.sequences import first_of_each
from zordon_app.domain.statuses import JobStatus
from zordon_app.engines.arguments import check_arguments
from zordon_app.engines.base import Build, Engine, Probe
from zordon_app.engines.registry import EngineRegistry
from zordon_app.errors import BadRequest, BuildNotFound, Forbidden
from zordon_app.farm.intake.replacing import check_replaceable
from zordon_app.farm.intake.sources import Source, project_of
from zordon_app.farm.interfaces import Builds, Clock, Outputs

OFFERED = "download"
"""The origin of a build that is not here and could be downloaded."""

LONGEST_ENDING = 16


class Intake:
    """Turns requests into jobs with their units."""

    def __init__(
        self,
        *,
        registry: EngineRegistry,
        builds: Builds,
        outputs: Outputs,
        presets: Callable[[], dict[str, Any]],
        unpack: Callable[[Path, Path], object],
        clock: Clock,
        jobs_folder: Path,
        output_root: Callable[[], Path],
        offers: Callable[[str], Sequence[Build]] = lambda _engine: (),
        coming: Callable[[Sequence[str], Path], list[str]] = lambda _jobs, _folder: [],
    ) -> None:
        """``unpack`` opens an archive safely into a folder; ``output_root`` is where owned output folders go.

        ``offers`` are builds of an engine that could be downloaded here, where that is allowed; ``coming`` are names of
        files that jobs are still to put into a folder.
        """
        self._registry = registry
        self._builds = builds
        self._outputs = outputs
        self._presets = presets
        self._unpack = unpack
        self._clock = clock
        self._jobs_folder = jobs_folder
        self._output_root = output_root
        self._offers = offers
        self._coming = coming

    def prepare(
        self, request: JobRequest, *, caller: Caller, upload: Upload | None, find: Callable[[str], Job | None]
    ) -> tuple[Job, list[Unit]]:
        """The job and its ledger; nothing is stored yet. ``discard`` undoes the folders made here.

        ``find`` gives the other jobs that the request names.

        Raises:
            BadRequest, Forbidden, NotFound: with the sentence for the person.
        """
        _check_request(request, local=caller.local, find=find)
        job_id = new_job_id()
        try:
            source = self._source(job_id, request, upload, find)
            return self._prepare(job_id, request, source, local=caller.local, find=find)
        except BaseException:
            self.discard(job_id)
            raise

    def plan(
        self, request: JobRequest, path: Path, *, caller: Caller, find: Callable[[str], Job | None]
    ) -> tuple[Build, JobPlan]:
        """What ``prepare`` would make of a request for the project at ``path``; nothing is written or copied.

        Raises:
            BadRequest, Forbidden, NotFound: as there.
        """
        _check_request(request, local=caller.local, find=find)
        _request, _engine, build, plan = self._plan(request, path, local=caller.local, find=find)
        return build, plan

    def discard(self, job_id: JobId) -> None:
        """Remove the folder of a job that was not created after all."""
        shutil.rmtree(self._jobs_folder / job_id, ignore_errors=True)

    def look(self, path: Path, *, engine_name: str | None, version: str | None) -> tuple[Engine, Build, Probe]:
        """The engine for a project, the build that would render it, and what the file tells.

        Where none that is here fits, the build is one that can be downloaded; it has no command yet.
        """
        _check_place(path)
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

    def _prepare(
        self, job_id: JobId, request: JobRequest, source: Source, *, local: bool, find: Callable[[str], Job | None]
    ) -> tuple[Job, list[Unit]]:
        request, engine, build, plan = self._plan(request, source.path, local=local, find=find)
        replaced = find(request.replaces or "")
        name = request.name or source.path.stem
        output, owned = self._output_folder(request, name, replaced)
        job = self._job(job_id, request, source, engine, build, plan, name=name, output=output, owned=owned)
        if not (owned and replaced is not None and str(output) == replaced.output_path):
            self._outputs.make(output, job_id, owned=owned)
        return job, [Unit(spec=spec) for spec in plan.units]

    def _plan(
        self, request: JobRequest, path: Path, *, local: bool, find: Callable[[str], Job | None]
    ) -> tuple[JobRequest, Engine, Build, JobPlan]:
        """The request with all that its preset says, and what its engine makes of it."""
        engine, build, probe = self.look(path, engine_name=request.engine_name, version=request.engine_version)
        probe.coming = self._coming(request.after, path.parent)
        preset = self._preset(request, engine)
        same = find(request.project_of or "")
        args = check_arguments(
            {**preset.get("params", {}), **request.args},
            engine.arguments,
            engine=engine.label,
            from_this_machine=local,
            kept=same.args if same is not None else {},
        )
        request = structs.replace(request, args=args, **_ways(request, preset))
        plan = engine.plan(request, probe, build, title=file_stem(request.name or path.stem))
        _check_plan(plan)
        return request, engine, build, plan

    def _source(
        self, job_id: JobId, request: JobRequest, upload: Upload | None, find: Callable[[str], Job | None]
    ) -> Source:
        other = find(request.project_of or "")
        if other is not None:
            if upload is not None or request.local_path is not None:
                raise BadRequest("Give one project: a file, a path, or another job's with project_of.")
            return project_of(other, self._jobs_folder, job_id)
        if upload is not None:
            path = self._keep_upload(job_id, upload)
        elif request.local_path is not None:
            path = Path(request.local_path).expanduser()
            _check_local_path(path, request.local_path)
        else:
            raise BadRequest(
                "The job has no project: upload a file, give its path on this machine as local_path, or take that of "
                "another job with project_of."
            )
        if path.suffix.lower() == ".zip":
            return Source(path=self._open_archive(job_id, path, request.engine_name), owned=True)
        return Source(path=path.absolute(), owned=upload is not None)

    def _keep_upload(self, job_id: JobId, upload: Upload) -> Path:
        folder = self._jobs_folder / job_id / "project"
        folder.mkdir(parents=True, exist_ok=True)
        suffix = Path(upload.filename).suffix.lower()
        # No longer ending than that of any kind of file: what comes from outside must fit into a name.
        is_ending = suffix[1:].isalnum() and len(suffix.encode()) <= LONGEST_ENDING
        kept = folder / (file_stem(Path(upload.filename).stem) + (suffix if is_ending else ""))
        # A hard link: several jobs of one request share the bytes, and each may be deleted on its own.
        kept.hardlink_to(upload.path)
        return kept

    def _open_archive(self, job_id: JobId, archive: Path, engine_name: str | None) -> Path:
        folder = self._jobs_folder / job_id / "unpacked"
        self._unpack(archive, folder)
        engines = [self._registry.get(engine_name)] if engine_name else self._registry.all()
        for engine in engines:
            projects = [
                path for path in folder.rglob("*") if path.is_file() and path.suffix.lower() in engine.extensions
            ]
            depth = min((len(path.parts) for path in projects), default=0)
            # Numbered images are one project together, named by the first of them.
            shallow = first_of_each(path for path in projects if len(path.parts) == depth)
            if len(shallow) == 1:
                return shallow[0]
            if shallow:
                names = ", ".join(sorted(path.name for path in shallow)[:5])
                raise BadRequest(
                    "The archive holds several projects ({names}). Pack one, or put the others into folders.",
                    code="many_projects",
                    names=names,
                )
        raise BadRequest("The archive holds no project file that an engine takes.", code="no_project_inside")

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

    def _output_folder(self, request: JobRequest, name: str, replaced: Job | None) -> tuple[Path, bool]:
        """Where the output goes and whether it is the job's own; a folder that was made for ``replaced`` is free."""
        if request.output_path is not None:
            folder = Path(request.output_path).expanduser()
            if "\0" in request.output_path or not folder.is_absolute():
                raise BadRequest(
                    "output_path must be a whole path, not {path!r}.",
                    code="output_path",
                    path=request.output_path[:100],
                )
            return folder, False
        root, stem = self._output_root(), file_stem(name)
        candidate, number = root / stem, 2
        free = Path(replaced.output_path) if replaced is not None and replaced.owns_output else None
        while candidate.exists() and candidate != free:
            candidate, number = root / f"{stem}-{number}", number + 1
        return candidate, True

    def _job(
        self,
        job_id: JobId,
        request: JobRequest,
        source: Source,
        engine: Engine,
        build: Build,
        plan: JobPlan,
        *,
        name: str,
        output: Path,
        owned: bool,
    ) -> Job:
        status, reason = _first_status(request)
        if build.origin == OFFERED and status in {JobStatus.NOT_STARTED, JobStatus.CONFIGURING}:
            status, reason = JobStatus.CONFIGURING, f"{engine.label} {build.version} is not installed here."
        return Job(
            id=job_id,
            name=name,
            engine=engine.name,
            build=build.ref,
            project=str(source.path),
            owns_project=source.owned,
            args=request.args,
            frames=_asked_frames(request, plan),
            start_frame=min(unit.first for unit in plan.units),
            end_frame=max(unit.last for unit in plan.units),
            output_path=str(output),
            owns_output=owned,
            existing=request.existing or Existing.OVERWRITE,
            priority=request.priority,
            status=status,
            reason=reason,
            resume_to=_unpaused_status(request) if request.paused else "",
            enable_split_jobs=request.may_split,
            parent=request.parent,
            child_jobs=request.child_jobs,
            after=[JobId(other) for other in request.after],
            start_at=request.start_at,
            nodes=[NodeId(node) for node in request.nodes],
            max_attempts=request.max_attempts,
            preset=request.preset or "",
            created_at=self._clock.now(),
            warnings=list(plan.warnings),
            assemble=plan.assemble,
            reads_parts=plan.reads_parts,
            output_file=plan.output_file,
            expected=plan.expected,
            fps=plan.fps,
            facts=plan.facts,
        )


def _asked_frames(request: JobRequest, plan: JobPlan) -> str:
    """The frames that the request names, however it does; empty where it leaves them to the project."""
    if request.frames or (request.start_frame is None and request.end_frame is None):
        return request.frames or ""
    return format_frames(frame for unit in plan.units for frame in range(unit.first, unit.last + 1))


def _ways(request: JobRequest, preset: dict[str, Any]) -> dict[str, Any]:
    """How to go about it: what the request leaves open, the preset says."""
    existing = request.existing or Existing(preset.get("output", {}).get("existing", Existing.OVERWRITE))
    split = request.enable_split_jobs
    return {
        "existing": existing,
        "enable_split_jobs": preset.get("split", {}).get("enabled", True) if split is None else split,
    }


def _check_request(request: JobRequest, *, local: bool, find: Callable[[str], Job | None]) -> None:
    if request.engine and request.renderer and request.engine != request.renderer:
        raise BadRequest("engine and renderer are two names of one field; they must not differ.")
    if not local:
        _check_no_new_path(request, find)
    if request.start_frame is not None and request.end_frame is not None and request.start_frame > request.end_frame:
        raise BadRequest(
            "The frame range runs backwards: {start} is after {end}.",
            code="frames_backwards",
            start=request.start_frame,
            end=request.end_frame,
        )
    if request.frames is not None and (request.start_frame is not None or request.end_frame is not None):
        raise BadRequest("Give either frames or start_frame and end_frame, not both.")
    if request.start_at is not None and request.start_at.tzinfo is None:
        raise BadRequest("start_at needs a time zone, as in 2026-01-31T22:00:00Z.")
    _check_named(request, find)


def _check_no_new_path(request: JobRequest, find: Callable[[str], Job | None]) -> None:
    """From elsewhere only the folder is taken that the replaced job has already."""
    replaced = find(request.replaces or "")
    has_new_output = request.output_path is not None and (
        replaced is None or request.output_path != replaced.output_path
    )
    if request.local_path is not None or has_new_output:
        raise Forbidden(
            "Paths of this machine (local_path, output_path) are taken only from programs on it. Upload the file.",
            code="paths_elsewhere",
        )


def _check_named(request: JobRequest, find: Callable[[str], Job | None]) -> None:
    """The other jobs that a request names."""
    named = [("after", other) for other in request.after]
    named += [(field, other) for field in ("project_of", "replaces") if (other := getattr(request, field)) is not None]
    for field, other in named:
        if find(other) is None:
            raise BadRequest(f"{field} names a job that does not exist: {other[:60]!r}.")
    if request.replaces is not None and (replaced := find(request.replaces)) is not None:
        check_replaceable(replaced)
    if request.replaces in request.after:
        raise BadRequest("A job cannot come after the one that it replaces.")


def _check_local_path(path: Path, text: str) -> None:
    if "\0" in text or not path.is_absolute():
        raise BadRequest("local_path must be a whole path, not {path!r}.", code="project_path", path=text[:100])
    _check_place(path)


def _check_place(path: Path) -> None:
    """A path that is not there may be the pattern of a sequence; reading a pipe or a device would never end."""
    shown = str(path)[:200]
    check_encoding(path)
    try:
        has_folder = path.parent.is_dir()
        is_odd = path.exists() and not path.is_file() and not path.is_dir()
    except OSError as error:
        raise BadRequest(
            "{path!r} cannot be read: {why}.", code="unreadable", path=shown, why=error.strerror
        ) from error
    if not has_folder:
        raise BadRequest("There is no file {path!r} on this machine.", code="no_file", path=shown)
    if is_odd:
        raise BadRequest("{path!r} is not a file.", code="not_a_file", path=shown)


def _check_plan(plan: JobPlan) -> None:
    if not plan.units:
        raise BadRequest("There is nothing to render: the frame range is empty.", code="frames_empty")


def _first_status(request: JobRequest) -> tuple[JobStatus, str]:
    if request.paused:
        return JobStatus.PAUSED, "Added as paused. Resume it when you are ready."
    status = JobStatus(_unpaused_status(request))
    return status, {JobStatus.CONFIGURING: PREPARING, JobStatus.SCHEDULED: "Waits for its turn."}.get(status, QUEUED)


def _unpaused_status(request: JobRequest) -> str:
    if request.after or request.start_at is not None:
        return JobStatus.SCHEDULED
    return JobStatus.CONFIGURING if request.existing == Existing.SKIP else JobStatus.NOT_STARTED
