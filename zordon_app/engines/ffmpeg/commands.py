"""FFmpeg's command lines. Paths come last of all and only as ``file:``; nothing from outside is an option."""

import shlex
from collections.abc import Sequence
from pathlib import Path

from zordon_app.domain.jobs import proof_of
from zordon_app.engines.base import Build
from zordon_app.engines.ffmpeg.codecs import pass_options, picture_options
from zordon_app.engines.ffmpeg.film import SAFE_PROTOCOLS, file_url, source_options, source_url
from zordon_app.engines.ffmpeg.formats import CODECS, CONTAINERS, has_alpha
from zordon_app.engines.ffmpeg.recipe import Cut, Recipe
from zordon_app.engines.ffmpeg.shape import shape_filters, shape_options
from zordon_app.engines.ffmpeg.versions import keep_time_base, keep_times

_SAFE_INPUT = ("-protocol_whitelist", SAFE_PROTOCOLS)
_IMAGES = "image2,png_pipe,jpeg_pipe,exr_pipe,tiff_pipe,dpx_pipe,bmp_pipe,webp_pipe"
_PALETTE = "zordon-palette.png"


class Commands:
    """The command lines of one job with one build."""

    def __init__(self, recipe: Recipe, build: Build, project: str) -> None:
        """``project`` is the path of the source on this machine, or the address where it is read in parts."""
        self._recipe = recipe
        self._settings = recipe.settings
        self._build = build
        self._project = project

    def segment(self, cut: Cut, out: Path, *, images: Path | None = None) -> list[tuple[str, ...]]:
        """Encode a part of the picture, without sound, to be joined later. ``images`` is the list of a sequence."""
        # The filters end it at the same place; with this FFmpeg need not read on to see that.
        limit = ("-frames:v", str(cut.frames)) if cut.frames else ()
        proof = self._proof(self._when(cut), out, limit)
        argv = [*self._head(), *self._picture(cut, images), *proof, *self._encode(self._filters(cut)), *limit]
        part = CODECS[self._settings.video_codec].part
        return [(*argv, "-f", part, file_url(out))]

    def whole(self, cut: Cut, out: Path, *, images: Path | None = None) -> list[tuple[str, ...]]:
        """Make the finished film at once; two commands where the film is looked through first."""
        picture = [*self._head(), *self._picture(cut, images)]
        # Not by -frames:v, at which 5.1 ends the sound too.
        filters = self._filters(cut)
        if self._settings.container == "gif":
            return self._gif(picture, filters, out)
        # Of one input alone jumps in its time stamps are mended for picture and sound alike.
        side = self._side() if cut.seek != self._recipe.timing.seek else ()
        finish = self._finish(out, side=None if images is not None else 1 if side else 0)
        if not self._settings.two_pass:
            proof = self._proof(self._when(cut), out, self._part())
            return [(*picture, *side, *proof, *self._encode(filters), *finish)]
        look = (*picture, *self._encode(filters), *pass_options(self._settings, 1), *self._part(), "-f", "null", "-")
        return [look, (*picture, *side, *self._encode(filters), *pass_options(self._settings, 2), *finish)]

    def join(self, segments: Path, out: Path) -> tuple[str, ...]:
        """Put segments behind each other by copy, with sound and all else from the source."""
        delay = self._recipe.timing.delay
        late = ("-itsoffset", f"{delay:.6f}") if delay else ()
        parts = ("-format_whitelist", "concat,mov", "-safe", "0", "-f", "concat", "-i", file_url(segments))
        side = self._side()
        argv = [*self._head(), *_SAFE_INPUT, *late, *parts, *side, "-map", "0:v:0", "-c:v", "copy"]
        return (*argv, *self._finish(out, side=1 if side else None))

    def _head(self) -> tuple[str, ...]:
        said = ("-hide_banner", "-loglevel", "level+warning", "-nostats", "-progress", "pipe:1", "-stats_period", "0.5")
        return (*self._build.command, *said, "-nostdin", "-y")

    def _picture(self, cut: Cut, images: Path | None) -> tuple[str, ...]:
        film = self._recipe.film
        if images is None:
            return self._source(_seek(cut.seek))
        layer = ("-layer", film.layer) if film.layer else ()
        rate = ("-r", film.fps)
        shape = shape_options(film, self._build)
        return (
            *(*_SAFE_INPUT, "-format_whitelist", f"concat,{_IMAGES}", "-safe", "0", *layer, *rate, *shape),
            *("-f", "concat", "-i", file_url(images)),
        )

    def _side(self) -> tuple[str, ...]:
        """The source once more, for everything but the picture: cut at the exact time of the first frame."""
        film = self._recipe.film
        if film.sequence is not None:
            return ()
        return self._source(_seek(self._recipe.timing.seek))

    def _source(self, seek: tuple[str, ...]) -> tuple[str, ...]:
        film = self._recipe.film
        is_wanted = film.alpha_decoder and has_alpha(self._settings.pixel_format)
        decoder = ("-vcodec", film.alpha_decoder) if is_wanted else ()
        way = (*decoder, "-f", film.container, "-i", source_url(self._project))
        return (*source_options(self._project), *seek, *shape_options(film, self._build), *way)

    def _picture_map(self) -> str:
        return f"0:{self._recipe.film.video}"

    def _encode(self, filters: list[str]) -> list[str]:
        settings = self._settings
        chosen = ["-map", self._picture_map()]
        if settings.video_codec == "copy":
            return [*chosen, "-c:v", "copy"]
        options = [*chosen, "-vf", ",".join(filters or ["null"]), *picture_options(settings)]
        return [*options, *self._times(), *shlex.split(settings.raw)]

    def _proof(self, when: list[str], out: Path, limit: Sequence[str]) -> list[str]:
        """Beside the picture: a list of the hashes of the source's frames, with which the result is compared."""
        compared = self._settings.lossless
        if not compared:
            return []
        # A source that changes its size must not be scaled to be compared: then it would look as if nothing were lost.
        way = ["-noautoscale", "-c:v", "rawvideo", "-pix_fmt", compared, *self._times()]
        way += ["-f", "framehash", "-hash", "md5"]
        return ["-map", self._picture_map(), "-vf", ",".join(when or ["null"]), *way, *limit, file_url(proof_of(out))]

    def _filters(self, cut: Cut) -> list[str]:
        return [*self._when(cut), *self._settings.filters]

    def _when(self, cut: Cut) -> list[str]:
        """The filters that choose frames and times; those of the settings change the picture.

        None of them counts, or remembers where it began: FFmpeg starts them anew where the picture changes.
        """
        settings = self._settings
        chain: list[str] = []
        if cut.until:
            # Rounded here: setpts would cut off, and turn 20.99 ticks into 20.
            chain.append(f"trim=start={cut.after:.6f}:end={cut.until:.6f},setpts=floor(PTS-{cut.lead:.6f}/TB+0.5)")
        elif self._settings.container == "gif" and self._recipe.timing.skip:
            chain.append(f"trim=start={self._recipe.timing.skip:.6f}")
        chain += shape_filters(self._recipe.film, is_resized=self._recipe.is_resized)
        if settings.fps:
            chain.append(f"fps={settings.fps}")
        return chain

    def _times(self) -> list[str]:
        """Keep the source's time stamps, unless there is a constant rate anyway.

        Encoders of 5.1 take fine ticks for frames and miss their bit rate six times over (measured, VP9).
        """
        keep = keep_times(self._build, mending=self._recipe.is_by_time)
        is_rated = self._recipe.is_constant and self._settings.video_bitrate
        if self._settings.fps or self._recipe.film.sequence is not None or is_rated:
            return keep
        return [*keep, *keep_time_base(self._build)]

    def _gif(self, picture: list[str], filters: list[str], out: Path) -> list[tuple[str, ...]]:
        """Two commands, the first for the palette: one alone would keep the whole film in memory."""
        palette = file_url(out.parent / _PALETTE)
        source = f"[{self._picture_map()}]{','.join(filters or ['null'])}"
        look = (*picture, "-filter_complex", f"{source},palettegen[p]", "-map", "[p]", "-frames:v", "1", "-update", "1")
        use = f"{source}[x];[x][1:v]paletteuse[v]"
        make = (*picture, "-i", palette, "-filter_complex", use, "-map", "[v]", *keep_times(self._build))
        return [(*look, "-f", "image2", palette), (*make, "-f", "gif", file_url(out))]

    def _finish(self, out: Path, *, side: int | None) -> list[str]:
        """``side`` is the number of the input with everything but the picture, if there is one."""
        container = CONTAINERS[self._settings.container]
        options = self._side_options(side) if side is not None else []
        if container.kind in {"mp4", "mov"}:
            options += ["-movflags", "+faststart"]
        return [*options, "-max_muxing_queue_size", "4096", "-f", container.muxer, file_url(out)]

    def _side_options(self, side: int) -> list[str]:
        company, timing = self._settings.company, self._recipe.timing
        options = self._sound(side)
        for place, track in enumerate(company.subtitles):
            options += ["-map", f"{side}:{track.stream}", f"-c:s:{place}", track.codec]
        for index in company.attachments:
            options += ["-map", f"{side}:{index}"]
        options += ["-c:t", "copy"] if company.attachments else []
        options += ["-map_metadata", str(side), "-map_chapters", str(side), *self._stream_metadata(side)]
        if timing.seek is not None:
            # The time code of the first frame is no longer that of the source.
            options += ["-metadata", "timecode=", "-metadata:s:v:0", "timecode="]
        return [*options, *self._part()]

    def _part(self) -> list[str]:
        """The wanted part of what is read, of picture and all else alike."""
        timing = self._recipe.timing
        skip = ["-ss", f"{timing.skip:.6f}"] if timing.skip else []
        return [*skip, *(("-t", f"{timing.seconds:.6f}") if timing.seconds else ())]

    def _sound(self, side: int) -> list[str]:
        rate = self._settings.audio_bitrate
        options: list[str] = []
        for place, track in enumerate(self._settings.company.sound):
            options += ["-map", f"{side}:{track.stream}", f"-c:a:{place}", track.codec]
            options += [f"-filter:a:{place}", track.filters] if track.filters else []
            options += [f"-b:a:{place}", f"{rate}k"] if rate and track.codec != "copy" else []
        return options

    def _stream_metadata(self, side: int) -> list[str]:
        """Languages, titles, file names: saying it of the picture, which joining would lose, ends its own copying."""
        company = self._settings.company
        named = (
            ("v", [self._recipe.film.video]),
            ("a", [track.stream for track in company.sound]),
            ("s", [track.stream for track in company.subtitles]),
            ("t", company.attachments),
        )
        return [
            word
            for kind, streams in named
            for place, stream in enumerate(streams)
            for word in (f"-map_metadata:s:{kind}:{place}", f"{side}:s:{stream}")
        ]


def _seek(stamp: float | None) -> tuple[str, ...]:
    """Seek to a time stamp as it is in the file, whatever each version takes for the file's beginning."""
    return () if stamp is None else ("-seek_timestamp", "1", "-ss", f"{stamp:.6f}")
