"""The program of the wall engine: real pictures that cost time on the wall, not the processor.

Its start shall not cost the processor either: eight of them start at once on two cores, hence the few imports.
"""

import json
import os
import struct
import sys
import time
import zlib

WIDTH, HEIGHT = 48, 32


def picture(frame: int, padding: int) -> bytes:
    """A small PNG, the same wherever it is made and different for each frame; ``padding`` bytes make it larger."""
    row = b"\0" + bytes((frame * 37 + column) % 256 for column in range(WIDTH * 3))
    header = struct.pack(">IIBBBBB", WIDTH, HEIGHT, 8, 2, 0, 0, 0)
    # Readers pass over chunks of private kinds.
    padded = [(b"zoRd", noise(frame, padding))] if padding else []
    chunks = (b"IHDR", header), *padded, (b"IDAT", zlib.compress(row * HEIGHT)), (b"IEND", b"")
    body = b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in chunks
    )
    return b"\x89PNG\r\n\x1a\n" + body


def noise(frame: int, size: int) -> bytes:
    """Bytes that nobody can pack, the same for the same frame."""
    import random

    return random.Random(frame).randbytes(size)


def note(config: dict, what: str, frame: int) -> None:
    """A line of the farm's common history: whole lines only, so that several processes may write to one file."""
    if not config["history"]:
        return
    line = f"{time.monotonic():.4f} {config['node']} {what} {frame}\n"
    with open(config["history"], "ab", buffering=0) as file:  # noqa: PTH123
        file.write(line.encode())


def say(**event: object) -> None:
    sys.stdout.write(f"@wall {json.dumps(event)}\n")
    sys.stdout.flush()


def render(config: dict, frame: int, folder: str, name: str) -> None:
    say(kind="unit_started", unit=frame)
    note(config, "began", frame)
    time.sleep(config["seconds"])
    if config["fails"]:
        say(kind="unit_failed", unit=frame, message="The wall is broken.")
        return
    with open(os.path.join(folder, name), "wb") as file:  # noqa: PTH118, PTH123
        file.write(picture(frame, config["padding"]))
    note(config, "made", frame)
    say(kind="artifact", unit=frame, file=name)


def main() -> None:
    config = json.loads(os.environ["ZORDON_WALL"])
    time.sleep(config["startup"])
    note(config, "ready", -1)
    for line in sys.stdin:
        chunk = json.loads(line)
        for frame in chunk["frames"]:
            render(config, frame, chunk["folder"], chunk["names"][str(frame)])
        say(kind="chunk_ended")


main()
