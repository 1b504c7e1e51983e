"""From an outline to the units of a job."""

from msgspec import structs

from zordon_app.domain.jobs import Expected, JobPlan, UnitKind, UnitSpec
from zordon_app.engines.base import Build
from zordon_app.engines.ffmpeg.film import HEVC_ALPHA, SEEKABLE, Film
from zordon_app.engines.ffmpeg.formats import CODECS, CONTAINERS, has_alpha
from zordon_app.engines.ffmpeg.outline import Outline, Piece
from zordon_app.engines.ffmpeg.recipe import Recipe, as_data
from zordon_app.engines.ffmpeg.settings import Settings
from zordon_app.engines.ffmpeg.versions import parse_version
from zordon_app.errors import BadRequest

_READS_HEVC_ALPHA = (8,)


def make_plan(outline: Outline, *, title: str, warnings: list[str], takes_damage: bool = True) -> JobPlan:
    """Units with their files: segments that are joined at the end, or the finished film as the only one."""
    recipe, settings = outline.recipe, outline.recipe.settings
    name = f"{title}.{settings.container}"
    is_joined = len(outline.pieces) > 1
    expected = Expected(
        format=CONTAINERS[settings.container].kind,
        width=recipe.width,
        height=recipe.height,
        frames=outline.frames,
        seconds=outline.seconds,
        leeway=outline.leeway,
        audio=bool(settings.company.sound),
        joined=is_joined,
        lossless="" if is_joined else settings.lossless,
        may_lack=takes_damage,
    )
    units = [
        _make_unit(number, piece, recipe, f"{title}.{number:05d}", takes_damage=takes_damage)
        if is_joined
        else _make_only(piece, name, expected)
        for number, piece in enumerate(outline.pieces)
    ]
    return JobPlan(
        units=tuple(units),
        assemble=is_joined,
        output_file=name,
        reads_parts=is_joined and recipe.film.container in SEEKABLE,
        expected=expected,
        fps=outline.fps,
        warnings=tuple(warnings),
        facts=as_data(recipe),
    )


def check_encoder(settings: Settings, build: Build) -> None:
    """See that a build has what the settings need.

    Raises:
        BadRequest: it was built without that encoder.
    """
    known = build.details.get("encoders")
    for codec in (settings.video_codec, *(track.codec for track in settings.company.sound)):
        if known and codec != "copy" and codec not in known:
            raise BadRequest(
                "FFmpeg {version} here was built without {codec}. Choose another build or codec.",
                code="no_encoder",
                version=build.version,
                codec=codec,
            )


def check_decoder(film: Film, settings: Settings, build: Build, warnings: list[str]) -> None:
    """Tell what a build cannot read of a film."""
    is_wanted = film.alpha_decoder == HEVC_ALPHA and has_alpha(settings.pixel_format)
    if is_wanted and parse_version(build.version) < _READS_HEVC_ALPHA:
        warnings.append(
            f"FFmpeg {build.version} reads no transparency of HEVC: the result is opaque. From 8 on it does."
        )


def _make_unit(number: int, piece: Piece, recipe: Recipe, stem: str, *, takes_damage: bool) -> UnitSpec:
    part = CODECS[recipe.settings.video_codec].part
    expected = Expected(
        format=part,
        width=recipe.width,
        height=recipe.height,
        frames=piece.last - piece.first + 1,
        seconds=(piece.cut.end - piece.cut.start) / 1_000_000,
        lossless=recipe.settings.lossless,
        begin=0.0,
        may_lack=takes_damage,
    )
    return UnitSpec(
        number=number,
        kind=UnitKind.SEGMENT,
        first=piece.first,
        last=piece.last,
        file=f"{stem}.{part}",
        expected=expected,
        detail=as_data(structs.replace(piece.cut, is_part=True)),
    )


def _make_only(piece: Piece, name: str, expected: Expected) -> UnitSpec:
    return UnitSpec(
        number=0,
        kind=UnitKind.SEGMENT,
        first=piece.first,
        last=piece.last,
        file=name,
        expected=expected,
        detail=as_data(piece.cut),
    )
