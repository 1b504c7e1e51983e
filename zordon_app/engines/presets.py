"""Named sets of arguments: built-in ones, and a person's own laid over them by id."""

import hashlib
import logging
import threading
from importlib.resources import files
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct

from zordon_app.engines.preset_reading import ID, ID_RULE, Problem, RawPreset, make_problem, read_presets
from zordon_app.engines.preset_resolving import Preset, resolve_all
from zordon_app.engines.preset_schema import make_schema
from zordon_app.engines.preset_writing import with_preset
from zordon_app.engines.registry import EngineRegistry
from zordon_app.errors import BadRequest, Conflict, NotFound
from zordon_app.files.durable import write_durably

log = logging.getLogger(__name__)

Stamp = tuple[int, int] | None

BUILT_IN = files("zordon_app.engines").joinpath("presets.yaml")


class PresetsFile(Struct, frozen=True, kw_only=True):
    """A person's presets.yaml; ``text`` is empty where there is none. ``hash`` is the SHA-256 of what it holds.

    ``built_in`` is the text of the presets that come with Zordon, to read beside it.
    """

    path: str
    text: str
    hash: str
    problems: list[Problem]
    built_in: str


class Presets:
    """Presets by id. A person may edit their file at any time; what is wrong in it breaks nothing else."""

    def __init__(self, own: Path, registry: EngineRegistry) -> None:
        """``own`` is the person's presets.yaml; it need not exist."""
        self._own = own
        self._registry = registry
        self._lock = threading.Lock()
        self._built_in = read_built_in()
        self._read: tuple[Stamp, dict[str, Preset], list[Problem]] | None = None

    def all(self) -> dict[str, Any]:
        """Presets by id, whole, as plain values; those with errors are left out, see ``problems``."""
        return {key: msgspec.to_builtins(preset) for key, preset in self._current()[0].items()}

    def problems(self) -> list[Problem]:
        """What is wrong in the person's file, by line."""
        return self._current()[1]

    def schema(self) -> dict[str, Any]:
        """The JSON Schema of presets.yaml for the engines of this installation."""
        return make_schema(self._registry.all())

    def file(self) -> PresetsFile:
        """The person's file as it is now.

        Raises:
            BadRequest: it cannot be read, or is no text.
        """
        content = self._content()
        return PresetsFile(
            path=str(self._own),
            text=_text(content, self._own),
            hash=_hash(content),
            problems=_by_line(self._problems_of(content)),
            built_in=BUILT_IN.read_text(encoding="utf-8"),
        )

    def check(self, text: str, *, from_this_machine: bool) -> list[Problem]:
        """What would be wrong in the person's file if it held ``text``, by line."""
        return _by_line(self._problems_of(text.encode(), from_this_machine=from_this_machine))

    def replace(self, text: str, *, replaces: str | None, from_this_machine: bool) -> PresetsFile:
        """Make ``text`` what the person's file holds; the file as it is then.

        Raises:
            BadRequest: there is an error in it; the sentence begins with the line.
            Conflict: the file does not have the hash ``replaces`` any more, which whoever wrote the text has seen.
        """
        with self._lock:
            if replaces is not None and replaces != _hash(self._content()):
                raise Conflict(
                    "{name} was changed meanwhile. Load it again; what you wrote was not saved.",
                    code="presets_changed",
                    name=self._own.name,
                )
            for problem in self.check(text, from_this_machine=from_this_machine):
                if problem.level == "error":
                    raise BadRequest(f"Line {problem.line}: {problem.message}" if problem.line else problem.message)
            self._write(text)
        return self.file()

    def save(self, preset_id: str, values: dict[str, Any], *, from_this_machine: bool) -> dict[str, Any]:
        """Write one of the person's own presets, new or changed; returns it whole.

        Raises:
            BadRequest: the id or a value is wrong, or their file has an error that must be corrected first.
        """
        _check_id(preset_id)
        with self._lock:
            content = self._content_to_edit()
            own = read_presets(content.encode())[0] | {preset_id: RawPreset(id=preset_id, values=values)}
            found, problems = resolve_all(self._built_in, own, self._registry, from_this_machine=from_this_machine)
            _refuse(problems, preset_id)
            self._write(with_preset(content, preset_id, values))
        saved: dict[str, Any] = msgspec.to_builtins(found[preset_id])
        return saved

    def delete(self, preset_id: str) -> None:
        """Remove one of the person's own presets; a built-in one of that id is as it was again.

        Raises:
            NotFound: there is no such preset.
            BadRequest: it is built in, or another one extends it.
        """
        with self._lock:
            content = self._content_to_edit()
            own = read_presets(content.encode())[0]
            if preset_id not in own:
                _refuse_deletion(preset_id, self._built_in)
            heirs = [raw.id for raw in own.values() if raw.values.get("extends") == preset_id != raw.id]
            if heirs and preset_id not in self._built_in:
                raise BadRequest(
                    f"Other presets extend {preset_id!r}: {', '.join(heirs)}. Change or delete them first."
                )
            self._write(with_preset(content, preset_id, None))

    def _current(self) -> tuple[dict[str, Preset], list[Problem]]:
        with self._lock:
            stamp = _stamp(self._own)
            if self._read is None or self._read[0] != stamp:
                self._read = (stamp, *_read_all(self._own, self._built_in, self._registry))
                for problem in self._read[2]:
                    log.warning("%s, line %d: %s", self._own, problem.line, problem.message)
            return self._read[1], self._read[2]

    def _content(self) -> bytes:
        content, problems = _load(self._own)
        if problems:
            raise BadRequest(problems[0].message)
        return content

    def _problems_of(self, content: bytes, *, from_this_machine: bool = True) -> list[Problem]:
        own, problems = read_presets(content)
        return [
            *problems,
            *resolve_all(self._built_in, own, self._registry, from_this_machine=from_this_machine)[1],
        ]

    def _content_to_edit(self) -> str:
        content = self._content()
        errors = [problem for problem in read_presets(content)[1] if problem.level == "error"]
        if errors:
            where = f"line {errors[0].line} of {self._own}" if errors[0].line else str(self._own)
            raise BadRequest(f"Correct {where} first: {errors[0].message}")
        return _text(content, self._own)

    def _write(self, content: str) -> None:
        try:
            write_durably(self._own, content.encode())
        except OSError as error:
            raise BadRequest(
                "The presets cannot be written to {path}: {why}.",
                code="presets_unwritable",
                path=self._own,
                why=error.strerror or error,
            ) from error
        self._read = None


def read_built_in() -> dict[str, RawPreset]:
    """The presets that come with Zordon."""
    return read_presets(BUILT_IN.read_bytes(), ours=True)[0]


def validate(path: Path, registry: EngineRegistry) -> list[Problem]:
    """What is wrong in a presets.yaml, by line; the built-in presets may be extended in it."""
    return _by_line(_read_all(path, read_built_in(), registry)[1])


def _read_all(
    path: Path, built_in: dict[str, RawPreset], registry: EngineRegistry
) -> tuple[dict[str, Preset], list[Problem]]:
    content, problems = _load(path)
    own, more = read_presets(content)
    found, wrong = resolve_all(built_in, own, registry)
    return found, [*problems, *more, *wrong]


def _load(path: Path) -> tuple[bytes, list[Problem]]:
    try:
        return path.read_bytes(), []
    except FileNotFoundError:
        return b"", []
    except OSError as error:
        sentence, why = "{path} cannot be read: {why}.", error.strerror or str(error)
        return b"", [make_problem(0, sentence, code="presets_unread", path=path, why=why)]


def _text(content: bytes, path: Path) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadRequest(f"{path} is not written in UTF-8; save it so first.") from error


def _hash(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _by_line(problems: list[Problem]) -> list[Problem]:
    return sorted(problems, key=lambda problem: problem.line)


def _stamp(path: Path) -> Stamp:
    try:
        facts = path.stat()
    except OSError:
        return None
    return facts.st_mtime_ns, facts.st_size


def _check_id(preset_id: str) -> None:
    if ID.fullmatch(preset_id) is None:
        raise BadRequest(f"{preset_id[:60]!r} is no id of a preset: {ID_RULE}")


def _refuse(problems: list[Problem], preset_id: str) -> None:
    for problem in problems:
        if problem.preset == preset_id and problem.level == "error":
            raise BadRequest(problem.message)


def _refuse_deletion(preset_id: str, built_in: dict[str, RawPreset]) -> None:
    if preset_id in built_in:
        raise BadRequest(
            "The preset {name!r} comes with Zordon; it can be changed, not deleted.",
            code="preset_built_in",
            name=preset_id,
        )
    raise NotFound(f"There is no preset {preset_id[:60]!r}.")
