"""A film of flashes and beeps, one of each at every full second: it shows by how much sound and picture are apart."""

from pathlib import Path

import av

FLASH = "color=black:s=160x90:r={rate}:d={seconds},drawbox=t=fill:color=white:enable='lt(mod(t\\,1)\\,0.16)'"
BEEP = "aevalsrc='0.9*sin(2*PI*1000*t)*lt(mod(t\\,1)\\,0.16)':s=48000:d={seconds}"
_QUIET = 0.5
"""Seconds of silence before what counts as the next beep."""


def flash_and_beep(seconds: float, rate: str = "25") -> tuple[str, ...]:
    """FFmpeg's inputs: the picture first, then the sound."""
    picture, sound = FLASH.format(rate=rate, seconds=seconds), BEEP.format(seconds=seconds)
    return ("-f", "lavfi", "-i", picture, "-f", "lavfi", "-i", sound)


def flashes(path: Path) -> list[float]:
    """When the picture turns white, seconds; a flash that the film begins with is left out."""
    found, was_white = [], True
    with av.open(str(path)) as container:
        for frame in container.decode(video=0):
            is_white = frame.reformat(format="gray").to_ndarray().mean() > 128
            if is_white and not was_white and frame.pts is not None:
                found.append(float(frame.pts * frame.time_base))
            was_white = is_white
    return found


def beeps(path: Path) -> list[float]:
    """When the sound begins, seconds."""
    found: list[float] = []
    last = None
    with av.open(str(path)) as container:
        for frame in container.decode(audio=0):
            start = float(frame.pts * frame.time_base)
            loud = (
                abs(av.AudioResampler(format="flt", layout="mono").resample(frame)[0].to_ndarray()[0]) > 0.2
            ).nonzero()
            for sample in loud[0]:
                now = start + float(sample) / frame.sample_rate
                if last is not None and now - last > _QUIET:
                    found.append(now)
                last = now
    return found


def offsets(path: Path) -> list[float]:
    """By how many seconds each flash comes after the nearest beep, of which there is one each second; never empty."""
    heard = beeps(path)
    found = [(flash - heard[0] + 0.5) % 1 - 0.5 for flash in flashes(path)]
    assert found, "no flash"
    return found
