"""The engines of this installation: ours, and those of third parties through entry points."""

import logging
from importlib.metadata import entry_points
from pathlib import PurePath

from zordon_app.engines.base import Engine
from zordon_app.errors import BadRequest, EngineNotFound

ENTRY_POINT_GROUP = "zordon.engines"

log = logging.getLogger(__name__)


class EngineRegistry:
    """Engines by name and by file extension."""

    def __init__(self, engines: list[Engine]) -> None:
        """Later engines do not replace earlier ones of the same name."""
        self._engines: dict[str, Engine] = {}
        for engine in engines:
            self._engines.setdefault(engine.name, engine)

    def names(self) -> list[str]:
        """Engine names in the order they were registered."""
        return list(self._engines)

    def all(self) -> list[Engine]:
        """Every engine."""
        return list(self._engines.values())

    def get(self, name: str) -> Engine:
        """The engine called ``name``.

        Raises:
            EngineNotFound: there is none; the sentence lists those there are.
        """
        try:
            return self._engines[name]
        except KeyError:
            raise EngineNotFound(name, self.names()) from None

    def label_of(self, name: str) -> str:
        """What people call the engine ``name``; the name itself where this installation has no such engine."""
        engine = self._engines.get(name)
        return engine.label if engine is not None else name

    def for_filename(self, filename: str) -> Engine:
        """The engine that takes files named like ``filename``.

        Raises:
            BadRequest: no engine takes such files.
        """
        suffix = PurePath(filename.replace("\\", "/")).suffix.lower()
        for engine in self._engines.values():
            if suffix in engine.extensions:
                return engine
        known = ", ".join(sorted(extension for engine in self.all() for extension in engine.extensions))
        raise BadRequest(
            "No engine takes {suffix}. Known: {known}.",
            code="no_engine_for",
            suffix=suffix or "files without an extension",
            known=known,
        )


def load_third_party_engines() -> list[Engine]:
    """Engines that other packages offer under the entry-point group ``zordon.engines``, one callable each.

    One that cannot be loaded, or is no whole ``Engine``, is left out, and the log says why.
    """
    found: list[Engine] = []
    for point in entry_points(group=ENTRY_POINT_GROUP):
        try:
            engine = point.load()()
        except Exception:
            log.exception("The engine plug-in %s (%s) cannot be loaded and is left out", point.name, point.value)
            continue
        missing = [name for name in _members() if not hasattr(engine, name)]
        if missing:
            lacks = ", ".join(missing)
            log.error("The engine plug-in %s (%s) is left out: it lacks %s", point.name, point.value, lacks)
        else:
            found.append(engine)
    return found


def _members() -> list[str]:
    """What every engine has."""
    return [name for name in (*Engine.__annotations__, *vars(Engine)) if not name.startswith("_")]
