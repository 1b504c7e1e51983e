"""All streams but the picture: which come along, as what, and a word on each that does not. Pure."""

from collections.abc import Sequence
from typing import Any

from msgspec import Struct

from zordon_app.engines.ffmpeg.film import TIME_CODE, Film, Stream
from zordon_app.engines.ffmpeg.formats import BITMAP_SUBTITLES, STYLED_SUBTITLES, TEXT_SUBTITLES, Container
from zordon_app.engines.ffmpeg.sound import ENCODERS, fit_layout, loses_channels
from zordon_app.errors import BadRequest

_PCM_CODECS = frozenset({"prores_ks", "dnxhd"})
_DEEP_FORMATS = frozenset({"s32", "s32p", "s64", "s64p", "dbl", "dblp"})
_ODD_PCM = ("pcm_s32", "pcm_s64", "pcm_f", "pcm_u24", "pcm_u32", "pcm_lxf")
"""PCM that neither FLAC nor PCM of 24 bits holds whole."""


class Track(Struct, frozen=True, kw_only=True):
    """A stream of the source that comes along: its index there, the codec it gets, and filters of sound."""

    stream: int
    codec: str
    filters: str = ""


class Company(Struct, frozen=True, kw_only=True):
    """All that accompanies a picture."""

    sound: tuple[Track, ...] = ()
    subtitles: tuple[Track, ...] = ()
    attachments: tuple[int, ...] = ()


def choose_company(
    args: dict[str, Any], film: Film, video: str, name: str, container: Container, warnings: list[str]
) -> Company:
    """What comes along into a container of that ``name``; remarks go to ``warnings``.

    Raises:
        BadRequest: sound that is wanted cannot be had so; the sentence says what can.
    """
    company = Company(
        sound=_sound(args, film, video, name, container, warnings),
        subtitles=_subtitles(film, container, name, warnings),
        attachments=_attachments(film, container, name, warnings),
    )
    _tell_of_the_rest(film, warnings)
    return company


def _sound(
    args: dict[str, Any], film: Film, video: str, name: str, container: Container, warnings: list[str]
) -> tuple[Track, ...]:
    wanted = str(args.get("audio") or ("encode" if container.audio else "none"))
    if wanted == "none" or not film.of("audio"):
        return ()
    if not container.audio:
        raise BadRequest("{container} holds no sound; choose audio=none.", code="no_sound", container=name)
    tracks = _usable(film.of("audio"), warnings)
    if wanted == "copy":
        return tuple(_copied(track, name, container) for track in tracks)
    codec = str(args.get("audio_codec") or _usual_codec(video, tracks, container))
    if codec not in container.audio:
        raise BadRequest(
            "{container} cannot hold {codec} sound. It takes {known}.",
            code="sound_misfit",
            container=name,
            codec=codec,
            known=", ".join(container.audio),
        )
    if args.get("lossless"):
        return tuple(_whole(track, codec, name, container) for track in tracks)
    return tuple(_encoded(track, codec, warnings) for track in tracks)


def _usable(tracks: Sequence[Stream], warnings: list[str]) -> list[Stream]:
    unknown = [track for track in tracks if not track.codec]
    silent = [track for track in tracks if track.codec and not track.channels]
    if unknown:
        warnings.append(f"{_counted(unknown, 'sound track')} of a kind that FFmpeg does not know: left out.")
    if silent:
        warnings.append(f"{_counted(silent, 'sound track')} announced but not there: left out.")
    return [track for track in tracks if track.codec and track.channels]


def _copied(track: Stream, name: str, container: Container) -> Track:
    if container.copies and track.codec not in container.copies:
        raise BadRequest(
            "{container} cannot hold {codec} sound as it is; choose audio=encode, or mkv.",
            code="sound_copy_misfit",
            container=name,
            codec=track.codec,
        )
    return Track(stream=track.index, codec="copy")


def _usual_codec(video: str, tracks: Sequence[Stream], container: Container) -> str:
    """What editors expect beside ProRes and DNxHR, deep enough for what there is; else the container's own."""
    if video not in _PCM_CODECS or "pcm_s16le" not in container.audio:
        return container.audio[0]
    return "pcm_s24le" if any(_is_deep(track) for track in tracks) else "pcm_s16le"


def _is_deep(track: Stream) -> bool:
    return track.sample_format in _DEEP_FORMATS or track.codec.startswith("pcm_f")


def _whole(track: Stream, codec: str, name: str, container: Container) -> Track:
    """Without loss: PCM by a codec that keeps each sample, everything else as it is."""
    is_kept = codec in {"flac", "pcm_s24le"} or (codec == "pcm_s16le" and not _is_deep(track))
    if track.codec.startswith("pcm_") and not track.codec.startswith(_ODD_PCM) and is_kept and track.channels <= 8:
        return Track(stream=track.index, codec=codec)
    return _copied(track, name, container)


def _encoded(track: Stream, codec: str, warnings: list[str]) -> Track:
    encoder, chain = ENCODERS[codec], []
    layout = fit_layout(codec, track.layout, track.channels)
    if layout is None:
        raise BadRequest(
            "Nothing tells where the {count} channels of a sound track belong, so that {codec} cannot hold them; "
            "choose audio_codec=pcm_s24le, audio=copy or audio=none.",
            code="sound_layout",
            count=track.channels,
            codec=encoder.label,
        )
    if layout:
        chain.append(f"channel_layouts={layout}")
        if loses_channels(track.layout, layout, track.channels):
            _tell_once(f"{encoder.label} does not hold {track.layout} sound: it is mixed down to {layout}.", warnings)
    if encoder.rate and track.sample_rate > encoder.rate:
        chain.append(f"sample_rates={encoder.rate}")
        _tell_once(
            f"{encoder.label} takes {encoder.rate} Hz at most: sound of {track.sample_rate} Hz is converted.", warnings
        )
    return Track(stream=track.index, codec=codec, filters=f"aformat={':'.join(chain)}" if chain else "")


def _subtitles(film: Film, container: Container, name: str, warnings: list[str]) -> tuple[Track, ...]:
    chosen = [(stream, _subtitle_codec(stream, container)) for stream in film.of("subtitle")]
    lost = [stream for stream, codec in chosen if not codec and _is_known_subtitle(stream)]
    unknown = [stream for stream, codec in chosen if not codec and not _is_known_subtitle(stream)]
    if lost:
        warnings.append(f"{name} cannot hold {'all of ' if container.subtitles else ''}the film's subtitles.")
    if unknown:
        warnings.append(f"{_counted(unknown, 'subtitle track')} that FFmpeg cannot convert: left out.")
    if any(stream.codec in STYLED_SUBTITLES and codec not in {"", "copy"} for stream, codec in chosen):
        warnings.append(
            f"{name} holds only plain subtitles: places, fonts and effects of theirs are lost; mkv keeps them."
        )
    return tuple(Track(stream=stream.index, codec=codec) for stream, codec in chosen if codec)


def _is_known_subtitle(stream: Stream) -> bool:
    return stream.codec in TEXT_SUBTITLES or stream.codec in BITMAP_SUBTITLES


def _subtitle_codec(stream: Stream, container: Container) -> str:
    """As it is where the container holds it, else its own kind of text; empty where it stays behind."""
    if stream.codec in container.subtitle_copies:
        return "copy"
    return container.subtitles if stream.codec in TEXT_SUBTITLES else ""


def _attachments(film: Film, container: Container, name: str, warnings: list[str]) -> tuple[int, ...]:
    attached = film.of("attachment")
    if attached and not container.attachments:
        warnings.append(f"{name} holds no attached files: {_named(attached)} left out.")
        return ()
    nameless = [stream for stream in attached if not stream.file or not stream.mimetype]
    if nameless:
        warnings.append(f"{_counted(nameless, 'attached file')} without a name or kind: left out.")
    return tuple(stream.index for stream in attached if stream.file and stream.mimetype)


def _tell_of_the_rest(film: Film, warnings: list[str]) -> None:
    data = [stream for stream in film.of("data") if stream.codec != TIME_CODE]
    if data:
        warnings.append(f"{_counted(data, 'data stream')}: left out; only players of their kind would read them.")
    if any(stream.is_cover for stream in film.of("video")):
        warnings.append("The film's cover picture is left out.")
    others = [stream for stream in film.of("video") if stream.index != film.video and not stream.is_cover]
    if others:
        warnings.append(f"The film has {len(others) + 1} pictures: the main one is used.")


def _counted(streams: Sequence[Stream], what: str) -> str:
    names = sorted({stream.codec for stream in streams} - {""})
    kinds = f" ({', '.join(names)})" if names else ""
    return f"{len(streams)} {what}{'' if len(streams) == 1 else 's'}{kinds}"


def _named(streams: Sequence[Stream]) -> str:
    names = [stream.file[:60] for stream in streams if stream.file][:3]
    return f"{len(streams)} ({', '.join(names)})" if names else str(len(streams))


def _tell_once(sentence: str, warnings: list[str]) -> None:
    if sentence not in warnings:
        warnings.append(sentence)
