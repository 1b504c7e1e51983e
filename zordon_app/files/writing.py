"""Writing all of it to a file without a buffer."""

from io import FileIO


def write_all(file: FileIO, data: bytes) -> None:
    """Write ``data`` where the file stands. Raises OSError: the disk is full, or away."""
    # A disk that is almost full takes a part of it and says nothing until it is asked again.
    view = memoryview(data)
    while view:
        view = view[file.write(view) :]
