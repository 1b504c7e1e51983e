"""The program of the wall engine: real pictures that cost time on the wall, not the processor. Needs only the stdlib."""

import json
import os
import struct
import sys
import time
import zlib

WIDTH, HEIGHT = 48, 32


def picture(frame: int) -> bytes:
    """A small PNG that differs with each frame, and is the same wherever it is made."""
    row = b"\0" + bytes((frame * 37 + column) % 256 for column in range(WIDTH * 3))
    header = struct.pack(">IIBBBBB", WIDTH, HEIGHT, 8, 2, 0, 0, 0)
    chunks = (b"IHDR", header), (b"IDAT", zlib.compress(row * HEIGHT)), (b"IEND", b"")
    body = b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in chunks
    )
    return b"\x89PNG\r\n\x1a\n" + body


def note(config: dict, what: str, frame: int) -> None:
    """A line of the farm's common history: whole lines only, so that several processes may write to one file."""
    if not config["history"]:
        return
    line = f"{time.monotonic():.4f} {config['node']} {what} {frame}\n"
    with open(config["history"], "ab", buffering=0) as file:
        file.write(line.encode())


def say(**event: object) -> None:
    print("@wall " + json.dumps(event), flush=True)


def render(config: dict, frame: int, path: str) -> None:
    say(kind="unit_started", unit=frame)
    note(config, "began", frame)
    time.sleep(config["seconds"])
    if config["fails"]:
        say(kind="unit_failed", unit=frame, message="The wall is broken.")
        return
    with open(path, "wb") as file:
        file.write(picture(frame))
    note(config, "made", frame)
    say(kind="artifact", unit=frame, file=os.path.basename(path))


def main() -> None:
    config = json.loads(os.environ["ZORDON_WALL"])
    time.sleep(config["startup"])
    note(config, "ready", -1)
    for line in sys.stdin:
        chunk = json.loads(line)
        for frame in chunk["frames"]:
            render(config, frame, os.path.join(chunk["folder"], chunk["names"][str(frame)]))
        say(kind="chunk_ended")


main()
