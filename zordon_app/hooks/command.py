"""Runs a program of the person's choice with the news in its environment; no shell is involved."""

import os
import shlex
import subprocess
import tempfile
import threading
import time
from typing import IO

import msgspec
import psutil

from zordon_app.domain.news import News
from zordon_app.errors import BadRequest, ZordonError

MOST_SECONDS = 60.0
_LAST_BYTES = 500


class CommandFailed(ZordonError):
    """The program did not start or did not end well; the sentence says why."""


def split_command(text: str, *, windows: bool = os.name == "nt") -> list[str]:
    """Program and arguments, as the shells of this system would have them.

    Raises:
        BadRequest: a quote is not closed.
    """
    try:
        if windows:
            # Backslashes separate folders there, and are not for quoting.
            return [_unquoted(token) for token in shlex.split(text, posix=False)]
        return shlex.split(text)
    except ValueError:
        raise BadRequest("A quote in the command is not closed.", code="open_quote") from None


def _unquoted(token: str) -> str:
    is_quoted = len(token) > 1 and token[0] == token[-1] and token[0] in "\"'"
    return token[1:-1] if is_quoted else token


def run_command(text: str, news: News, stop: threading.Event, *, most_seconds: float = MOST_SECONDS) -> None:
    """Run to its end, at most ``most_seconds``, or until ``stop``; then it is ended with all that it started.

    Raises:
        BadRequest, CommandFailed: with a sentence.
    """
    argv = split_command(text)
    with tempfile.TemporaryFile() as output:
        process = _start(argv, news, output)
        status = _wait(process, stop, most_seconds)
        if status is None:
            _end(process)
            why = "Zordon ends" if stop.is_set() else f"it took longer than {most_seconds:.0f} s"
            raise CommandFailed(f"{argv[0]} was ended, because {why}.")
        if status != 0:
            raise CommandFailed(f"{argv[0]} ended with status {status}: {_last_words(output)}")


def environment(news: News) -> dict[str, str]:
    """``ZORDON_EVENT``, ``ZORDON_TEXT``, ``ZORDON_JOB`` and so on, one for each fact."""
    return {f"ZORDON_{name.upper()}": str(value) for name, value in msgspec.to_builtins(news).items()}


def _start(argv: list[str], news: News, output: IO[bytes]) -> subprocess.Popen[bytes]:
    try:
        return subprocess.Popen(
            argv,
            env={**os.environ, **environment(news)},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )
    except (OSError, ValueError) as error:
        reason = (error.strerror if isinstance(error, OSError) else "") or "not a program"
        raise CommandFailed(f"{argv[0]} could not be started: {reason}.") from error


def _wait(process: subprocess.Popen[bytes], stop: threading.Event, most_seconds: float) -> int | None:
    ends = time.monotonic() + most_seconds
    while process.poll() is None and time.monotonic() < ends:
        if stop.wait(0.1):
            break
    return process.poll()


def _end(process: subprocess.Popen[bytes]) -> None:
    try:
        everything = [*psutil.Process(process.pid).children(recursive=True), psutil.Process(process.pid)]
    except psutil.Error:
        everything = []
    for one in everything:
        try:
            one.kill()
        except psutil.Error:
            continue
    process.wait()


def _last_words(output: IO[bytes]) -> str:
    size = output.seek(0, os.SEEK_END)
    output.seek(max(0, size - _LAST_BYTES))
    words = output.read().decode("utf-8", "replace").split("\n")
    return " / ".join(line.strip() for line in words[-3:] if line.strip()) or "it printed nothing"
