"""Ending a connection that another thread reads from."""

import contextlib
import os
import socket


def hang_up(connection: socket.socket, *, windows: bool = os.name == "nt") -> None:
    """Let the thread that reads from ``connection`` go, below TLS, whose own state belongs to that thread.

    On Windows ``shutdown`` does not wake it (python/cpython#91913); closing the socket does.
    """
    # It may be closed already: the other side was faster.
    with contextlib.suppress(OSError):
        socket.socket.shutdown(connection, socket.SHUT_RDWR)
    if windows:
        with contextlib.suppress(OSError):
            socket.socket.close(connection)
