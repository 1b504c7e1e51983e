"""FFmpeg as Zordon's engine."""
# ruff: noqa: ARG002 - the interface has arguments that other engines need

from collections.abc import Sequence
from pathlib import Path

import msgspec
from msgspec import structs

from zordon_app.domain.jobs import Job, JobPlan, UnitSpec
from zordon_app.domain.messages import JobRequest
from zordon_app.domain.naming import file_stem
from zordon_app.domain.sequences import IMAGE_EXTENSIONS
from zordon_app.engines.base import Argument, Build, Event, Invocation, Probe, ProjectFiles, Report, RunProgram
from zordon_app.engines.ffmpeg.arguments import ARGUMENTS
from zordon_app.engines.ffmpeg.builds import BuildFinder, choose_build
from zordon_app.engines.ffmpeg.commands import Commands
from zordon_app.engines.ffmpeg.entries import finder
from zordon_app.engines.ffmpeg.explain import explain
from zordon_app.engines.ffmpeg.film import Film
from zordon_app.engines.ffmpeg.formats import CONTAINERS
from zordon_app.engines.ffmpeg.joining import join
from zordon_app.engines.ffmpeg.lists import image_list, write_list
from zordon_app.engines.ffmpeg.outline import outline_film, outline_sequence
from zordon_app.engines.ffmpeg.output import read_line
from zordon_app.engines.ffmpeg.plan import check_decoder, check_encoder, make_plan
from zordon_app.engines.ffmpeg.probing import look
from zordon_app.engines.ffmpeg.recipe import cut_of, recipe_of
from zordon_app.engines.ffmpeg.review import review
from zordon_app.engines.ffmpeg.scan import scan_film
from zordon_app.engines.ffmpeg.sequence import find_sequence, is_image, with_coming
from zordon_app.engines.ffmpeg.settings import choose_settings, with_rate
from zordon_app.engines.ffmpeg.threads import limit_threads
from zordon_app.errors import EngineFailed

_FILMS = (
    ".mp4 .mov .m4v .mkv .webm .avi .gif .mpg .mpeg .m2v .vob .ts .m2ts .mts .mxf .wmv .flv .ogv .3gp .dv .y4m .apng"
)
_SEQUENCE_LIST = "zordon-images.ffconcat"


class FfmpegEngine:
    """The Engine of FFmpeg: one process per segment of a film. Safe from several threads."""

    name = "ffmpeg"
    label = "FFmpeg"
    extensions = frozenset(_FILMS.split()) | IMAGE_EXTENSIONS
    export_formats: tuple[str, ...] = tuple(CONTAINERS)
    arguments: tuple[Argument, ...] = ARGUMENTS
    warm = False

    def __init__(self) -> None:
        self._finder = BuildFinder()

    def find_builds(self, folders: Sequence[Path]) -> list[Build]:
        """The embedded program, managed ones, and those on the PATH and in the usual places; newest first."""
        return self._finder.find(folders)

    def choose_build(self, builds: Sequence[Build], saved_with: str, wanted: str | None) -> Build:
        """The version asked for, else the embedded one; ``saved_with`` means nothing here."""
        return choose_build(builds, wanted)

    def look(self, project: Path) -> Probe:
        """What the container and the first picture tell, through PyAV; for images what the first one tells."""
        return look(project)

    def probe(self, project: Path, build: Build, run: RunProgram) -> Probe:
        """The same: the program has nothing to add."""
        return look(project)

    def named_files(self, project: Path) -> list[Path]:
        """The images of a sequence."""
        if not is_image(project):
            return []
        sequence = find_sequence(project)
        return [project.parent / sequence.name(number) for number in sequence.numbers()]

    def files(
        self, project: Path, scratch: Path, *, build: Build | None, run: RunProgram, frames: range
    ) -> ProjectFiles:
        """The film, or all images of the sequence."""
        if not is_image(project):
            return ProjectFiles(main=project, files=(project,))
        sequence = find_sequence(project)
        names = [sequence.name(number) for number in sequence.numbers()]
        return ProjectFiles(main=project, files=tuple(project.parent / name for name in names))

    def plan(self, request: JobRequest, probe: Probe, build: Build, *, title: str) -> JobPlan:
        """Segments that can be cut exactly, else one unit; ``facts["unsplittable"]`` says why.

        Reads all packets of a film once (about a second per gigabyte), since only they tell where its frames are.
        """
        film = with_coming(msgspec.convert(probe.facts, Film), probe.coming)
        warnings = list(probe.warnings)
        settings = choose_settings(request.args, film, warnings)
        check_encoder(settings, build)
        check_decoder(film, settings, build, warnings)
        if film.sequence is not None:
            outline = outline_sequence(request, with_rate(film, request.args), settings, warnings)
        else:
            scan = scan_film(Path(probe.project), film)
            find_entries = finder(Path(probe.project), film, scan)
            outline = outline_film(request, film, scan, settings, warnings, find_entries)
        # Images are looked at one by one; none of them may be missing.
        takes_damage = film.sequence is None and request.args.get("damaged_pictures") != "error"
        title = _title(request, film, title)
        return make_plan(outline, title=title, warnings=warnings, takes_damage=takes_damage)

    def start(self, job: Job, build: Build, *, scratch: Path) -> Invocation:
        """FFmpeg is not warm: it is started for each unit.

        Raises:
            EngineFailed: always.
        """
        raise EngineFailed("FFmpeg renders each unit in a process of its own; run() is the way.")

    def feed(self, job: Job, units: Sequence[UnitSpec], folder: Path) -> str:
        """FFmpeg is not warm and cannot be fed.

        Raises:
            EngineFailed: always.
        """
        raise EngineFailed("FFmpeg renders each unit in a process of its own; run() is the way.")

    def run(self, job: Job, build: Build, unit: UnitSpec, folder: Path) -> Invocation:
        """The command of one segment or of the whole film; for images their list is written into ``folder``."""
        recipe, cut = recipe_of(job), cut_of(unit)
        images = None
        if recipe.film.sequence is not None:
            text = image_list(recipe.film.sequence, Path(job.project).parent, unit.first, unit.last)
            images = write_list(folder / _SEQUENCE_LIST, text)
        commands = Commands(recipe, build, job.project)
        make = commands.segment if cut.is_part else commands.whole
        *looks, last = make(cut, folder / unit.file, images=images)
        return Invocation(argv=last, before=tuple(Invocation(argv=argv) for argv in looks))

    def limit(self, invocation: Invocation, threads: int) -> Invocation:
        """Decoders, filters and encoders; also in the commands that come before."""
        before = tuple(self.limit(command, threads) for command in invocation.before)
        return structs.replace(invocation, argv=limit_threads(invocation.argv, threads), before=before)

    def read(self, line: str) -> list[Event]:
        """The events in one line of output."""
        return read_line(line)

    def explain(self, lines: Sequence[str], exit_status: int) -> str:
        """One sentence why a process ended badly."""
        return explain(lines, exit_status)

    def review(self, job: Job, unit: UnitSpec, artifact: Path, doubt: str) -> list[str]:
        """When pictures of the source are damaged."""
        return review(job, unit, artifact, doubt)

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
        """The segments joined by copy, with sound encoded once and all else from the source."""
        return [join(job, units, folder, out, build, run, report)]

    def help(self, build: Build, run: RunProgram) -> str:
        """FFmpeg's own help."""
        return run(Invocation(argv=(*build.command, "-hide_banner", "-h", "long")), timeout=60.0)


def _title(request: JobRequest, film: Film, title: str) -> str:
    """Images that nobody named give a film the name they share, without the number."""
    shared = film.sequence.prefix.rstrip("_.- ") if film.sequence is not None else ""
    return file_stem(shared) if shared and not request.name else title
