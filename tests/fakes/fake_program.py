"""The program behind the fake engine: writes real pictures, and misbehaves where its project says so.

Run as ``python -I fake_program.py MODE …`` with the project's path in ``FAKE_PROJECT``: ``warm`` takes chunks as JSON
lines on stdin, ``one FRAME FOLDER NAME`` writes one picture, ``join FOLDER OUT NAME…`` makes the final file.
"""

import json
import os
import random
import signal
import struct
import sys
import time
import zlib
from pathlib import Path

DAEMON_SECONDS = 300
PARENT = os.getppid()
MEGABYTE = 1_000_000
LINE = b"the same line over and over, said the fake program, for reasons unknown\n"


class Project:
    """What the project file says."""

    def __init__(self, path):
        self.path = Path(path)
        self.content = json.loads(self.path.read_bytes())
        self.size = self.content.get("size", [64, 36])
        self.format = self.content.get("format", "png")
        self.seconds = self.content.get("seconds", 0.0)

    @property
    def limit(self):
        """The last frame that may be rendered at present; a file, so that a test decides how far a job gets."""
        told = self.content.get("limit")
        return int(Path(told).read_text(encoding="ascii")) if told else float("inf")

    def fault_of(self, frame):
        """The fault of this attempt at a frame; counted beside the project, so that a restart does not forget."""
        fault = self.content.get("faults", {}).get(str(frame))
        if fault is None:
            return None, {}
        tries = self.path.with_name(f"{self.path.name}.tries.{frame}")
        with tries.open("ab") as file:
            file.write(b".")
        if tries.stat().st_size > fault.get("times", 1_000_000):
            return None, {}
        return fault["how"], fault


def say(kind, **facts):
    data = ("@@" + json.dumps({**facts, "kind": kind}) + "\n").encode()
    while data:
        data = data[os.write(1, data) :]


def picture(project, frame, path, size=None, kind=None):
    """Write a decodable picture; the same bytes for the same frame of the same project."""
    width, height = size or project.size
    pixels = random.Random(f"{project.content.get('seed', 0)}-{frame}").randbytes(width * height * 3)
    kind = kind or project.format
    if kind == "png":
        path.write_bytes(png(width, height, pixels))
    else:
        write_by_oiio(path, width, height, pixels, kind)


def png(width, height, pixels):
    rows = b"".join(b"\0" + pixels[row * width * 3 : (row + 1) * width * 3] for row in range(height))
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunks = [(b"IHDR", header), (b"IDAT", zlib.compress(rows, 1)), (b"IEND", b"")]
    body = b"".join(
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data)) for name, data in chunks
    )
    return b"\x89PNG\r\n\x1a\n" + body


def write_by_oiio(path, width, height, pixels, kind):
    import numpy as np
    import OpenImageIO as oiio

    # The name may end in anything; the format decides.
    out = oiio.ImageOutput.create({"jpeg": "a.jpg", "openexr": "a.exr"}[kind])
    out.open(str(path), oiio.ImageSpec(width, height, 3, "half" if kind == "openexr" else "uint8"))
    out.write_image(np.frombuffer(pixels, dtype=np.uint8).reshape(height, width, 3))
    out.close()


def halve(path):
    os.truncate(path, path.stat().st_size // 2)


def hang():
    while True:
        signal.pause()


def ignore_sigterm():
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    hang()


def close_output():
    os.close(1)
    os.close(2)
    hang()


def end_badly(last_words):
    sys.stdout.write(f"{last_words}\n")
    sys.exit(1)


def start_daemon(*, holds_pipe):
    """A grandchild that left the group, the session and its parent, as a licence server's helper does."""
    if os.fork():
        return
    os.setsid()
    if os.fork():
        os._exit(0)
    if not holds_pipe:
        null = os.open(os.devnull, os.O_RDWR)
        for number in (0, 1, 2):
            os.dup2(null, number)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    time.sleep(DAEMON_SECONDS)
    os._exit(0)


def flood(megabytes, line, end=b""):
    piece = line * max(1, MEGABYTE // len(line))
    for _ in range(megabytes):
        sys.stdout.buffer.write(piece)
    sys.stdout.buffer.write(end)
    sys.stdout.buffer.flush()


def render(project, frame, folder, name):
    """One frame; whether to say that it is done."""
    how, fault = project.fault_of(frame)
    path = Path(folder) / name
    say("unit_started", unit=frame)
    while frame > project.limit and os.getppid() == PARENT:
        time.sleep(0.05)
    for step in range(5):
        say("progress", unit=frame, fraction=step / 5)
        time.sleep(project.seconds / 5)
    wrong_file(project, frame, path, how) or wrong_program(project, frame, path, how, fault)
    return how != "silent"


def wrong_file(project, frame, path, how):
    """The faults of the file alone; whether this was one."""
    if how in {"no_file", "other_range", "wrong_number"}:
        others = {"no_file": (), "wrong_number": (frame + 1,), "other_range": range(frame + 1000, frame + 1004)}[how]
        for other in others:
            picture(project, other, path.with_name(path.name.replace(f"{frame:04d}", f"{other:04d}")))
    elif how in {"empty", "one_byte", "text"}:
        path.write_bytes({"empty": b"", "one_byte": b"\x89", "text": b"Cannot render this.\n" * 50}[how])
    elif how == "link":
        path.symlink_to(project.content["target"])
    elif how == "wrong_size":
        picture(project, frame, path, size=(project.size[0] // 2, project.size[1]))
    elif how == "wrong_kind":
        picture(project, frame, path, kind="jpeg" if project.format == "png" else "png")
    elif how in {"half", "no_end"}:
        picture(project, frame, path)
        halve(path) if how == "half" else os.truncate(path, path.stat().st_size - 12)
    else:
        return False
    return True


def wrong_program(project, frame, path, how, fault):
    """The faults of the program; without one the picture is simply written."""
    ways = {
        "hang": hang,
        "ignore_sigterm": ignore_sigterm,
        "close_output": close_output,
        "segv": lambda: os.kill(os.getpid(), signal.SIGSEGV),
        "exit_1": lambda: end_badly("Error: out of memory, said the fake"),
        "daemon": lambda: start_daemon(holds_pipe=False),
        "daemon_holds_pipe": lambda: start_daemon(holds_pipe=True),
        "flood_lines": lambda: flood(fault.get("megabytes", 20), LINE),
        "flood_line": lambda: flood(fault.get("megabytes", 100), b"x", end=b"\n"),
        "bad_text": lambda: flood(1, b"\xff\xfe\x80 not \xc3\x28 UTF-8 \x1b[31mred\x1b[0m \x00\x07\n"),
    }
    ways.get(how, lambda: None)()
    picture(project, frame, path)


def warm(project):
    fault = project.content.get("opening")
    if fault == "fails":
        say("session_failed", message="The scene 'Fake' has no camera to render with.")
        sys.exit(1)
    if fault == "dies":
        sys.exit(3)
    for warning in project.content.get("warnings", []):
        say("warning", message=warning)
    say("ready")
    for line in sys.stdin:
        chunk = json.loads(line)
        for frame in chunk["frames"]:
            if render(project, frame, chunk["folder"], chunk["names"][str(frame)]):
                say("artifact", unit=frame, file=chunk["names"][str(frame)])
        say("chunk_ended")


def join(project, folder, out, names):
    how = project.content["assemble"]
    if how == "hangs":
        hang()
    if how == "fails":
        end_badly("the parts do not fit, said the fake")
    target = Path(out) / project.content.get("film", "film.png")
    if how != "nothing":
        target.write_bytes((Path(folder) / names[0]).read_bytes())
    if how == "half":
        halve(target)


def main():
    project = Project(os.environ["FAKE_PROJECT"])
    mode, *rest = sys.argv[1:]
    if mode == "warm":
        warm(project)
    elif mode == "one":
        render(project, int(rest[0]), rest[1], rest[2])
    else:
        join(project, rest[0], rest[1], rest[2:])


main()
